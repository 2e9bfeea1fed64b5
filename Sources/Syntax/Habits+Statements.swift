import Diagnostics

/// Mistakes about statements, lines and blocks.
extension Parser {
  /// Something stands right behind a whole statement.
  func afterStatement(_ statement: Statement) -> Problem {
    if kind.isCloser { return operandHabit() ?? Problem("`\(text(ofToken: at))` closes nothing", span) }
    if case .expression(let expression) = statement.kind {
      if case .name(let word) = expression.kind, tokens[last].end == expression.span.end,
        let habit = foreignStatement(word, expression.span)
      {
        return habit
      }
      if kind == .fatArrow, case .call(let callee, _) = expression.kind, case .name = callee.kind {
        return Problem(
          "a function with a name starts with `fn`", span, fix: [.init(at: statement.span.start, insert: "fn ")])
      }
      if kind == .arrow, case .name = expression.kind {
        return Problem("a function is written with `=>`", span, fix: [.init(span, "=>")])
      }
      if kind == .colon { return colonAfterStatement(expression) }
    }
    if kind == .colon, tokens[at + 1].kind == .equal, touches(at, at + 1) { return walrus() }
    if kind == .name, let habit = commentHabit() { return habit }
    if let habit = wordHabit() ?? followingHabit() { return habit }
    if kind == .leftBrace {
      return Problem(
        "expected the end of the statement, found `{`", span,
        why: "a block follows `if`, `for`, `while`, `try`, `fn(…)` or `=>`.")
    }
    if kind == .keywordElse {
      return Problem("`else` belongs to an `if`", span, why: "it stands right behind the `}` of the `if`'s block.")
    }
    var problem = Problem(
      "expected the end of the statement, found \(found)", span,
      why: "statements are parted by a new line or `;`.")
    if kind == .name || kind == .number || kind == .string || kind == .leftParen || kind.isKeyword {
      problem.fixes = [[.init(at: lastEnd, insert: ";")]]
    }
    return problem
  }

  func keywordAsName() -> Problem {
    let word = text(ofToken: at)
    return Problem(
      "`\(word)` is a keyword and no name", span, why: "keywords may name fields, record keys and arguments only.",
      fix: [.init(at: token.end, insert: "_")])
  }

  private func walrus() -> Problem {
    let place = Span(start, tokens[at + 1].end)
    return Problem("`:=` is written `=`", place, fix: [.init(place, "=")])
  }

  private func colonAfterStatement(_ expression: Expression) -> Problem {
    if tokens[at + 1].kind == .equal, touches(at, at + 1) { return walrus() }
    switch expression.kind {
    case .index, .field:
      return Problem(
        "only a plain name can be bound with a shape", span, related: [(expression.span, "")],
        why: "`x: [n, d] = …` checks the shape of a new variable; `assert same(x.shape, …)` checks a value.")
    default:
      return Problem("`:` cannot stand here", span, why: "blocks stand in `{ }`, records are written `{name: value}`.")
    }
  }

  /// `} elif c {` and `= lambda x: e`.
  func wordHabit() -> Problem? {
    if kind == .name, last >= 0, tokens[last].kind == .rightBrace,
      isWord(at, "elif") || isWord(at, "elsif") || isWord(at, "elseif")
    {
      return Problem("`\(text(ofToken: at))` is written `else if`", span, fix: [.init(span, "else if")])
    }
    return last >= 0 && isWord(last, "lambda") ? lambdaHabit(span(ofToken: last)) : nil
  }

  /// `lambda x: e`
  func lambdaHabit(_ word: Span) -> Problem {
    var problem = Problem("a function without a name is written `x => …`", word)
    var i = at
    var names: [String] = []
    while tokens[i].kind == .name || tokens[i].kind == .underscore {
      names.append(text(ofToken: i))
      i += 1
      if tokens[i].kind == .comma { i += 1 }
    }
    if tokens[i].kind == .colon, !names.isEmpty {
      let head = names.count == 1 ? names[0] : "fn(\(names.joined(separator: ", ")))"
      problem.fixes = [[.init(Span(word.start, tokens[i].end), head + " =>")]]
    }
    return problem
  }

  /// `let x = 1`, `def f(x):`, `import numpy` and the like: a word that another language starts a statement with.
  private func foreignStatement(_ word: String, _ place: Span) -> Problem? {
    let wordAndBlank = Span(place.start, start)
    switch word {
    case "let", "var", "const", "local", "global", "nonlocal", "val", "auto", "my":
      guard kind == .name || kind == .leftParen || kind == .leftBrace else { return nil }
      return Problem(
        "a variable needs no `\(word)`", place, why: "`x = e` makes or sets the variable.",
        fix: [.init(wordAndBlank, "")])
    case "int", "float", "double", "string", "char", "boolean", "bool", "number", "tensor":
      guard kind == .name, tokens[at + 1].kind == .equal else { return nil }
      return Problem(
        "a variable needs no type", place, why: "`x = e` makes or sets the variable.", fix: [.init(wordAndBlank, "")])
    case "def", "function", "func", "fun", "sub", "lambda", "proc":
      guard kind == .name || kind == .underscore else { return nil }
      return foreignFunction(word, place)
    case "elif", "elsif", "elseif":
      return Problem(
        "`\(word)` is written `else if`", place, why: "it stands on the line of the `}` before it.",
        fix: closedAbove(place.start).map { [.init(Span($0, place.end), " else if")] })
    case "import", "from", "require", "include", "library", "using":
      return Problem(
        "`\(word)` is written `use`", place, why: "`use \"file.nns\"` runs a file; the library needs no import.")
    case "class", "struct", "enum", "interface", "type":
      return Problem("there are no classes", place, why: "records, functions and `model` take their place.")
    case "print", "echo", "puts", "assert":
      return Problem(
        "a call needs parentheses", span,
        fix: restOfLine.map {
          [
            .init(Span(place.end, start), "("), .init(at: $0, insert: ")"),
          ]
        })
    case "pass", "end", "endif", "fi", "done", "begin", "do", "then":
      return Problem("`\(word)` means nothing here", place, why: "blocks stand in `{ }`; an empty one is `{}`.")
    case "raise", "throw":
      return Problem("an error is raised by a call", place, why: "write `error(\"what is wrong\")`.")
    case "switch", "match", "case", "unless", "until", "foreach", "repeat", "loop", "with", "del", "yield", "await",
      "async":
      return Problem("there is no `\(word)`", place, why: foreignAdvice(word))
    default: return nil
    }
  }

  private func foreignAdvice(_ word: String) -> String {
    switch word {
    case "switch", "match", "case": "`if … { } else if … { }` chooses."
    case "unless": "`if not …` does that."
    case "until", "repeat", "loop": "`while` repeats."
    case "foreach": "`for x in xs { … }` goes through a list."
    case "with": "files are read and written by single calls."
    case "del": "a variable can be set to `none`."
    default: "every call runs to its end."
    }
  }

  /// `def f(x):` and `function f(x) {`.
  private func foreignFunction(_ word: String, _ place: Span) -> Problem {
    if word == "lambda" { return lambdaHabit(place) }
    var problem = Problem("a function starts with `fn`", place, why: "`fn f(x) { … }`, or `fn f(x) => e`.")
    let head = Problem.Edit(place, "fn")
    problem.fixes = [[head]]
    if let edits = pythonBlock(headStart: place.start) { problem.fixes.append([head] + edits) }
    return problem
  }

  /// The end of the code on the current line, a comment aside.
  private var restOfLine: Int? {
    var i = at
    while tokens[i].kind != .newline, tokens[i].kind != .eof, tokens[i].kind != .semicolon { i += 1 }
    return i > 0 ? tokens[i - 1].end : nil
  }

  // MARK: Lines

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
  private func closedAbove(_ offset: Int) -> Int? {
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

  // MARK: Blocks

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
  private func pythonBlock(headStart: Int) -> [Problem.Edit]? {
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

  func misplaced(_ word: String, _ place: String) -> Problem {
    Problem("`\(word)` stands outside \(place)", span)
  }

  func strayContinuation() -> Problem {
    Problem(
      "`\(text(ofToken: at))` has nothing to continue", span,
      why: "a line that starts so goes on from the statement right above it.")
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

  /// `x = 5 // why`, found at the second word of the comment.
  private func commentHabit() -> Problem? {
    let line = source.line(at: start)
    var i = last
    while i > 0, tokens[i].kind != .slashSlash, source.line(at: tokens[i].start) == line { i -= 1 }
    guard i > 0, tokens[i].kind == .slashSlash, source.line(at: tokens[i].start) == line else { return nil }
    return Problem(
      "`//` does not start a comment", span(ofToken: i), why: "`#` does; `//` divides and rounds down.",
      fix: [.init(span(ofToken: i), "#")])
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

  func ruleAsHead() -> Problem {
    Problem("a table starts with its columns' names", span, why: "`| x | y |`, then a line of dashes, then the rows.")
  }

  func raggedRow(_ place: Span, _ count: Int, _ columns: [Name]) -> Problem {
    Problem(
      "this row has \(count) \(count == 1 ? "cell" : "cells"), the table has \(columns.count) "
        + (columns.count == 1 ? "column" : "columns"), place,
      related: [(columns[0].span.union(columns[columns.count - 1].span), "")], why: "an empty cell is `| |`.")
  }
}
