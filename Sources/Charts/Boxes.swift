/// Box plots on one axis: the median, the middle half, whiskers to the last value within 1.5 times its length, and
/// the number of values beyond (Tukey 1977).
package struct Boxes: Sendable {
  package struct Box: Sendable {
    package var label: String
    var low: Double
    var lowerQuarter: Double
    var median: Double
    var upperQuarter: Double
    var high: Double
    var beyond: Int
    var smallest: Double
    var largest: Double
  }

  package var boxes: [Box]
  package var axis: Axis

  package init(_ groups: [(label: String, values: [Double])], axis: Axis = Axis()) {
    self.axis = axis
    boxes = groups.compactMap { label, values in
      let sorted = values.filter { AxisScale.canShow($0, isLog: axis.isLog) }.sorted()
      guard let smallest = sorted.first, let largest = sorted.last else { return nil }
      func quantile(_ q: Double) -> Double {
        let at = q * Double(sorted.count - 1)
        let i = min(sorted.count - 1, Int(at))
        let next = min(sorted.count - 1, i + 1)
        return sorted[i] + (sorted[next] - sorted[i]) * (at - Double(i))
      }
      let (lower, upper) = (quantile(0.25), quantile(0.75))
      let reach = 1.5 * (upper - lower)
      let inside = sorted.filter { $0 >= lower - reach && $0 <= upper + reach }
      return Box(
        label: cleaned(label), low: inside.first ?? lower, lowerQuarter: lower, median: quantile(0.5),
        upperQuarter: upper, high: inside.last ?? upper, beyond: sorted.count - inside.count, smallest: smallest,
        largest: largest)
    }
  }

  func lines(width: Int, _ style: DisplayStyle) -> [String] {
    guard !boxes.isEmpty else { return [style.dim("no data to draw")] }
    let labelWidth = min(width / 3, boxes.map { visibleWidth($0.label) }.max() ?? 0)
    let room = max(8, width - labelWidth - 1)
    let bounds = (boxes.map(\.smallest).min() ?? 0, boxes.map(\.largest).max() ?? 1)
    let scale = AxisScale(axis, bounds: bounds, isInteger: false, limit: max(2, room / 12), isLoose: false)
    func at(_ x: Double) -> Int { max(0, min(room - 1, Int((scale.place(x) * Double(room - 1)).rounded()))) }
    let signs: [Character] = style.isASCII ? ["|", "-", "[", "=", "]", "#", "|"] : ["├", "─", "┤", "░", "├", "┃", "┤"]
    var lines: [String] = []
    for (i, box) in boxes.enumerated() {
      var cells = [Character](repeating: " ", count: room)
      for j in at(box.low)...at(box.high) { cells[j] = signs[1] }
      for j in at(box.lowerQuarter)...at(box.upperQuarter) { cells[j] = signs[3] }
      cells[at(box.low)] = signs[0]
      cells[at(box.high)] = signs[6]
      cells[at(box.lowerQuarter)] = signs[2]
      cells[at(box.upperQuarter)] = signs[4]
      cells[at(box.median)] = signs[5]
      if box.beyond > 0 {
        let dot: Character = style.isASCII ? "o" : "○"
        for outside in [box.smallest, box.largest] where outside < box.low || outside > box.high {
          cells[at(outside)] = dot
        }
      }
      let label = padded(clipped(box.label, labelWidth, style.ellipsis), labelWidth)
      lines.append(trimmedEnd(label + " " + style.paint(String(cells), Palette.color(i))))
    }
    var axisLine = [String](repeating: style.isASCII ? "-" : "─", count: room)
    var under = [String](repeating: " ", count: room + labelWidth + 12)
    for (value, label) in zip(scale.ticks.values, scale.ticks.labels) {
      let place = max(0, min(room - 1, Int((scale.place(ofTick: value) * Double(room - 1)).rounded())))
      axisLine[place] = style.isASCII ? "+" : "┬"
      let start = max(0, min(labelWidth + 1 + place - label.count / 2, width - label.count))
      for (i, character) in label.enumerated() { under[start + i] = String(character) }
    }
    lines.append(spaces(labelWidth + 1) + axisLine.joined())
    lines.append(trimmedEnd(under.joined()))
    let beyond = boxes.reduce(0) { $0 + $1.beyond }
    if beyond > 0 {
      let count = "\(grouped(beyond)) \(beyond == 1 ? "value" : "values")"
      lines += sentence("\(count) beyond the whiskers; the furthest are marked", width: width, style)
    }

    return lines
  }
}
