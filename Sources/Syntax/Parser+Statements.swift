import Diagnostics

extension Parser {
  /// Statements up to `closer`, which is not consumed.
  mutating func statements(until closer: Token.Kind) throws(Stop) -> [Statement] {
    var result: [Statement] = []
    var tallest = 0
    // Where the statement before starts, when a line end lies between.
    var above: Int?
    while true {
      while kind == .newline || kind == .semicolon { at += 1 }
      if closer == .eof {
        while cellAt < cellMarks.count, cellMarks[cellAt].token <= at { addCell(before: result.count) }
      }
      if kind == closer { break }
      if kind == .eof { throw .ended }
      if let above { try checkLineStart(after: above) }
      let first = start
      var statement = try statement()
      tallest = max(tallest, height)
      if let placeholder = placeholders.first { throw fail(strayPlaceholder(placeholder)) }
      if kind == .semicolon {
        statement.isSilenced = true
        advance()
        above = nil
      } else if kind == .newline {
        at += 1
        above = first
      } else if kind != closer {
        if kind == .eof { throw .ended }
        throw fail(afterStatement(statement))
      }
      result.append(statement)
    }
    height = tallest
    return result
  }

  mutating func block(after head: String) throws(Stop) -> Block {
    guard kind == .leftBrace else { throw fail(missingBlock(after: head)) }
    try enter()
    let saved = open(ignoringNewlines: false)
    let outer = placeholders
    placeholders = []
    let result = try statements(until: .rightBrace)
    placeholders = outer
    try close(.rightBrace, restoring: saved, expecting: "the end of this block")
    leave()
    try grow(height, at: span(ofToken: last))
    return result
  }

  private mutating func statement() throws(Stop) -> Statement {
    let first = start
    let documentation = takeDocumentation()
    height = 0
    let kind = try statementKind()
    return Statement(kind, span(from: first), documentation: documentation)
  }

  /// The `##` lines right above the current token.
  private mutating func takeDocumentation() -> String? {
    while documentationAt < documentation.count, documentation[documentationAt].token < at { documentationAt += 1 }
    guard documentationAt < documentation.count, documentation[documentationAt].token == at else { return nil }
    let text = source.text(documentation[documentationAt].low..<documentation[documentationAt].high)
    let lines = text.split(whereSeparator: \.isNewline).map { line in
      var rest = Substring(line.trimmed)
      // Plain comments between the lines are not documentation.
      guard rest.hasPrefix("##") else { return nil as String? }
      rest.removeFirst(2)
      if rest.first == " " { rest.removeFirst() }
      return String(rest)
    }
    return lines.compactMap { $0 }.joined(separator: "\n")
  }

  private mutating func statementKind() throws(Stop) -> Statement.Kind {
    if kind.isKeyword, next == .equal || next == .plusEqual, kind != .keywordReturn { throw fail(keywordAsName()) }
    switch kind {
    case .keywordFn where next == .name: return try functionStatement()
    case .keywordFor: return try forStatement()
    case .keywordWhile:
      advance()
      let condition = try condition(of: "while")
      let tall = height
      let body = try loopBody(after: "while")
      try grow(tall, height, at: condition.span)
      return .whileLoop(condition, body)
    case .keywordReturn:
      if functions == 0 { note(misplaced("return", "a function")) }
      advance()
      return endsStatement ? .returns(nil) : .returns(try expressions())
    case .keywordBreak, .keywordContinue:
      let isBreak = kind == .keywordBreak
      if loops == 0 { note(misplaced(isBreak ? "break" : "continue", "a loop")) }
      advance()
      return isBreak ? .breaks : .continues
    case .bar, .rule: return .expression(try table())
    case .pipeRight, .shiftRight: return try continuation()
    case .name:
      if let special = try contextualStatement() { return special }
      fallthrough
    default: return try expressionStatement()
    }
  }

  /// Whether nothing of this statement follows.
  var endsStatement: Bool {
    switch kind {
    case .newline, .semicolon, .rightBrace, .eof: true
    default: false
    }
  }

  func isWord(_ index: Int, _ word: StaticString) -> Bool {
    let token = tokens[index]
    guard token.kind == .name, token.end - token.start == word.utf8CodeUnitCount else { return false }
    for i in 0..<word.utf8CodeUnitCount where bytes[token.start + i] != word.utf8Start[i] { return false }
    return true
  }

  /// `use`, `model`, `assert` and checked bindings, which all start with a name.
  private mutating func contextualStatement() throws(Stop) -> Statement.Kind? {
    if next == .colon { return try checkedBinding() }
    switch token.end - token.start {
    case 3 where isWord(at, "use"):
      guard next == .string || next == .rawString || next == .stringHead || next == .name else { return nil }
      return try useStatement()
    case 5 where isWord(at, "model"):
      guard next == .name else { return nil }
      return try modelStatement()
    case 6 where isWord(at, "assert"):
      switch next {
      case .equal, .plusEqual, .minusEqual, .starEqual, .slashEqual, .newline, .semicolon, .eof, .dot, .fatArrow:
        return nil
      default: return try assertStatement()
      }
    default: return nil
    }
  }

  private mutating func useStatement() throws(Stop) -> Statement.Kind {
    advance()
    let place = span
    var path: String?
    var library: Name?
    if kind == .name {
      library = name()
    } else {
      path = try plainString("the path of a file")
    }
    var alias: Name?
    if isWord(at, "as") {
      advance()
      guard kind == .name else { throw unexpected("a name after `as`") }
      alias = name()
    }
    if let library { return .use(path: nil, name: library, alias: alias) }
    guard let path else { throw unexpected("a path") }
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.hasSuffix(".nns") ? String(file.dropLast(4)) : file
    if alias == nil, !isIdentifier(stem) {
      let suggestion = identifier(from: stem)
      throw fail(
        Problem(
          "`\(file)` gives no name to reach it by", place,
          why: "without `as` the file's stem is the name, "
            + "and `\(stem)` is not one.", fix: [.init(at: place.end, insert: " as \(suggestion)")]))
    }
    return .use(path: path, name: Name(stem, place), alias: alias)
  }

  private mutating func modelStatement() throws(Stop) -> Statement.Kind {
    let first = start
    advance()
    let name = name()
    guard kind == .leftParen, !token.flags.contains(.newlineBefore) else { throw fail(modelWithoutParameters(name)) }
    let parameters = try parameters()
    let head = span(from: first)
    let (savedLoops, savedFunctions) = (loops, functions)
    (loops, functions) = (0, 0)
    let body = try block(after: "model \(name.text)(…)")
    (loops, functions) = (savedLoops, savedFunctions)
    return .model(
      name, Function(parameters: parameters, body: .block(body), span: span(from: first), headSpan: head))
  }

  private mutating func assertStatement() throws(Stop) -> Statement.Kind {
    advance()
    let condition = try expression()
    try checkNoAssignment(in: "assert")
    if case .bracket(let items, makesList: true) = condition.kind, endsStatement, items.count == 2,
      case .value(let first) = items[0], case .value(let second) = items[1]
    {
      return .assert(first, message: second)
    }
    guard kind == .comma else { return .assert(condition, message: nil) }
    let tall = height
    advanceOverOperator()
    let message = try expression()
    height = max(tall, height)
    return .assert(condition, message: message)
  }

  private mutating func forStatement() throws(Stop) -> Statement.Kind {
    advance()
    var targets = [try target()]
    while kind == .comma {
      advanceOverOperator()
      targets.append(try target())
    }
    checkDistinct(targets)
    guard kind == .keywordIn else { throw fail(forWithoutIn()) }
    advanceOverOperator()
    let sequence = try expression()
    let tall = height
    let body = try loopBody(after: "for")
    try grow(tall, height, at: sequence.span)
    return .forLoop(targets, sequence, body)
  }

  private mutating func loopBody(after head: String) throws(Stop) -> Block {
    loops += 1
    let body = try block(after: head)
    loops -= 1
    return body
  }

  private mutating func target() throws(Stop) -> Target {
    switch kind {
    case .underscore:
      advance()
      return .wildcard(span(ofToken: last))
    case .name: return .name(name())
    case .leftParen:
      let first = start
      try enter()
      let saved = open(ignoringNewlines: true)
      var items = [try target()]
      if kind == .equal { throw fail(loopOfThreeParts(first)) }
      while take(.comma), kind != .rightParen { items.append(try target()) }
      if kind == .keywordIn { throw fail(loopHeadInParentheses(first)) }
      try close(.rightParen, restoring: saved, expecting: "`,` or `)`")
      leave()
      return .list(items, span(from: first))
    default: throw unexpected("the name of the loop's variable")
    }
  }

  /// An expression, an assignment or an augmented assignment.
  private mutating func expressionStatement() throws(Stop) -> Statement.Kind {
    let first = at
    var parts = [try expression()]
    var tall = height
    while kind == .comma {
      advanceOverOperator()
      parts.append(try expression())
      tall = max(tall, height)
    }
    switch kind {
    case .equal:
      var sides: [LeftSide] = []
      for part in parts { sides.append(try leftSide(part)) }
      checkDistinct(sides)
      advanceOverOperator()
      let value = try rightSide()
      try grow(tall, height, at: span(ofToken: first))
      return .assign(sides, value)
    case .plusEqual, .minusEqual, .starEqual, .slashEqual:
      let place = span
      let operation = augmentedOperator
      guard parts.count == 1 else { throw fail(Problem("`\(operation.rawValue)` changes one place at a time", place)) }
      let side = try leftSide(parts[0])
      switch side {
      case .name, .place: break
      default: throw fail(notAPlace(parts[0], "`\(operation.rawValue)` changes a name, `x[i]` or `r.f`"))
      }
      advanceOverOperator()
      let value = try expression()
      try grow(tall, height, at: place)
      return .augment(side, operation, operatorSpan: place, value)
    default:
      if parts.count == 1 {
        height = tall
        return .expression(parts[0])
      }
      try grow(tall, at: parts[0].span)
      return .expression(listed(parts))
    }
  }

  private var augmentedOperator: AugmentedOperator {
    switch kind {
    case .plusEqual: .add
    case .minusEqual: .subtract
    case .starEqual: .multiply
    default: .divide
    }
  }

  func listed(_ parts: [Expression]) -> Expression {
    Expression(
      .bracket(parts.map { Item.value($0) }, makesList: true), parts[0].span.union(parts[parts.count - 1].span))
  }

  /// `a`, or `a, b`, which makes a list.
  mutating func expressions() throws(Stop) -> Expression {
    var parts = [try expression()]
    guard kind == .comma else { return parts[0] }
    var tall = height
    while kind == .comma {
      advanceOverOperator()
      parts.append(try expression())
      tall = max(tall, height)
    }
    try grow(tall, at: parts[0].span)
    return listed(parts)
  }

  mutating func rightSide() throws(Stop) -> Expression {
    if kind == .bar || kind == .rule { return try table() }
    let value = try expressions()
    if kind == .equal { throw fail(chainedAssignment()) }
    return value
  }

  /// An entry that starts with `|>` or `>>` goes on from `ans`.
  private mutating func continuation() throws(Stop) -> Statement.Kind {
    guard mode == .prompt, last < 0 else { throw fail(strayContinuation()) }
    let ans = Expression(.name("ans"), Span(start, start))
    height = 1
    return .expression(try operators(after: ans, minimum: 1))
  }

  private mutating func checkedBinding() throws(Stop) -> Statement.Kind {
    let name = name()
    let colon = at
    advance()
    guard let type = try checkedType(after: name, colon: colon) else { throw unexpected("a type") }
    guard kind == .equal else { throw fail(bindingWithoutValue(name, colon: colon)) }
    advanceOverOperator()
    return .checkedBinding(name, type, try rightSide())
  }

  mutating func name() -> Name {
    let result = Name(word(at), span)
    advance()
    return result
  }

  /// The text of a name, in normal form when it is not plain ASCII.
  func word(_ index: Int) -> String {
    let token = tokens[index]
    let slice = UnsafeBufferPointer(rebasing: bytes[token.start..<token.end])
    let text = String(decoding: slice, as: UTF8.self)
    return slice.allSatisfy { $0 < 0x80 } ? text : text.normalized
  }
}
