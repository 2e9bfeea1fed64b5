import Diagnostics

extension Parser {
  /// The mistake behind the current, invalid token.
  func lexicalProblem(_ fault: LexicalFault) -> Problem {
    let text = text(ofToken: at)
    switch fault {
    case .nesting:
      return Problem("brackets nest more than \(Lexer.nestingLimit) deep", span)
    case .nul:
      return Problem("a NUL byte stands here", span, why: "this may not be a text file.")
    case .numberBase:
      return Problem("`\(text)` is no number", span, why: "numbers are decimal, or hexadecimal as in `0xff`.")
    case .trailingPoint:
      return Problem(
        "a number cannot end in a point", span, why: "`5.` and `.5` are not numbers, so that `0..10` is a range.",
        fix: [.init(at: token.end, insert: "0")])
    case .leadingPoint:
      return Problem(
        "a number cannot start with a point", span, why: "`5.` and `.5` are not numbers, so that `0..10` is a range.",
        fix: [.init(at: start, insert: "0")])
    case .emptyExponent:
      return Problem("digits are missing after `e`", span, why: "an exponent is written as in `1e-3`.")
    case .trailingUnderscore:
      return Problem(
        "a number cannot end in `_`", span, fix: [.init(span, String(text.reversed().drop { $0 == "_" }.reversed()))])
    case .hexadecimal:
      return Problem("`\(text)` is no hexadecimal number", span, why: "after `0x` come the digits 0–9 and a–f.")
    case .numberThenName(let name):
      var problem = Problem(
        "`\(text)` is neither a number nor a name", span, why: "a product needs its `*`; a name starts with a letter.")
      problem.fixes = [[.init(at: name, insert: " * ")]]
      return problem
    case .openString: return openStringProblem(text)
    case .openTripleString:
      return Problem("`\"\"\"` is never closed", Span(start, start + 3), label: "opened here")
    case .character(let character):
      return strangeCharacter(character)
    case .lookalike(let character, let meant):
      let isWord = meant.first?.isLetter == true || meant.hasPrefix("**")
      let replacement = isWord ? spaced(meant, span) : meant
      var problem = Problem("`\(character)` is not `\(meant)`", span, why: "operators are written in ASCII.")
      problem.fixes = [[.init(span, replacement)], [.init(span, meant)]] + allLookalikesReplaced(meant)
      if meant == "->" { problem.fixes.append([.init(span, "=>")]) }
      return problem
    case .smartQuotes(let quote, let closing):
      return Problem(
        "these quotes are not `\(quote)`", span, why: "strings stand in straight quotes.",
        fix: [
          .init(Span(start, start + (text.unicodeScalars.first.map { String($0).utf8.count } ?? 1)), quote),
          .init(Span(closing, token.end), quote),
        ])
    case .doubledBrace(let open, let close):
      return Problem(
        "`{{` cannot stand in a string", span, why: "`{` starts a value; for the brace itself write `\\{`.",
        fix: [.init(Span(open, open + 2), "\\{")] + (close.map { [.init(Span($0, $0 + 2), "\\}")] } ?? []))
    }
  }

  private func openStringProblem(_ text: String) -> Problem {
    let quote = text.first == "'" ? "'" : "\""
    var problem = Problem("this string is never closed", span, label: "opened here")
    if quote == "'" {
      problem.why = "`'…'` is a string without escapes and ends on its line."
      // `x'`, as in MATLAB and Julia.
      if last >= 0, lastEnd == start { problem.fixes.append([.init(Span(start, start + 1), ".T")]) }
    } else {
      problem.why = "a string ends on its line; one that spans lines stands in `\"\"\"`."
    }
    let trailing = text.reversed().prefix { $0 == " " || $0 == ")" || $0 == "]" || $0 == "}" || $0 == "," }.count
    if text.contains("{") { problem.fixes.append([.init(at: token.end, insert: "}" + quote)]) }
    for back in Set([0, trailing]).sorted(by: >) {
      problem.fixes.append([.init(at: token.end - back, insert: quote)])
    }
    return problem
  }

  private func strangeCharacter(_ character: String) -> Problem {
    switch character {
    case "\\":
      return Problem(
        "`\\` cannot stand here", span,
        why: "a line goes on when it ends in an operator or a comma, or inside `(` and `[`.", fix: [.init(span, "")])
    case "`":
      return Problem("a backquote cannot stand here", span, why: "strings stand in `\"`.")
    case "$": return Problem("`$` cannot stand here", span, fix: [.init(span, "")])
    default:
      let scalars = character.unicodeScalars.map { "U+" + String($0.value, radix: 16, uppercase: true) }
      let code = scalars.joined(separator: " ")
      let isShown = character.unicodeScalars.allSatisfy {
        ![.control, .format, .privateUse, .surrogate, .unassigned].contains($0.properties.generalCategory)
      }
      return Problem(
        isShown ? "`\(character)` (\(code)) cannot stand here" : "the character \(code) cannot stand here", span)
    }
  }

  /// The same mistake further on in the line, as with full-width brackets: all are corrected at once.
  private func allLookalikesReplaced(_ meant: String) -> [[Problem.Edit]] {
    let line = source.range(ofLine: source.line(at: start))
    var edits: [Problem.Edit] = []
    for (index, fault) in faults where tokens[index].start >= start && tokens[index].start < line.upperBound {
      guard case .lookalike(_, let meant) = fault else { return [] }
      edits.append(.init(span(ofToken: index), meant))
    }
    return edits.count > 1 ? [edits] : []
  }
}
