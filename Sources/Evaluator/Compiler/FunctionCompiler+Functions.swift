import Diagnostics
package import Syntax

extension FunctionCompiler {
  /// Compiles a nested function and emits its making.
  func compileFunction(
    _ function: Function, name: String, ownName: String?, documentation: String?, isModel: Bool = false,
    into target: Int
  ) throws {
    let nested = try compileNested(function, name: name, ownName: ownName, isModel: isModel)
    nested.documentation = documentation
    prototype.nested.append(nested)
    emit(.function, target, prototype.nested.count - 1, at: function.span)
  }

  private func compileNested(_ function: Function, name: String, ownName: String?, isModel: Bool) throws -> Prototype {
    // Captures found in an attempt that is thrown away stay valid: they only name what is around.
    do {
      return try FunctionCompiler(
        parent: self, globals: globals, source: source, name: name, ownName: ownName, span: function.span,
        headSpan: function.headSpan, isTopLevel: false, usesLongJumps: false
      ).compileWhole(function, isModel: isModel)
    } catch is NeedsLongJumps {
      return try FunctionCompiler(
        parent: self, globals: globals, source: source, name: name, ownName: ownName, span: function.span,
        headSpan: function.headSpan, isTopLevel: false, usesLongJumps: true
      ).compileWhole(function, isModel: isModel)
    }
  }

  private func compileWhole(_ function: Function, isModel: Bool) throws -> Prototype {
    prototype.isModel = isModel
    prototype.parameters = function.parameters.map { p in
      Prototype.Parameter(
        name: p.name.text, symbol: Symbol(p.name.text), isInout: p.isInout, isRest: p.isRest,
        hasDefault: p.defaultValue != nil, span: p.name.span,
        defaultText: p.defaultValue.map { source.text($0.span) }, typeText: p.type.map { source.text($0.span) })
    }
    for p in function.parameters {
      // `_` and a name given twice still take a register each.
      if p.name.text == "_" || locals[p.name.text] != nil { localCount += 1 } else { declareLocals([p.name.text]) }
      if p.defaultValue == nil { definitelySet.insert(p.name.text) }
    }
    let analysis: ScopeAnalysis
    switch function.body {
    case .expression(let e): analysis = ScopeAnalysis(e)
    case .block(let block): analysis = ScopeAnalysis(block)
    }
    bindingCounts = analysis.bindings
    for p in function.parameters { bindingCounts[p.name.text, default: 0] += 1 }
    let types = function.parameters.map(\.type)
    declareLocals((types + [function.result]).compactMap { $0 }.flatMap(\.plainDimNames).filter { !isPinned($0) })
    declareLocals(analysis.names)
    reserveLoops(analysis.loopCount)
    for name in locals.keys.sorted()
    where !definitelySet.contains(name) && !function.parameters.contains(where: { $0.name.text == name }) {
      emit(.unset, locals[name]!, at: function.headSpan)
    }
    try compileDefaults(function.parameters)
    try compileSignature(function)
    try compileBody(function.body, isModel: isModel, span: function.span)
    let needsBinding = function.parameters.contains { $0.isInout || $0.isRest || $0.defaultValue != nil }
    return try finish(plainArity: needsBinding ? -1 : function.parameters.count)
  }

  private func compileDefaults(_ parameters: [ParameterSyntax]) throws {
    for (i, p) in parameters.enumerated() {
      guard let value = p.defaultValue else { continue }
      let given = emitJump(.jumpIfGiven, i + 1, at: value.span)
      try compile(value, into: i + 1)
      try patch(given, to: here)
      definitelySet.insert(p.name.text)
    }
  }

  private func compileBody(_ body: Function.Body, isModel: Bool, span: Span) throws {
    if !isModel {
      switch body {
      case .expression(let e): try compileResult(e, at: span)
      case .block(let block): try compileResult(block, at: span)
      }
      return
    }
    let r = allocate()
    switch body {
    case .expression(let e): try compile(e, into: r)
    case .block(let block): try compileBlock(block, into: r, at: span)
    }
    let parameterNames = Set(prototype.parameters.map(\.name))
    let fields = locals.filter { !parameterNames.contains($0.key) }.sorted { $0.value < $1.value }
    prototype.models.append(ModelPlan(fields: fields.map { ($0.key, $0.value) }))
    emit(.makeModel, r, r, prototype.models.count - 1, at: span)
    emit(.result, r, at: span)
  }

  /// The expression that a function ends with: each branch returns by itself, and a local from where it stands.
  private func compileResult(_ e: Expression, at span: Span) throws {
    switch e.kind {
    case .parenthesized(let inner): return try compileResult(inner, at: span)
    case .conditional(let condition, let then, let otherwise):
      let unmet = try compileCondition(condition)
      let before = definitelySet
      try compileResult(then, at: e.span)
      definitelySet = before
      try patchHere(unmet)
      return try compileResult(otherwise ?? [], at: e.span)
    case .name(let name) where resultSignature == nil && definitelySet.contains(name):
      // What came through `&` goes back to its variable as well.
      guard case .local(let register) = resolve(name),
        prototype.parameters.first(where: { $0.name == name })?.isInout != true
      else { break }
      emit(.result, register, at: span)
      return
    default: break
    }
    try compileReturn(e, at: span)
  }

  private func compileResult(_ block: Block, at span: Span) throws {
    try compileBlock(Block(block.dropLast()))
    guard let last = block.last else { return try compileReturn(nil, at: span) }
    if case .expression(let e) = last.kind { return try compileResult(e, at: span) }
    try compile(last)
    try compileReturn(nil, at: span)
  }

  /// Whether a dim name is a parameter of this or an enclosing function: then it is checked, not bound.
  func isPinned(_ name: String) -> Bool {
    var compiler: FunctionCompiler? = self
    while let c = compiler {
      if c.prototype.parameters.contains(where: { $0.name == name }) { return true }
      compiler = c.parent
    }
    return false
  }
}

/// Compiles a parsed text: the statements become a function without parameters, whose values are shown.
package func compile(_ program: Program, globals: Globals, name: String = "main") throws -> Prototype {
  func attempt(usesLongJumps: Bool) throws -> Prototype {
    let whole = Span(0, program.source.bytes.count)
    let compiler = FunctionCompiler(
      parent: nil, globals: globals, source: program.source, name: name, ownName: nil, span: whole,
      headSpan: Span(0, 0), isTopLevel: true, usesLongJumps: usesLongJumps)
    compiler.reserveLoops(ScopeAnalysis(program.statements).loopCount)
    for statement in program.statements {
      if case .expression(let e) = statement.kind {
        let mark = compiler.top
        let r = compiler.allocate()
        try compiler.compile(e, into: r)
        compiler.emit(.show, r, flags: statement.isSilenced ? 4 : 0, at: statement.span)
        compiler.top = mark
      } else {
        try compiler.compile(statement)
      }
    }
    let r = compiler.allocate()
    compiler.emit(.none, r, at: whole)
    compiler.emit(.result, r, at: whole)
    return try compiler.finish(plainArity: 0)
  }
  do { return try attempt(usesLongJumps: false) } catch is FunctionCompiler.NeedsLongJumps {
    return try attempt(usesLongJumps: true)
  }
}
