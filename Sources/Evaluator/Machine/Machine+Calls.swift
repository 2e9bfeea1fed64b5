import Diagnostics
import Syntax

extension Machine {
  /// Fills defaults and the rest parameter for a call with positional arguments only.
  @inline(never)
  func bindPositional(_ function: FunctionObject, _ window: Registers, _ count: Int) throws {
    try function.prototype.positionalPlan(count).arrange(window)
  }

  /// A call whose callee is not a function of the language; its arguments stand in the window, positional ones only.
  /// The result hands over its count.
  @inline(__always)
  private func applyWindow(
    _ caller: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>, _ window: Registers, _ count: Int
  ) throws -> Value {
    if _fastPath(window.pointee.isObject(.builtin)) {
      let callee = window.pointee.unchecked(BuiltinObject.self)
      return try callee._withUnsafeGuaranteedRef { builtin in
        guard _fastPath(builtin.plainArity == count) else { return try applyArranged(builtin, window, count) }
        do { return try builtin.body(window + 1) } catch { throw builtin.builtin.naming(error) }
      }
    }
    return try applyOther(caller, pc, window, count)
  }

  /// A call with positional arguments that the loop does not do by itself.
  func completeCall(_ i: Instruction, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers) throws -> Int {
    let window = r + Int(i.a)
    if window.pointee.isObject(.function) {
      if window.code.pointee.plainArity != Int(i.b) {
        try bindPositional(window.function.takeUnretainedValue(), window, Int(i.b))
      }
      try requireRoom(window)
      top.pointee = Frame(pc: pc, registers: r, target: Int32(i.c), heldPlaces: -1)
      top += 1
      return Machine.entered
    }
    let value = try applyWindow(r.function, pc, window, Int(i.b))
    for j in 0...Int(i.b) { (window + j).clear() }
    (r + Int(i.c)).put(value)
    return 0
  }

  /// A call with named, spread or `&` arguments.
  func completeCallWith(_ i: Instruction, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers) throws -> Int {
    let window = r + Int(i.a)
    let heldBefore = heldCount
    if try arrange(pc, site: Int(i.b), window, r) {
      top.pointee = Frame(pc: pc, registers: r, target: Int32(i.c), heldPlaces: Int32(heldBefore))
      top += 1
      return Machine.entered
    }
    (r + Int(i.c)).put(window.take())
    return 0
  }

  /// Makes sure that one more call fits: its frame, its registers.
  @inline(__always)
  private func requireRoom(_ window: Registers) throws {
    if _slowPath(top >= lastFrame) { throw tooDeep() }
    if _slowPath(limit < window), extend() == nil { throw tooDeep() }
  }

  @inline(never)
  private func applyArranged(_ builtin: BuiltinObject, _ window: Registers, _ count: Int) throws -> Value {
    if builtin.plainArity == count {
      do { return try builtin.body(window + 1) } catch { throw builtin.builtin.naming(error) }
    }
    let plan = try builtin.positionalPlan(count)
    free = max(free, window + 1 + plan.parameterCount)
    plan.arrange(window)
    // The arguments stay where an error may look at them; what was added behind them goes.
    defer { for p in min(count, plan.parameterCount)..<plan.parameterCount { (window + 1 + p).clear() } }
    do { return try builtin.body(window + 1) } catch { throw builtin.builtin.naming(error) }
  }

  @inline(never)
  private func applyOther(
    _ caller: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>, _ window: Registers, _ count: Int
  ) throws -> Value {
    if !window.pointee.isCallable { try replaceCallee(caller, pc, window) }
    if window.pointee.function != nil {
      let arguments = (0..<count).map { window[1 + $0] }
      return try call(window.pointee, arguments)
    }
    return try applyDirectly(window, count)
  }

  /// Calls a builtin or a foreign value whose arguments stand in the window; the result hands over its count.
  func applyDirectly(_ window: Registers, _ count: Int) throws -> Value {
    if let builtin = window.pointee.builtin { return try applyArranged(builtin, window, count) }
    if let call = window.pointee.foreign?.callable {
      return try call((0..<count).map { window[1 + $0] }, [])
    }
    throw notCallable(window.pointee)
  }

  private func notCallable(_ callee: Value) -> Failure {
    Failure(
      "not-callable", "\(callee.described) cannot be called", argument: -1, facts: [.init("value", callee.preview)])
  }

  /// In call position a variable that holds no function is skipped, so that `mean = mean(a)` does not break `mean(b)`.
  private func replaceCallee(
    _ caller: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>, _ window: Registers
  ) throws {
    let prototype = caller.takeUnretainedValue().prototype
    let position = pc - prototype.code.pointee.instructions - 1
    guard let name = prototype.calleeNames[position] else { return }
    if let value = prototype.globals[name], value.isCallable {
      window.put(value.retained())
      return
    }
    guard let builtin = prototype.globals.library.value(name) else {
      if window.pointee.isMissing { throw unknownName(name, in: prototype) }
      return
    }
    window.put(builtin.retained())
    if noted.insert(name).inserted, let span = prototype.calleeSpans[position] {
      host.note(
        Diagnostic(
          "", "`\(name)` is a variable here, and no function: the library's `\(name)` is called", severity: .note,
          labels: [.init(prototype.source, span)]))
    }
  }

  /// What a builtin gives that changes a plain variable where it stands; nil when the call has to go the usual way.
  @inline(__always)
  func changedInPlace(_ index: Int, _ window: Registers, _ r: Registers) -> Value? {
    let callee = window.pointee.unchecked(BuiltinObject.self)
    return callee._withUnsafeGuaranteedRef { builtin in
      guard let change = builtin.inPlace else { return nil }
      return r.code.pointee.sites[index]._withUnsafeGuaranteedRef { site in
        let count = site.plainCount
        guard count == builtin.parameterCount else { return nil }
        let place = site.places
        let variable = (place.pointee.isGlobal ? r.code.pointee.globals : r) + place.pointee.root
        guard let value = change(variable, window + 2) else { return nil }
        for j in 2..<(count + 1) { (window + j).clear() }
        return value
      }
    }
  }

  /// Puts named, spread and `&` arguments into the callee's order. For a function of the language its frame is ready
  /// and the answer is true; anything else is called at once, and its result stands at the window.
  func arrange(
    _ pc: UnsafeMutablePointer<Instruction>, site index: Int, _ window: Registers, _ r: Registers
  ) throws -> Bool {
    let site = r.code.pointee.sites[index]
    let isFunction = window.pointee.isObject(.function)
    if !isFunction, !window.pointee.isObject(.builtin) {
      if !window.pointee.isCallable { try replaceCallee(r.function, pc, window) }
      guard window.pointee.isObject(.function) || window.pointee.isObject(.builtin) else {
        try applyForeign(site.takeUnretainedValue(), window)
        return false
      }
      return try arrange(pc, site: index, window, r)
    }
    let identity =
      isFunction
      ? window.pointee.unchecked(FunctionObject.self)._withUnsafeGuaranteedRef { $0.code.pointee.prototype }
      : UnsafeRawPointer(window.pointee.reference.toOpaque())
    let known = site._withUnsafeGuaranteedRef { $0.plan(for: identity) }
    if let plan = try known ?? newPlan(site.takeUnretainedValue(), window) {
      if !plan._withUnsafeGuaranteedRef({ $0.isIdentity }) { plan._withUnsafeGuaranteedRef { $0.arrange(window) } }
      return try begin(plan, site, window, r)
    }
    // A spread gives other arguments each time.
    let opened = try open(site.takeUnretainedValue(), window)
    let plan = try withExtendedLifetime(opened) { try self.plan(opened.written, for: window.pointee) }
    opened.take().withUnsafeBufferPointer { plan.fill(window, with: UnsafeMutableBufferPointer(mutating: $0)) }
    return try withExtendedLifetime(plan) {
      try begin(Unmanaged.passUnretained(plan), site, window, r, positions: opened.written.positions)
    }
  }

  private func plan(_ written: WrittenArguments, for callee: Value) throws -> CallPlan {
    if let function = callee.function { return try function.prototype.plan(written) }
    return try callee.builtin!.builtin.plan(written)
  }

  /// Nil when the site has a spread.
  @inline(never)
  private func newPlan(_ site: CallSite, _ window: Registers) throws -> Unmanaged<CallPlan>? {
    if site.hasSpread { return nil }
    let plan = try plan(site.written, for: window.pointee)
    return site.keep(plan, for: window.pointee.function?.prototype ?? window.pointee.object!)
  }

  /// The arguments stand in their order: holds the places, and calls what is not a function of the language.
  private func begin(
    _ plan: Unmanaged<CallPlan>, _ site: Unmanaged<CallSite>, _ window: Registers, _ r: Registers,
    positions: [Int]? = nil
  ) throws -> Bool {
    let (count, inoutCount, inouts) = plan._withUnsafeGuaranteedRef { ($0.parameterCount, $0.inoutCount, $0.inouts) }
    let mark = heldCount
    do {
      for n in 0..<inoutCount {
        let argument = positions?[inouts[n].argument] ?? inouts[n].argument
        try hold(argument, of: site, as: inouts[n].parameter + 1, window, r)
      }
      if window.pointee.isObject(.function) {
        try requireRoom(window)
        return true
      }
      free = max(free, window + 1 + count)
      lastLent = inoutCount > 0 ? window + inouts[inoutCount - 1].parameter + 1 : nil
      let result = try apply(window, plan.takeUnretainedValue())
      if heldCount > mark, let lost = writeBack(to: mark, callee: window) {
        result.release()
        throw lost
      }
      for j in 1..<(count + 1) { (window + j).clear() }
      window.put(result)
      return false
    } catch {
      writeBack(to: mark, callee: window)
      for j in 0...count { (window + j).clear() }
      throw error
    }
  }

  /// Moves the place of a `&` argument into the parameter's register.
  @inline(__always)
  private func hold(
    _ argument: Int, of site: Unmanaged<CallSite>, as parameter: Int, _ window: Registers, _ r: Registers
  ) throws {
    let place = site._withUnsafeGuaranteedRef { $0.places } + argument
    if _fastPath(place.pointee.count == 0) {
      let root = (place.pointee.isGlobal ? r.code.pointee.globals : r) + place.pointee.root
      if _fastPath(!root.pointee.isMissing && !root.pointee.isBusy) {
        hold(HeldPlace(parameter: parameter, root: root, part: nil))
        (window + parameter).put(root.pointee)
        root.pointee = .busy
        return
      }
    }
    do {
      let written = site.takeUnretainedValue().arguments[argument].place!
      (window + parameter).put(try hold(written, r, r.function.takeUnretainedValue().prototype, parameter: parameter))
    } catch var failure as Failure where failure.argument != nil {
      // What is wrong is a part of the place.
      failure.argument = argument
      throw failure
    }
  }

  /// Calls a builtin whose arguments stand in its order. The plan is held: what the builtin calls back may come to the
  /// same call again with another callee, and then the site keeps another plan.
  private func apply(_ window: Registers, _ plan: CallPlan) throws -> Value {
    do {
      return try window.pointee.unchecked(BuiltinObject.self)._withUnsafeGuaranteedRef { builtin in
        do { return try builtin.body(window + 1) } catch { throw builtin.builtin.naming(error) }
      }
    } catch {
      throw relocated(error, plan)
    }
  }

  /// What a builtin says of its parameter is shown at the argument that became it.
  private func relocated(_ error: any Error, _ plan: CallPlan) -> any Error {
    guard var failure = error as? Failure, let parameter = failure.argument, parameter >= 0 else { return error }
    failure.argument = plan.position(ofParameter: parameter)
    return failure
  }

  private func applyForeign(_ site: CallSite, _ window: Registers) throws {
    guard let call = window.pointee.foreign?.callable else { throw notCallable(window.pointee) }
    if let at = site.arguments.firstIndex(where: { $0.place != nil }) {
      throw Failure("needs-inout", "this call changes none of its arguments, so it takes no `&`", argument: at)
    }
    let opened = try open(site, window)
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []
    for (n, value) in opened.values.enumerated() {
      if let name = opened.written.names[n] { named.append((name.name, value)) } else { positional.append(value) }
    }
    window.put(try withExtendedLifetime(opened) { try call(positional, named) })
  }
}
