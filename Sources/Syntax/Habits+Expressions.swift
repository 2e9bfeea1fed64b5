import Diagnostics

/// Mistakes about operators, pipes, indices, records and what may stand left of `=`.
extension Parser {
  func strayPlaceholder(_ place: Span) -> Problem {
    Problem(
      "`_` stands for nothing here", place,
      why: "`_` is an argument of the call right of `|>`, a dimension, or a target that is thrown away.")
  }

  // MARK: Operators

  func chainedComparison(_ left: Expression, _ operation: Span) -> Problem {
    var problem = Problem(
      "comparisons do not chain", operation, id: "chained-comparison",
      why: "`\(source.text(left.span).prefix(60))` is true or false, and has no order of its own.")
    guard case .compare(_, let first, _, let middle) = left.kind else { return problem }
    problem.related = [(first, "")]
    guard var probe = probe() else { return problem }
    var edits: [Problem.Edit] = []
    var operand = source.text(middle.span)
    while edits.count < 16,
      probe.kind.isComparison || probe.kind == .keywordIn
        || (probe.kind == .keywordNot && probe.next == .keywordIn)
    {
      edits.append(.init(at: probe.start, insert: "and \(operand) "))
      if probe.kind == .keywordNot { probe.advance() }
      probe.advanceOverOperator()
      guard let next = try? probe.operators(minimum: Power.compare + 1) else { break }
      operand = source.text(next.span)
    }
    problem.fixes = [edits]
    return problem
  }

  func steppedRange(_ from: Expression, _ to: Expression) -> Problem {
    var problem = Problem(
      "a range outside an index has no step", span, why: "`range(a, b, step=n)` has one.")
    guard var probe = probe() else { return problem }
    probe.advanceOverOperator()
    guard let step = try? probe.operators(minimum: Power.add) else { return problem }
    let (a, b, c) = (source.text(from.span), source.text(to.span), source.text(step.span))
    problem.fixes = [[.init(from.span.union(step.span), "range(\(a), \(b), step=\(c))")]]
    return problem
  }

  func notAsOperand() -> Problem {
    var problem = Problem(
      "`not` cannot stand inside this operation", span, why: "it binds less tightly; use parentheses.")
    guard var probe = probe() else { return problem }
    probe.advance()
    if let rest = try? probe.operators(minimum: Power.not) {
      problem.fixes = [[.init(at: start, insert: "("), .init(at: rest.span.end, insert: ")")]]
    }
    return problem
  }

  /// `net >> x => …`: the function needs parentheses there.
  func arrowInOperators(_ left: Expression) -> Problem {
    var problem = Problem(
      "a function inside an operation needs parentheses", span, why: "`=>` reaches as far right as it can.")
    switch lastOperand(left).kind {
    case .name, .placeholder: break
    case .call(let callee, _):
      if case .name = callee.kind {
        return Problem(
          "a function with a name starts with `fn`", span, fix: [.init(at: left.span.start, insert: "fn ")])
      }
      fallthrough
    default:
      problem.message = "expected a parameter's name before `=>`"
      problem.why = "a function is written `x => …` or `fn(a, b) => …`."
      return problem
    }
    let parameter = lastOperand(left).span
    guard var probe = probe() else { return problem }
    probe.at = last
    probe.brackets = brackets
    guard probe.start == parameter.start, let function = try? probe.expression() else { return problem }
    problem.fixes = [[.init(at: parameter.start, insert: "("), .init(at: function.span.end, insert: ")")]]
    return problem
  }

  private func lastOperand(_ expression: Expression) -> Expression {
    var inner = expression
    while true {
      switch inner.kind {
      case .arithmetic(_, _, _, let right), .compare(_, _, _, let right), .compose(_, _, let right),
        .pipe(_, _, let right), .and(_, let right), .or(_, let right), .range(_, let right, _), .not(let right),
        .negate(let right):
        inner = right
      default: return inner
      }
    }
  }

  /// Right of `|>` stands a call, which receives the value, or something without one, whose value is applied.
  mutating func checkPipeTarget(_ left: Expression, _ operation: Span, _ right: Expression) throws(Stop) {
    if case .call(_, let arguments) = right.kind {
      for argument in arguments {
        if case .placeholder = argument.value.kind, !argument.isInout, !argument.isSpread {
          placeholders.removeAll { $0 == argument.value.span }
        }
      }
      return
    }
    var inner = right
    while true {
      switch inner.kind {
      case .index(let base, _): inner = base
      case .field(let base, _): inner = base
      case .call:
        let rest = source.text(inner.span.end..<right.span.end)
        throw .problem(
          Problem(
            "`\(rest)` leaves the pipe unclear", Span(inner.span.end, right.span.end),
            related: [(operation, "")],
            why: "right of `|>` stands a call, or a value without a call that is applied.",
            fix: [.init(at: left.span.start, insert: "("), .init(at: inner.span.end, insert: ")")]))
      default: return
      }
    }
  }

  func constantOfOtherLanguages(_ word: String) -> String? {
    switch word {
    case "None", "null", "NULL", "nil", "undefined": "none"
    case "True", "TRUE": "true"
    case "False", "FALSE": "false"
    default: nil
    }
  }

  func foreignConstant(_ name: Name, _ meant: String) -> Problem {
    var problem = Problem("`\(name.text)` is written `\(meant)`", name.span, fix: [.init(name.span, meant)])
    // Others on the same line are mended along with it.
    var all = [Problem.Edit(name.span, meant)]
    var i = at
    while tokens[i].kind != .newline, tokens[i].kind != .eof {
      if tokens[i].kind == .name, let meant = constantOfOtherLanguages(text(ofToken: i)) {
        all.append(.init(span(ofToken: i), meant))
      }
      i += 1
    }
    problem.fixes.append(all)
    return problem
  }

  // MARK: Fields and indices

  func fieldWithoutName(_ base: Expression) -> Problem {
    if kind == .number {
      let place = Span(lastEnd - 1, token.end)
      let index = text(ofToken: at)
      return Problem("a field has a name", place, why: "items are reached by index.", fix: [.init(place, "[\(index)]")])
    }
    if kind == .string || kind == .rawString {
      let place = Span(lastEnd - 1, token.end)
      return Problem("a field has a name", place, fix: [.init(place, "[\(text(ofToken: at))]")])
    }
    if last >= 0, touches(last, at), kind == .star || kind == .slash || kind == .caret {
      return Problem(
        "`.\(text(ofToken: at))` is written `\(text(ofToken: at))`", Span(lastEnd - 1, token.end),
        why: "arithmetic works element by element; `@` is the matrix product.",
        fix: [.init(Span(lastEnd - 1, token.end), kind == .caret ? "**" : text(ofToken: at))])
    }
    return Problem("expected a field's name after `.`, found \(found)", foundSpan)
  }

  func emptyIndex(_ base: Expression) -> Problem {
    Problem("an index is missing between `[` and `]`", span, why: "`x[..]` takes everything, `x[i]` one item.")
  }

  func twoEllipses(_ place: Span, _ before: Span) -> Problem {
    Problem("`...` stands twice", place, related: [(before, "")], why: "it stands for all the axes that are left.")
  }

  /// `x[1:3]`, `x[:, 0]`, `x[::2]` in their own notation.
  func colonIndex() -> Problem {
    var problem = Problem("a slice is written with `..`", span, why: "`x[1..3]` takes items 1 and 2.")
    guard let opener = brackets.last else { return problem }
    var edits: [Problem.Edit] = []
    var level = 0
    var i = opener + 1
    while i < tokens.count, tokens[i].kind != .eof {
      let kind = tokens[i].kind
      if kind.closer != nil { level += 1 }
      if kind.isCloser {
        if level == 0 { break }
        level -= 1
      }
      if kind == .colon, level == 0 {
        // The colons of one axis: `::2` is `.. .. 2`, `0:` is `0..`, `1:9:2` is `1..9..2`.
        if i + 1 < tokens.count, tokens[i + 1].kind == .colon {
          edits.append(.init(Span(tokens[i].start, tokens[i + 1].end), ".. .. "))
          i += 1
        } else {
          edits.append(.init(span(ofToken: i), ".."))
        }
      }
      i += 1
    }
    problem.fixes = [edits]
    return problem
  }

  // MARK: Names given twice

  func repeated(_ role: String, _ name: Name, _ before: Name) -> Problem {
    Problem("the \(role) `\(name.text)` is given twice", name.span, related: [(before.span, "")])
  }

  func positionalAfterNamed(_ argument: Argument, _ before: Name) -> Problem {
    Problem(
      "a positional argument follows a named one", argument.value.span, related: [(before.span, "")],
      why: "positional arguments come first.")
  }

  // MARK: Records

  func fieldWithoutColon(_ name: Name) -> Problem {
    if kind == .equal {
      return Problem(
        "a field is set with `:`", span, why: "`{lr: 0.1}` makes a record, `f(lr=0.1)` calls.", fix: colonFix)
    }
    if let habit = followingHabit() { return habit }
    return Problem("expected `:` after the field `\(name.text)`, found \(found)", foundSpan)
  }

  private var colonFix: [Problem.Edit] {
    var edits: [Problem.Edit] = []
    var level = 0
    var i = at
    while i < tokens.count, tokens[i].kind != .eof {
      let kind = tokens[i].kind
      if kind.closer != nil { level += 1 }
      if kind.isCloser {
        if level == 0 { break }
        level -= 1
      }
      if kind == .equal, level == 0 { edits.append(.init(Span(tokens[i - 1].end, tokens[i].end), ":")) }
      i += 1
    }
    return edits
  }

  // MARK: Left of `=`

  func chainedAssignment() -> Problem {
    Problem("an assignment gives no value", span, why: "set one name after the other, or write `==` to compare.")
  }

  func notAPlace(_ expression: Expression, _ why: String) -> Problem {
    Problem("this cannot be changed", expression.span, why: why + ".")
  }

  func notAssignable(_ expression: Expression) -> Problem {
    switch expression.kind {
    case .call(let callee, _):
      var problem = Problem("a call cannot stand left of `=`", expression.span)
      if case .name = callee.kind {
        problem.why = "a function is written `fn f(x) => …`."
        problem.fixes = [[.init(at: expression.span.start, insert: "fn "), .init(span, "=>")]]
      }
      return problem
    case .bracket(_, makesList: false):
      return Problem(
        "a bracket cannot stand left of `=`", expression.span, why: "several names are set as in `a, b = …`.",
        fix: [
          .init(Span(expression.span.start, expression.span.start + 1), ""),
          .init(Span(expression.span.end - 1, expression.span.end), ""),
        ])
    default:
      return Problem(
        "this cannot be set", expression.span, why: "left of `=` stands a name, `x[i]`, `r.f` or several of them.",
        fix: [.init(span, "==")])
    }
  }

  // MARK: Strings

  func emptyInterpolation(_ brace: Int) -> Problem {
    Problem(
      "`{}` holds no value", Span(brace, max(token.start + 1, brace + 1)),
      why: "for the braces themselves write `\\{\\}`.",
      fix: kind == .formatSpec ? nil : [.init(Span(brace, token.start + 1), "\\{\\}")])
  }

  func badFormat() -> Problem {
    let spec = source.text(token.start + 1..<token.end)
    return Problem(
      "`\(spec)` is no format", Span(token.start + 1, max(token.end, token.start + 2)),
      why: "a format reads `[fill][<>^][+][0][width][,][.precision][d f e g s %]`, as in `{x:.3f}`.")
  }

  func interpolatedName(_ role: String) -> Problem {
    Problem("\(role) cannot hold a value", span, why: "it must be known before the program runs.")
  }

  func badUnicodeEscape(_ offset: Int) -> Problem {
    Problem("`\\u` needs a character's number", Span(offset, offset + 2), why: "as in `\\u{1F600}`.")
  }

  func unknownEscape(_ offset: Int) -> Problem {
    Problem(
      "there is no such escape", Span(offset, offset + 2),
      why: "escapes are `\\n \\t \\r \\\\ \\\" \\{ \\} \\u{1F600}`.", fix: [.init(at: offset, insert: "\\")])
  }
}
