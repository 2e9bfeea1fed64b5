/// A piece of a file that is run, and what it is to show.
struct Expectation {
  /// The line where it stands, counted from 1.
  var line: Int
  /// The code, as a report shows it.
  var code: String
  /// Nil where the code need only not fail.
  var wanted: [String]?
  /// What makes the file say what was shown instead; nil where a file cannot say that.
  var record: ([String]) -> [Edit]?
}

/// Bytes of a file to be replaced.
struct Edit {
  var range: Range<Int>
  var text: String

  /// The bytes with all edits made; they do not overlap.
  static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      result.replaceSubrange(edit.range, with: Array(edit.text.utf8))
    }
    return result
  }
}

/// The lines of a text without the blanks at their ends, and without empty lines before and after.
func comparable(_ text: some StringProtocol) -> [String] {
  var lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { line in
    String(line.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
  while lines.first == "" { lines.removeFirst() }
  while lines.last == "" { lines.removeLast() }
  return lines
}
