/// Shapes collected as SVG text. Lengths are pixels, y grows downwards.
struct SVGCanvas {
  private(set) var body = ""

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ stroke: String, width: Double = 1) {
    body +=
      "<line x1=\"\(px(x1))\" y1=\"\(px(y1))\" x2=\"\(px(x2))\" y2=\"\(px(y2))\" stroke=\"\(stroke)\" stroke-width=\"\(px(width))\"/>\n"
  }

  mutating func path(_ points: [(Double, Double)], _ stroke: String, isDashed: Bool = false) {
    guard !points.isEmpty else { return }
    let text = points.map { "\(px($0.0)),\(px($0.1))" }.joined(separator: " ")
    let dash = isDashed ? " stroke-dasharray=\"4 4\"" : ""
    body += "<polyline fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"1.8\"\(dash) points=\"\(text)\"/>\n"
  }

  mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ fill: String) {
    body +=
      "<rect x=\"\(px(x))\" y=\"\(px(y))\" width=\"\(px(max(0, width)))\" height=\"\(px(max(0, height)))\" fill=\"\(fill)\"/>\n"
  }

  /// One of eight shapes, so that series differ without their colours.
  mutating func marker(_ kind: Int, _ x: Double, _ y: Double, _ color: String, size r: Double = 3.5) {
    let isHollow = kind % 8 >= 4
    let paint = isHollow ? "fill=\"white\" stroke=\"\(color)\" stroke-width=\"1.5\"" : "fill=\"\(color)\""
    switch kind % 4 {
    case 0: body += "<circle cx=\"\(px(x))\" cy=\"\(px(y))\" r=\"\(px(r))\" \(paint)/>\n"
    case 1:
      body += "<rect x=\"\(px(x - r))\" y=\"\(px(y - r))\" width=\"\(px(2 * r))\" height=\"\(px(2 * r))\" \(paint)/>\n"
    case 2: polygon([(x, y - r * 1.3), (x + r * 1.2, y + r), (x - r * 1.2, y + r)], paint)
    default: polygon([(x, y - r * 1.4), (x + r * 1.4, y), (x, y + r * 1.4), (x - r * 1.4, y)], paint)
    }
  }

  private mutating func polygon(_ points: [(Double, Double)], _ paint: String) {
    body += "<polygon points=\"\(points.map { "\(px($0.0)),\(px($0.1))" }.joined(separator: " "))\" \(paint)/>\n"
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: String = "start", size: Double = 12, fill: String = "#222",
    isBold: Bool = false
  ) {
    let weight = isBold ? " font-weight=\"bold\"" : ""
    body +=
      "<text x=\"\(px(x))\" y=\"\(px(y))\" text-anchor=\"\(anchor)\" font-size=\"\(px(size))\" fill=\"\(fill)\"\(weight)>\(escapedXML(text))</text>\n"
  }

  mutating func place(_ other: String, _ x: Double, _ y: Double) {
    body += "<g transform=\"translate(\(px(x)) \(px(y)))\">\n\(other)</g>\n"
  }
}

/// A length with one decimal at most.
private func px(_ x: Double) -> String {
  let text = fixed(x.isFinite ? max(-1e6, min(1e6, x)) : 0, 1)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Text that may hold anything, safe inside SVG.
func escapedXML(_ text: String) -> String {
  var result = ""
  for character in cleaned(text) {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    default: result.append(character)
    }
  }
  return result
}

extension Chart {
  /// The chart as an SVG document.
  package var svg: String {
    let (width, height, body) = drawn()
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
      font-family="sans-serif">
      <rect width="\(width)" height="\(height)" fill="white"/>
      \(body)</svg>

      """
  }

  /// Size in pixels and the shapes. A column of text is 8 pixels wide, a row 18 high.
  private func drawn() -> (width: Int, height: Int, body: String) {
    var canvas = SVGCanvas()
    let top = title == nil ? 12.0 : 34.0
    let wide = Double(width.map { max(160, $0 * 8) } ?? 640)
    var size = (wide, Double(height.map { max(100, $0 * 18) } ?? 320) + top)
    switch body {
    case .plot(let plot): plot.draw(&canvas, left: 0, top: top, width: wide, height: size.1 - top)
    case .bars(let bars): size.1 = top + bars.draw(&canvas, top: top, width: wide)
    case .grid(let grid): size.1 = top + grid.draw(&canvas, top: top, width: wide)
    case .images(let sheet): size.1 = top + sheet.draw(&canvas, top: top, width: wide)
    case .boxes(let boxes): size.1 = top + boxes.draw(&canvas, top: top, width: wide)
    case .spark(let values):
      size.1 = top + 60
      let finite = values.filter { AxisScale.canShow($0, isLog: false) }
      if let low = finite.min(), let high = finite.max() {
        let span = high > low ? high - low : 1
        canvas.path(
          values.enumerated().filter { AxisScale.canShow($1, isLog: false) }.map { i, v in
            (8 + Double(i) / Double(max(1, values.count - 1)) * (wide - 16), top + 50 - (v - low) / span * 44)
          }, Palette.colors[0].hex)
      }
    case .beside(let a, let b):
      let (left, right) = (a.drawn(), b.drawn())
      canvas.place(left.body, 0, top - 12)
      canvas.place(right.body, Double(left.width), top - 12)
      size = (Double(left.width + right.width), top - 12 + Double(max(left.height, right.height)))
    }
    if let title { canvas.text(title, 12, 22, size: 15, isBold: true) }
    return (Int(size.0.rounded(.up)), Int(size.1.rounded(.up)), canvas.body)
  }
}
