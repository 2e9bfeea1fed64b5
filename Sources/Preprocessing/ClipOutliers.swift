package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Cuts values off at learnt limits: quartiles widened by `k` interquartile ranges, or the mean by `k` standard deviations.
package struct ClipOutliers: Transform {
  package static let kind = "clip_outliers"
  package static let ways = ["iqr", "zscore"]

  package var how = "iqr"
  /// How far out the limits lie; none for 1.5 interquartile ranges, or 3 standard deviations.
  package var k: Double?

  var columns: [String] = []
  var lows: [Double] = []
  var highs: [Double] = []

  package init() {}

  package static var fields: [Field<Self>] { [Field("how", \.how, positional: true), Field("k", \.k)] }
  package static var learntFields: [Field<Self>] {
    [Field("columns", \.columns), Field("lows", \.lows), Field("highs", \.highs)]
  }
  package var isFitted: Bool { !lows.isEmpty }
  package func output(for input: Flow) throws -> Flow { input }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    let values: [[Double]]
    (copy.columns, values) = try x.numberFeatures()
    let found = values.map { limits(Statistics.sorted($0)) }
    copy.lows = found.map(\.low)
    copy.highs = found.map(\.high)
    return copy
  }

  /// The limits of a feature's values in order.
  package func limits(_ sorted: [Double]) -> (low: Double, high: Double) {
    guard !sorted.isEmpty else { return (-.infinity, .infinity) }
    if how == "zscore" {
      let reach = (k ?? 3) * Statistics.variance(sorted, ddof: 0).squareRoot()
      let mean = Statistics.mean(sorted)
      return (mean - reach, mean + reach)
    }
    let (low, high) = (Statistics.quantile(sorted: sorted, 0.25), Statistics.quantile(sorted: sorted, 0.75))
    let reach = (k ?? 1.5) * (high - low)
    return (low - reach, high + reach)
  }

  package func change(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x):
      try Features.check(x, width: lows.count, for: self)
      let x = try Features.floating(x)
      return .tensor(try Op.minimum(Op.maximum(x, Features.row(lows, like: x)), Features.row(highs, like: x)))
    case .table(let table):
      var result = table
      for (at, name) in columns.enumerated() {
        guard let numbers = try table.column(name).numbers else { throw notNumbers(name) }
        let clipped = numbers.map { $0.isNaN ? $0 : min(max($0, lows[at]), highs[at]) }
        result = try result.setting(name, to: .number(clipped))
      }
      return .table(result)
    }
  }
}
