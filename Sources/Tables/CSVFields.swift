import Diagnostics

/// Where the fields of a CSV text lie: one pass over the bytes, no text made yet.
///
/// RFC 4180: a field may be quoted, a quote inside is doubled, and quoted fields may hold delimiters and line ends. Lines
/// end in LF, CRLF or CR. Wholly empty lines are skipped. A byte order mark is skipped.
struct CSVFields {
  struct Span {
    var start: UInt32
    /// The length in the low 30 bits, and the two flags.
    var bits: UInt32

    static let quotedFlag: UInt32 = 1 << 31
    static let escapedFlag: UInt32 = 1 << 30
    var length: Int { Int(bits & (Span.escapedFlag - 1)) }
    var isQuoted: Bool { bits & Span.quotedFlag != 0 }
    var isEscaped: Bool { bits & Span.escapedFlag != 0 }
  }

  /// All fields, row after row.
  private(set) var spans: [Span] = []
  /// Every row has as many fields as the first.
  private(set) var width = 0

  var rowCount: Int { width == 0 ? 0 : spans.count / width }

  /// - Throws: `ragged-rows`, `file-format` for quotes that do not close.
  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, name: String) throws {
    guard bytes.count < 1 << 32 else { throw Failure("file-too-large", "`\(name)` is larger than 4096 MiB") }
    let count = bytes.count
    var at = 0
    if count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { at = 3 }
    if count >= 2, (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff) {
      throw Failure("file-format", "`\(name)` is UTF-16, not UTF-8", why: "save it as UTF-8, or convert it with iconv.")
    }
    var spans: [Span] = []
    spans.reserveCapacity(count / 6)
    var width = 0
    var rowStart = 0
    while at < count {
      // One field.
      let fieldStart = at
      var bits: UInt32 = 0
      var start = at
      if bytes[at] == 34 {
        start = at + 1
        at += 1
        bits = Span.quotedFlag
        while true {
          while at < count, bytes[at] != 34 { at += 1 }
          guard at < count else {
            throw Failure(
              "file-format", "a quote in `\(name)` is never closed",
              facts: [.init("opened on", "line \(CSVFields.line(of: fieldStart, in: bytes))")])
          }
          guard at + 1 < count, bytes[at + 1] == 34 else { break }
          bits |= Span.escapedFlag
          at += 2
        }
        let length = at - start
        at += 1
        if at < count, bytes[at] != delimiter, bytes[at] != 10, bytes[at] != 13 {
          throw Failure(
            "file-format", "text follows a closing quote in `\(name)`",
            facts: [.init("place", "line \(CSVFields.line(of: at, in: bytes))")],
            why: "a quote inside a quoted field is written twice.")
        }
        guard length < 1 << 30 else { throw CSVFields.longField(name, fieldStart, bytes) }
        bits |= UInt32(length)
      } else {
        while at < count {
          let byte = bytes[at]
          if byte == delimiter || byte == 10 || byte == 13 { break }
          at += 1
        }
        guard at - start < 1 << 30 else { throw CSVFields.longField(name, fieldStart, bytes) }
        bits = UInt32(at - start)
      }
      spans.append(Span(start: UInt32(start), bits: bits))
      if at < count, bytes[at] == delimiter {
        at += 1
        if at < count { continue }
        // The text ends right behind a delimiter: one more empty field.
        spans.append(Span(start: UInt32(count), bits: 0))
      }
      // The row's end.
      let lineEnd = at
      if at < count {
        at += bytes[at] == 13 && at + 1 < count && bytes[at + 1] == 10 ? 2 : 1
      }
      let fields = spans.count - rowStart
      if fields == 1, spans[rowStart].bits == 0 {
        spans.removeLast()
        continue
      }
      if width == 0 {
        width = fields
      } else if fields != width {
        throw Failure(
          "ragged-rows",
          "line \(CSVFields.line(of: max(0, lineEnd - 1), in: bytes)) of `\(name)` has \(fields) "
            + "\(fields == 1 ? "field" : "fields") where the first line has \(width)",
          why: fields > width
            ? "a field that holds the delimiter must be in quotes" : "every line needs the same number of fields")
      }
      rowStart = spans.count
    }
    self.spans = spans
    self.width = width
  }

  /// The line that a byte is on, from 1.
  static func line(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var line = 1
    var at = 0
    while at < min(offset, bytes.count) {
      if bytes[at] == 10 || (bytes[at] == 13 && !(at + 1 < bytes.count && bytes[at + 1] == 10)) { line += 1 }
      at += 1
    }
    return line
  }

  private static func longField(_ name: String, _ start: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Failure {
    Failure("file-too-large", "a field of `\(name)` is longer than 1 GiB, on line \(line(of: start, in: bytes))")
  }
}
