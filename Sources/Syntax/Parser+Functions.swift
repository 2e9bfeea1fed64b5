import Diagnostics

/// Functions, their parameters and types.
extension Parser {
  mutating func functionStatement() throws(Stop) -> Statement.Kind {
    let first = start
    advance()
    let name = name()
    return .function(name, try functionRest(first))
  }

  mutating func functionExpression() throws(Stop) -> Expression {
    let first = start
    advance()
    let function = try functionRest(first)
    return Expression(.function(function), function.span)
  }

  /// `params [-> type] (block | => body)`
  private mutating func functionRest(_ first: Int) throws(Stop) -> Function {
    guard kind == .leftParen, !token.flags.contains(.newlineBefore) else { throw fail(functionWithoutParameters()) }
    try enter()
    let parameters = try parameters()
    let tall = height
    var result: TypeExpression?
    if kind == .arrow {
      if !startsType(index(ahead: 1)) { throw fail(arrowWithoutType()) }
      advanceOverOperator()
      result = try type()
    }
    if kind == .colon || kind == .equal { throw fail(signAfterParameters(first)) }
    let head = span(from: first)
    let body: Function.Body
    if kind == .fatArrow {
      body = try arrowBody(head)
    } else {
      guard kind == .leftBrace else { throw fail(missingBlock(after: source.text(head))) }
      body = try inFunction { parser throws(Stop) in .block(try parser.block(after: parser.source.text(head))) }
    }
    leave()
    try grow(tall, height, at: head)
    return Function(parameters: parameters, result: result, body: body, span: span(from: first), headSpan: head)
  }

  private mutating func inFunction(
    _ parse: (inout Parser) throws(Stop) -> Function.Body
  ) throws(Stop) -> Function.Body {
    let saved = loops
    loops = 0
    functions += 1
    let body = try parse(&self)
    functions -= 1
    loops = saved
    return body
  }

  /// `x => body`
  mutating func arrowFunction() throws(Stop) -> Expression {
    let first = start
    let parameter =
      kind == .underscore
      ? Name("_", span) : Name(word(at), span)
    try enter()
    advance()
    let head = parameter.span
    let body = try arrowBody(head)
    leave()
    try grow(height, at: head)
    let place = span(from: first)
    return Expression(
      .function(
        Function(parameters: [ParameterSyntax(name: parameter)], body: body, span: place, headSpan: head)), place)
  }

  /// After `=>`: an expression, or a block when `{` does not begin a record.
  private mutating func arrowBody(_ head: Span) throws(Stop) -> Function.Body {
    advanceOverOperator()
    return try inFunction { parser throws(Stop) in
      guard parser.kind == .leftBrace else { return .expression(try parser.expression()) }
      switch parser.braceAfterArrow() {
      case .block: return .block(try parser.block(after: "=>"))
      case .refused(let name): throw parser.fail(parser.bareShorthand(name, head))
      case .record(let mayBeBlock):
        let opener = parser.at
        let saved = parser
        do throws(Stop) {
          return .expression(try parser.expression())
        } catch {
          guard mayBeBlock, case .problem(let problem) = error, problem.span.start > saved.tokens[opener].start else {
            throw error
          }
          throw parser.blockMistakenForRecord(problem, saved, head)
        }
      }
    }
  }

  private enum BraceMeaning {
    case block
    case record(mayBeBlock: Bool)
    case refused(Name)
  }

  /// What `{` after `=>` begins, by the two tokens that follow, line ends aside.
  private func braceAfterArrow() -> BraceMeaning {
    var i = at + 1
    func skip() { while tokens[i].kind == .newline { i += 1 } }
    skip()
    let first = i
    switch tokens[i].kind {
    case .rightBrace, .dotDot: return .record(mayBeBlock: false)
    case .string, .rawString:
      i += 1
      skip()
      return tokens[i].kind == .colon ? .record(mayBeBlock: false) : .block
    case let kind where kind.isKey:
      i += 1
      skip()
      switch tokens[i].kind {
      case .colon: return .record(mayBeBlock: kind == .name)
      case .comma where kind == .name: return .record(mayBeBlock: true)
      case .rightBrace where kind == .name:
        return .refused(Name(word(first), Span(tokens[first].start, tokens[first].end)))
      default: return .block
      }
    default: return .block
    }
  }

  // MARK: Parameters

  mutating func parameters() throws(Stop) -> [ParameterSyntax] {
    var result: [ParameterSyntax] = []
    var names = NameSet()
    var tall = 0
    try enter()
    let saved = open(ignoringNewlines: true)
    while kind != .rightParen {
      height = 0
      let parameter = try parameter()
      tall = max(tall, height)
      if let before = result.last {
        if before.isRest { note(restNotLast(before.name)) }
        if before.defaultValue != nil, parameter.defaultValue == nil, !parameter.isRest {
          note(defaultBeforePlain(before.name, parameter.name))
        }
      }
      if parameter.name.text != "_", let before = names.insert(parameter.name) {
        note(repeated("parameter", parameter.name, before))
      }
      result.append(parameter)
      if !take(.comma) { break }
    }
    try close(.rightParen, restoring: saved, expecting: "`,` or `)`")
    leave()
    height = tall
    return result
  }

  private mutating func parameter() throws(Stop) -> ParameterSyntax {
    if kind == .dotDot {
      advance()
      guard kind == .name else { throw unexpected("the name of the list that takes the rest") }
      return ParameterSyntax(name: name(), isRest: true)
    }
    let isInout = take(.ampersand)
    guard kind == .name || kind == .underscore else { throw fail(notAParameter()) }
    let name = kind == .underscore ? Name("_", span) : Name(word(at), span)
    advance()
    var parameter = ParameterSyntax(name: name, isInout: isInout)
    if take(.colon) { parameter.type = try type() }
    if kind == .equal {
      let tall = height
      advanceOverOperator()
      parameter.defaultValue = try expression()
      height = max(tall, height)
    }
    return parameter
  }

  // MARK: Types

  static let typeKinds = [
    "number", "int", "f32", "f64", "f16", "i8", "u8", "bool", "tensor", "string", "list", "record", "table", "range",
    "fn", "model", "optimizer", "chart",
  ]

  mutating func type() throws(Stop) -> TypeExpression {
    let first = start
    switch kind {
    case .leftParen:
      try enter()
      let saved = open(ignoringNewlines: true)
      var parts: [TypeExpression] = []
      repeat { parts.append(try type()) } while take(.comma) && kind != .rightParen
      try close(.rightParen, restoring: saved, expecting: "`,` or `)`")
      leave()
      return TypeExpression(.list(parts), span(from: first))
    case .leftBracket: return TypeExpression(.value(kind: nil, dims: try dims()), span(from: first))
    case .name, .keywordFn:
      let kindName = text(ofToken: at)
      guard Self.typeKinds.contains(kindName) else { throw fail(unknownKind(Name(kindName, span))) }
      advance()
      let hasDims = kind == .leftBracket && !token.flags.contains(.newlineBefore)
      return TypeExpression(.value(kind: kindName, dims: hasDims ? try dims() : nil), span(from: first))
    default: throw fail(notAType())
    }
  }

  private mutating func dims() throws(Stop) -> [Dim] {
    var result: [Dim] = []
    var ellipsis: Span?
    try enter()
    let saved = open(ignoringNewlines: true)
    while kind != .rightBracket {
      let place = span
      if kind == .dotDotDot {
        advance()
        if let before = ellipsis { note(twoEllipses(place, before)) }
        ellipsis = place
        result.append(Dim(.ellipsis, place))
      } else if kind == .underscore, next == .comma || next == .rightBracket {
        advance()
        result.append(Dim(.wildcard, place))
      } else {
        let value = try operators(minimum: Power.add)
        result.append(Dim(.expression(value), value.span))
      }
      guard take(.comma) else { break }
    }
    try close(.rightBracket, restoring: saved, expecting: "`,` or `]`")
    leave()
    return result
  }
}
