import Diagnostics

/// Brackets, records and tables.
extension Parser {
  /// `(a)` groups; `(a,)`, `(a, b)`, `()` are lists.
  mutating func parenthesized() throws(Stop) -> Expression {
    let first = start
    let opener = at
    try enter()
    let saved = open(ignoringNewlines: true)
    let (items, hasTrailingComma) = try items(until: .rightParen)
    try close(.rightParen, restoring: saved, expecting: "`,` or `)`")
    leave()
    if kind == .fatArrow { throw fail(parenthesizedParameters(items, opener)) }
    let place = span(from: first)
    try grow(height, at: place)
    if items.count == 1, !hasTrailingComma, case .value(let inner) = items[0] {
      return Expression(.parenthesized(inner), place)
    }
    return Expression(.bracket(items, makesList: true), place)
  }

  mutating func bracketed() throws(Stop) -> Expression {
    let first = start
    try enter()
    let saved = open(ignoringNewlines: true)
    let (items, _) = try items(until: .rightBracket)
    try close(.rightBracket, restoring: saved, expecting: "`,` or `]`")
    leave()
    try grow(height, at: span(from: first))
    return Expression(.bracket(items, makesList: false), span(from: first))
  }

  private mutating func items(until closer: Token.Kind) throws(Stop) -> ([Item], hasTrailingComma: Bool) {
    var result: [Item] = []
    var tall = 0
    var hasTrailingComma = false
    while kind != closer {
      hasTrailingComma = false
      if kind == .dotDot {
        advance()
        result.append(.spread(try expression()))
      } else {
        result.append(.value(try expression()))
      }
      tall = max(tall, height)
      guard take(.comma) else { break }
      hasTrailingComma = true
    }
    height = tall
    return (result, hasTrailingComma)
  }

  // MARK: Records

  mutating func record() throws(Stop) -> Expression {
    let first = start
    try enter()
    var fields: [Field] = []
    var names = NameSet()
    var tall = 0
    let saved = open(ignoringNewlines: true)
    while kind != .rightBrace {
      let field = try field()
      tall = max(tall, height)
      switch field {
      case .pair(let name, _), .shorthand(let name):
        if let before = names.insert(name) { note(repeated("field", name, before)) }
      case .spread: break
      }
      fields.append(field)
      if !take(.comma) { break }
    }
    try close(.rightBrace, restoring: saved, expecting: "`,` or `}`")
    leave()
    height = tall
    try grow(tall, at: span(from: first))
    return Expression(.record(fields), span(from: first))
  }

  private mutating func field() throws(Stop) -> Field {
    height = 1
    if kind == .dotDot {
      advance()
      return .spread(try expression())
    }
    let name: Name
    if kind.isKey {
      let isName = kind == .name
      name = self.name()
      if kind != .colon {
        guard isName, kind == .comma || kind == .rightBrace else { throw fail(fieldWithoutColon(name)) }
        return .shorthand(name)
      }
    } else if kind == .string || kind == .rawString || kind == .stringHead {
      let place = span
      name = Name(try plainString("a field's name"), place)
    } else {
      throw unexpected("a field's name")
    }
    guard kind == .colon else { throw fail(fieldWithoutColon(name)) }
    advance()
    return .pair(name, try expression())
  }

  // MARK: Tables

  /// A head, then rows; lines of dashes are skipped.
  mutating func table() throws(Stop) -> Expression {
    let first = start
    if kind == .rule { throw fail(ruleAsHead()) }
    let columns = try tableHead()
    var rows: [[Expression]] = []
    var tall = 0
    var end = lastEnd
    while kind == .newline {
      let hasBlank = token.flags.contains(.blankLine)
      let following = tokens[at + 1].kind
      if hasBlank { break }
      if following == .eof, mode == .prompt { throw .ended }
      guard following == .bar || following == .rule else { break }
      at += 1
      if kind == .rule {
        advance()
      } else {
        rows.append(try tableRow(columns))
        tall = max(tall, height)
      }
      end = lastEnd
    }
    if kind == .eof, mode == .prompt, brackets.isEmpty { throw .ended }
    height = tall + 1
    return Expression(.table(TableSyntax(columns: columns, rows: rows)), Span(first, end))
  }

  private mutating func tableHead() throws(Stop) -> [Name] {
    var columns: [Name] = []
    var names = NameSet()
    advance()
    repeat {
      let name: Name
      if kind.isKey {
        name = self.name()
      } else if kind == .string || kind == .rawString || kind == .stringHead {
        let place = span
        name = Name(try plainString("a column's name"), place)
      } else {
        throw unexpected("a column's name")
      }
      if let before = names.insert(name) { note(repeated("column", name, before)) }
      columns.append(name)
      guard take(.bar) else { throw unexpected("`|` after the column's name") }
    } while kind != .newline && kind != .eof && kind != .semicolon && kind != .rightBrace
    return columns
  }

  private mutating func tableRow(_ columns: [Name]) throws(Stop) -> [Expression] {
    let first = start
    var cells: [Expression] = []
    var tall = 0
    advance()
    repeat {
      if kind == .bar {
        cells.append(Expression(.none, Span(start, start)))
      } else {
        cells.append(try operators(minimum: Power.or))
        tall = max(tall, height)
      }
      guard take(.bar) else { throw unexpected("`|` after the cell") }
    } while kind != .newline && kind != .eof && kind != .semicolon && kind != .rightBrace
    if cells.count != columns.count { note(raggedRow(span(from: first), cells.count, columns)) }
    height = tall
    return cells
  }
}
