import Diagnostics
import Syntax

/// A variable, or a part of one, that a call holds through `&`: written back however the call ends.
struct HeldPlace {
  /// The parameter that it became, counted from 1 in the callee's registers.
  var parameter: Int
  var root: Registers
  var rootName: String
  /// The whole variable's value while a part of it is out.
  var container: Value
  var steps: [ResolvedStep]
}

enum ResolvedStep {
  case field(Symbol)
  case index(Value)
  case indices([IndexValue])
}

extension Machine {
  /// Fills defaults and the rest parameter for a call with positional arguments only.
  func bindPositional(_ function: FunctionObject, _ window: Registers, _ count: Int) throws {
    let parameters = function.prototype.parameters
    if let at = parameters.firstIndex(where: \.isInout), at < count {
      throw needsInout(function.prototype.name, parameters[at].name, argument: at)
    }
    let rest = parameters.firstIndex(where: \.isRest)
    if count > parameters.count, rest == nil {
      throw tooMany(function.prototype.name, parameters.count, count)
    }
    if let rest {
      let list = ListObject(capacity: max(0, count - rest))
      if count > rest { for j in rest..<count { list.append((window + 1 + j).take()) } }
      for j in min(count, rest)..<parameters.count { (window + 1 + j).put(.missing) }
      (window + 1 + rest).put(Value(new: list))
    } else {
      for j in count..<max(count, parameters.count) { (window + 1 + j).put(.missing) }
    }
    try requireGiven(function, window)
  }

  private func requireGiven(_ function: FunctionObject, _ window: Registers) throws {
    for (j, p) in function.prototype.parameters.enumerated()
    where window[1 + j].isMissing && !p.hasDefault {
      throw missingArgument(function.prototype.name, p.name, p.isInout)
    }
  }

  /// Calls a builtin or a foreign value whose arguments stand in the window; the result hands over its count.
  func applyDirectly(_ window: Registers, _ count: Int) throws -> Value {
    if let object = window.pointee.builtin {
      let builtin = object.builtin
      if count == object.arity, !builtin.needsArranging { return try builtin.body(window + 1) }
      let arguments = try builtin.arranged(
        (0..<count).map { window[1 + $0] }, names: [:], isInout: Array(repeating: false, count: count))
      defer { arguments.release() }
      return try builtin.body(arguments.registers)
    }
    if let call = window.pointee.foreign?.callable {
      return try call((0..<count).map { window[1 + $0] }, [])
    }
    throw Failure(
      "not-callable", "\(window.pointee.described) cannot be called", argument: -1,
      facts: [.init("value", window.pointee.preview)])
  }

  /// A call whose callee is not a function of the language.
  func applyWindow(
    _ caller: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>, _ window: Registers, _ count: Int
  ) throws -> Value {
    if let object = window.pointee.builtin {
      let builtin = object.builtin
      if count == object.arity, !builtin.needsArranging {
        if let scalar = builtin.scalar, window[1].isNumber { return Value(foreign: scalar(window[1].number)) }
        return try builtin.body(window + 1)
      }
    } else if !window.pointee.isCallable {
      try replaceCallee(caller, pc, window)
      if window.pointee.function != nil {
        let arguments = (0..<count).map { window[1 + $0] }
        return try call(window.pointee, arguments)
      }
    }
    return try applyDirectly(window, count)
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

  /// Puts named, spread and `&` arguments into the callee's order. For a function of the language its frame is ready
  /// and it is returned; anything else is called at once, and its result stands at the window.
  func arrange(
    _ caller: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>, site index: Int, _ window: Registers,
    _ r: Registers
  ) throws -> Unmanaged<FunctionObject>? {
    let site = caller._withUnsafeGuaranteedRef { $0.prototype.callSites[index] }
    if !window.pointee.isCallable { try replaceCallee(caller, pc, window) }
    let mark = held.count
    if site.isPlain, window.pointee.takesPlain(site) {
      return try arrangePlain(site, window, r, caller.takeUnretainedValue().prototype)
    }
    do {
      if let function = window.pointee.function {
        try arrange(function, site, window, r, caller.takeUnretainedValue().prototype)
        return window.pointee.unchecked(FunctionObject.self)
      }
      let result = try applyArranged(site, window, r, caller.takeUnretainedValue().prototype)
      for j in 0...site.arguments.count { (window + j).clear() }
      writeBack(to: mark, callee: nil)
      window.put(result)
      return nil
    } catch {
      writeBack(to: mark, callee: nil)
      throw error
    }
  }

  /// The common case: every argument stands where its parameter wants it, and only places are left to be held.
  private func arrangePlain(
    _ site: CallSite, _ window: Registers, _ r: Registers, _ owner: Prototype
  ) throws -> Unmanaged<FunctionObject>? {
    let mark = held.count
    do {
      for (j, argument) in site.arguments.enumerated() {
        if let place = argument.place { (window + 1 + j).put(try hold(place, r, owner, parameter: j + 1)) }
      }
      if window.pointee.isObject(.function) { return window.pointee.unchecked(FunctionObject.self) }
      let result = try window.pointee.builtin!.builtin.body(window + 1)
      writeBack(to: mark, callee: window)
      for j in 1..<(site.arguments.count + 1) { (window + j).clear() }
      window.put(result)
      return nil
    } catch {
      writeBack(to: mark, callee: window)
      throw error
    }
  }

  /// The arguments of a site with spreads opened: borrowed values, their names, and which are places.
  private struct Opened {
    var values: [Value] = []
    var names: [Symbol?] = []
    /// The position in the site of each argument, for its place and span.
    var positions: [Int] = []
    var owned: [Value] = []
  }

  private func open(_ site: CallSite, _ window: Registers) throws -> Opened {
    var opened = Opened()
    for (j, argument) in site.arguments.enumerated() {
      let value = window[1 + j]
      if argument.isSpread {
        if let list = value.list {
          for item in list.values {
            opened.values.append(item)
            opened.names.append(nil)
            opened.positions.append(j)
          }
        } else if let record = value.record {
          for (key, item) in zip(record.keys, record.values) {
            opened.values.append(item)
            opened.names.append(key)
            opened.positions.append(j)
          }
        } else if let items = try elements(of: value) {
          opened.owned += items
          for item in items {
            opened.values.append(item)
            opened.names.append(nil)
            opened.positions.append(j)
          }
        } else {
          throw Failure(
            "argument-type", "`..` spreads a list or a record, not \(value.described)", argument: j)
        }
      } else {
        opened.values.append(value)
        opened.names.append(argument.name)
        opened.positions.append(j)
      }
    }
    return opened
  }

  private func arrange(
    _ function: FunctionObject, _ site: CallSite, _ window: Registers, _ r: Registers, _ owner: Prototype
  ) throws {
    let prototype = function.prototype
    let parameters = prototype.parameters
    let opened = try open(site, window)
    defer { for v in opened.owned { v.release() } }
    var slots = [Value](repeating: .missing, count: parameters.count)
    var places = [Place?](repeating: nil, count: parameters.count)
    var restValues: [Value] = []
    var next = 0
    let rest = parameters.firstIndex(where: \.isRest)
    for (n, value) in opened.values.enumerated() {
      let place = site.arguments[opened.positions[n]].place
      var at: Int
      if let name = opened.names[n] {
        guard let found = parameters.firstIndex(where: { $0.symbol == name && !$0.isRest }) else {
          throw unknownArgument(
            prototype.name, name.name, parameters.map(\.name), usage: prototype.usage, argument: opened.positions[n])
        }
        if !slots[found].isMissing || places[found] != nil {
          throw givenTwice(prototype.name, name.name, argument: opened.positions[n])
        }
        at = found
      } else {
        at = next
        next += 1
        if let rest, at >= rest {
          restValues.append(value)
          continue
        }
        if at >= parameters.count { throw tooMany(prototype.name, parameters.count, opened.values.count) }
      }
      if place != nil, !parameters[at].isInout {
        throw Failure(
          "needs-inout", "`\(prototype.name)` does not change `\(parameters[at].name)`, so it takes no `&`",
          argument: opened.positions[n])
      }
      if place == nil, parameters[at].isInout {
        throw needsInout(prototype.name, parameters[at].name, argument: opened.positions[n])
      }
      places[at] = place
      slots[at] = place == nil ? value : .missing
    }
    for (j, p) in parameters.enumerated() where slots[j].isMissing && places[j] == nil && !p.hasDefault && !p.isRest {
      throw missingArgument(prototype.name, p.name, p.isInout)
    }
    for j in slots.indices where places[j] == nil { slots[j] = slots[j].retained() }
    if let rest { slots[rest] = Value(list: restValues.map { $0.retained() }) }
    do {
      for (j, place) in places.enumerated() {
        if let place { slots[j] = try hold(place, r, owner, parameter: j + 1) }
      }
    } catch {
      for j in slots.indices where places[j] == nil { slots[j].release() }
      throw error
    }
    for j in 0..<max(site.arguments.count, slots.count) {
      (window + 1 + j).put(j < slots.count ? slots[j] : .none)
    }
  }

  private func applyArranged(
    _ site: CallSite, _ window: Registers, _ r: Registers, _ owner: Prototype
  ) throws -> Value {
    let opened = try open(site, window)
    defer { for v in opened.owned { v.release() } }
    if let builtin = window.pointee.builtin?.builtin {
      var names: [Int: Symbol] = [:]
      for (n, name) in opened.names.enumerated() { if let name { names[n] = name } }
      let isInout = opened.positions.map { site.arguments[$0].place != nil }
      let arguments = try builtin.arranged(
        opened.values, names: names, isInout: isInout, positions: opened.positions)
      defer { arguments.release() }
      let mark = held.count
      do {
        for (n, parameter) in arguments.inoutParameters {
          let place = site.arguments[opened.positions[n]].place!
          (arguments.registers + parameter).put(try hold(place, r, owner, parameter: parameter))
        }
        let result = try builtin.body(arguments.registers)
        writeBack(to: mark, callee: arguments.registers)
        return result
      } catch {
        writeBack(to: mark, callee: arguments.registers)
        throw error
      }
    }
    if let call = window.pointee.foreign?.callable {
      if let at = site.arguments.firstIndex(where: { $0.place != nil }) {
        throw Failure("needs-inout", "this call changes none of its arguments, so it takes no `&`", argument: at)
      }
      var positional: [Value] = []
      var named: [(name: String, value: Value)] = []
      for (n, value) in opened.values.enumerated() {
        if let name = opened.names[n] { named.append((name.name, value)) } else { positional.append(value) }
      }
      return try call(positional, named)
    }
    throw Failure("not-callable", "\(window.pointee.described) cannot be called", argument: -1)
  }
}

extension Value {
  /// Whether the site's arguments fit the parameters one by one, `&` for `&`.
  fileprivate func takesPlain(_ site: CallSite) -> Bool {
    if isObject(.function) {
      let parameters = unchecked(FunctionObject.self)._withUnsafeGuaranteedRef { $0.prototype.inoutMask }
      return parameters == site.inoutMask
    }
    if isObject(.builtin) {
      return unchecked(BuiltinObject.self)._withUnsafeGuaranteedRef { $0.inoutMask } == site.inoutMask
    }
    return false
  }
}
