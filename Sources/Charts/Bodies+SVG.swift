extension Plot {
  func draw(_ canvas: inout SVGCanvas, left: Double, top: Double, width: Double, height: Double) {
    let facts = PlotFacts(self)
    let shown = series.indices.filter { series[$0].kind != .reference }
    let legendHeight = shown.count > 1 ? 20.0 * Double((shown.count + 3) / 4) : 0
    let notes = self.notes + facts.notes + (facts.x == nil ? ["no data to draw"] : [])
    let bottom = 26.0 + (x.label == nil ? 0 : 20) + legendHeight + 18 * Double(notes.count)
    let area = (
      left: left + 64, top: top + (y.label == nil ? 6 : 22), right: left + width - 20, bottom: top + height - bottom
    )
    let yScale = AxisScale(y, bounds: facts.y, isInteger: facts.yIsInteger, limit: 7, isLoose: true)
    let xScale = AxisScale(
      x, bounds: facts.x, isInteger: facts.xIsInteger, limit: max(2, Int(width / 80)), isLoose: false)
    func at(_ px: Double, _ py: Double) -> (Double, Double) {
      (
        area.left + max(-1, min(2, xScale.place(px))) * (area.right - area.left),
        area.bottom - max(-1, min(2, yScale.place(py))) * (area.bottom - area.top)
      )
    }
    for (value, label) in zip(yScale.ticks.values, yScale.ticks.labels) {
      let py = area.bottom - yScale.place(ofTick: value) * (area.bottom - area.top)
      canvas.line(area.left, py, area.right, py, "#e4e4e4")
      canvas.text(label, area.left - 8, py + 4, anchor: "end")
    }
    for (value, label) in zip(xScale.ticks.values, xScale.ticks.labels) {
      let px = area.left + xScale.place(ofTick: value) * (area.right - area.left)
      canvas.line(px, area.bottom, px, area.bottom + 5, "#444")
      canvas.text(label, px, area.bottom + 19, anchor: "middle")
    }
    canvas.line(area.left, area.top, area.left, area.bottom, "#444")
    canvas.line(area.left, area.bottom, area.right, area.bottom, "#444")
    if let label = y.label { canvas.text(label, left + 12, top + 12, fill: "#555") }
    var under = area.bottom + 26
    if let label = x.label {
      canvas.text(label, (area.left + area.right) / 2, under + 12, anchor: "middle", fill: "#555")
      under += 20
    }
    for s in series where s.kind == .reference {
      canvas.path(zip(s.xs, s.ys).map { at($0, $1) }, "#999", isDashed: true)
    }
    for (place, index) in shown.enumerated() {
      let s = series[index]
      let color = Palette.color(place).hex
      switch s.kind {
      case .columns:
        for i in s.ys.indices where AxisScale.canShow(s.ys[i], isLog: y.isLog) {
          let (a, b) = (at(s.xs[i], s.ys[i]), at(s.xs[i + 1], yScale.isLog ? s.ys[i] : 0))
          let floor = yScale.isLog ? area.bottom : b.1
          canvas.rectangle(a.0, min(a.1, floor), b.0 - a.0 - 1, abs(floor - a.1), color)
        }
      case .line:
        for run in runs(s) { canvas.path(run.map { at($0.0, $0.1) }, color) }
        let points = runs(s).joined().map { at($0.0, $0.1) }
        let step = max(1, points.count / 12)
        if shown.count > 1 || points.count == 1 {
          for i in stride(from: 0, to: points.count, by: step) { canvas.marker(place, points[i].0, points[i].1, color) }
        }
      case .points:
        let points = runs(s).joined()
        // More points than pixels add nothing but bytes.
        let step = max(1, points.count / 5000)
        for (i, point) in points.enumerated() where i % step == 0 {
          let (px, py) = at(point.0, point.1)
          canvas.marker(shown.count > 1 ? place : 0, px, py, color, size: 2.5)
        }
      case .reference: break
      }
    }
    if shown.count > 1 {
      for (place, index) in shown.enumerated() {
        let px = area.left + Double(place % 4) * (area.right - area.left) / 4
        let py = under + 14 + Double(place / 4) * 20
        canvas.marker(place, px + 5, py - 4, Palette.color(place).hex)
        canvas.text(clipped(series[index].name, 20), px + 15, py)
      }
      under += legendHeight
    }
    for (i, note) in notes.enumerated() {
      canvas.text(note, area.left, under + 14 + 18 * Double(i), size: 11, fill: "#777")
    }
  }

  /// The stretches between values that cannot be shown, thinned to the extremes of 2000 steps.
  private func runs(_ s: Series) -> [[(Double, Double)]] {
    var all: [[(Double, Double)]] = []
    var run: [(Double, Double)] = []
    for i in s.ys.indices {
      if AxisScale.canShow(s.xs[i], isLog: x.isLog), AxisScale.canShow(s.ys[i], isLog: y.isLog) {
        run.append((s.xs[i], s.ys[i]))
      } else if !run.isEmpty {
        all.append(run)
        run = []
      }
    }
    if !run.isEmpty { all.append(run) }
    guard s.kind == .line else { return all }
    return all.map { run in
      guard run.count > 4000 else { return run }
      let step = run.count / 2000 + 1
      return stride(from: 0, to: run.count, by: step).flatMap { start -> [(Double, Double)] in
        let part = run[start..<min(run.count, start + step)]
        guard let low = part.min(by: { $0.1 < $1.1 }), let high = part.max(by: { $0.1 < $1.1 }) else { return [] }
        return low.0 <= high.0 ? [low, high] : [high, low]
      }
    }
  }
}

extension Bars {
  /// The height that was needed.
  func draw(_ canvas: inout SVGCanvas, top: Double, width: Double) -> Double {
    let format = ColumnFormat(values)
    let labelWidth = min(width / 3, Double(labels.map(visibleWidth).max() ?? 0) * 7.5 + 16)
    let room = width - labelWidth - 90
    let finite = values.filter { $0.isFinite && abs($0) < AxisScale.largest }
    let (low, high) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    let span = high - low == 0 ? 1 : high - low
    let zero = labelWidth + -low / span * room
    for (i, value) in values.enumerated() {
      let y = top + Double(i) * 24
      canvas.text(clipped(labels[i], max(4, Int(labelWidth / 7.5))), labelWidth - 8, y + 15, anchor: "end")
      if value.isFinite {
        let length = abs(value) / span * room
        canvas.rectangle(value < 0 ? zero - length : zero, y + 3, length, 16, Palette.colors[value < 0 ? 6 : 0].hex)
      }
      canvas.text(texts.flatMap { i < $0.count ? $0[i] : nil } ?? format.text(value), width - 12, y + 15, anchor: "end")
    }
    return Double(values.count) * 24 + 12
  }
}

extension Grid {
  func draw(_ canvas: inout SVGCanvas, top: Double, width: Double) -> Double {
    guard rowCount > 0, columnCount > 0 else { return 30 }
    let names = (0..<rowCount).map { $0 < rowLabels.count ? rowLabels[$0] : String($0) }
    let labelWidth = min(width / 4, Double(names.map(visibleWidth).max() ?? 0) * 7.5 + 16)
    let sideWidth = side.isEmpty ? 12.0 : 70
    let cell = max(1, min(64, (width - labelWidth - sideWidth) / Double(columnCount)))
    let tall = min(cell, 36)
    let format = ColumnFormat(values.joined(), significant: 3)
    let shares = shares()
    let first = top + (columnTitle.isEmpty ? 20 : 38)
    if !columnTitle.isEmpty {
      canvas.text(columnTitle, labelWidth + cell * Double(columnCount) / 2, top + 12, anchor: "middle", fill: "#555")
    }
    if cell >= 24 {
      for j in 0..<columnCount {
        let name = j < columnLabels.count ? columnLabels[j] : String(j)
        canvas.text(
          clipped(name, Int(cell / 6.5)), labelWidth + (Double(j) + 0.5) * cell, first - 6, anchor: "middle", size: 11)
      }
    }
    if !rowTitle.isEmpty { canvas.text(rowTitle, labelWidth - 8, first - 6, anchor: "end", size: 11, fill: "#555") }
    if !side.isEmpty { canvas.text(sideTitle, width - 12, first - 6, anchor: "end", size: 11, fill: "#555") }
    for i in 0..<rowCount {
      let y = first + Double(i) * tall
      if tall >= 12 {
        canvas.text(clipped(names[i], Int(labelWidth / 7)), labelWidth - 8, y + tall / 2 + 4, anchor: "end")
      }
      for j in 0..<columnCount {
        let share = shares[i][j]
        let ground = share.isFinite ? Palette.shade(share) : RGB(gray: 0.9)
        canvas.rectangle(
          labelWidth + Double(j) * cell, y, cell - (cell > 4 ? 1 : 0), tall - (tall > 4 ? 1 : 0), ground.hex)
        if showsNumbers, cell >= 30, tall >= 14 {
          canvas.text(
            format.text(values[i][j]), labelWidth + (Double(j) + 0.5) * cell, y + tall / 2 + 4, anchor: "middle",
            size: 11, fill: ground.lightness > 0.45 ? "#000" : "#fff")
        }
      }
      if i < side.count { canvas.text(side[i], width - 12, y + tall / 2 + 4, anchor: "end") }
    }
    var y = first + Double(rowCount) * tall + 18
    for note in notes {
      canvas.text(note, labelWidth, y, size: 11, fill: "#777")
      y += 18
    }
    return y - top
  }
}

extension ImageSheet {
  func draw(_ canvas: inout SVGCanvas, top: Double, width: Double) -> Double {
    guard let widest = pictures.map(\.width).max(), widest > 0 else { return 30 }
    let perRow = max(1, min(across ?? pictures.count, pictures.count))
    let wide = min(width / Double(perRow) - 8, Double(widest) * 8)
    var (x, y, rowHeight, bottom) = (8.0, top, 0.0, top)
    for (i, picture) in pictures.enumerated() {
      if i > 0, i % perRow == 0 { (x, y, rowHeight) = (8, y + rowHeight + 8, 0) }
      let columns = min(picture.width, 128)
      let rows = max(1, picture.height * columns / max(1, picture.width))
      let pixel = wide / Double(columns)
      for (k, color) in reduced(picture, columns: columns, rows: rows).enumerated() {
        // A hair wider than its place, so that no seams show.
        canvas.rectangle(
          x + Double(k % columns) * pixel, y + Double(k / columns) * pixel, pixel + 0.3, pixel + 0.3, color.hex)
      }
      let tall = Double(rows) * pixel
      if !picture.caption.isEmpty { canvas.text(picture.caption, x, y + tall + 14, size: 11) }
      rowHeight = max(rowHeight, tall + (picture.caption.isEmpty ? 0 : 18))
      bottom = max(bottom, y + rowHeight)
      x += wide + 8
    }
    return bottom - top + 12
  }
}

extension Boxes {
  func draw(_ canvas: inout SVGCanvas, top: Double, width: Double) -> Double {
    guard !boxes.isEmpty else { return 30 }
    let labelWidth = min(width / 3, Double(boxes.map { visibleWidth($0.label) }.max() ?? 0) * 7.5 + 24)
    let room = width - labelWidth - 24
    let bounds = (boxes.map(\.smallest).min() ?? 0, boxes.map(\.largest).max() ?? 1)
    let scale = AxisScale(axis, bounds: bounds, isInteger: false, limit: 8, isLoose: false)
    func at(_ x: Double) -> Double { labelWidth + scale.place(x) * room }
    for (i, box) in boxes.enumerated() {
      let y = top + Double(i) * 34 + 17
      let color = Palette.color(i).hex
      canvas.text(box.label, labelWidth - 10, y + 4, anchor: "end")
      canvas.line(at(box.low), y, at(box.high), y, color, width: 1.5)
      for end in [box.low, box.high] { canvas.line(at(end), y - 6, at(end), y + 6, color, width: 1.5) }
      canvas.rectangle(at(box.lowerQuarter), y - 10, at(box.upperQuarter) - at(box.lowerQuarter), 20, color)
      canvas.line(at(box.median), y - 10, at(box.median), y + 10, "white", width: 2.5)
      for far in [box.smallest, box.largest] where far < box.low || far > box.high {
        canvas.marker(4, at(far), y, color)
      }
    }
    let floor = top + Double(boxes.count) * 34 + 6
    canvas.line(labelWidth, floor, labelWidth + room, floor, "#444")
    for (value, label) in zip(scale.ticks.values, scale.ticks.labels) {
      let x = labelWidth + scale.place(ofTick: value) * room
      canvas.line(x, floor, x, floor + 5, "#444")
      canvas.text(label, x, floor + 19, anchor: "middle")
    }
    return floor + 30 - top
  }
}
