import Diagnostics
import Syntax

/// Compiles one function: registers, names, emission. The statements and expressions are in its extensions.
final class FunctionCompiler {
  enum Resolved {
    case local(Int)
    case capture(Int)
    case ownFunction
    case global(Int)
  }
  /// A short jump did not reach: the function is compiled again with long ones.
  struct NeedsLongJumps: Error {}

  let parent: FunctionCompiler?
  let globals: Globals
  let prototype: Prototype
  let source: SourceText
  /// The text's own level: its names are globals and its values are shown.
  let isTopLevel: Bool
  let usesLongJumps: Bool
  /// What the function can call itself by.
  let ownName: String?

  var instructions: [Instruction] = []
  var constants: [Value] = []
  private var numberConstants: [UInt64: Int] = [:]
  var locals: [String: Int] = [:]
  var bindingCounts: [String: Int] = [:]
  /// Locals that hold a value whatever path led here.
  var definitelySet: Set<String> = []
  /// `for` variables at top level around here: closures capture them by value.
  var loopVariables: [String] = []
  /// The first register above parameters, locals and loop state.
  var localCount = 1
  var top = 1
  var highest = 1
  private var freeLoopRegister = 0
  var loops: [Loop] = []
  var resultSignature: Int?

  struct Loop {
    var breaks: [Int] = []
    var continues: [Int] = []
  }

  init(
    parent: FunctionCompiler?, globals: Globals, source: SourceText, name: String, ownName: String?, span: Span,
    headSpan: Span, isTopLevel: Bool, usesLongJumps: Bool
  ) {
    self.parent = parent
    self.globals = globals
    self.source = source
    self.isTopLevel = isTopLevel
    self.usesLongJumps = usesLongJumps
    self.ownName = ownName
    prototype = Prototype(name: name, source: source, globals: globals, span: span, headSpan: headSpan)
  }

  deinit { if prototype.instructionCount == 0 { for c in constants { c.release() } } }

  // MARK: Registers

  func declareLocals(_ names: [String]) {
    for name in names where locals[name] == nil {
      locals[name] = localCount
      prototype.registerNames[localCount] = name
      localCount += 1
    }
  }

  /// Loop state lives among the locals, so that leaving the function clears it: three registers for each loop.
  func reserveLoops(_ count: Int) {
    freeLoopRegister = localCount
    localCount += 3 * count
    top = localCount
    highest = max(highest, top)
  }

  func takeLoopRegisters() -> Int {
    defer { freeLoopRegister += 3 }
    return freeLoopRegister
  }

  func allocate(_ count: Int = 1) -> Int {
    let first = top
    top += count
    highest = max(highest, top)
    return first
  }

  // MARK: Emission

  var here: Int { instructions.count }

  @discardableResult
  func emit(
    _ op: Instruction.Operation, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, flags: UInt8 = 0, at span: Span,
    operands: [Span] = []
  ) -> Int {
    instructions.append(
      Instruction(
        op: op, flags: flags, a: UInt16(truncatingIfNeeded: a), b: UInt16(truncatingIfNeeded: b),
        c: UInt16(truncatingIfNeeded: c)))
    prototype.spans.append(span)
    if !operands.isEmpty { prototype.operandSpans[here - 1] = operands }
    return here - 1
  }

  func constant(_ number: Double) -> Int {
    if let known = numberConstants[number.bitPattern] { return known }
    constants.append(Value(number))
    numberConstants[number.bitPattern] = constants.count - 1
    return constants.count - 1
  }

  /// Takes over the value's count.
  func constant(_ value: Value) -> Int {
    constants.append(value)
    return constants.count - 1
  }

  func name(_ text: String) -> Int {
    if let known = prototype.names.firstIndex(of: text) { return known }
    prototype.names.append(text)
    return prototype.names.count - 1
  }

  func symbol(_ text: String) -> Int {
    let symbol = Symbol(text)
    if let known = prototype.symbols.firstIndex(of: symbol) { return known }
    prototype.symbols.append(symbol)
    return prototype.symbols.count - 1
  }

  /// A long jump to be patched; the condition, if any, is a register.
  func emitJump(_ op: Instruction.Operation, _ a: Int = 0, at span: Span) -> Int { emit(op, a, at: span) }

  /// A jump whose distance is in 16 bits; returns the position to patch.
  func emitShortJump(
    _ op: Instruction.Operation, _ a: Int, _ b: Int, flags: UInt8 = 0, at span: Span, operands: [Span] = []
  ) -> Int {
    let at = emit(op, a, b, flags: flags, at: span, operands: operands)
    guard usesLongJumps else { return at }
    instructions[at].shortOffset = 1
    let skip = emit(.jump, at: span)
    instructions[skip].offset = 1
    return emit(.jump, at: span)
  }

  func patch(_ position: Int, to target: Int) throws {
    let distance = target - position - 1
    switch instructions[position].op {
    case .jump, .jumpIfFalse, .jumpIfTrue, .jumpIfGiven, .shortCircuit:
      instructions[position].offset = distance
    default:
      guard let short = Int16(exactly: distance) else { throw NeedsLongJumps() }
      instructions[position].shortOffset = Int(short)
    }
  }

  func patchHere(_ positions: [Int]) throws { for p in positions { try patch(p, to: here) } }

  // MARK: Names

  func resolve(_ name: String) -> Resolved {
    if let register = locals[name] { return .local(register) }
    if name == ownName, !isTopLevel { return .ownFunction }
    if let index = captureIndex(name) { return .capture(index) }
    return .global(globals.slot(for: name))
  }

  private func captureIndex(_ name: String) -> Int? {
    if let known = prototype.captures.firstIndex(where: { $0.name == name }) { return known }
    guard let parent, let source = parent.captureSource(name) else { return nil }
    prototype.captures.append((name, source))
    return prototype.captures.count - 1
  }

  private func captureSource(_ name: String) -> Prototype.CaptureSource? {
    if let register = locals[name] { return .register(register) }
    if isTopLevel { return loopVariables.contains(name) ? .global(globals.slot(for: name)) : nil }
    if name == ownName { return .ownFunction }
    return captureIndex(name).map { .capture($0) }
  }

  /// A mistake that is found now but belongs to the moment when this code runs, so that `try` can catch it.
  func emitFailure(_ diagnostic: Diagnostic, at span: Span) {
    prototype.diagnostics.append(diagnostic)
    emit(.fail, 0, prototype.diagnostics.count - 1, at: span)
  }

  // MARK: Finishing

  func finish(plainArity: Int) throws -> Prototype {
    if max(highest, constants.count, prototype.names.count, prototype.symbols.count, globals.count) > 60_000 {
      throw Diagnostic(
        "syntax", "this function is too large", labels: [.init(source, prototype.headSpan)],
        why: "a function holds at most 60000 names and intermediate values.")
    }
    prototype.install(
      instructions, constants: constants, plainArity: plainArity, localCount: localCount, registerCount: highest)
    return prototype
  }
}
