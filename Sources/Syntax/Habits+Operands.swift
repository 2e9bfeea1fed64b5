import Diagnostics

/// What people write where an operand belongs, or right after one, by habit of other languages.
extension Parser {
  /// Whether two tokens touch.
  func touches(_ first: Int, _ second: Int) -> Bool {
    first >= 0 && second < tokens.count && tokens[first].end == tokens[second].start
  }

  /// The current token stands where an expression should start.
  func operandHabit() -> Problem? {
    switch kind {
    case .bang, .tilde:
      var problem = Problem("`\(text(ofToken: at))` is written `not`", span, fix: [.init(span, "not ")])
      problem.fixes.append(foreignOperators())
      return problem
    case .comma: return Problem("an expression is missing before `,`", span, fix: [.init(span, "")])
    case .plus: return plusHabit()
    case .star, .starStar:
      guard let opener = brackets.last, tokens[opener].kind != .leftBrace else { return nil }
      return Problem(
        "`\(text(ofToken: at))` does not spread a value", span, why: "`..` does.", fix: [.init(span, "..")])
    case .slash, .slashSlash:
      guard last < 0 || tokens[at].flags.contains(.newlineBefore) || kind == .slashSlash else { return nil }
      if kind == .slash, !(at + 1 < tokens.count && tokens[at + 1].kind == .star) { return nil }
      return Problem(
        "`\(kind == .slash ? "/*" : "//")` does not start a comment", span, why: "`#` does.",
        fix: kind == .slashSlash ? [.init(span, "#")] : nil)
    case .equal: return equalHabit()
    case .at where tokens[at + 1].kind == .name && touches(at, at + 1) && (last < 0 || tokens[last].kind != .name):
      // A decorator is alone on its line.
      var i = at
      while tokens[i].kind != .newline, tokens[i].kind != .eof { i += 1 }
      guard tokens[i].kind == .newline, tokens[i + 1].kind == .keywordFn || isWord(i + 1, "def") else { return nil }
      return Problem("there are no decorators", span, why: "write `f = wrap(f)` below the function.")
    case .greater where last >= 0 && tokens[last].kind == .less && touches(last, at):
      return Problem(
        "`<>` is written `!=`", Span(tokens[last].start, token.end),
        fix: [.init(Span(tokens[last].start, token.end), "!=")])
    case .colon where mode == .prompt && last < 0: return commandHabit()
    case .dotDot, .dotDotEqual:
      return Problem(
        "a range needs a start here", span,
        why: "only an index may leave out an end, as in `x[..3]`; `..xs` spreads a list inside brackets or a call.",
        fix: kind == .dotDot ? [.init(at: start, insert: "0")] : nil)
    case .bar:
      if at + 1 < tokens.count, tokens[at + 1].kind == .bar, touches(at, at + 1) { return nil }
      return Problem(
        "a table cannot stand inside an expression", span, why: "a table stands on its own, or right of `=`.")
    case .keywordElse, .keywordCatch:
      return Problem("`\(text(ofToken: at))` has nothing to belong to", span)
    case .keywordFor, .keywordWhile, .keywordReturn, .keywordBreak, .keywordContinue:
      let word = text(ofToken: at)
      if kind == .keywordReturn, last >= 0, tokens[last].kind == .fatArrow {
        return Problem(
          "after `=>` stands the result itself", span, fix: [.init(Span(start, tokens[at + 1].start), "")])
      }
      return Problem(
        "`\(word)` is a statement and gives no value", span,
        why: kind == .keywordFor ? "`map(xs, x => …)` makes a list; a loop stands on a line of its own." : nil)
    case .rightParen, .rightBracket, .rightBrace: return closerHabit()
    case .stringMiddle, .stringTail, .formatSpec:
      return Problem("an expression is missing before \(kind == .formatSpec ? "`:`" : "`}`")", Span(start, start + 1))
    case .ampersand:
      return Problem(
        "`&` belongs right before an argument of a call", span, why: "`f(&x)` lets `f` change `x`.")
    case .newline, .eof:
      guard last >= 0 else { return nil }
      return Problem("an expression is missing after \(described(last))", foundSpan)
    default: return nil
    }
  }

  private func plusHabit() -> Problem {
    // `i++` at the end of a statement.
    let isDoubled = last > 0 && tokens[last].kind == .plus && touches(last, at)
    if isDoubled, [.newline, .eof, .semicolon, .rightBrace].contains(tokens[at + 1].kind) {
      let place = Span(tokens[last].start, token.end)
      return Problem("there is no `++`", place, fix: [.init(place, " += 1")])
    }
    if next == .plus, touches(at, at + 1), tokens[at + 2].kind == .name {
      let place = Span(start, tokens[at + 2].end)
      return Problem("there is no `++`", span, fix: [.init(place, "\(text(ofToken: at + 2)) += 1")])
    }
    return Problem("`+` stands between two values, not before one", span, fix: [.init(span, "")])
  }

  /// `i--` at the end of a statement.
  func decrementHabit() -> Problem? {
    guard tokens[at + 1].kind == .minus, touches(last, at), touches(at, at + 1),
      [.newline, .eof, .semicolon, .rightBrace].contains(tokens[at + 2].kind)
    else { return nil }
    let place = Span(start, tokens[at + 1].end)
    return Problem("there is no `--`", place, fix: [.init(place, " -= 1")])
  }

  private func equalHabit() -> Problem? {
    guard last >= 0, touches(last, at) else { return nil }
    let place = Span(tokens[last].start, token.end)
    switch tokens[last].kind {
    case .equalEqual: return Problem("`===` is written `==`", place, fix: [.init(place, "==")])
    case .bangEqual: return Problem("`!==` is written `!=`", place, fix: [.init(place, "!=")])
    case .percent, .at, .slashSlash, .starStar, .keywordAnd, .keywordOr:
      let sign = text(ofToken: last)
      let line = source.range(ofLine: source.line(at: start))
      let left = source.text(line.lowerBound..<tokens[last].start).trimmed
      return Problem(
        "there is no `\(sign)=`", place, why: "`+=`, `-=`, `*=` and `/=` are all there is.",
        fix: [.init(place, "= \(left) \(sign)")])
    default: return nil
    }
  }

  private func commandHabit() -> Problem? {
    Problem("`:` starts a command only at the prompt", span)
  }

  private func closerHabit() -> Problem? {
    let closer = text(ofToken: at)
    guard let opener = brackets.last else {
      return Problem("`\(closer)` closes nothing", span, fix: [.init(span, "")])
    }
    if tokens[opener].kind.closer != kind, tokens[opener].kind.closer != nil {
      return Problem(
        "`\(text(ofToken: opener))` is closed by `\(closer)`", span,
        related: [(span(ofToken: opener), "opened here")], fix: [.init(span, tokens[opener].kind.closer?.text ?? "")])
    }
    return Problem("an expression is missing before `\(closer)`", span)
  }

  /// The current token follows a whole operand where nothing of the language could.
  func followingHabit() -> Problem? {
    switch kind {
    case .keywordIf: return ternaryHabit()
    case .question:
      return Problem(
        "there is no `?`", span, why: "a choice is written `if c { a } else { b }`, and it has a value.",
        fix: questionFix())
    case .ampersand:
      let isDoubled = touches(at, at + 1) && tokens[at + 1].kind == .ampersand
      let place = isDoubled ? Span(start, tokens[at + 1].end) : span
      return word("and", place)
    case .bar:
      guard touches(at, at + 1), tokens[at + 1].kind == .bar else {
        return word("or", span)
      }
      let place = Span(start, tokens[at + 1].end)
      return word("or", place)
    case .dotDotDot:
      return Problem(
        "`...` makes no range", span, why: "`0..3` ends before 3, `0..=3` with it.", fix: [.init(span, "..")])
    case .caret:
      return Problem("`^` is written `**`", span, fix: [.init(span, "**")])
    case .bang:
      return Problem("`!` cannot stand here", span, why: "`not` negates, `!=` compares.")
    case .arrow:
      return Problem(
        "`->` stands before the type of a result", span, why: "a function is written `x => …`.",
        fix: [.init(span, "=>")])
    case .name: return foreignOperator()
    case .string, .stringHead:
      guard last >= 0, touches(last, at), isWord(last, "f") || isWord(last, "r") || isWord(last, "b") else {
        return nil
      }
      return Problem(
        "a string needs no letter before it", span(ofToken: last),
        why: "every string in \"…\" shows the values in its {…}.",
        fix: [.init(span(ofToken: last), "")])
    case .keywordFor:
      return Problem(
        "there are no comprehensions", span, why: "`map(xs, x => …)` and `filter(xs, x => …)` make lists.",
        fix: comprehensionFix())
    case .equal where last >= 0 && ignoresNewlines:
      return Problem("`=` sets a name; `==` compares", span, fix: [.init(span, "==")])
    default: return nil
    }
  }

  /// `x is none`, `7 mod 2`: a word for what is a sign here.
  private func foreignOperator() -> Problem? {
    let signs = ["is": "==", "mod": "%", "div": "//", "xor": "!=", "eq": "==", "ne": "!="]
    guard let sign = signs[text(ofToken: at)], !endsStatement(at + 1) else { return nil }
    if sign == "==", tokens[at + 1].kind == .keywordNot {
      let place = Span(start, tokens[at + 1].end)
      return Problem("`is not` is written `!=`", place, fix: [.init(place, "!=")])
    }
    return Problem("`\(text(ofToken: at))` is written `\(sign)`", span, fix: [.init(span, sign)])
  }

  private func endsStatement(_ index: Int) -> Bool {
    [.newline, .eof, .semicolon, .rightBrace, .rightParen, .rightBracket, .equal, .comma].contains(tokens[index].kind)
  }

  private func word(_ word: String, _ place: Span) -> Problem {
    var problem = Problem(
      "`\(source.text(place))` is written `\(word)`", place, fix: [.init(place, spaced(word, place))])
    problem.fixes.append(foreignOperators())
    return problem
  }

  /// All the `!`, `&&` and `||` from here to the end of the line in words.
  private func foreignOperators() -> [Problem.Edit] {
    var edits: [Problem.Edit] = []
    var i = at
    while tokens[i].kind != .newline, tokens[i].kind != .eof {
      let place = Span(tokens[i].start, tokens[i + 1].end)
      switch tokens[i].kind {
      case .bang, .tilde: edits.append(.init(span(ofToken: i), "not "))
      case .ampersand where tokens[i + 1].kind == .ampersand && touches(i, i + 1):
        edits.append(.init(place, spaced("and", place)))
        i += 1
      case .bar where tokens[i + 1].kind == .bar && touches(i, i + 1):
        edits.append(.init(place, spaced("or", place)))
        i += 1
      default: break
      }
      i += 1
    }
    return edits
  }

  /// A word with blanks where it would touch its neighbours.
  func spaced(_ word: String, _ place: Span) -> String {
    let before = place.start > 0 && bytes[place.start - 1] != 0x20 ? " " : ""
    let after = place.end < bytes.count && bytes[place.end] != 0x20 ? " " : ""
    return before + word + after
  }

  /// Where the operand that ends before the current token starts: right of the nearest `=`, `,`, `return`, or opener.
  private var operandStart: Int? { operandIndex.map { tokens[$0].start } }

  /// The first token of that operand.
  var operandIndex: Int? {
    var i = last
    var level = 0
    while i >= 0 {
      switch tokens[i].kind {
      case .rightParen, .rightBracket, .rightBrace: level += 1
      case .leftParen, .leftBracket, .leftBrace:
        if level == 0 { return i + 1 + (tokens[i + 1].kind == .newline ? 1 : 0) }
        level -= 1
      case .equal, .comma, .plusEqual, .minusEqual, .starEqual, .slashEqual, .keywordReturn, .fatArrow, .newline,
        .semicolon, .colon, .stringHead, .stringMiddle:
        if level == 0 { return i + 1 + (tokens[i + 1].kind == .newline ? 1 : 0) }
      default: break
      }
      i -= 1
    }
    return 0
  }

  /// `a if c else b`
  private func ternaryHabit() -> Problem {
    var problem = Problem(
      "`if` comes before the value it chooses", span, why: "a choice is written `if c { a } else { b }`.")
    guard let first = operandStart, var probe = probe() else { return problem }
    probe.advance()
    guard let condition = try? probe.operators(minimum: Power.or) else { return problem }
    let value = source.text(first..<lastEnd)
    var text = "if \(source.text(condition.span)) { \(value) }"
    if probe.kind == .keywordElse {
      probe.advance()
      guard let otherwise = try? probe.expression() else { return problem }
      text += " else { \(source.text(otherwise.span)) }"
    }
    problem.fixes = [[.init(Span(first, probe.lastEnd), text)]]
    return problem
  }

  /// `c ? a : b`
  private func questionFix() -> [Problem.Edit]? {
    guard let first = operandStart, var probe = probe() else { return nil }
    probe.advance()
    guard let a = try? probe.expression(), probe.kind == .colon else { return nil }
    probe.advance()
    guard let b = try? probe.expression() else { return nil }
    let text =
      "if \(source.text(first..<lastEnd)) { \(source.text(a.span)) } else { \(source.text(b.span)) }"
    return [.init(Span(first, probe.lastEnd), text)]
  }

  /// `[e for x in xs]` as `map(xs, x => e)`
  private func comprehensionFix() -> [Problem.Edit]? {
    guard let opener = brackets.last, tokens[opener].kind == .leftBracket || tokens[opener].kind == .leftParen else {
      return nil
    }
    guard var probe = probe() else { return nil }
    probe.advance()
    guard probe.kind == .name, probe.next == .keywordIn else { return nil }
    let name = probe.name()
    probe.advance()
    guard let sequence = try? probe.operators(minimum: Power.or) else { return nil }
    var list = source.text(sequence.span)
    if probe.kind == .keywordIf {
      probe.advance()
      guard let condition = try? probe.operators(minimum: Power.or) else { return nil }
      list = "filter(\(list), \(name.text) => \(source.text(condition.span)))"
    }
    guard probe.kind == tokens[opener].kind.closer else { return nil }
    let value = source.text(tokens[opener].end..<lastEnd)
    let mapped = value.trimmed == name.text ? list : "map(\(list), \(name.text) => \(value))"
    let isCall = tokens[opener].kind == .leftParen && opener > 0 && touches(opener - 1, opener)
    if isCall {
      return [.init(Span(tokens[opener].end, probe.start), mapped)]
    }
    return [.init(Span(tokens[opener].start, probe.token.end), mapped)]
  }

  /// `f(lr: 0.1)`, and `=` in brackets.
  func argumentHabit(_ closer: Token.Kind) -> Problem? {
    guard kind == .colon, closer == .rightParen, last >= 0 else { return nil }
    let opener = brackets[brackets.count - 1]
    let isCall = opener > 0 && touches(opener - 1, opener)
    if isCall, tokens[last].kind.isKey {
      var edits = [Problem.Edit(Span(start, token.end), "=")]
      if token.end < bytes.count, bytes[token.end] == 0x20 { edits[0].span = Span(start, token.end + 1) }
      return Problem(
        "an argument is named with `=`", span, why: "`f(lr=0.1)` calls, `{lr: 0.1}` makes a record.",
        fix: edits + laterColons(closer))
    }
    return nil
  }

  /// The other `name:` arguments of the same call.
  private func laterColons(_ closer: Token.Kind) -> [Problem.Edit] {
    var edits: [Problem.Edit] = []
    var level = 0
    var i = at + 1
    while i < tokens.count, tokens[i].kind != .eof {
      let kind = tokens[i].kind
      if kind.closer != nil { level += 1 }
      if kind.isCloser {
        if level == 0 { break }
        level -= 1
      }
      if kind == .colon, level == 0, tokens[i - 1].kind.isKey {
        let hasBlank = tokens[i].end < bytes.count && bytes[tokens[i].end] == 0x20
        edits.append(.init(Span(tokens[i].start, tokens[i].end + (hasBlank ? 1 : 0)), "="))
      }
      i += 1
    }
    return edits
  }
}
