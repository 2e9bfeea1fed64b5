import Diagnostics

/// Mistakes about functions, parameters, types and models.
extension Parser {
  func functionWithoutParameters() -> Problem {
    var problem = Problem(
      "expected the parameters in `( )`, found \(found)", foundSpan, why: "`fn(x) { … }`, or `x => …` for short.")
    if kind == .leftBrace { problem.fixes = [[.init(at: lastEnd, insert: "()")]] }
    return problem
  }

  func modelWithoutParameters(_ name: Name) -> Problem {
    var problem = Problem(
      "expected the parameters of `\(name.text)` in `( )`, found \(found)", foundSpan,
      why: "`model \(name.text)(…) { … }`; a model without settings has `()`.")
    if kind == .leftBrace { problem.fixes = [[.init(at: name.span.end, insert: "()")]] }
    return problem
  }

  /// `(a, b) => …`
  func parenthesizedParameters(_ items: [Item], _ opener: Int) -> Problem {
    var problem = Problem(
      "parameters in parentheses need `fn`", span, why: "a function is written `x => …` or `fn(a, b) => …`.")
    let isOneName =
      if items.count == 1, case .value(let only) = items[0], case .name = only.kind { true } else { false }
    if isOneName {
      problem.fixes.append([
        .init(span(ofToken: opener), ""), .init(span(ofToken: last), ""),
      ])
    }
    problem.fixes.append([.init(at: tokens[opener].start, insert: "fn")])
    return problem
  }

  /// `x => {y}`, which could be a record or a block.
  func bareShorthand(_ name: Name, _ head: Span) -> Problem {
    let place = Span(start, name.span.end + 1)
    return Problem(
      "`{\(name.text)}` could be a record or a block", place,
      notes: [
        "a record: \(source.text(head)) => {\(name.text): \(name.text)}",
        "a block: fn(\(source.text(head))) { \(name.text) }",
      ])
  }

  /// A block whose first statement starts `NAME:` or `NAME,` was read as a record and failed.
  mutating func blockMistakenForRecord(_ problem: Problem, _ saved: Parser, _ head: Span) -> Stop {
    // Only when reading it as a block succeeds.
    guard !isProbe, !hasTriedBlock else { return .problem(problem) }
    hasTriedBlock = true
    var probe = saved
    probe.isProbe = true
    probe.problem = nil
    probe.loops = 0
    guard let block = try? probe.block(after: "=>"), !block.isEmpty else { return .problem(problem) }
    let opener = saved.span
    let isWritten = source.text(head).hasPrefix("fn")
    let heading = source.text(head)
    let fixed = isWritten ? heading : "fn(\(heading))"
    return .problem(
      Problem(
        "after `=>` this `{` begins a record", opener, related: [(problem.span, "not a field")],
        why: "`{\(saved.text(ofToken: saved.firstInside)) …` reads as a field; a block that starts so is written "
          + "`fn(x) { … }`.",
        fix: [.init(Span(head.start, opener.start), fixed + " ")]))
  }

  /// The first token inside the brace at the current token.
  private var firstInside: Int {
    var i = at + 1
    while tokens[i].kind == .newline { i += 1 }
    return i
  }

  /// Whether a type could begin at a token; after `->` a line may end.
  func startsType(_ index: Int) -> Bool {
    switch tokens[index].kind {
    case .leftBracket, .leftParen, .keywordFn, .newline, .eof, .invalid: true
    case .name: Self.typeKinds.contains(text(ofToken: index)) || tokens[index + 1].kind == .leftBrace
    default: false
    }
  }

  /// `fn(x) -> x + 1`
  func arrowWithoutType() -> Problem {
    Problem(
      "`->` stands before the type of a result", span, why: "the body of a function follows `=>`, or stands in `{ }`.",
      fix: [.init(span, "=>")])
  }

  /// `fn f(x): [n] { … }` and `fn f(x) = e`
  func signAfterParameters(_ first: Int) -> Problem {
    if kind == .equal {
      return Problem("the body of a function follows `=>`", span, fix: [.init(span, "=>")])
    }
    guard startsType(at + 1), tokens[at + 1].kind != .newline, tokens[at + 1].kind != .eof else {
      return missingBlock(after: source.text(first..<lastEnd))
    }
    return Problem(
      "the type of a result follows `->`", span, why: "`fn f(x: [n]) -> [n] { … }`",
      fix: [.init(Span(lastEnd, token.end), " ->")])
  }

  func restNotLast(_ name: Name) -> Problem {
    Problem("`..\(name.text)` must be the last parameter", name.span, why: "it takes all the arguments that are left.")
  }

  func defaultBeforePlain(_ before: Name, _ name: Name) -> Problem {
    Problem(
      "`\(name.text)` has no default, but `\(before.text)` before it has", name.span, related: [(before.span, "")],
      why: "parameters with defaults come last.")
  }

  func notAParameter() -> Problem {
    switch kind {
    case .star, .starStar:
      return Problem(
        "the rest of the arguments is taken by `..name`", span, fix: [.init(span, "..")])
    case .leftParen:
      return Problem("a parameter is one name", span, why: "take it apart in the body: `a, b = pair`.")
    case let kind where kind.isKeyword:
      return Problem("`\(text(ofToken: at))` is a keyword and no name for a parameter", span)
    default: return Problem("expected a parameter's name, found \(found)", foundSpan)
    }
  }

  // MARK: Types

  func unknownKind(_ name: Name) -> Problem {
    let meant: [String: String] = [
      "float": "number", "double": "f64", "str": "string", "integer": "int", "array": "tensor", "ndarray": "tensor",
      "dict": "record", "map": "record", "object": "record", "tuple": "list", "boolean": "bool", "Tensor": "tensor",
      "function": "fn", "float32": "f32", "float64": "f64", "float16": "f16", "uint8": "u8", "int8": "i8",
      "int64": "int",
      "Float": "number", "Int": "int", "String": "string", "Bool": "bool", "dataframe": "table", "char": "string",
    ]
    var problem = Problem(
      "`\(name.text)` is no type", name.span,
      why: "types are \(Self.typeKinds.map { "`\($0)`" }.joined(separator: ", ")).")
    if let right = meant[name.text] ?? nearMisses(name.text, among: Self.typeKinds).first {
      problem.fixes = [[.init(name.span, right)]]
    }
    return problem
  }

  func notAType() -> Problem {
    Problem(
      "expected a type, found \(found)", foundSpan,
      why: "a type is a kind, a shape or both: `string`, `[n, d]`, `int[n]`.")
  }

  /// The type after `NAME:` at the start of a statement, or the mistake that `:` is there.
  mutating func checkedType(after name: Name, colon: Int) throws(Stop) -> TypeExpression? {
    let place = span(ofToken: colon)
    if kind == .equal, touches(colon, at) {
      let both = Span(place.start, token.end)
      throw fail(Problem("`:=` is written `=`", both, fix: [.init(both, "=")]))
    }
    switch kind {
    case .leftBracket, .leftParen, .keywordFn: return try type()
    case .name where Self.typeKinds.contains(text(ofToken: at)): return try type()
    case .name where next == .equal || next == .leftBracket: return try type()
    default:
      let before = source.text(name.span)
      throw fail(
        Problem(
          "`\(before):` starts no statement", place,
          why: "a variable is set with `=`; `\(before): [n, d] = …` checks its shape too.",
          fix: valueAfterColon(name, place)))
    }
  }

  private func valueAfterColon(_ name: Name, _ colon: Span) -> [Problem.Edit]? {
    endsStatement ? nil : [.init(Span(name.span.end, colon.end), " =")]
  }

  func bindingWithoutValue(_ name: Name, colon: Int) -> Problem {
    if let habit = followingHabit() { return habit }
    return Problem(
      "expected `=` and a value, found \(found)", foundSpan,
      why: "`\(name.text): [n, d] = …` sets `\(name.text)` and checks its shape; "
        + "`assert` checks a value that is there.")
  }

  // MARK: Identifiers

  func isIdentifier(_ text: String) -> Bool {
    let utf8 = Array(text.utf8)
    guard !utf8.isEmpty else { return false }
    return utf8.withUnsafeBufferPointer { buffer in
      let tokens = Lexer.run(buffer).tokens
      return tokens.count == 2 && tokens[0].kind == .name && tokens[0].start == 0 && tokens[0].end == utf8.count
    }
  }

  /// A name made of a file's stem.
  func identifier(from stem: String) -> String {
    var result = String(stem.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    if result.isEmpty || result.first?.isNumber == true || !isIdentifier(result) { result = "_" + result }
    return isIdentifier(result) ? result : "file"
  }
}
