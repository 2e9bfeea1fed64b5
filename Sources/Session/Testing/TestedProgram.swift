import Diagnostics
import Syntax

/// The expectations of a `.nns` file: `# expect:` comments, and the `>` examples of its `##` comments.
struct TestedProgram {
  /// `# expect: text`, and where the text stands.
  struct Comment {
    var span: Span
    var text: Range<Int>
    var standsAlone: Bool
  }

  let source: SourceText
  let program: Program
  private let comments: [Comment]
  /// The examples of each `##` comment that has some.
  let documented: [[Expectation]]

  init(_ program: Program) {
    self.program = program
    source = program.source
    let source = program.source
    let found = tokens(of: source.text(0..<source.bytes.count))
    comments = found.filter { $0.kind == .comment }.compactMap { Comment($0.span, in: source) }
    documented = documentedExamples(found.filter { $0.kind == .documentation }.map(\.span), in: source)
  }

  /// Whether something is expected of it at all.
  var expectsNothing: Bool { comments.isEmpty && documented.isEmpty }

  /// What a statement is to show: the comments that stand in it, behind it, or below it before the next.
  func expectation(ofStatement index: Int) -> Expectation {
    let statement = program.statements[index]
    let start = index == 0 ? 0 : statement.span.start
    let end = index + 1 < program.statements.count ? program.statements[index + 1].span.start : source.bytes.count
    let mine = comments.filter { $0.span.start >= start && $0.span.start < end }
    let line = source.line(at: statement.span.start)
    let head = source.text(statement.span).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    var indent = source.range(ofLine: line)
    indent =
      indent.lowerBound..<(indent.first { source.bytes[$0] != 0x20 && source.bytes[$0] != 0x09 } ?? indent.upperBound)
    let margin = source.text(indent)
    return Expectation(
      line: mine.first.map { source.line(at: $0.span.start) + 1 } ?? line + 1, code: head,
      wanted: mine.isEmpty ? nil : comparable(mine.map { $0.wanted(in: source) }.joined(separator: "\n"))
    ) { record($0, in: mine, margin: margin) }
  }

  /// A line of output for each comment; what is left of either is added below the last or taken away.
  private func record(_ got: [String], in comments: [Comment], margin: String) -> [Edit]? {
    let lines = got.isEmpty ? [""] : got
    var edits = zip(comments, lines).map { comment, line in
      Edit(range: comment.text, text: line.isEmpty ? "" : " " + line)
    }
    if lines.count > comments.count {
      let more = lines[comments.count...].map { "\n\(margin)# expect:" + ($0.isEmpty ? "" : " " + $0) }.joined()
      edits[edits.count - 1].text += more
    }
    for comment in comments.dropFirst(lines.count) {
      edits.append(Edit(range: comment.removal(in: source), text: ""))
    }
    return edits
  }
}

extension TestedProgram.Comment {
  /// Nil for a comment of another kind.
  fileprivate init?(_ span: Span, in source: SourceText) {
    let words = "expect:".utf8
    var start = span.start + 1
    while start < span.end, source.bytes[start] == 0x20 { start += 1 }
    guard source.bytes[start..<span.end].starts(with: words) else { return nil }
    let line = source.range(ofLine: source.line(at: span.start))
    self.span = span
    text = start + words.count..<span.end
    standsAlone = source.bytes[line.lowerBound..<span.start].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// The text without the blank that sets it off.
  fileprivate func wanted(in source: SourceText) -> String {
    let all = source.text(text)
    return all.first == " " ? String(all.dropFirst()) : all
  }

  /// The comment with its line, or with the blanks before it where the line holds more.
  fileprivate func removal(in source: SourceText) -> Range<Int> {
    var start = span.start
    while start > 0, source.bytes[start - 1] == 0x20 || source.bytes[start - 1] == 0x09 { start -= 1 }
    return start - (standsAlone && start > 0 ? 1 : 0)..<span.end
  }
}
