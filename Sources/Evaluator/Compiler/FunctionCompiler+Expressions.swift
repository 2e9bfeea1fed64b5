import Diagnostics
import Syntax

extension FunctionCompiler {
  /// Where an operand is: a local's own register, or a temporary that is read once.
  struct Operand {
    var register: Int
    var isTemporary: Bool
  }

  /// Evaluates to a register, without moving locals that are surely set.
  func operand(_ e: Expression) throws -> Operand {
    if case .parenthesized(let inner) = e.kind { return try operand(inner) }
    if case .name(let name) = e.kind, case .local(let register) = resolve(name) {
      if !definitelySet.contains(name) { emit(.check, register, self.name(name), at: e.span) }
      return Operand(register: register, isTemporary: false)
    }
    let register = allocate()
    try compile(e, into: register)
    return Operand(register: register, isTemporary: true)
  }

  /// Both operands of an operator, left to right; the left one is copied when the right could change it.
  func operands(_ left: Expression, _ right: Expression) throws -> (Operand, Operand) {
    var a = try operand(left)
    if !a.isTemporary, right.mayChangeLocals {
      let copy = allocate()
      emit(.move, copy, a.register, at: left.span)
      a = Operand(register: copy, isTemporary: true)
    }
    return (a, try operand(right))
  }

  func flags(_ b: Operand, _ c: Operand? = nil) -> UInt8 {
    (b.isTemporary ? 1 : 0) | (c?.isTemporary == true ? 2 : 0)
  }

  func compile(_ e: Expression, into target: Int) throws {
    let mark = top
    defer { top = mark }
    switch e.kind {
    case .number(let value): emit(.constant, target, constant(value), at: e.span)
    case .bool(let value): emit(.constant, target, constant(Value(value)), at: e.span)
    case .none: emit(.none, target, at: e.span)
    case .string(let parts): try compileString(parts, into: target, at: e.span)
    case .name(let name): compileName(name, into: target, at: e.span)
    case .placeholder:
      emitFailure(
        Diagnostic(
          "syntax", "`_` has a meaning only as an argument of the call right of `|>`", labels: [.init(source, e.span)]),
        at: e.span)
    case .parenthesized(let inner): try compile(inner, into: target)
    case .bracket(let items, let makesList): try compileBracket(items, makesList, into: target, at: e.span)
    case .record(let fields): try compileRecord(fields, into: target, at: e.span)
    case .table(let table): try compileTable(table, into: target, at: e.span)
    case .negate(let inner):
      if case .number(let value) = inner.kind {
        emit(.constant, target, constant(-value), at: e.span)
      } else {
        let a = try operand(inner)
        emit(.negate, target, a.register, flags: flags(a), at: e.span, operands: [inner.span])
      }
    case .not(let inner):
      let a = try operand(inner)
      emit(.not, target, a.register, flags: flags(a), at: e.span, operands: [inner.span])
    case .arithmetic(let op, let span, let left, let right):
      try compileArithmetic(op, span, left, right, into: target)
    case .compare(let op, let span, let left, let right): try compileComparison(op, span, left, right, into: target)
    case .and(let left, let right): try compileLogic(left, right, isOr: false, into: target, at: e.span)
    case .or(let left, let right): try compileLogic(left, right, isOr: true, into: target, at: e.span)
    case .range(let from, let to, let isInclusive):
      let (a, b) = try operands(from, to)
      emit(
        .range, target, a.register, b.register, flags: isInclusive ? 4 : 0, at: e.span, operands: [from.span, to.span])
    case .compose(let left, let span, let right):
      let (a, b) = try operands(left, right)
      emit(
        .compose, target, a.register, b.register, flags: flags(a, b), at: span, operands: [left.span, right.span])
    case .pipe(let left, let span, let right): try compilePipe(left, span, right, into: target, at: e.span)
    case .call(let callee, let arguments): try compileCall(callee, arguments, into: target, at: e.span)
    case .index(let base, let indices): try compileIndex(base, indices, into: target, at: e.span)
    case .field(let base, let field) where isLibrary(base):
      // `nns.mean` always reaches the library, whatever a variable `mean` holds.
      if let value = globals.library.value(field.text) {
        emit(.constant, target, constant(value.retained()), at: e.span)
      } else {
        let near = nearMisses(field.text, among: globals.library.names).first
        emitFailure(
          Diagnostic(
            "unknown-name", "the library has no `\(field.text)`", labels: [.init(source, field.span)],
            hint: near.map { "nns.\($0)" }), at: field.span)
      }
    case .field(let base, let field):
      let a = try operand(base)
      emit(
        .field, target, a.register, symbol(field.text), flags: flags(a), at: field.span,
        operands: [base.span])
      emit(.word, at: field.span)
    case .function(let function):
      try compileFunction(function, name: "fn", ownName: nil, documentation: nil, into: target)
    case .conditional(let condition, let then, let otherwise):
      try compileConditional(condition, then, otherwise, into: target, at: e.span)
    case .attempt(let body, let caught, let handler):
      try compileAttempt(body, caught, handler, into: target, at: e.span)
    }
  }

  /// `nns` is the library unless the program has a variable of that name.
  private func isLibrary(_ e: Expression) -> Bool {
    guard case .name("nns") = e.kind, case .global = resolve("nns") else { return false }
    return globals["nns"] == nil
  }

  func compileName(_ name: String, into target: Int, at span: Span, isCallee: Bool = false) {
    switch resolve(name) {
    case .local(let register):
      if !isCallee, !definitelySet.contains(name) { emit(.check, register, self.name(name), at: span) }
      if register != target { emit(.move, target, register, at: span) }
    case .capture(let index):
      emit(.getCapture, target, index, at: span)
      if !isCallee { emit(.check, target, self.name(name), at: span) }
    case .ownFunction: emit(.getSelf, target, at: span)
    case .global(let slot): emit(.getGlobal, target, slot, flags: isCallee ? 4 : 0, at: span)
    }
  }

  private func compileString(_ parts: [StringPart], into target: Int, at span: Span) throws {
    let values = parts.compactMap { if case .value(let e, _, _) = $0 { e } else { nil } }
    if values.isEmpty {
      let text = parts.map { if case .text(let t) = $0 { t } else { "" } }.joined()
      emit(.constant, target, constant(Value(text)), at: span)
      return
    }
    let base = try compileSequence(values)
    prototype.interpolations.append(Interpolation(parts))
    emit(.interpolate, target, base, prototype.interpolations.count - 1, at: span, operands: values.map(\.span))
  }

  /// Evaluates into consecutive fresh registers.
  func compileSequence(_ values: [Expression]) throws -> Int {
    let base = allocate(values.count)
    for (i, e) in values.enumerated() { try compile(e, into: base + i) }
    return base
  }

  private func compileBracket(_ items: [Item], _ makesList: Bool, into target: Int, at span: Span) throws {
    let values = items.map { item in
      switch item {
      case .value(let e), .spread(let e): e
      }
    }
    let spread = items.map { if case .spread = $0 { true } else { false } }
    let base = try compileSequence(values)
    if spread.contains(true) || values.count > 60_000 {
      prototype.brackets.append(BracketPlan(isSpread: spread, makesList: makesList))
      emit(.spreadList, target, base, prototype.brackets.count - 1, at: span, operands: values.map(\.span))
    } else {
      // Brackets in brackets are the rows of a matrix; a variable that holds a tensor is an item of a list.
      let isMatrix = !makesList && !values.isEmpty && values.allSatisfy(FunctionCompiler.isBracket)
      emit(
        .list, target, base, values.count, flags: makesList ? 4 : isMatrix ? 8 : 0, at: span,
        operands: values.count <= 64 ? values.map(\.span) : [])
    }
  }

  private static func isBracket(_ e: Expression) -> Bool {
    if case .bracket(_, makesList: false) = e.kind { return true }
    return false
  }

  private func compileRecord(_ fields: [Field], into target: Int, at span: Span) throws {
    var keys: [Symbol?] = []
    var values: [Expression] = []
    for field in fields {
      switch field {
      case .pair(let key, let e):
        keys.append(Symbol(key.text))
        values.append(e)
      case .shorthand(let key):
        keys.append(Symbol(key.text))
        values.append(Expression(.name(key.text), key.span))
      case .spread(let e):
        keys.append(nil)
        values.append(e)
      }
    }
    let base = try compileSequence(values)
    let names = keys.compactMap { $0 }
    if names.count == keys.count, Set(names).count == names.count {
      prototype.shapes.append(RecordShape.of(names))
      emit(.record, target, base, prototype.shapes.count - 1, at: span)
    } else {
      prototype.recordPlans.append(RecordPlan(keys: keys))
      emit(.spreadRecord, target, base, prototype.recordPlans.count - 1, at: span, operands: values.map(\.span))
    }
  }

  private func compileTable(_ table: TableSyntax, into target: Int, at span: Span) throws {
    let cells = table.rows.flatMap { $0 }
    let base = try compileSequence(cells)
    prototype.tables.append(TablePlan(columns: table.columns.map(\.text), cellCount: cells.count))
    emit(.table, target, base, prototype.tables.count - 1, at: span, operands: cells.map(\.span))
  }

  private static let operations: [ArithmeticOperator: Instruction.Operation] = [
    .add: .add, .subtract: .subtract, .multiply: .multiply, .divide: .divide, .floorDivide: .floorDivide,
    .modulo: .modulo, .power: .power, .matmul: .matmul,
  ]
  private static let constantOperations: [ArithmeticOperator: Instruction.Operation] = [
    .add: .addK, .subtract: .subtractK, .multiply: .multiplyK, .divide: .divideK, .modulo: .moduloK,
  ]

  func compileArithmetic(
    _ op: ArithmeticOperator, _ span: Span, _ left: Expression, _ right: Expression, into target: Int
  ) throws {
    if let constantOp = Self.constantOperations[op], case .number(let value) = right.kind {
      let a = try operand(left)
      emit(
        constantOp, target, a.register, constant(value), flags: flags(a), at: span, operands: [left.span, right.span])
      return
    }
    // A product with a constant on the left is the same the other way round.
    if op == .multiply, case .number(let value) = left.kind {
      let b = try operand(right)
      emit(
        .multiplyK, target, b.register, constant(value), flags: flags(b), at: span, operands: [right.span, left.span])
      return
    }
    let (a, b) = try operands(left, right)
    emit(
      Self.operations[op]!, target, a.register, b.register, flags: flags(a, b), at: span,
      operands: [left.span, right.span])
  }

  private static let comparisons: [Comparison: (plain: Instruction.Operation, constant: Instruction.Operation)] = [
    .less: (.less, .lessK), .lessOrEqual: (.lessEqual, .lessEqualK), .greater: (.greater, .greaterK),
    .greaterOrEqual: (.greaterEqual, .greaterEqualK), .equal: (.equal, .equalK), .notEqual: (.notEqual, .notEqualK),
  ]
  private static let jumps: [Comparison: (plain: Instruction.Operation, constant: Instruction.Operation)] = [
    .less: (.jumpUnlessLess, .jumpUnlessLessK), .lessOrEqual: (.jumpUnlessLessEqual, .jumpUnlessLessEqualK),
    .greater: (.jumpUnlessGreater, .jumpUnlessGreaterK),
    .greaterOrEqual: (.jumpUnlessGreaterEqual, .jumpUnlessGreaterEqualK),
    .equal: (.jumpUnlessEqual, .jumpUnlessEqualK), .notEqual: (.jumpUnlessNotEqual, .jumpUnlessNotEqualK),
  ]

  func compileComparison(
    _ op: Comparison, _ span: Span, _ left: Expression, _ right: Expression, into target: Int
  ) throws {
    guard let operation = Self.comparisons[op] else {
      let (a, b) = try operands(left, right)
      emit(
        .contains, target, a.register, b.register, flags: flags(a, b) | (op == .isNotIn ? 4 : 0), at: span,
        operands: [left.span, right.span])
      return
    }
    if case .number(let value) = right.kind {
      let a = try operand(left)
      emit(
        operation.constant, target, a.register, constant(value), flags: flags(a), at: span,
        operands: [left.span, right.span])
      return
    }
    let (a, b) = try operands(left, right)
    emit(
      operation.plain, target, a.register, b.register, flags: flags(a, b), at: span, operands: [left.span, right.span])
  }

  private func compileLogic(_ left: Expression, _ right: Expression, isOr: Bool, into target: Int, at span: Span) throws
  {
    let result = allocate()
    try compile(left, into: result)
    let skip = emit(.shortCircuit, result, flags: isOr ? 1 : 0, at: left.span)
    let other = allocate()
    try compile(right, into: other)
    emit(.logic, result, result, other, flags: isOr ? 4 : 0, at: span, operands: [left.span, right.span])
    // The distance shares its bits with nothing: flags tell `and` from `or`.
    try patch(skip, to: here)
    emit(.move, target, result, flags: 1, at: span)
  }

  /// Jumps taken when the condition does not hold.
  func compileCondition(_ e: Expression) throws -> [Int] {
    let mark = top
    defer { top = mark }
    switch e.kind {
    case .parenthesized(let inner): return try compileCondition(inner)
    case .and(let left, let right): return try compileCondition(left) + compileCondition(right)
    case .compare(let op, let span, let left, let right):
      guard let jump = Self.jumps[op] else { break }
      if case .number(let value) = right.kind {
        let a = try operand(left)
        return [
          emitShortJump(jump.constant, a.register, constant(value), at: span, operands: [left.span, right.span])
        ]
      }
      let (a, b) = try operands(left, right)
      return [emitShortJump(jump.plain, a.register, b.register, at: span, operands: [left.span, right.span])]
    default: break
    }
    let a = try operand(e)
    return [emitJump(.jumpIfFalse, a.register, at: e.span)]
  }

  private func compileConditional(
    _ condition: Expression, _ then: Block, _ otherwise: Block?, into target: Int, at span: Span
  ) throws {
    let unmet = try compileCondition(condition)
    let before = definitelySet
    try compileBlock(then, into: target, at: span)
    let afterThen = definitelySet
    let end = emitJump(.jump, at: span)
    try patchHere(unmet)
    definitelySet = before
    if let otherwise {
      try compileBlock(otherwise, into: target, at: span)
    } else {
      emit(.none, target, at: span)
    }
    definitelySet.formIntersection(afterThen)
    try patch(end, to: here)
  }

  private func compileAttempt(_ body: Block, _ caught: Name, _ handler: Block, into target: Int, at span: Span) throws {
    let before = definitelySet
    let start = here
    try compileBlock(body, into: target, at: span)
    let end = here
    let over = emitJump(.jump, at: span)
    let afterBody = definitelySet
    definitelySet = before
    let register = allocate()
    prototype.handlers.append(.init(start: start, end: end, target: here, register: register))
    store(register, in: caught, isTemporary: true)
    try compileBlock(handler, into: target, at: span)
    definitelySet.formIntersection(afterBody)
    try patch(over, to: here)
  }

  private func compileIndex(_ base: Expression, _ indices: [Index], into target: Int, at span: Span) throws {
    if indices.count == 1, case .at(let e) = indices[0], !e.isRange {
      let (a, b) = try operands(base, e)
      emit(
        .index, target, a.register, b.register, flags: flags(a, b), at: span, operands: [base.span, e.span])
      return
    }
    // The indexed value is copied next to nothing: it keeps its own register.
    let a = try operand(base)
    let plan = try compileIndices(indices)
    emit(
      .indexMany, target, a.register, plan, flags: flags(a), at: span,
      operands: [base.span] + prototype.indexPlans[plan].spans)
  }

  /// Evaluates the parts of an index; returns the position of the plan.
  func compileIndices(_ indices: [Index]) throws -> Int {
    var parts: [IndexPlan.Part] = []
    var spans: [Span] = []
    func register(_ e: Expression?) throws -> Int? {
      guard let e else { return nil }
      let r = allocate()
      try compile(e, into: r)
      return r
    }
    for index in indices {
      switch index {
      case .ellipsis(let span):
        parts.append(.ellipsis)
        spans.append(span)
      case .newAxis(let span):
        parts.append(.newAxis)
        spans.append(span)
      case .at(let e):
        parts.append(.at(try register(e)!))
        spans.append(e.span)
      case .slice(let from, let to, let step, let isInclusive, let span):
        parts.append(
          .slice(from: try register(from), to: try register(to), step: try register(step), isInclusive: isInclusive))
        spans.append(span)
      }
    }
    prototype.indexPlans.append(IndexPlan(parts: parts, spans: spans))
    return prototype.indexPlans.count - 1
  }
}

extension Expression {
  var isRange: Bool { if case .range = kind { true } else { false } }
}
