/// Series over two axes: lines, points, histogram columns and reference lines.
package struct Plot: Sendable {
  package enum Kind: Sendable, Equatable {
    case line, points
    /// Columns over bins: `xs` holds the edges, one more than `ys`.
    case columns
    /// A dashed line for comparison, such as the diagonal of a ROC chart.
    case reference
  }

  package struct Series: Sendable {
    package var name: String
    package var xs: [Double]
    package var ys: [Double]
    package var kind: Kind

    package init(_ name: String, xs: [Double], ys: [Double], kind: Kind = .line) {
      self.name = cleaned(name)
      let count = kind == .columns ? min(max(0, xs.count - 1), ys.count) : min(xs.count, ys.count)
      self.xs = Array(xs.prefix(kind == .columns ? count + 1 : count))
      self.ys = Array(ys.prefix(count))
      self.kind = kind
    }
  }

  package var series: [Series]
  package var x: Axis
  package var y: Axis
  /// Sentences under the chart.
  package var notes: [String]

  package init(_ series: [Series], x: Axis = Axis(), y: Axis = Axis(), notes: [String] = []) {
    self.series = series
    self.x = x
    self.y = y
    self.notes = notes
  }
}

/// What one pass over the data tells: the bounds of what can be shown, and how many values cannot.
struct PlotFacts {
  var x: (Double, Double)?
  var y: (Double, Double)?
  var xIsInteger = true
  var yIsInteger = true
  var notFinite = 0
  var notPositive = 0

  init(_ plot: Plot) {
    var (xLow, xHigh, yLow, yHigh) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    var (xWhole, yWhole) = (true, true)
    let (xIsLog, yIsLog) = (plot.x.isLog, plot.y.isLog)
    for series in plot.series {
      series.xs.withUnsafeBufferPointer { xs in
        series.ys.withUnsafeBufferPointer { ys in
          for i in 0..<ys.count {
            let (px, py) = (xs[i], ys[i])
            guard AxisScale.canShow(px, isLog: xIsLog), AxisScale.canShow(py, isLog: yIsLog) else {
              if abs(px) < AxisScale.largest, abs(py) < AxisScale.largest {
                notPositive += 1
              } else {
                notFinite += 1
              }
              continue
            }
            if px < xLow { xLow = px }
            if px > xHigh { xHigh = px }
            if py < yLow { yLow = py }
            if py > yHigh { yHigh = py }
            if xWhole, px != px.rounded() { xWhole = false }
            if yWhole, py != py.rounded() { yWhole = false }
          }
        }
      }
      if series.kind == .columns, xLow <= xHigh {
        if let last = series.xs.last { xHigh = max(xHigh, last) }
        if !yIsLog { (yLow, yHigh) = (min(0, yLow), max(0, yHigh)) }
        if series.xs.contains(where: { $0 != $0.rounded() }) { xWhole = false }
      }
    }
    if xLow <= xHigh { (x, y) = ((xLow, xHigh), (yLow, yHigh)) }
    (xIsInteger, yIsInteger) = (xWhole || plot.x.isWhole, yWhole || plot.y.isWhole)
  }

  var notes: [String] {
    var lines: [String] = []
    if notFinite > 0 {
      lines.append("\(grouped(notFinite)) \(notFinite == 1 ? "value" : "values") not shown: nan or inf")
    }
    if notPositive > 0 {
      lines.append("\(grouped(notPositive)) \(notPositive == 1 ? "value" : "values") not shown: ≤ 0 on a log axis")
    }
    return lines
  }
}
