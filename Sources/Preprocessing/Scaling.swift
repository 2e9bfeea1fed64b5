package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// A way to choose centre and scale of a feature; its scaled value is `(x - centre) / scale`.
package protocol ScalingRule: Sendable {
  static var kind: String { get }
  static var fields: [Field<Scaler<Self>>] { get }
  init()
  /// From the feature's values in order, without missing ones; at least one.
  func statistics(_ sorted: [Double]) -> (center: Double, scale: Double)
  /// Where scaled values are cut off.
  var limits: ClosedRange<Double>? { get }
}

extension ScalingRule {
  package static var fields: [Field<Scaler<Self>>] { [] }
  package var limits: ClosedRange<Double>? { nil }
}

/// Mean 0 and standard deviation 1 (with n in the denominator); a constant feature gets scale 1.
package struct StandardRule: ScalingRule {
  package static let kind = "standardize"
  package init() {}

  package func statistics(_ sorted: [Double]) -> (center: Double, scale: Double) {
    let spread = Statistics.variance(sorted, ddof: 0).squareRoot()
    return (Statistics.mean(sorted), sorted.first == sorted.last || spread == 0 ? 1 : spread)
  }
}

/// The training range becomes `low` to `high`; later values may fall outside.
package struct MinMaxRule: ScalingRule {
  package static let kind = "minmax"
  package var low = 0.0
  package var high = 1.0
  package var clip = false
  package init() {}

  package static var fields: [Field<Scaler<MinMaxRule>>] {
    [
      Field("low", \.rule.low, positional: true), Field("high", \.rule.high, positional: true),
      Field("clip", \.rule.clip),
    ]
  }

  package func statistics(_ sorted: [Double]) -> (center: Double, scale: Double) {
    let (least, most) = (sorted[0], sorted[sorted.count - 1])
    let scale = (most == least ? 1 : most - least) / (high - low)
    return (least - low * scale, scale)
  }

  package var limits: ClosedRange<Double>? { clip ? low...high : nil }
}

/// The median becomes 0 and the range between two quantiles 1: outliers do not pull.
package struct RobustRule: ScalingRule {
  package static let kind = "robust"
  package var low = 0.25
  package var high = 0.75
  package init() {}

  package static var fields: [Field<Scaler<RobustRule>>] {
    [Field("low", \.rule.low, positional: true), Field("high", \.rule.high, positional: true)]
  }

  package func statistics(_ sorted: [Double]) -> (center: Double, scale: Double) {
    let range = Statistics.quantile(sorted: sorted, high) - Statistics.quantile(sorted: sorted, low)
    return (Statistics.quantile(sorted: sorted, 0.5), range == 0 ? 1 : range)
  }
}

/// The largest absolute value becomes 1; zeros stay zeros.
package struct MaxAbsRule: ScalingRule {
  package static let kind = "max_abs"
  package init() {}

  package func statistics(_ sorted: [Double]) -> (center: Double, scale: Double) {
    let most = max(abs(sorted[0]), abs(sorted[sorted.count - 1]))
    return (0, most == 0 ? 1 : most)
  }
}

/// Scales every feature by a rule; of a table the number columns. Missing values stay missing.
package struct Scaler<Rule: ScalingRule>: InvertibleTransform {
  package var rule = Rule()
  /// The number columns of the table it learnt from; empty for a tensor.
  var columns: [String] = []
  var centers: [Double] = []
  var scales: [Double] = []

  package init() {}
  package init(_ rule: Rule) { self.rule = rule }

  package static var kind: String { Rule.kind }
  package static var fields: [Field<Self>] { Rule.fields }
  package static var learntFields: [Field<Self>] {
    [Field("columns", \.columns), Field("centers", \.centers), Field("scales", \.scales)]
  }
  package var isFitted: Bool { !scales.isEmpty }
  package func output(for input: Flow) throws -> Flow { input }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    let values: [[Double]]
    (copy.columns, values) = try x.numberFeatures()
    if case .table = x, values.isEmpty {
      throw Failure("column-type", "`\(text)` finds no number column in the table")
    }
    let statistics = try values.enumerated().map { at, values in
      let sorted = Statistics.sorted(values)
      guard !sorted.isEmpty else {
        throw nothingKnown(copy.columns.isEmpty ? "feature \(at)" : "column `\(copy.columns[at])`")
      }
      return rule.statistics(sorted)
    }
    copy.centers = statistics.map(\.center)
    copy.scales = statistics.map(\.scale)
    return copy
  }

  package func change(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x):
      try Features.check(x, width: scales.count, for: self)
      let x = try Features.floating(x)
      var y = try Op.divide(Op.subtract(x, Features.row(centers, like: x)), Features.row(scales, like: x))
      if let limits = rule.limits { y = try Op.clip(y, limits.lowerBound, limits.upperBound) }
      return .tensor(y)
    case .table(let table):
      let limits = rule.limits
      return .table(
        try mapping(table) { x, center, scale in
          let y = (x - center) / scale
          return limits.map { y.isNaN ? y : min(max(y, $0.lowerBound), $0.upperBound) } ?? y
        })
    }
  }

  package func invert(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x):
      try Features.check(x, width: scales.count, for: self)
      let x = try Features.floating(x)
      return .tensor(try Op.add(Op.multiply(x, Features.row(scales, like: x)), Features.row(centers, like: x)))
    case .table(let table):
      return .table(try mapping(table) { x, center, scale in x * scale + center })
    }
  }

  private func mapping(_ table: Table, _ change: (Double, Double, Double) -> Double) throws -> Table {
    guard !columns.isEmpty else {
      throw Failure("argument-type", "`\(text)` has learnt from a tensor, not from a table")
    }
    var result = table
    for (at, name) in columns.enumerated() {
      guard let numbers = try table.column(name).numbers else { throw notNumbers(name) }
      result = try result.setting(name, to: .number(numbers.map { change($0, centers[at], scales[at]) }))
    }
    return result
  }
}

extension Transform {
  func nothingKnown(_ what: String) -> Failure {
    Failure("argument-range", "`\(text)` cannot learn from \(what): all of its values are missing")
  }

  func notNumbers(_ name: String) -> Failure {
    Failure("column-type", "`\(text)` has learnt numbers in column `\(name)`, which now holds text")
  }
}
