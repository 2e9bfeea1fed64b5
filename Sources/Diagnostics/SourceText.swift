/// A piece of NNS source with a name, which turns byte offsets into lines and columns.
package final class SourceText: Sendable {
  /// What the user calls it: a file name, or `<prompt 3>`.
  package let name: String
  package let bytes: [UInt8]
  /// Of the library itself: errors do not show it.
  package let isLibrary: Bool
  private let lineStarts: [Int]

  package convenience init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }

  /// The bytes of a file as they are; the parser says so when they are not UTF-8.
  package init(name: String, bytes: [UInt8], isLibrary: Bool = false) {
    self.name = name
    self.bytes = bytes
    self.isLibrary = isLibrary
    lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
  }

  package var lineCount: Int { lineStarts.count }

  /// The line that holds `offset`, counted from 0.
  package func line(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The byte range of a line, without its newline.
  package func range(ofLine line: Int) -> Range<Int> {
    let end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
    return lineStarts[line]..<max(lineStarts[line], end)
  }

  package func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  package func text(_ span: Span) -> String { text(span.start..<max(span.start, span.end)) }
}

/// A half-open range of byte offsets in one source text.
package struct Span: Sendable, Equatable {
  private var low: Int32
  private var high: Int32

  package init(_ start: Int, _ end: Int) {
    low = Int32(clamping: start)
    high = Int32(clamping: end)
  }

  package var start: Int { Int(low) }
  package var end: Int { Int(high) }

  /// The smallest span that covers both.
  package func union(_ other: Span) -> Span { Span(min(start, other.start), max(end, other.end)) }
}
