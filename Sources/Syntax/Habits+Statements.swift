import Diagnostics

/// Mistakes about statements: what stands behind a whole one, and what other languages begin one with.
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
  var restOfLine: Int? {
    var i = at
    while tokens[i].kind != .newline, tokens[i].kind != .eof, tokens[i].kind != .semicolon { i += 1 }
    return i > 0 ? tokens[i - 1].end : nil
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

  func misplaced(_ word: String, _ place: String) -> Problem {
    Problem("`\(word)` stands outside \(place)", span)
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
