import Diagnostics

/// Calls, indices and fields: what stands right of a value.
extension Parser {
  mutating func postfix() throws(Stop) -> Expression {
    var result = try primary()
    while true {
      let isOnNewLine = token.flags.contains(.newlineBefore)
      switch kind {
      case .leftParen where !isOnNewLine:
        let tall = height
        let arguments = try arguments()
        try grow(tall, height, at: result.span)
        result = Expression(.call(result, arguments), span(from: result.span.start))
      case .leftBracket where !isOnNewLine:
        let tall = height
        let indices = try indices(of: result)
        try grow(tall, height, at: result.span)
        result = Expression(.index(result, indices), span(from: result.span.start))
      case .dot where !isOnNewLine:
        advance()
        guard kind.isKey, !(token.flags.contains(.newlineBefore)) else { throw fail(fieldWithoutName(result)) }
        let field = name()
        try grow(height, at: field.span)
        result = Expression(.field(result, field), span(from: result.span.start))
      default: return result
      }
    }
  }

  // MARK: Arguments

  private mutating func arguments() throws(Stop) -> [Argument] {
    try enter()
    var result: [Argument] = []
    var names = NameSet()
    var lastName: Name?
    var tall = 0
    let saved = open(ignoringNewlines: true)
    while kind != .rightParen {
      let argument = try argument()
      tall = max(tall, height)
      if let name = argument.name {
        if let before = names.insert(name) { note(repeated("argument", name, before)) }
        lastName = name
      } else if let before = lastName, !argument.isSpread {
        note(positionalAfterNamed(argument, before))
      }
      result.append(argument)
      if !take(.comma) { break }
    }
    try close(.rightParen, restoring: saved, expecting: "`,` or `)`")
    leave()
    height = tall
    return result
  }

  private mutating func argument() throws(Stop) -> Argument {
    if kind.isKey, next == .equal {
      let name = name()
      advanceOverOperator()
      let isInout = take(.ampersand)
      let value = isInout ? try inoutPlace() : try expression()
      return Argument(name: name, value: value, isInout: isInout)
    }
    switch kind {
    case .ampersand:
      advance()
      return Argument(value: try inoutPlace(), isInout: true)
    case .dotDot:
      advance()
      return Argument(value: try expression(), isSpread: true)
    default: return Argument(value: try expression())
    }
  }

  /// What `&` is put before: a name, `x[i]` or `r.f`.
  private mutating func inoutPlace() throws(Stop) -> Expression {
    let place = try postfix()
    guard isPlace(place) else { throw fail(notAPlace(place, "`&` marks a variable that the call may change")) }
    return place
  }

  /// Whether an expression names something that can be changed.
  func isPlace(_ expression: Expression) -> Bool {
    var inner = expression
    while true {
      switch inner.kind {
      case .name: return true
      case .index(let base, _): inner = base
      case .field(let base, _): inner = base
      default: return false
      }
    }
  }

  // MARK: Indices

  private mutating func indices(of base: Expression) throws(Stop) -> [Index] {
    try enter()
    var result: [Index] = []
    var tall = 0
    var ellipsis: Span?
    let saved = open(ignoringNewlines: true)
    if kind == .rightBracket { throw fail(emptyIndex(base)) }
    repeat {
      let index = try index()
      tall = max(tall, height)
      if case .ellipsis(let span) = index {
        if let before = ellipsis { note(twoEllipses(span, before)) }
        ellipsis = span
      }
      result.append(index)
    } while take(.comma)
    try close(.rightBracket, restoring: saved, expecting: "`,` or `]`")
    leave()
    height = tall
    return result
  }

  private mutating func index() throws(Stop) -> Index {
    height = 1
    let first = start
    if kind == .dotDotDot {
      advance()
      return .ellipsis(span(from: first))
    }
    if isWord(at, "new"), next == .comma || next == .rightBracket {
      advance()
      return .newAxis(span(from: first))
    }
    if kind == .name || kind == .underscore, next == .fatArrow { return .at(try expression()) }
    if kind == .colon { throw fail(colonIndex()) }
    var from: Expression?
    if kind != .dotDot, kind != .dotDotEqual {
      // `not x` and the like are no ends of a range.
      guard kind != .keywordNot else { return .at(try expression()) }
      from = try operators(minimum: Power.add)
    }
    guard kind == .dotDot || kind == .dotDotEqual else {
      guard let from else { throw unexpected("an index") }
      let value = try operators(after: from, minimum: Power.pipe)
      if kind == .colon { throw fail(colonIndex()) }
      return .at(value)
    }
    return try slice(from: from, first: first)
  }

  /// After the first end: `.. [b] [.. step]` or `..= b [.. step]`.
  private mutating func slice(from: Expression?, first: Int) throws(Stop) -> Index {
    var tall = from == nil ? 1 : height
    let isInclusive = kind == .dotDotEqual
    advance()
    var to: Expression?
    if isInclusive || startsOperand {
      to = try operators(minimum: Power.add)
      tall = max(tall, height)
    }
    var step: Expression?
    if kind == .dotDot {
      advance()
      step = try operators(minimum: Power.add)
      tall = max(tall, height)
    }
    height = tall + 1
    // `x[a..b == c]` and the like compare a range.
    if step == nil, let from, let to, kind != .comma, kind != .rightBracket {
      let range = Expression(.range(from, to, isInclusive: isInclusive), span(from: first))
      return .at(try operators(after: range, minimum: Power.pipe))
    }
    return .slice(from: from, to: to, step: step, isInclusive: isInclusive, span(from: first))
  }

  private var startsOperand: Bool {
    switch kind {
    case .comma, .rightBracket, .dotDot, .dotDotEqual, .eof, .newline, .colon: false
    default: true
    }
  }
}
