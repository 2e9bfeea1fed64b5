import Diagnostics

/// Mistakes about lines: one that goes on from the line above.
extension Parser {
  /// A line that starts with an operator and looks like the continuation of the one above.
  func checkLineStart(after above: Int) throws(Stop) {
    switch kind {
    case .plus, .star, .slash, .keywordAnd, .keywordOr, .slashSlash, .percent, .starStar, .equalEqual, .bangEqual,
      .less, .lessEqual, .greater, .greaterEqual, .keywordIn, .dotDotEqual:
      if kind == .plus, tokens[at + 1].kind == .plus, touches(at, at + 1) { return }
      if kind == .slash || kind == .slashSlash, let comment = operandHabit(), looksLikeComment { throw fail(comment) }
      throw fail(operatorLine())
    case .minus:
      let isDeeper = column(start) > column(above)
      let isSpaced = at + 1 < tokens.count && !touches(at, at + 1)
      if isDeeper || isSpaced { throw fail(operatorLine()) }
    case .at: throw fail(operandHabit() ?? operatorLine())
    case .keywordElse, .keywordCatch: throw fail(elseOnOwnLine())
    case .dot where tokens[at + 1].kind.isKey:
      throw fail(
        Problem(
          "a line starts with `.`", span, why: "`.name` stands on the line of what it applies to.",
          fix: joinAbove("")))
    default: break
    }
  }

  private var looksLikeComment: Bool { kind == .slashSlash || tokens[at + 1].kind == .star }

  private var lineEnd: Int { source.range(ofLine: source.line(at: start)).upperBound }

  private func column(_ offset: Int) -> Int { offset - source.range(ofLine: source.line(at: offset)).lowerBound }

  private func operatorLine() -> Problem {
    let sign = text(ofToken: at)
    return Problem(
      "a line starts with `\(sign)`", span, why: "the line above is complete; end it with `\(sign)` to go on.",
      fix: moveUp())
  }

  /// The end of the last token before the current line.
  private var endAbove: Int? {
    var i = at - 1
    while i >= 0, tokens[i].kind == .newline { i -= 1 }
    return i >= 0 ? tokens[i].end : nil
  }

  private func moveUp() -> [Problem.Edit]? {
    guard let end = endAbove else { return nil }
    var blank = token.end
    while blank < bytes.count, bytes[blank] == 0x20 { blank += 1 }
    return [.init(at: end, insert: " \(text(ofToken: at))"), .init(Span(start, blank), "")]
  }

  /// Joins the current line to the one above when only blanks lie between.
  func joinAbove(_ glue: String) -> [Problem.Edit]? {
    guard let end = endAbove, bytes[end..<start].allSatisfy({ $0 <= 0x20 }) else { return nil }
    return [.init(Span(end, start), glue)]
  }

  /// The end of a `}` right above `offset`.
  func closedAbove(_ offset: Int) -> Int? {
    var i = at
    while i >= 0, tokens[i].start >= offset || tokens[i].kind == .newline { i -= 1 }
    return i >= 0 && tokens[i].kind == .rightBrace ? tokens[i].end : nil
  }

  private func elseOnOwnLine() -> Problem {
    let word = text(ofToken: at)
    return Problem(
      "`\(word)` starts a line", span,
      why: "`\(word)` stands on the line of the `}` before it: a line end ends the statement.", fix: joinAbove(" "))
  }

  func strayContinuation() -> Problem {
    Problem(
      "`\(text(ofToken: at))` has nothing to continue", span,
      why: "a line that starts so goes on from the statement right above it.")
  }
}
