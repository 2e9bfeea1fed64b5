/// How a diagnostic becomes text. Colours are escape sequences or empty.
package struct DiagnosticStyle: Sendable {
  package var usesColor: Bool

  package init(usesColor: Bool = false) { self.usesColor = usesColor }

  func paint(_ text: String, _ code: String) -> String { usesColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

extension Diagnostic {
  /// The diagnostic as lines: heading with id, source with carets, why, notes, fix, and the calls that led here.
  package func rendered(_ style: DiagnosticStyle = DiagnosticStyle()) -> String {
    var lines: [String] = []
    let color = severity == .error ? "1;31" : severity == .warning ? "1;33" : "1;36"
    var heading = style.paint("\(severity.rawValue):", color) + " " + message
    let width = severity.rawValue.count + 2 + message.count
    if !id.isEmpty {
      heading += String(repeating: " ", count: max(2, 69 - width)) + style.paint("[\(id)]", "2")
    }
    lines.append(heading)
    let digits = (labels + trace).map { String($0.source.line(at: $0.span.start) + 1).count }.max() ?? 1
    let gutter = max(4, digits + 2)
    lines += excerpt(labels, gutter: gutter, style: style, color: color)
    lines += trace.prefix(Self.traceLimit).flatMap { excerpt([$0], gutter: gutter, style: style, color: "36") }
    if trace.count > Self.traceLimit { lines.append("… and \(trace.count - Self.traceLimit) more calls") }
    if let why { lines.append(style.paint("why:", "1") + " " + why) }
    lines += notes
    if let hint { lines.append(style.paint("try:", "1;32") + " " + hint.replacingNewlines(with: "\n     ")) }
    return lines.joined(separator: "\n")
  }

  private static let traceLimit = 6

  private func excerpt(_ labels: [Label], gutter: Int, style: DiagnosticStyle, color: String) -> [String] {
    var lines: [String] = []
    var shown: SourceText?
    // Labels on the same line of the same text share one excerpt.
    var groups: [(source: SourceText, line: Int, labels: [Label])] = []
    for label in labels {
      let line = label.source.line(at: label.span.start)
      if let at = groups.firstIndex(where: { $0.source === label.source && $0.line == line }) {
        groups[at].labels.append(label)
      } else {
        groups.append((label.source, line, [label]))
      }
    }
    for group in groups {
      let range = group.source.range(ofLine: group.line)
      if group.source !== shown, !group.source.name.isEmpty {
        let line = group.source.lineCount > 1 || !group.source.isLibrary ? ":\(group.line + 1)" : ""
        lines.append(style.paint("  at \(group.source.name)\(line)", "2"))
      }
      shown = group.source
      let number = String(group.line + 1)
      let pad = String(repeating: " ", count: gutter - number.count)
      let (text, offset) = window(group.source, range, around: group.labels)
      lines.append(style.paint("\(pad)\(number) | ", "2") + text)
      var (row, column) = ("", 0)
      for (n, label) in group.labels.enumerated() {
        let before = group.source.text(range.lowerBound..<label.span.start).printable()
        let end = max(label.span.start, min(label.span.end, range.upperBound))
        let marked = group.source.text(label.span.start..<end).printable()
        let mark = String(repeating: label.isPrimary ? "^" : "-", count: max(1, displayWidth(marked)))
        let lead = displayWidth(before) - offset - column
        let words = label.text.isEmpty ? "" : " " + label.text
        row += String(repeating: " ", count: max(0, lead)) + style.paint(mark, label.isPrimary ? color : "36") + words
        column += max(0, lead) + max(1, displayWidth(marked))
        // Marks without words share a line with one that stands behind them.
        if label.text.isEmpty, n + 1 < group.labels.count, group.labels[n + 1].span.start > label.span.end { continue }
        lines.append(style.paint(String(repeating: " ", count: gutter) + " | ", "2") + row)
        (row, column) = ("", 0)
      }
    }
    return lines
  }

  /// A long line is cut to the part around its first label, so that the caret stays on the screen.
  private func window(_ source: SourceText, _ range: Range<Int>, around labels: [Label]) -> (String, Int) {
    let text = source.text(range).printable()
    guard text.count > 160, let first = labels.first else { return (text, 0) }
    let column = displayWidth(source.text(range.lowerBound..<first.span.start).printable())
    let start = max(0, column - 40)
    var skipped = 0
    var kept = ""
    var width = 0
    for character in text {
      let w = displayWidth(character)
      if skipped < start {
        skipped += w
      } else if width < 120 {
        kept.append(character)
        width += w
      } else {
        return (kept + "…", skipped)
      }
    }
    return (kept, skipped)
  }
}

extension String {
  /// The text with a blank for a tab and a dot for what a terminal would obey or hide: control characters and those
  /// that turn the direction of writing.
  fileprivate func printable() -> String {
    guard utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x09: result.append(" ")
      case 0x0D: break
      case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: result.append("·")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  fileprivate func replacingNewlines(with text: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false).joined(separator: text)
  }
}
