extension Plot {
  /// The plot as lines: label, grid of dots with its axes, legend, notes.
  func lines(width: Int, height: Int, _ style: DisplayStyle) -> [String] {
    let facts = PlotFacts(self)
    guard facts.x != nil else {
      return ["no data to draw"].map(style.dim) + (notes + facts.notes).flatMap { sentence($0, width: width, style) }
    }
    let yScale = AxisScale(
      y, bounds: facts.y, isInteger: facts.yIsInteger, limit: max(2, height / 3 + 1), isLoose: true)
    let gutter = yScale.ticks.labelWidth + 1
    let columns = max(4, width - gutter - 1)
    let xScale = xScale(facts, columns: columns)
    var canvas = DotCanvas(columns: columns, rows: height, canvas: style.canvas)
    draw(into: &canvas, xScale, yScale, style)

    let (tick, wall, corner, floor, foot) =
      style.isASCII ? ("+", "|", "+", "-", "+") : ("┤", "│", "└", "─", "┬")
    var lines: [String] = []
    if let label = y.label { lines.append(style.dim(clipped(cleaned(label), width, style.ellipsis))) }
    var labels = [Int: String]()
    for (value, label) in zip(yScale.ticks.values, yScale.ticks.labels) {
      labels[row(yScale.place(ofTick: value), of: height)] = label
    }
    for row in 0..<height {
      let label = labels[row]
      lines.append(
        padded(label ?? "", gutter - 1, .right) + " " + (label == nil ? wall : tick) + canvas.line(row, style))
    }
    var axis = [String](repeating: floor, count: columns)
    var under = [String](repeating: " ", count: width + 8)
    for (value, label) in zip(xScale.ticks.values, xScale.ticks.labels) {
      let at = column(xScale.place(ofTick: value), of: columns)
      axis[at] = foot
      let start = max(0, min(gutter + 1 + at - label.count / 2, width - label.count))
      for (i, character) in label.enumerated() { under[start + i] = String(character) }
    }
    lines.append(spaces(gutter) + corner + axis.joined())
    lines.append(under.joined())
    if let label = x.label {
      let text = clipped(cleaned(label), columns, style.ellipsis)
      lines.append(spaces(gutter + 1) + padded(style.dim(text), columns, .center))
    }
    lines += legend(width: width, style)
    lines += (notes + facts.notes).flatMap { sentence($0, width: width, style) }
    return lines.map(trimmedEnd)
  }

  /// The x axis with as many ticks as its labels leave room for.
  private func xScale(_ facts: PlotFacts, columns: Int) -> AxisScale {
    var limit = max(2, columns / 5)
    while true {
      let scale = AxisScale(x, bounds: facts.x, isInteger: facts.xIsInteger, limit: limit, isLoose: false)
      let needed = scale.ticks.labels.reduce(0) { $0 + $1.count + 2 }
      let places = scale.ticks.values.map { column(scale.place(ofTick: $0), of: columns) }
      let gap = zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? columns
      if limit <= 1 || (needed <= columns + 2 && gap >= scale.ticks.labelWidth + 1) { return scale }
      limit -= 1
    }
  }

  private func column(_ place: Double, of columns: Int) -> Int {
    max(0, min(columns - 1, Int((place * Double(columns - 1)).rounded())))
  }

  private func row(_ place: Double, of rows: Int) -> Int {
    max(0, min(rows - 1, Int(((1 - place) * Double(rows - 1)).rounded())))
  }

  private var marked: [Int] { series.indices.filter { series[$0].kind != .reference } }

  private func legend(width: Int, _ style: DisplayStyle) -> [String] {
    guard marked.count > 1 else { return [] }
    let items = marked.enumerated().map { place, index in
      let marker = String(Palette.marker(place, style.canvas))
      return style.paint(marker, Palette.color(place)) + " " + clipped(series[index].name, width - 4, style.ellipsis)
    }
    return wrapped(items, width: width)
  }

  private func draw(into canvas: inout DotCanvas, _ xScale: AxisScale, _ yScale: AxisScale, _ style: DisplayStyle) {
    for series in series where series.kind == .reference {
      drawLine(series, into: &canvas, -1, xScale, yScale, gap: style.isASCII ? 1 : 2)
    }
    for (place, index) in marked.enumerated() {
      switch series[index].kind {
      case .line: drawLine(series[index], into: &canvas, place, xScale, yScale, gap: 0)
      case .columns: drawColumns(series[index], into: &canvas, place, xScale, yScale, style)
      case .points: drawPoints(series[index], into: &canvas, place, xScale, yScale, asGlyphs: marked.count > 1, style)
      case .reference: break
      }
    }
    // Markers last, so that a later line does not hide them.
    for (place, index) in marked.enumerated() where series[index].kind == .line {
      drawMarkers(series[index], into: &canvas, place, xScale, yScale, style)
    }
  }

  /// Joins the points. Those that fall into one column of dots are first brought down to their extremes, so that the
  /// cost of a million points is one pass.
  private func drawLine(
    _ series: Series, into canvas: inout DotCanvas, _ ink: Int, _ xScale: AxisScale, _ yScale: AxisScale, gap: Int
  ) {
    let (w, h) = (Double(canvas.width - 1), Double(canvas.height - 1))
    var column = 0
    var (first, last, low, high) = (0, 0, 0, 0)
    var isOpen = false
    func flush(_ canvas: inout DotCanvas) {
      if isOpen, high > low { canvas.segment(column, low, column, high, ink, gap: gap) }
      if isOpen, gap == 0 { canvas.dot(column, first, ink) }
    }
    series.xs.withUnsafeBufferPointer { xs in
      series.ys.withUnsafeBufferPointer { ys in
        for i in 0..<ys.count {
          guard AxisScale.canShow(xs[i], isLog: xScale.isLog), AxisScale.canShow(ys[i], isLog: yScale.isLog) else {
            flush(&canvas)
            isOpen = false
            continue
          }
          let x = dotIndex(xScale.place(xs[i]) * w)
          let y = dotIndex(yScale.place(ys[i]) * h)
          if isOpen, x == column {
            low = min(low, y)
            high = max(high, y)
            last = y
            continue
          }
          if isOpen {
            flush(&canvas)
            canvas.segment(column, last, x, y, ink, gap: gap)
          }
          (column, first, last, low, high, isOpen) = (x, y, y, y, y, true)
        }
      }
    }
    flush(&canvas)
  }

  /// A dot's number, kept where a fixed range leaves values far outside.
  @inline(__always)
  private func dotIndex(_ x: Double) -> Int { Int(max(-10_000, min(20_000, x)).rounded()) }

  private func drawPoints(
    _ series: Series, into canvas: inout DotCanvas, _ ink: Int, _ xScale: AxisScale, _ yScale: AxisScale,
    asGlyphs: Bool, _ style: DisplayStyle
  ) {
    let (w, h) = (Double(canvas.width - 1), Double(canvas.height - 1))
    let marker = Palette.marker(ink, style.canvas)
    series.xs.withUnsafeBufferPointer { xs in
      series.ys.withUnsafeBufferPointer { ys in
        for i in 0..<ys.count {
          guard AxisScale.canShow(xs[i], isLog: xScale.isLog), AxisScale.canShow(ys[i], isLog: yScale.isLog) else {
            continue
          }
          let x = dotIndex(xScale.place(xs[i]) * w)
          let y = dotIndex(yScale.place(ys[i]) * h)
          if asGlyphs {
            canvas.put(
              marker, column: x / canvas.dotsAcross, row: (canvas.height - 1 - y) / canvas.dotsDown, ink)
          } else {
            canvas.dot(x, y, ink)
          }
        }
      }
    }
  }

  /// Markers tell lines apart without colours: one per point, thinned to one in eight columns.
  private func drawMarkers(
    _ series: Series, into canvas: inout DotCanvas, _ ink: Int, _ xScale: AxisScale, _ yScale: AxisScale,
    _ style: DisplayStyle
  ) {
    let shown = series.ys.count
    guard marked.count > 1 || shown == 1 else { return }
    var next = Int.min
    // Lines begin their markers at different columns, so that equal curves still show both.
    let shift = marked.count > 1 ? (ink % 4) * 2 : 0
    let marker = Palette.marker(ink, style.canvas)
    let step = max(1, shown / 5000)
    for i in Swift.stride(from: 0, to: shown, by: step) {
      let (px, py) = (series.xs[i], series.ys[i])
      guard AxisScale.canShow(px, isLog: xScale.isLog), AxisScale.canShow(py, isLog: yScale.isLog) else { continue }
      let x = dotIndex(xScale.place(px) * Double(canvas.width - 1)) / canvas.dotsAcross
      let y = dotIndex(yScale.place(py) * Double(canvas.height - 1))
      if next == Int.min { next = shown > canvas.columns / 4 ? x + shift : x }
      guard x >= next else { continue }
      canvas.put(marker, column: x, row: (canvas.height - 1 - y) / canvas.dotsDown, ink)
      next = x + 8
    }
  }

  private static let eighths: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  private func drawColumns(
    _ series: Series, into canvas: inout DotCanvas, _ ink: Int, _ xScale: AxisScale, _ yScale: AxisScale,
    _ style: DisplayStyle
  ) {
    let base = max(0, min(1, yScale.place(yScale.isLog ? 1e-300 : 0)))
    for column in 0..<canvas.columns {
      let middle = (Double(column) + 0.5) / Double(canvas.columns)
      // The bin whose places on the axis hold the column's middle.
      guard
        let bin = series.ys.indices.first(where: {
          xScale.place(series.xs[$0]) <= middle && middle < xScale.place(series.xs[$0 + 1])
        }), AxisScale.canShow(series.ys[bin], isLog: yScale.isLog), series.ys[bin] != 0
      else { continue }
      let top = max(0, min(1, yScale.place(series.ys[bin])))
      let levels = Double(canvas.rows * 8)
      let (from, to) = (Int((min(base, top) * levels).rounded()), max(1, Int((max(base, top) * levels).rounded())))
      for row in 0..<canvas.rows {
        let floor = (canvas.rows - 1 - row) * 8
        guard to > floor, from < floor + 8 else { continue }
        let filled = min(8, to - floor)
        if style.isASCII {
          canvas.put(filled >= 4 ? "#" : ".", column: column, row: row, ink)
        } else {
          canvas.put(Self.eighths[max(0, filled - 1)], column: column, row: row, ink)
        }
      }
    }
  }
}

extension String {
  /// The few signs in our own notes, in ASCII.
  var replacingSign: String {
    var result = ""
    for character in self {
      switch character {
      case "≤": result += "<="
      case "×": result += "x"
      case "…": result += "..."
      case "·": result += "-"
      default: result.append(character)
      }
    }
    return result
  }
}
