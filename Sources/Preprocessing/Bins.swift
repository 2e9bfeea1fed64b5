package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Replaces numbers by the number of their bin, from 0; values outside the training range go to the first or last bin.
package struct Bins: Transform {
  package static let kind = "bin"
  package static let ways = ["uniform", "quantile"]

  package var count = 5
  /// Bins of equal width, or with equally many training values.
  package var how = "uniform"

  var columns: [String] = []
  /// The inner edges of each feature.
  var edges: [[Double]] = []

  package init() {}

  package static var fields: [Field<Self>] { [Field("n", \.count, positional: true), Field("how", \.how)] }
  package static var learntFields: [Field<Self>] { [Field("columns", \.columns), Field("edges", \.edges)] }
  package var isFitted: Bool { !edges.isEmpty }
  package func output(for input: Flow) throws -> Flow { input }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    let values: [[Double]]
    (copy.columns, values) = try x.numberFeatures()
    copy.edges = try values.enumerated().map { at, values in
      let sorted = Statistics.sorted(values)
      guard !sorted.isEmpty else {
        throw nothingKnown(copy.columns.isEmpty ? "feature \(at)" : "column `\(copy.columns[at])`")
      }
      return inner(sorted)
    }
    return copy
  }

  private func inner(_ sorted: [Double]) -> [Double] {
    let (least, most) = (sorted[0], sorted[sorted.count - 1])
    let all = (0...count).map { edge -> Double in
      let share = Double(edge) / Double(count)
      return how == "uniform" ? least + share * (most - least) : averagedQuantile(sorted, share)
    }
    // Edges that coincide make one bin.
    var distinct: [Double] = []
    for edge in all where distinct.last.map({ edge - $0 > 1e-8 }) ?? true { distinct.append(edge) }
    return Array(distinct.dropFirst().dropLast())
  }

  /// The inverse of the cumulative share, averaged where it is flat.
  private func averagedQuantile(_ sorted: [Double], _ q: Double) -> Double {
    let place = q * Double(sorted.count)
    let whole = place.rounded(.down)
    let upper = min(sorted.count - 1, max(0, Int(place.rounded(.up)) - 1))
    guard abs(place - whole) < 1e-9, whole > 0, whole < Double(sorted.count) else { return sorted[upper] }
    return (sorted[Int(whole) - 1] + sorted[Int(whole)]) / 2
  }

  package func change(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x):
      try Features.check(x, width: edges.count, for: self)
      let values = try x.doubles
      let binned = values.indices.map { Float(bin(values[$0], edges[$0 % edges.count])) }
      return .tensor(x.dtype == .f64 ? Tensor(binned.map(Double.init), x.shape) : Tensor(binned, x.shape))
    case .table(let table):
      var result = table
      for (at, name) in columns.enumerated() {
        guard let numbers = try table.column(name).numbers else { throw notNumbers(name) }
        result = try result.setting(name, to: .number(numbers.map { bin($0, edges[at]) }))
      }
      return .table(result)
    }
  }

  private func bin(_ value: Double, _ edges: [Double]) -> Double {
    if value.isNaN { return .nan }
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return Double(low)
  }
}
