package import Diagnostics

package enum FormatResult: Sendable {
  case formatted([UInt8])
  case invalid([Diagnostic])
}

/// The text of a file in the language's one layout; a text that does not parse is refused with its errors.
///
/// Comments, whatever stands between quotes, and the line breaks of the author stay as they are. Indentation, blanks
/// between tokens, blank lines and line ends are made regular, lines of more than 88 columns are broken, and a bracket that
/// closes on a line of its own has a comma behind its last item. Formatting twice changes nothing more.
package func format(_ source: SourceText) -> FormatResult {
  if case .invalid(let problems) = Parser.run(source, mode: .file, checksFixes: true) { return .invalid(problems) }
  return source.bytes.withUnsafeBufferPointer { bytes in
    var formatter = Formatter(bytes)
    return .formatted(formatter.run())
  }
}

/// Lays the tokens of a text that parses out anew, one source line after the other.
struct Formatter {
  /// What the layout moves as one: a token, a string with all its code, or a comment.
  struct Piece {
    /// `eof` for a comment.
    var kind: Token.Kind
    var role: Role
    var start: Int
    var end: Int
    var startsStatement = false
  }

  /// What a token is to its neighbours, where its kind alone does not tell.
  enum Role {
    case comment
    /// A value may end here: what follows is an operator, a call or an index.
    case value
    /// `-`, `..` and `&` that belong to what follows.
    case prefix
    /// `..`, `..=` between two ends, and `=` of an argument.
    case tight
    case blockBrace, recordBrace
    case other
  }

  /// An open bracket.
  struct Frame {
    var role: Role
    var kind: Token.Kind
    /// The indentation of the line that its content is one level deeper than.
    var base: Int
    /// The same for the block that an open `if`, `for`, `fn` … will have.
    var head: Int?
  }

  static let level = 4

  let bytes: UnsafeBufferPointer<UInt8>
  var pieces: [Piece] = []
  var frames: [Frame] = []
  var output: [UInt8] = []
  /// What the brackets that are opened on the current line are relative to.
  var base = 0
  /// Where the rows of the table stand whose line came last.
  var tableIndent: Int?
  /// Whether the rest of the line belongs to a table, whose blanks are the author's.
  var isInTable = false
  /// By position: the other bracket of a pair, the innermost open bracket, and how many are open.
  var partners: [Int] = []
  var parents: [Int] = []
  var depths: [Int] = []
  /// What starts a line without doing so in the text, and what a comma is added behind.
  var breaks: Set<Int> = []
  var commas: Set<Int> = []

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func run() -> [UInt8] {
    classify()
    measure()
    frames = [Frame(role: .blockBrace, kind: .eof, base: -Self.level)]
    output.reserveCapacity(bytes.count + bytes.count / 8)
    for index in pieces.indices {
      let lines =
        index == 0 ? 1 : max(breaks.contains(index) ? 1 : 0, lineEnds(pieces[index - 1].end, pieces[index].start))
      if lines == 0 {
        sameLine(index)
      } else {
        newLine(index, isAfterBlank: lines > 1)
      }
      follow(index)
    }
    if !output.isEmpty { output.append(0x0A) }
    return output
  }

  func lineEnds(_ start: Int, _ end: Int) -> Int {
    var count = 0
    for i in start..<end where bytes[i] == 0x0A || (bytes[i] == 0x0D && (i + 1 >= bytes.count || bytes[i + 1] != 0x0A))
    {
      count += 1
    }
    return count
  }

  private mutating func newLine(_ index: Int, isAfterBlank: Bool) {
    if index > 0 {
      output.append(0x0A)
      // Blocks, records and lists neither begin nor end with an empty line.
      if isAfterBlank, !isOpener(pieces[index - 1]), !pieces[index].kind.isCloser { output.append(0x0A) }
    }
    if isAfterBlank { tableIndent = nil }
    isInTable = false
    base = indentation(index)
    if pieces[index].role != .comment { breakLine(index, indentation: base) }
    output.append(contentsOf: repeatElement(0x20, count: base))
    if isTable(index) {
      tableIndent = base
      isInTable = true
    } else if pieces[index].role != .comment {
      tableIndent = nil
    }
    write(index)
  }

  private mutating func sameLine(_ index: Int) {
    let between = pieces[index - 1].end..<pieces[index].start
    if pieces[index].role == .comment {
      // The author may have aligned it with others.
      let isAligned = !between.isEmpty && bytes[between].allSatisfy { $0 == 0x20 }
      output.append(contentsOf: repeatElement(0x20, count: isAligned ? between.count : 2))
    } else if isInTable {
      output.append(contentsOf: bytes[between])
    } else if hasSpace(index - 1, index) {
      output.append(0x20)
    }
    if isTable(index), !isInTable {
      tableIndent = base + Self.level
      isInTable = true
    }
    write(index)
  }

  private mutating func write(_ index: Int) {
    var end = pieces[index].end
    if pieces[index].role == .comment { while bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 } }
    output.append(contentsOf: bytes[pieces[index].start..<end])
    if commas.contains(index) { output.append(0x2C) }
  }

  private func isTable(_ index: Int) -> Bool { pieces[index].kind == .bar || pieces[index].kind == .rule }

  func isOpener(_ piece: Piece) -> Bool { piece.kind.closer != nil }
}
