import Diagnostics

/// A syntax error before it becomes a diagnostic: its place, and the edits that would mend it.
struct Problem {
  /// A replacement of some bytes of the source.
  struct Edit {
    var span: Span
    var text: String

    init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }

    init(at offset: Int, insert text: String) {
      span = Span(offset, offset)
      self.text = text
    }
  }

  var id = "syntax"
  var message: String
  var span: Span
  /// Words beside the caret.
  var label = ""
  var related: [(span: Span, text: String)] = []
  var why: String?
  /// Candidate corrections, best first; the first that parses becomes the hint.
  var fixes: [[Edit]] = []
  /// Printed when there is no edit to check: general advice.
  var notes: [String] = []

  init(
    _ message: String, _ span: Span, id: String = "syntax", label: String = "",
    related: [(span: Span, text: String)] = [], why: String? = nil, fix: [Edit]? = nil, notes: [String] = []
  ) {
    self.id = id
    self.message = message
    self.span = span
    self.label = label
    self.related = related
    self.why = why
    self.fixes = fix.map { [$0] } ?? []
    self.notes = notes
  }

  func diagnostic(in parser: Parser) -> Diagnostic {
    let source = parser.source
    var labels = related.map { Diagnostic.Label(source, $0.span, $0.text, isPrimary: false) }
    labels.append(Diagnostic.Label(source, span, label))
    labels.sort { $0.span.start < $1.span.start }
    let hint = parser.checksFixes ? fixes.lazy.compactMap { checkedFix($0, in: parser) }.first : nil
    return Diagnostic(id, message, labels: labels, why: why, hint: hint, notes: notes)
  }

  /// The mended lines when the mended text parses beyond them, else nil.
  private func checkedFix(_ edits: [Edit], in parser: Parser) -> String? {
    let source = parser.source
    guard source.bytes.count <= Self.largestCheckedSource, let first = edits.map(\.span.start).min(),
      let end = edits.map(\.span.end).max()
    else { return nil }
    var mended: [UInt8] = []
    var position = 0
    for edit in edits.sorted(by: { $0.span.start < $1.span.start }) {
      guard edit.span.start >= position else { return nil }
      mended += source.bytes[position..<edit.span.start]
      mended += Array(edit.text.utf8)
      position = edit.span.end
    }
    mended += source.bytes[position...]
    let mendedEnd = end + mended.count - source.bytes.count
    let text = SourceText(name: source.name, text: String(decoding: mended, as: UTF8.self))
    if case .invalid(let problems) = Parser.run(text, mode: parser.mode, checksFixes: false) {
      // A later mistake is another matter.
      let place = problems.first?.labels.first { $0.isPrimary }?.span.start ?? 0
      guard place > text.range(ofLine: text.line(at: mendedEnd)).upperBound else { return nil }
    }
    // The place where the mistake was noticed is shown too, when it is near.
    let noticed = text.line(at: max(0, span.start + (span.start >= end ? mended.count - source.bytes.count : 0)))
    var lines = text.line(at: first)...text.line(at: mendedEnd)
    if lines.count > Self.hintLines { lines = lines.lowerBound...lines.lowerBound }
    let wider = min(lines.lowerBound, noticed)...max(lines.upperBound, noticed)
    if wider.count <= Self.hintLines { lines = wider }
    let hint = lines.map { text.text(text.range(ofLine: $0)) }.filter { !$0.trimmed.isEmpty }
    guard hint.allSatisfy({ $0.utf8.count <= 200 }) else { return nil }
    let indent = hint.map { $0.prefix { $0 == " " || $0 == "\t" }.count }.min() ?? 0
    return hint.map { String($0.dropFirst(indent)).trimmedAtEnd }.joined(separator: "\n")
  }

  private static let hintLines = 4
  private static let largestCheckedSource = 1 << 20
}

extension String {
  var trimmedAtEnd: String {
    var rest = Substring(self)
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
