/// A line of characters as high as the values, made to fit the width by averaging.
func sparkLine(_ values: [Double], width: Int, _ style: DisplayStyle) -> String {
  let levels: [Character] = style.isASCII ? Array("_.-~^") : Array("▁▂▃▄▅▆▇█")
  let cells: [Double]
  if values.count <= width {
    cells = values
  } else {
    cells = (0..<width).map { i in
      let part = values[i * values.count / width..<max(i * values.count / width + 1, (i + 1) * values.count / width)]
      let finite = part.filter { AxisScale.canShow($0, isLog: false) }
      return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
    }
  }
  let finite = cells.filter { AxisScale.canShow($0, isLog: false) }
  guard let low = finite.min(), let high = finite.max() else { return style.dim("no data to draw") }
  let top = Double(levels.count - 1)
  let text = cells.map { v -> Character in
    guard AxisScale.canShow(v, isLog: false) else { return " " }
    return levels[
      high > low ? max(0, min(levels.count - 1, Int(((v - low) / (high - low) * top).rounded()))) : levels.count / 2]
  }
  return style.paint(String(text), Palette.color(0))
}
