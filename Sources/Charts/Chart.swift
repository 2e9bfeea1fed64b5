/// A chart as a value: what it shows and how large it would like to be; text and SVG are made on demand.
package struct Chart: Sendable {
  package indirect enum Body: Sendable {
    case plot(Plot)
    case bars(Bars)
    case grid(Grid)
    case images(ImageSheet)
    case boxes(Boxes)
    case spark([Double])
    case beside(Chart, Chart)
  }

  package var body: Body
  package var title: String?
  /// Columns and rows in text; the place's own size when nil. SVG scales them by the size of a character.
  package var width: Int?
  package var height: Int?

  package init(_ body: Body, title: String? = nil, width: Int? = nil, height: Int? = nil) {
    self.body = body
    self.title = title.map(cleaned)
    self.width = width
    self.height = height
  }

  /// One line that names the chart, for lists and records: `line chart, 2 series`.
  package var summary: String {
    switch body {
    case .plot(let plot):
      let kind =
        plot.series.contains { $0.kind == .columns }
        ? "histogram" : plot.series.contains { $0.kind == .line } ? "line chart" : "scatter chart"
      let count = plot.series.filter { $0.kind != .reference }.count
      return count == 1 ? kind : "\(kind), \(count) series"
    case .bars(let bars): return "bar chart, \(bars.values.count) bars"
    case .grid(let grid): return "grid, \(grid.rowCount) × \(grid.columnCount)"
    case .images(let sheet): return sheet.pictures.count == 1 ? "image" : "\(sheet.pictures.count) images"
    case .boxes(let boxes): return "box chart, \(boxes.boxes.count) boxes"
    case .spark(let values): return "spark line, \(values.count) values"
    case .beside(let a, let b): return "\(a.summary) beside \(b.summary)"
    }
  }

  /// The chart as text for a place; no newline at the end.
  package func text(_ style: DisplayStyle) -> String { lines(style).joined(separator: "\n") }

  /// Charts wider than this are harder to read, not easier.
  private static let comfortableWidth = 96

  func lines(_ style: DisplayStyle) -> [String] {
    let width = max(16, min(self.width ?? min(style.width, Self.comfortableWidth), style.width))
    let screen = max(6, (style.height ?? 40) - 6)
    let height = max(3, min(self.height ?? min(16, screen), 200))
    var lines: [String] = []
    if let title, !title.isEmpty { lines.append(style.bold(clipped(title, width, style.ellipsis))) }
    switch body {
    case .plot(let plot): lines += plot.lines(width: width, height: height, style)
    case .bars(let bars): lines += bars.lines(width: width, limit: self.height ?? 40, style)
    case .grid(let grid): lines += grid.lines(width: width, height: self.height ?? screen, style)
    case .images(let sheet): lines += sheet.lines(width: width, height: screen, style)
    case .boxes(let boxes): lines += boxes.lines(width: width, style)
    case .spark(let values): lines.append(sparkLine(values, width: width, style))
    case .beside(let a, let b): lines += beside(a, b, width: width, style)
    }
    return lines
  }

  private func beside(_ a: Chart, _ b: Chart, width: Int, _ style: DisplayStyle) -> [String] {
    var half = style
    half.width = max(16, (width - 2) / 2)
    guard half.width * 2 + 2 <= width else { return a.lines(style) + b.lines(style) }
    let (left, right) = (a.lines(half), b.lines(half))
    return (0..<max(left.count, right.count)).map { i in
      trimmedEnd(padded(i < left.count ? left[i] : "", half.width) + "  " + (i < right.count ? right[i] : ""))
    }
  }
}
