import Diagnostics

/// Mistakes about blocks and their heads: braces, conditions, loops, `try`.
extension Parser {
  /// The current token stands where a block should open.
  func missingBlock(after head: String) -> Problem {
    if kind == .colon {
      return Problem(
        "a block stands in `{ }`", span, why: "indentation means nothing; `{` opens a block and `}` closes it.",
        fix: pythonBlock(headStart: start))
    }
    if kind == .newline, tokens[at + 1].kind == .leftBrace {
      let gap = Span(lastEnd, tokens[at + 1].start)
      return Problem(
        "`{` starts a line", span(ofToken: at + 1), why: "`{` stands on the line of the head it belongs to.",
        fix: [.init(gap, " ")])
    }
    if kind == .name, isWord(at, "then") || isWord(at, "do") {
      return Problem(
        "a block stands in `{ }`", span, why: "`{` takes the place of `\(text(ofToken: at))`, `}` that of `end`.")
    }
    if let habit = followingHabit(), kind != .keywordIf { return habit }
    var problem = Problem(
      "expected the block of `\(head)`, found \(found)", foundSpan, why: "a block stands in `{ }`.")
    if !endsStatement, let end = restOfLine {
      problem.fixes = [[.init(Span(lastEnd, start), " { "), .init(at: end, insert: " }")]]
    }
    return problem
  }

  /// `head:` with an indented body as a block in braces.
  func pythonBlock(headStart: Int) -> [Problem.Edit]? {
    var i = at
    while tokens[i].kind != .newline, tokens[i].kind != .eof, tokens[i].kind != .colon || isInsideBrackets(i) { i += 1 }
    guard tokens[i].kind == .colon else { return nil }
    let colon = tokens[i]
    let before = Span(tokens[i - 1].end, colon.end)
    if tokens[i + 1].kind != .newline {
      var end = i + 1
      while tokens[end].kind != .newline, tokens[end].kind != .eof { end += 1 }
      return [.init(before, " {"), .init(at: tokens[end - 1].end, insert: " }")]
    }
    let headLine = source.line(at: headStart)
    let indent = indentation(headLine)
    var bodyEnd: Int?
    var line = headLine + 1
    while line < source.lineCount {
      let range = source.range(ofLine: line)
      let isBlank = bytes[range].allSatisfy { $0 <= 0x20 }
      if !isBlank {
        if indentation(line) <= indent { break }
        bodyEnd = range.upperBound
      }
      line += 1
    }
    guard let bodyEnd else { return nil }
    let prefix = source.text(
      source.range(ofLine: headLine).lowerBound..<source.range(ofLine: headLine).lowerBound + indent)
    return [.init(before, " {"), .init(at: bodyEnd, insert: "\n\(prefix)}")]
  }

  /// Whether brackets are open between the current token and the one at `index`.
  private func isInsideBrackets(_ index: Int) -> Bool {
    var level = 0
    for i in at..<index {
      if tokens[i].kind.closer != nil { level += 1 }
      if tokens[i].kind.isCloser { level -= 1 }
    }
    return level > 0
  }

  private func indentation(_ line: Int) -> Int {
    bytes[source.range(ofLine: line)].prefix { $0 == 0x20 || $0 == 0x09 }.count
  }

  /// `=` where a condition is wanted.
  func checkNoAssignment(in head: String) throws(Stop) {
    guard kind == .equal else { return }
    throw fail(
      Problem("`=` sets a name; `==` compares", span, why: "`\(head)` takes a condition.", fix: [.init(span, "==")]))
  }

  func forWithoutIn() -> Problem {
    if kind == .equal || (kind.isComparison) {
      return Problem(
        "expected `in`, found \(found)", span, why: "a loop is written `for x in xs { … }`; numbers are `0..10`.",
        fix: kind == .equal ? [.init(span, "in")] : nil)
    }
    return Problem(
      "expected `in`, found \(found)", foundSpan, why: "a loop is written `for x in xs { … }`.")
  }

  /// `for (x in xs) { … }`
  func loopHeadInParentheses(_ opener: Int) -> Problem {
    var problem = Problem(
      "the head of a loop needs no parentheses", Span(opener, opener + 1), why: "a loop is written `for x in xs { … }`."
    )
    var level = 0
    var i = at
    while tokens[i].kind != .eof {
      if tokens[i].kind.closer != nil { level += 1 }
      if tokens[i].kind.isCloser {
        if level == 0 { break }
        level -= 1
      }
      i += 1
    }
    problem.fixes = [[.init(Span(opener, opener + 1), ""), .init(span(ofToken: i), "")]]
    return problem
  }

  /// `for (i = 0; i < n; i++) { … }`
  func loopOfThreeParts(_ opener: Int) -> Problem {
    Problem(
      "a loop goes through a range or a list", Span(opener, start),
      why: "`for i in 0..n { … }` counts from 0 to n - 1.")
  }

  func tryWithoutCatch() -> Problem {
    if kind == .newline, tokens[at + 1].kind == .keywordCatch {
      return Problem(
        "`catch` starts a line", span(ofToken: at + 1), why: "`catch` stands on the line of the `}` before it.",
        fix: [.init(Span(lastEnd, tokens[at + 1].start), " ")])
    }
    if kind == .name, isWord(at, "except") || isWord(at, "finally") {
      return Problem("`\(text(ofToken: at))` is written `catch`", span, why: "`try { … } catch e { … }`")
    }
    return Problem("expected `catch`, found \(found)", foundSpan, why: "`try { … } catch e { … }`")
  }

  func catchWithoutName() -> Problem {
    var problem = Problem(
      "expected the error's name, found \(found)", foundSpan,
      why: "`catch e { … }` gives the error a name; it has `e.kind`, `e.message` and `e.hint`.")
    if kind == .leftBrace { problem.fixes = [[.init(at: start, insert: "e ")]] }
    if kind == .leftParen, tokens[at + 1].kind == .name, tokens[at + 2].kind == .rightParen {
      problem.fixes = [[.init(Span(start, tokens[at + 2].end), text(ofToken: at + 1))]]
    }
    return problem
  }
}
