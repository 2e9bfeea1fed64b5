import Diagnostics
import Syntax

extension FunctionCompiler {
  /// Runs a block; the value of its last expression goes to the target.
  func compileBlock(_ block: Block, into target: Int, at span: Span) throws {
    for (i, statement) in block.enumerated() {
      if i == block.count - 1, case .expression(let e) = statement.kind {
        try compile(e, into: target)
        return
      }
      try compile(statement)
    }
    emit(.none, target, at: span)
  }

  func compileBlock(_ block: Block) throws { for statement in block { try compile(statement) } }

  /// A statement whose value is not wanted.
  func compile(_ statement: Statement) throws {
    let mark = top
    defer { top = mark }
    switch statement.kind {
    case .expression(let e):
      if case .conditional(let condition, let then, let otherwise) = e.kind {
        return try compileIf(condition, then, otherwise, at: e.span)
      }
      let r = allocate()
      try compile(e, into: r)
      emit(.none, r, at: e.span)
    case .assign(let sides, let value): try compileAssignment(sides, value, at: statement.span)
    case .augment(let side, let op, let operatorSpan, let value):
      try compileAugment(side, op, operatorSpan, value, at: statement.span)
    case .checkedBinding(let name, let type, let value):
      try compileCheckedBinding(name, type, value, at: statement.span)
    case .function(let name, let function):
      let r = allocate()
      try compileFunction(
        function, name: name.text, ownName: name.text, documentation: statement.documentation, into: r)
      store(r, in: name, isTemporary: true)
    case .model(let name, let function):
      let r = allocate()
      try compileFunction(
        function, name: name.text, ownName: name.text, documentation: statement.documentation, isModel: true, into: r)
      store(r, in: name, isTemporary: true)
    case .forLoop(let targets, let sequence, let body): try compileFor(targets, sequence, body, at: statement.span)
    case .whileLoop(let condition, let body): try compileWhile(condition, body, at: statement.span)
    case .returns(let value): try compileReturn(value, at: statement.span)
    case .breaks: loops[loops.count - 1].breaks.append(emitJump(.jump, at: statement.span))
    case .continues: loops[loops.count - 1].continues.append(emitJump(.jump, at: statement.span))
    case .assert(let condition, let message):
      let unmet = try compileCondition(condition)
      let over = emitJump(.jump, at: statement.span)
      try patchHere(unmet)
      let r = allocate()
      if let message { try compile(message, into: r) } else { emit(.unset, r, at: statement.span) }
      emit(.assertFailed, r, at: condition.span, operands: [condition.span])
      try patch(over, to: here)
    case .use(let path, let name, let alias):
      let r = allocate()
      prototype.modules.append(ModuleRequest(path: path, name: name.text))
      emit(.use, r, prototype.modules.count - 1, at: statement.span)
      store(r, in: alias ?? name, isTemporary: true)
    }
  }

  func compileReturn(_ value: Expression?, at span: Span) throws {
    let r = allocate()
    defer { top = r }
    if let value { try compile(value, into: r) } else { emit(.none, r, at: span) }
    if let resultSignature { emit(.checkResult, r, resultSignature, at: value?.span ?? span) }
    emit(.result, r, at: span)
  }

  private func compileIf(_ condition: Expression, _ then: Block, _ otherwise: Block?, at span: Span) throws {
    let unmet = try compileCondition(condition)
    let before = definitelySet
    try compileBlock(then)
    let afterThen = definitelySet
    definitelySet = before
    guard let otherwise else { return try patchHere(unmet) }
    let end = emitJump(.jump, at: span)
    try patchHere(unmet)
    try compileBlock(otherwise)
    definitelySet.formIntersection(afterThen)
    try patch(end, to: here)
  }

  private func compileWhile(_ condition: Expression, _ body: Block, at span: Span) throws {
    // The condition stands behind the body, so that each round jumps once.
    let entry = emitJump(.jump, at: span)
    let start = here
    let before = definitelySet
    loops.append(Loop())
    try compileBlock(body)
    let loop = loops.removeLast()
    definitelySet = before
    try patchHere([entry] + loop.continues)
    var unmet = try compileCondition(condition)
    if let last = unmet.last, last == here - 1, let jump = instructions[last].inverted {
      instructions[last] = jump
      unmet.removeLast()
      try patch(last, to: start)
    } else {
      try patch(emitJump(.jump, at: span), to: start)
    }
    try patchHere(unmet + loop.breaks)
  }

  private func compileFor(_ targets: [Target], _ sequence: Expression, _ body: Block, at span: Span) throws {
    let before = definitelySet
    let state = takeLoopRegisters()
    if isTopLevel { loopVariables += targets.flatMap(\.names) }
    defer { if isTopLevel { loopVariables.removeLast(targets.flatMap(\.names).count) } }
    loops.append(Loop())
    if targets.count == 1, case .name(let variable) = targets[0],
      case .range(let from, let to, let isInclusive) = sequence.kind
    {
      try compileCountedFor(variable, from, to, isInclusive, state, body, at: sequence.span)
    } else {
      try compile(sequence, into: state)
      emit(.iterate, state, at: sequence.span)
      let test = here
      let mark = top
      let item = allocate()
      let done = emitShortJump(.next, state, item, at: sequence.span)
      if targets.count == 1 {
        bind(targets[0], to: item, at: span)
      } else {
        bind(.list(targets, span), to: item, at: span)
      }
      top = mark
      try compileBlock(body)
      let loop = loops[loops.count - 1]
      for c in loop.continues { try patch(c, to: test) }
      let back = emitJump(.jump, at: span)
      try patch(back, to: test)
      try patchHere([done] + loop.breaks)
      emit(.none, state, at: span)
    }
    loops.removeLast()
    definitelySet = before
  }

  /// Over a literal range: no collection, two numbers in registers.
  private func compileCountedFor(
    _ variable: Name, _ from: Expression, _ to: Expression, _ isInclusive: Bool, _ state: Int, _ body: Block,
    at span: Span
  ) throws {
    // A variable that only this loop binds is its own counter.
    var counter = state
    if case .local(let register) = resolve(variable.text), bindingCounts[variable.text] == 1 { counter = register }
    try compile(from, into: state + 2)
    try compile(to, into: state + 1)
    let bothSpans = [from.span, to.span]
    emit(.move, counter, state + 2, at: from.span)
    let flags: UInt8 = isInclusive ? 4 : 0
    let empty = emitShortJump(.forPrepare, counter, state + 1, flags: flags, at: span, operands: bothSpans)
    let start = here
    if counter == state {
      store(counter, in: variable, isTemporary: false)
    } else {
      definitelySet.insert(variable.text)
    }
    try compileBlock(body)
    let loop = loops[loops.count - 1]
    for c in loop.continues { try patch(c, to: here) }
    let back = emitShortJump(.forLoop, counter, state + 1, flags: flags, at: span)
    try patch(back, to: start)
    try patchHere([empty] + loop.breaks)
  }

  /// Splits a value over a target.
  func bind(_ target: Target, to register: Int, at span: Span) {
    switch target {
    case .name(let name): store(register, in: name, isTemporary: true)
    case .wildcard: emit(.none, register, at: span)
    case .list(let targets, let span):
      let mark = top
      let parts = allocate(targets.count)
      emit(.unpack, parts, register, targets.count, at: span)
      for (i, t) in targets.enumerated() { bind(t, to: parts + i, at: span) }
      top = mark
    }
  }

  /// Writes a register to a name of this function, or of the text's own level.
  func store(_ register: Int, in name: Name, isTemporary: Bool) {
    if case .local(let local) = resolve(name.text) {
      if local != register { emit(.move, local, register, flags: isTemporary ? 1 : 0, at: name.span) }
      definitelySet.insert(name.text)
    } else {
      emit(.setGlobal, register, globals.slot(for: name.text), flags: isTemporary ? 1 : 0, at: name.span)
    }
  }

  private func compileAssignment(_ sides: [LeftSide], _ value: Expression, at span: Span) throws {
    if sides.count == 1 {
      // The value is computed in place where that cannot be seen from outside.
      if case .name(let name) = sides[0], case .local(let register) = resolve(name.text), value.isSafeInPlace {
        try compileNamed(value, name, into: register)
        definitelySet.insert(name.text)
        return
      }
      // Parts of a place are evaluated after the value: `x[i] = f(&i)` uses the new i.
      let r = allocate()
      if case .name(let name) = sides[0] { try compileNamed(value, name, into: r) } else { try compile(value, into: r) }
      return try assign(sides[0], r, at: span)
    }
    let r = allocate()
    try compile(value, into: r)
    try assign(.list(sides, span), r, at: span)
  }

  /// A function literal bound to a name can call itself by it.
  private func compileNamed(_ value: Expression, _ name: Name, into target: Int) throws {
    if case .function(let function) = value.kind {
      try compileFunction(function, name: name.text, ownName: name.text, documentation: nil, into: target)
    } else {
      try compile(value, into: target)
    }
  }

  private func assign(_ side: LeftSide, _ register: Int, at span: Span) throws {
    switch side {
    case .name(let name): store(register, in: name, isTemporary: true)
    case .wildcard: emit(.none, register, at: span)
    case .place(let e):
      guard let place = try compilePlace(e) else { return }
      prototype.paths.append(place)
      let path = prototype.paths.count - 1
      if case .register(let list) = place.root, case .index(let index, _)? = place.steps.first, place.steps.count == 1 {
        emit(.setElement, register, list, index, at: e.span)
        emit(.word, 0, path, at: e.span)
      } else if case .register(let record) = place.root, case .field? = place.steps.first, place.steps.count == 1 {
        emit(.setField, register, record, path, at: e.span)
        emit(.word, at: e.span)
      } else {
        emit(.setPath, register, path, at: e.span)
      }
    case .list(let sides, let span):
      let parts = allocate(sides.count)
      emit(.unpack, parts, register, sides.count, at: span)
      for (i, s) in sides.enumerated() { try assign(s, parts + i, at: span) }
    case .record(let names, _):
      let parts = allocate(names.count)
      for (i, name) in names.enumerated() {
        // The last one gives the record up.
        emit(
          .field, parts + i, register, symbol(name.text), flags: i == names.count - 1 ? 1 : 0, at: name.span,
          operands: [span])
        emit(.word, at: name.span)
      }
      for (i, name) in names.enumerated() { store(parts + i, in: name, isTemporary: true) }
    }
  }

  private func compileAugment(
    _ side: LeftSide, _ op: AugmentedOperator, _ operatorSpan: Span, _ value: Expression, at span: Span
  ) throws {
    let arithmetic: ArithmeticOperator =
      switch op {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      }
    switch side {
    case .name(let name):
      let current = Expression(.name(name.text), name.span)
      switch resolve(name.text) {
      case .local(let register):
        try compileArithmetic(arithmetic, operatorSpan, current, value, into: register)
        return
      case .global where isTopLevel:
        let r = allocate()
        try compileArithmetic(arithmetic, operatorSpan, current, value, into: r)
        store(r, in: name, isTemporary: true)
      default: emitFailure(outerAssignment(name.text, at: name.span), at: name.span)
      }
    case .place(let e):
      // The parts of the place are evaluated once, and serve reading and writing.
      guard let place = try compilePlace(e) else { return }
      prototype.paths.append(place)
      let path = prototype.paths.count - 1
      let r = allocate()
      emit(.getPath, r, path, at: e.span)
      let b = try operand(value)
      let operations: [ArithmeticOperator: Instruction.Operation] = [
        .add: .add, .subtract: .subtract, .multiply: .multiply, .divide: .divide,
      ]
      emit(
        operations[arithmetic]!, r, r, b.register, flags: b.isTemporary ? 3 : 1, at: operatorSpan,
        operands: [e.span, value.span])
      emit(.setPath, r, path, at: e.span)
    default:
      emitFailure(
        Diagnostic("syntax", "`\(op.rawValue)` changes one name or one place", labels: [.init(source, span)]), at: span)
    }
  }

  private func compileCheckedBinding(_ name: Name, _ type: TypeExpression, _ value: Expression, at span: Span) throws {
    let r = allocate()
    try compile(value, into: r)
    try compileBindingCheck(type, r, value: value, name: name.text)
    store(r, in: name, isTemporary: true)
  }
}

extension Expression {
  /// Whether this can be computed straight into the local it is assigned to: it must not fail halfway with the local
  /// lost, nor read the local after it was overwritten. One instruction that reads before it writes does neither.
  var isSafeInPlace: Bool {
    switch kind {
    case .number, .bool, .none, .name, .arithmetic, .compare, .negate, .call, .index, .field, .function: return true
    case .parenthesized(let e): return e.isSafeInPlace
    case .string, .bracket, .record: return true
    default: return false
    }
  }
}

extension Target {
  var names: [String] {
    switch self {
    case .name(let name): [name.text]
    case .wildcard: []
    case .list(let targets, _): targets.flatMap(\.names)
    }
  }
}
