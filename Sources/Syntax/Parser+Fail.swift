import Diagnostics

/// How the parser reports: every mistake passes through `fail` or `note`.
extension Parser {
  /// What to throw for a mistake: a broken token or the end of the text explains itself better.
  func fail(_ problem: Problem) -> Stop {
    guard problem.span.start >= start else { return .problem(problem) }
    if kind == .invalid, let fault = faults[at] {
      if case .openTripleString = fault, mode == .prompt { return .ended }
      return .problem(lexicalProblem(fault))
    }
    if kind == .eof, ignoresNewlines || (last >= 0 && tokens[last].kind.continuesLine) { return .ended }
    return .problem(problem)
  }

  /// Keeps a mistake that leaves the structure clear; the first one counts.
  mutating func note(_ mistake: Problem) {
    if problem == nil { problem = mistake }
  }

  /// Something else stands where `what` belongs.
  func unexpected(_ what: String) -> Stop {
    if what == "an expression" || what == "an index", let habit = operandHabit() { return fail(habit) }
    return fail(Problem("expected \(what), found \(found)", foundSpan))
  }

  /// The current token in words.
  var found: String { described(at) }

  func described(_ index: Int) -> String {
    switch tokens[index].kind {
    case .eof: "the end of the text"
    case .newline: "the end of the line"
    case .string, .rawString, .stringHead: "a string"
    case .stringMiddle, .stringTail: "`}`"
    case .number: "the number `\(text(ofToken: index))`"
    case let kind where kind.isKeyword: "the keyword `\(text(ofToken: index))`"
    default: "`\(text(ofToken: index).prefix(40))`"
    }
  }

  /// Where to put the caret for the current token: behind the last one at the end of a line.
  var foundSpan: Span {
    switch kind {
    case .newline, .eof: Span(lastEnd, lastEnd + 1)
    // Of the string that goes on, only the brace.
    case .stringMiddle, .stringTail: Span(start, start + 1)
    default: span
    }
  }

  /// A bracket that something else than its closer follows.
  func unclosed(_ closer: Token.Kind, expecting what: String) -> Stop {
    let opener = brackets[brackets.count - 1]
    let openerText = text(ofToken: opener)
    let closerText = closer.text ?? ""
    if kind.isCloser {
      var problem = Problem(
        "`\(openerText)` is closed by `\(text(ofToken: at))`", span,
        related: [(span(ofToken: opener), "opened here")], fix: [.init(span, closerText)])
      problem.fixes.append([.init(at: lastEnd, insert: closerText)])
      return fail(problem)
    }
    if kind == .semicolon || kind == .newline {
      return fail(
        Problem(
          "expected \(what), found \(found)", foundSpan, related: [(span(ofToken: opener), "opened here")],
          why: closer == .rightBracket ? "rows of a matrix are brackets too: `[[1, 2], [3, 4]]`." : nil,
          fix: kind == .semicolon ? (closer == .rightBracket ? matrixRows(opener) : [.init(span, ",")]) : nil))
    }
    if kind == .equal, let statement = operandIndex, tokens[statement].flags.contains(.newlineBefore) {
      return fail(
        Problem(
          "`\(openerText)` is never closed", span(ofToken: opener), label: "opened here",
          related: [(span(ofToken: statement).union(span), "a statement begins")],
          why: "inside `\(openerText)` a new line does not end anything.",
          fix: [
            .init(
              at: tokens[statement - 1].kind == .newline ? tokens[statement - 2].end : tokens[statement - 1].end,
              insert: closerText)
          ]))
    }
    if let habit = argumentHabit(closer) ?? wordHabit() ?? followingHabit() { return fail(habit) }
    let isOnNewLine = token.flags.contains(.newlineBefore)
    if isOnNewLine, kind == .leftParen || kind == .leftBracket || kind == .dot {
      return fail(openerOnNewLine(opener))
    }
    var problem: Problem
    if isOnNewLine {
      problem = Problem(
        "`\(openerText)` is not closed, or a `,` is missing before \(found)", span,
        related: [(span(ofToken: opener), "opened here")],
        why: "inside `\(openerText)` a new line does not end anything.")
    } else {
      problem = Problem("expected \(what), found \(found)", span, related: relatedOpener(opener))
    }
    if let commas = missingCommas(closer) { problem.fixes.append(commas) }
    if closer == .rightBrace { problem.fixes.append([.init(at: lastEnd, insert: ",")]) }
    problem.fixes.append([.init(at: lastEnd, insert: closerText)])
    return fail(problem)
  }

  /// `[1, 2; 3, 4]` with a bracket around each row.
  private func matrixRows(_ opener: Int) -> [Problem.Edit]? {
    var edits = [Problem.Edit(at: tokens[opener].end, insert: "[")]
    var level = 0
    var i = opener + 1
    while tokens[i].kind != .eof {
      let kind = tokens[i].kind
      if kind.closer != nil { level += 1 }
      if kind.isCloser {
        if level == 0 { return edits + [.init(at: tokens[i].start, insert: "]")] }
        level -= 1
      }
      if kind == .semicolon, level == 0 { edits.append(.init(Span(tokens[i].start, tokens[i + 1].start), "], [")) }
      i += 1
    }
    return nil
  }

  /// The opener as a second place, when it is on another line or far away.
  private func relatedOpener(_ opener: Int) -> [(span: Span, text: String)] {
    let line = source.line(at: tokens[opener].start)
    return line == source.line(at: start) ? [] : [(span(ofToken: opener), "opened here")]
  }

  /// `[1 2 3]`: commas before each item up to the closer, when that is all that is missing.
  private func missingCommas(_ closer: Token.Kind) -> [Problem.Edit]? {
    guard var probe = probe() else { return nil }
    var edits: [Problem.Edit] = []
    while probe.kind != closer, edits.count < 32 {
      if probe.kind == .comma {
        probe.advance()
      } else {
        edits.append(.init(at: probe.lastEnd, insert: ","))
      }
      if probe.kind == closer { break }
      guard let _ = try? probe.expression() else { return nil }
    }
    return probe.kind == closer ? edits : nil
  }

  private func openerOnNewLine(_ opener: Int) -> Problem {
    let what = kind == .dot ? "`.`" : "`\(text(ofToken: at))`"
    return Problem(
      "\(what) starts a line", span, related: relatedOpener(opener),
      why: "\(what) stands on the line of what it applies to; before a new item a `,` is missing.",
      fix: kind == .dot ? [.init(Span(lastEnd, start), "")] : [.init(at: lastEnd, insert: ",")])
  }

  /// A file that ends too early: the innermost open bracket is to blame, else the operator at the end.
  func endOfText() -> Problem {
    if kind == .invalid, let fault = faults[at] { return lexicalProblem(fault) }
    if let opener = brackets.last {
      let isCode = tokens[opener].kind == .stringHead || tokens[opener].kind == .stringMiddle
      let place = isCode ? Span(tokens[opener].end - 1, tokens[opener].end) : span(ofToken: opener)
      let openerText = isCode ? "{" : text(ofToken: opener)
      return Problem("`\(openerText)` is never closed", place, label: "opened here")
    }
    guard last >= 0 else { return Problem("the text is empty", span) }
    if tokens[last].kind.continuesLine {
      return Problem(
        "the text ends after \(described(last))", span(ofToken: last), why: "a line that ends so goes on in the next.")
    }
    return Problem("the text ends too early", Span(lastEnd, lastEnd + 1))
  }
}
