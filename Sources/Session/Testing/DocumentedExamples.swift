import Diagnostics
import Syntax

/// The examples of `##` comments, comment by comment: lines `> code`, then what it shows, up to an empty line.
///
/// Several `>` lines that are only together a whole entry are one example.
func documentedExamples(_ spans: [Span], in source: SourceText) -> [[Expectation]] {
  var groups: [[DocumentationLine]] = []
  for span in spans {
    guard let line = DocumentationLine(span, in: source) else { continue }
    if let last = groups.last?.last, last.number + 1 == line.number {
      groups[groups.count - 1].append(line)
    } else {
      groups.append([line])
    }
  }
  return groups.map(examples).filter { !$0.isEmpty }
}

/// A line that holds a `##` comment and nothing else.
private struct DocumentationLine {
  var number: Int
  /// Of the whole line, with its end.
  var range: Range<Int>
  /// Everything before the text.
  var lead: String
  /// How many blanks set off the text from the marks.
  var depth: Int
  private var body: [Character]

  init?(_ span: Span, in source: SourceText) {
    number = source.line(at: span.start)
    let line = source.range(ofLine: number)
    let margin = source.text(line.lowerBound..<span.start)
    guard margin.allSatisfy({ $0 == " " || $0 == "\t" }) else { return nil }
    range = line.lowerBound..<min(source.bytes.count, line.upperBound + 1)
    body = Array(comparable(source.text(span).dropFirst(2)).first ?? "")
    depth = body.prefix { $0 == " " }.count
    lead = margin + "##" + String(body[..<depth])
  }

  var isEmpty: Bool { depth == body.count }

  /// The code of a line that starts with `>`.
  var code: String? {
    let text = body.dropFirst(depth)
    guard text.first == ">" else { return nil }
    return String(text.dropFirst(text.dropFirst().first == " " ? 2 : 1))
  }

  /// What it shows, below an example that is set off by so many blanks.
  func output(below depth: Int) -> String { String(body.dropFirst(min(self.depth, depth))) }
}

private func examples(_ lines: [DocumentationLine]) -> [Expectation] {
  var result: [Expectation] = []
  var rest = lines[...]
  while let first = rest.popFirst() {
    guard var code = first.code else { continue }
    var last = first
    while let next = rest.first, let more = next.code, isUnfinished(code) {
      code += "\n" + more
      last = next
      rest.removeFirst()
    }
    let output = rest.prefix { !$0.isEmpty && $0.code == nil }
    rest.removeFirst(output.count)
    let place = last.range.upperBound..<(output.last?.range.upperBound ?? last.range.upperBound)
    let wanted = comparable(output.map { $0.output(below: first.depth) }.joined(separator: "\n"))
    result.append(
      Expectation(line: first.number + 1, code: code, wanted: wanted) { got in
        // An empty line would end the output, and a `>` start another example.
        if got.contains(where: { $0.isEmpty || $0.first == ">" }) { return nil }
        return [Edit(range: place, text: got.map { first.lead + $0 + "\n" }.joined())]
      })
  }
  return result
}
