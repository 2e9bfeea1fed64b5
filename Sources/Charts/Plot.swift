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
    for series in plot.series {
      let isColumns = series.kind == .columns
      series.xs.withUnsafeBufferPointer { xs in
        series.ys.withUnsafeBufferPointer { ys in
          for i in 0..<ys.count {
            let (px, py) = (xs[i], ys[i])
            guard AxisScale.canShow(px, isLog: plot.x.isLog), AxisScale.canShow(py, isLog: plot.y.isLog) else {
              if px.isFinite, py.isFinite, abs(px) < AxisScale.largest, abs(py) < AxisScale.largest {
                notPositive += 1
              } else {
                notFinite += 1
              }
              continue
            }
            if let b = x { x = (min(b.0, px), max(b.1, px)) } else { x = (px, px) }
            if let b = y { y = (min(b.0, py), max(b.1, py)) } else { y = (py, py) }
            if xIsInteger, px != px.rounded() { xIsInteger = false }
            if yIsInteger, py != py.rounded() { yIsInteger = false }
          }
        }
      }
      if isColumns {
        if let last = series.xs.last, let b = x { x = (b.0, max(b.1, last)) }
        if !plot.y.isLog, let b = y { y = (min(0, b.0), max(0, b.1)) }
        if series.xs.contains(where: { $0 != $0.rounded() }) { xIsInteger = false }
      }
    }
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
