/// A matrix of cells shaded by value, with labels on both sides: heat maps and confusion matrices.
package struct Grid: Sendable {
  package enum Shading: Sendable {
    /// From the smallest to the largest value of the whole matrix.
    case overall
    /// By share of the row's sum.
    case perRow
  }

  package var values: [[Double]]
  package var rowLabels: [String]
  package var columnLabels: [String]
  package var rowTitle: String
  package var columnTitle: String
  package var shading: Shading
  /// A further column with its heading, such as recall.
  package var sideTitle: String
  package var side: [String]
  package var notes: [String]
  /// Whether numbers stand in the cells where they fit.
  package var showsNumbers: Bool

  package init(
    _ values: [[Double]], rowLabels: [String] = [], columnLabels: [String] = [], rowTitle: String = "",
    columnTitle: String = "", shading: Shading = .overall, sideTitle: String = "", side: [String] = [],
    notes: [String] = [], showsNumbers: Bool = true
  ) {
    let width = values.map(\.count).max() ?? 0
    self.values = values.map { $0 + [Double](repeating: .nan, count: width - $0.count) }
    self.rowLabels = rowLabels.map(cleaned)
    self.columnLabels = columnLabels.map(cleaned)
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.shading = shading
    self.sideTitle = sideTitle
    self.side = side
    self.notes = notes
    self.showsNumbers = showsNumbers
  }

  var rowCount: Int { values.count }
  var columnCount: Int { values.first?.count ?? 0 }

  /// The range of the finite values.
  var bounds: (Double, Double)? {
    var found: (Double, Double)?
    for row in values {
      for v in row where v.isFinite && abs(v) < AxisScale.largest {
        found = found.map { (min($0.0, v), max($0.1, v)) } ?? (v, v)
      }
    }
    return found
  }

  /// Each cell's darkness between 0 and 1, or nan.
  func shares() -> [[Double]] {
    switch shading {
    case .overall:
      guard let (low, high) = bounds else { return values.map { $0.map { _ in .nan } } }
      let span = high - low
      return values.map { $0.map { $0.isFinite ? (span > 0 ? max(0, min(1, ($0 - low) / span)) : 0.5) : .nan } }
    case .perRow:
      return values.map { row in
        let sum = row.reduce(0) { $0 + ($1.isFinite ? $1 : 0) }
        return row.map { $0.isFinite ? (sum > 0 ? $0 / sum : 0) : .nan }
      }
    }
  }
}
