/// Horizontal bars, one row a label.
package struct Bars: Sendable {
  package var labels: [String]
  package var values: [Double]
  /// What stands behind each bar; the number when nil.
  package var texts: [String]?

  package init(_ labels: [String], _ values: [Double], texts: [String]? = nil) {
    let count = min(labels.count, values.count)
    self.labels = labels.prefix(count).map(cleaned)
    self.values = Array(values.prefix(count))
    self.texts = texts.map { $0.map(cleaned) }
  }

  func lines(width: Int, limit: Int, _ style: DisplayStyle) -> [String] {
    guard !values.isEmpty else { return [style.dim("no data to draw")] }
    let shown = min(values.count, max(1, limit))
    let format = ColumnFormat(values.prefix(shown))
    let numbers = (0..<shown).map { i in texts.flatMap { i < $0.count ? $0[i] : nil } ?? format.text(values[i]) }
    let numberWidth = min(width / 2, numbers.map(visibleWidth).max() ?? 0)
    let labelWidth = min(
      max(4, min(width / 3, width - numberWidth - 8)), labels.prefix(shown).map(visibleWidth).max() ?? 0)
    let room = max(3, width - labelWidth - numberWidth - 2)
    let finite = values.prefix(shown).filter { $0.isFinite && abs($0) < AxisScale.largest }
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    let span = high - low == 0 ? 1 : high - low
    let zero = Int((-low / span * Double(room)).rounded())
    var lines: [String] = []
    for i in 0..<shown {
      let label = padded(clipped(labels[i], labelWidth, style.ellipsis), labelWidth)
      let bar = values[i].isFinite ? bar(values[i] / span * Double(room), zero: zero, room: room, style) : ""
      let painted = style.paint(bar, values[i] < 0 ? Palette.colors[6] : Palette.colors[0])
      lines.append(
        trimmedEnd("\(label) \(painted)\(spaces(room - visibleWidth(bar))) \(padded(numbers[i], numberWidth, .right))"))
    }
    if shown < values.count { lines.append(style.dim("\(grouped(values.count - shown)) more not shown")) }
    return lines
  }

  private static let parts: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

  /// The bar from the zero line; a negative one ends there. Eighths of a cell at a positive bar's end.
  private func bar(_ length: Double, zero: Int, room: Int, _ style: DisplayStyle) -> String {
    let full: Character = style.isASCII ? "#" : "█"
    if length < 0 {
      let cells = min(zero, max(1, Int((-length).rounded())))
      return spaces(zero - cells) + String(repeating: full, count: cells)
    }
    let free = room - zero
    let eighths = max(length > 0 ? 1 : 0, min(free * 8, Int((length * 8).rounded())))
    if style.isASCII { return spaces(zero) + String(repeating: full, count: (eighths + 4) / 8) }
    let rest = eighths % 8
    return spaces(zero) + String(repeating: full, count: eighths / 8) + (rest > 0 ? String(Self.parts[rest - 1]) : "")
  }
}
