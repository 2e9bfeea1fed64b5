package import Diagnostics

package enum ParseMode: Sendable { case file, prompt }

package enum ParseResult: Sendable {
  case complete(Program)
  /// More lines could complete the text; never for a file.
  case incomplete
  case invalid([Diagnostic])
}

/// Reads a text: a whole file, or an entry at the prompt without the newline that submitted it.
///
/// An entry that starts with `|>` or `>>` applies to `ans`.
package func parse(_ source: SourceText, mode: ParseMode) -> ParseResult {
  Parser.run(source, mode: mode, checksFixes: true)
}

/// A recursive-descent parser over the tokens of one text, with precedence climbing for operators.
struct Parser {
  /// Why parsing stopped.
  enum Stop: Error {
    /// The text ended where more could follow.
    case ended
    case problem(Problem)
  }

  let source: SourceText
  let mode: ParseMode
  let checksFixes: Bool
  let bytes: UnsafeBufferPointer<UInt8>
  let tokens: UnsafeBufferPointer<Token>
  let faults: [Int: LexicalFault]
  let documentation: [(token: Int, low: Int, high: Int)]
  let cellMarks: [(token: Int, low: Int, high: Int)]

  /// The current token; never a newline while newlines are ignored.
  var at = 0
  /// The token consumed last, or -1.
  var last = -1
  /// Whether the innermost open bracket ignores line ends.
  var ignoresNewlines = false
  /// The tokens that opened the brackets around the current one.
  var brackets: [Int] = []
  /// How deep the parser's own calls nest.
  var depth = 0
  /// How deep the tree is that was built last. Whatever walks trees by recursion relies on its limit.
  var height = 0
  var loops = 0
  var functions = 0
  var documentationAt = 0
  var cellAt = 0
  var cells: [Program.Cell] = []
  /// Every `_` read as a value that no pipe and no assignment has claimed yet.
  var placeholders: [Span] = []
  /// Whether this is a copy that tries how a mistake could be mended; it makes no further copies.
  var isProbe = false
  /// Whether a record that failed has been read as a block already.
  var hasTriedBlock = false
  /// A mistake that did not stop the parser; reported when nothing else is wrong.
  var problem: Problem?

  static let depthLimit = 640
  static let heightLimit = 1000

  /// Parses a text; `isFragment` allows `return` and `break`, as in a line cut out of a function.
  static func run(
    _ source: SourceText, mode: ParseMode, checksFixes: Bool, isFragment: Bool = false
  ) -> ParseResult {
    if source.bytes.count > Int(Int32.max) - 1 {
      return .invalid([Diagnostic("file-too-large", "this text is larger than 2 GB")])
    }
    return source.bytes.withUnsafeBufferPointer { bytes in
      if let bad = firstInvalidUTF8(bytes) { return .invalid([invalidText(source, bad)]) }
      let output = Lexer.run(bytes)
      return output.tokens.withUnsafeBufferPointer { tokens in
        var parser = Parser(
          source: source, mode: mode, checksFixes: checksFixes, bytes: bytes, tokens: tokens, faults: output.faults,
          documentation: output.documentation, cellMarks: output.cells)
        if isFragment { (parser.loops, parser.functions) = (1, 1) }
        return parser.program()
      }
    }
  }

  private init(
    source: SourceText, mode: ParseMode, checksFixes: Bool, bytes: UnsafeBufferPointer<UInt8>,
    tokens: UnsafeBufferPointer<Token>, faults: [Int: LexicalFault],
    documentation: [(token: Int, low: Int, high: Int)], cellMarks: [(token: Int, low: Int, high: Int)]
  ) {
    self.source = source
    self.mode = mode
    self.checksFixes = checksFixes
    self.bytes = bytes
    self.tokens = tokens
    self.faults = faults
    self.documentation = documentation
    self.cellMarks = cellMarks
  }

  private mutating func program() -> ParseResult {
    do throws(Stop) {
      let statements = try statements(until: .eof)
      while cellAt < cellMarks.count { addCell(before: statements.count) }
      if let problem { return .invalid([problem.diagnostic(in: self)]) }
      return .complete(Program(source: source, statements: statements, cells: cells))
    } catch {
      switch error {
      case .problem(let stopped):
        // What was noticed earlier in the text comes first.
        let first = problem.flatMap { $0.span.start < stopped.span.start ? $0 : nil } ?? stopped
        return .invalid([first.diagnostic(in: self)])
      case .ended:
        if mode == .prompt { return .incomplete }
        return .invalid([endOfText().diagnostic(in: self)])
      }
    }
  }

  // MARK: The cursor

  var kind: Token.Kind { tokens[at].kind }
  var token: Token { tokens[at] }
  var span: Span { Span(tokens[at].start, tokens[at].end) }
  var start: Int { tokens[at].start }
  /// Where the token consumed last ends.
  var lastEnd: Int { last >= 0 ? tokens[last].end : 0 }

  func span(from start: Int) -> Span { Span(start, lastEnd) }
  func span(ofToken index: Int) -> Span { Span(tokens[index].start, tokens[index].end) }
  func text(ofToken index: Int) -> String { source.text(tokens[index].start..<tokens[index].end) }

  /// The index of the token `distance` after the current one, as the parser would come to see it.
  func index(ahead distance: Int) -> Int {
    var i = at
    for _ in 0..<distance where i < tokens.count - 1 {
      i += 1
      while ignoresNewlines, tokens[i].kind == .newline { i += 1 }
    }
    return i
  }

  /// The kind of the token after the current one.
  var next: Token.Kind {
    var i = min(at + 1, tokens.count - 1)
    if ignoresNewlines { while tokens[i].kind == .newline { i += 1 } }
    return tokens[i].kind
  }

  mutating func advance() {
    last = at
    if at < tokens.count - 1 { at += 1 }
    if ignoresNewlines { while tokens[at].kind == .newline { at += 1 } }
  }

  mutating func skipNewlines() { while kind == .newline { at += 1 } }

  /// Consumes an operator, after which a line may end.
  mutating func advanceOverOperator() {
    advance()
    skipNewlines()
  }

  mutating func take(_ wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  /// Consumes an opening bracket and returns what `close` needs to restore.
  mutating func open(ignoringNewlines: Bool) -> Bool {
    brackets.append(at)
    let saved = ignoresNewlines
    ignoresNewlines = ignoringNewlines
    advance()
    return saved
  }

  mutating func close(_ closer: Token.Kind, restoring saved: Bool, expecting what: String) throws(Stop) {
    guard kind == closer else { throw unclosed(closer, expecting: what) }
    brackets.removeLast()
    ignoresNewlines = saved
    advance()
  }

  /// A copy that reads on from here to see how a mistake could be mended; nil in such a copy.
  func probe() -> Parser? {
    guard !isProbe, checksFixes else { return nil }
    var copy = self
    copy.isProbe = true
    return copy
  }

  // MARK: Limits

  mutating func enter() throws(Stop) {
    depth += 1
    if depth > Self.depthLimit { throw fail(tooDeep(at: span)) }
  }

  mutating func leave() { depth -= 1 }

  mutating func grow(_ a: Int, _ b: Int = 0, at place: Span) throws(Stop) {
    height = max(a, b) + 1
    if height > Self.heightLimit { throw fail(tooDeep(at: place)) }
  }

  private func tooDeep(at place: Span) -> Problem {
    Problem(
      "this nests too deeply, or chains more than \(Self.heightLimit) operations", place,
      why: "an expression may be \(Self.heightLimit) operations deep; give a name to a part of it.")
  }

  // MARK: Cells

  mutating func addCell(before statement: Int) {
    let mark = cellMarks[cellAt]
    let title = source.text(mark.low..<mark.high)
    cells.append(Program.Cell(title: title.trimmed, firstStatement: statement))
    cellAt += 1
  }
}

extension StringProtocol {
  /// Without the blanks at both ends.
  var trimmed: String {
    var rest = Substring(self)
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
