import Diagnostics

extension Machine {
  /// The place of an instruction: the machine has moved past it, and past the word that follows some.
  func position(_ prototype: Prototype, _ pc: UnsafeMutablePointer<Instruction>) -> Int {
    var at = pc - prototype.code.pointee.instructions - 1
    if at > 0, prototype.code.pointee.instructions[at].op == .word { at -= 1 }
    return max(0, min(at, prototype.spans.count - 1))
  }

  /// Makes a diagnostic of whatever was thrown, with its place in the source.
  func located(
    _ error: any Error, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers, caller: Frame
  ) -> Diagnostic {
    let prototype = r.function.takeUnretainedValue().prototype
    let at = position(prototype, pc)
    if var diagnostic = error as? Diagnostic {
      // It comes from a call that a builtin made: this frame is on the way.
      let isCall = [.call, .callWith, .show, .compose, .use].contains(prototype.code.pointee.instructions[at].op)
      if isCall, !diagnostic.labels.isEmpty { addFrame(to: &diagnostic, prototype, at) }
      return diagnostic
    }
    guard let failure = error as? Failure else {
      return Diagnostic(
        "internal", "\(error)", labels: [.init(prototype.source, prototype.spans[at])])
    }
    if prototype.code.pointee.instructions[at].op == .signature, let call = caller.pc {
      return signatureDiagnostic(failure, prototype, caller.registers, call)
    }
    return misplacedTensor(failure, prototype, at, r) ?? diagnostic(failure, prototype, at)
  }

  func diagnostic(_ failure: Failure, _ prototype: Prototype, _ at: Int) -> Diagnostic {
    let operands = prototype.operandSpans[at] ?? []
    var span = prototype.spans[at]
    if let argument = failure.argument {
      if argument >= 0, argument < operands.count { span = operands[argument] }
      if argument == -1, let callee = prototype.calleeSpans[at] { span = callee }
    } else if prototype.calleeNames[at] != nil, let callee = prototype.calleeSpans[at] {
      span = callee
    }
    let source = prototype.source
    var result = Diagnostic(
      failure.id, failure.message, why: failure.why.map { named($0, failure, source, operands) })
    result.labels = failure.labels + [.init(source, span, facts(failure, prototype, operands))]
    result.notes = notes(failure)
    result.hint = failure.hint.flatMap { hint in fix(hint, failure, source, span, operands, prototype.globals.library) }
    return result
  }

  /// A call whose arguments do not fit the declared dims: the declaration and the call are shown together.
  private func signatureDiagnostic(
    _ failure: Failure, _ prototype: Prototype, _ caller: Registers, _ call: UnsafeMutablePointer<Instruction>
  ) -> Diagnostic {
    let callerPrototype = caller.function.takeUnretainedValue().prototype
    let at = position(callerPrototype, call)
    let operands = callerPrototype.operandSpans[at] ?? []
    var result = Diagnostic(
      failure.id, failure.message, labels: failure.labels, why: failure.why, notes: notes(failure))
    let parameter = -2 - (failure.argument ?? -2)
    var span = callerPrototype.spans[at]
    var which: Int? = parameter
    if callerPrototype.code.pointee.instructions[at].op == .callWith {
      let site = callerPrototype.callSites[Int(callerPrototype.code.pointee.instructions[at].b)]
      which =
        site.arguments.firstIndex { $0.name?.name == prototype.parameters[safe: parameter]?.name }
        ?? (site.arguments[safe: parameter].flatMap { $0.name == nil ? parameter : nil })
    }
    var text = ""
    if let which, which >= 0, which < operands.count {
      span = operands[which]
      let value = failure.facts.first { !$0.name.hasPrefix("\u{1}") }?.value ?? ""
      let name = shortText(callerPrototype.source, span)
      text = (name.map { "\($0): " } ?? "") + value
    }
    result.labels.append(.init(callerPrototype.source, span, text))
    return result
  }

  /// Lines of their own below the error.
  private func notes(_ failure: Failure) -> [String] {
    failure.facts.filter { $0.name == "\u{1}arguments" || $0.name == "\u{1}so far" }
      .map { "\($0.name.dropFirst()): \($0.value)" }
  }

  private func facts(_ failure: Failure, _ prototype: Prototype, _ operands: [Span]) -> String {
    failure.facts.filter { !$0.name.hasPrefix("\u{1}") }.map { fact in
      let written = fact.argument.flatMap {
        $0 >= 0 && $0 < operands.count
          ? shortText(prototype.source, valueSpan(prototype.source, operands[$0])) : nil
      }
      if written == fact.value || fact.value.hasPrefix("fn ") { return "" }
      return "\(written ?? fact.name): \(fact.value)"
    }.filter { !$0.isEmpty }.joined(separator: "   ")
  }

  /// The explanation with what stands in the source for `the left side` and the like: names of facts about an argument.
  private func named(_ why: String, _ failure: Failure, _ source: SourceText, _ operands: [Span]) -> String {
    failure.facts.reduce(why) { why, fact in
      guard let argument = fact.argument, operands.indices.contains(argument),
        let text = shortText(source, operands[argument])
      else { return why }
      let words = Array("the \(fact.name)")
      var rest = Substring(why)
      var result = ""
      while let first = rest.first {
        let isHere = rest.starts(with: words)
        result += isHere ? "`\(text)`" : String(first)
        rest = rest.dropFirst(isHere ? words.count : 1)
      }
      return result
    }
  }

  private func shortText(_ source: SourceText, _ span: Span) -> String? {
    let text = source.text(span)
    return text.count <= 24 && !text.contains("\n") ? text : nil
  }

  /// The calls that led here, innermost first.
  func addFrame(
    to diagnostic: inout Diagnostic, _ function: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>
  ) {
    let prototype = function.takeUnretainedValue().prototype
    addFrame(to: &diagnostic, prototype, position(prototype, pc))
  }

  private func addFrame(to diagnostic: inout Diagnostic, _ prototype: Prototype, _ at: Int) {
    guard diagnostic.trace.count < 1000, diagnostic.id != "interrupted", !prototype.source.isLibrary else { return }
    let span = prototype.spans[at]
    // What went wrong within a function of the library went wrong in the call of it.
    if !diagnostic.labels.isEmpty, diagnostic.labels.allSatisfy(\.source.isLibrary) {
      diagnostic.labels = [.init(prototype.source, prototype.calleeSpans[at] ?? span)]
      diagnostic.hint = nil
      if let name = prototype.calleeNames[at], let function = prototype.globals.library.value(name)?.function {
        diagnostic.notes.append("inside: \(name)(\(function.prototype.usage))")
      }
      return
    }
    // A place that a label shows already is not told again.
    if diagnostic.labels.contains(where: {
      $0.source === prototype.source && $0.span.start >= span.start && $0.span.end <= span.end
    }) {
      return
    }
    diagnostic.trace.append(.init(prototype.source, span, isPrimary: false))
  }

  func handler(_ function: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>) -> Prototype.Handler? {
    let prototype = function.takeUnretainedValue().prototype
    let at = pc - prototype.code.pointee.instructions - 1
    // The innermost handler was finished first.
    return prototype.handlers.first { at >= $0.start && at < $0.end }
  }

  /// Clears what the failed body of a `try` left behind. The registers below hold what was under way around it, such as
  /// a callee and its first arguments.
  func clearTemporaries(from first: Int, _ code: UnsafeMutablePointer<Prototype.Code>, _ r: Registers) {
    for j in first..<max(first, code.pointee.registerCount) { (r + j).clear() }
  }

  /// What `catch e` sees.
  func errorRecord(_ diagnostic: Diagnostic) -> Value {
    Value(
      new: RecordObject([
        ("kind", Value(diagnostic.id)), ("message", Value(diagnostic.message)),
        ("hint", diagnostic.hint.map { Value($0) } ?? .none),
      ]))
  }

  // MARK: Names

  @inline(never)
  func unreadable(_ function: Unmanaged<FunctionObject>, _ slot: Int) -> Failure {
    let prototype = function.takeUnretainedValue().prototype
    let name = prototype.globals.names[slot]
    return prototype.globals.slots[slot].isBusy ? busy(name) : unknownName(name, in: prototype)
  }

  func unknownName(_ name: String, in prototype: Prototype, among set: [String]? = nil) -> Failure {
    let globals = prototype.globals
    // A number is no fix for a function: constants stand back.
    let constants = Set(globals.library.constants.map(\.name))
    let candidates =
      (set ?? globals.setNames) + globals.library.names.filter { !constants.contains($0) }
      + Array(prototype.registerNames.values)
    let message = "there is no `\(name)`"
    if let known = otherNames[name] {
      return Failure("unknown-name", message, why: "here it is called `\(known)`.", hint: "\u{1}rename \(known)")
    }
    if otherModules.contains(name) {
      return Failure(
        "unknown-name", message, why: "the library needs no import: its functions are called by their names alone.",
        hint: "\u{1}unqualify")
    }
    if let way = otherWays[name] { return Failure("unknown-name", message, why: way) }
    if globals.commands.contains(name) {
      return Failure("unknown-name", message, why: "at the prompt there is a command: `:\(name)`.")
    }
    if tensorFields.contains(name) {
      return Failure("unknown-name", message, why: "it is a field of a tensor: `x.\(name)`.")
    }
    let near = nearMisses(name, among: candidates)
    return Failure(
      "unknown-name", message,
      why: near.count > 1 ? "near it are \(near.map { "`\($0)`" }.joined(separator: ", "))." : nil,
      hint: near.first.map { "\u{1}rename \($0)" })
  }

  func unsetLocal(_ function: Unmanaged<FunctionObject>, _ name: Int) -> Failure {
    let prototype = function.takeUnretainedValue().prototype
    let text = prototype.names[name]
    var why = "a name that a function assigns is its own, and has no value before that."
    if prototype.globals[text] != nil {
      why += " The outer `\(text)` is another variable: hand it over as a parameter."
    }
    return Failure("unset-local", "`\(text)` is read before it is set", why: why)
  }

  private func fields(_ owner: Value) -> [String] {
    if let record = owner.record { return record.keys.map(\.name) }
    if owner.tensor != nil || owner.isNumber { return tensorFields }
    return owner.foreign?.fieldNames ?? []
  }

  private func fieldNames(_ owner: Value) -> String? {
    if let list = owner.list {
      return "it has \(list.length) element\(list.length == 1 ? "" : "s"); `len(x)` counts them."
    }
    let names = fields(owner)
    return names.isEmpty
      ? nil : "it has \(names.prefix(12).joined(separator: ", "))\(names.count > 12 ? ", …" : "")."
  }

  func noField(_ owner: Value, _ symbol: Symbol) -> Failure {
    let names = fields(owner)
    // A field of one letter is near everything.
    let near = nearMisses(symbol.name, among: names.filter { $0.count > 1 || symbol.name.count == 1 })
    if symbol.name.hasPrefix("_"), host.isPrivate(owner, symbol.name) {
      return privateName(symbol)
    }
    if owner.record == nil || near.isEmpty, let failure = methodHabit(owner, symbol.name) { return failure }
    return Failure(
      "not-a-field", "\(owner.described) has no field `\(symbol.name)`", why: fieldNames(owner),
      hint: near.first.map { "\u{1}rename \($0)" })
  }

  /// `x.sum()`, as other languages call what works on a value.
  private func methodHabit(_ owner: Value, _ name: String) -> Failure? {
    let message = "\(owner.described) has no field `\(name)`"
    let library = globals.library
    if let ours = library.value(name) == nil ? otherNames[name] : name, library.value(ours)?.isCallable == true {
      let mark = library.builtins[ours]?.parameters.first?.isInout == true ? "&" : ""
      // A record may well be meant to have the field.
      if owner.record != nil {
        return Failure("not-a-field", message, why: fieldNames(owner), hint: "\u{1}methodcall \(mark)\(ours)")
      }
      return Failure(
        "not-a-field", message, why: "there are no methods: a function is handed what it works on.",
        hint: "\u{1}method \(mark)\(ours)")
    }
    return otherWays[name].map { Failure("not-a-field", message, why: $0) }
  }

  func privateName(_ symbol: Symbol) -> Failure {
    Failure(
      "private-name", "`\(symbol.name)` is private to the file that sets it",
      why: "a name that begins with `_` is seen in its own file alone.")
  }

  func assertionFailure(
    _ message: Value, _ function: Unmanaged<FunctionObject>, _ pc: UnsafeMutablePointer<Instruction>
  ) -> Failure {
    let prototype = function.takeUnretainedValue().prototype
    // The names in the library's own conditions are none of the user's.
    if prototype.source.isLibrary, !message.isMissing { return Failure("argument-range", message.displayText) }
    let condition = prototype.source.text(prototype.spans[position(prototype, pc)])
    let text = message.isMissing ? "this does not hold: \(condition)" : message.displayText
    return Failure("assertion", text, why: message.isMissing ? nil : "`\(condition)` does not hold.")
  }
}

extension Array {
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
