import Diagnostics
import Glibc

/// Scores of predicted numbers, prediction first, truth second.
package enum Regression {
  package static func mse(_ p: [Double], _ y: [Double]) throws -> Double { try mean(p, y) { ($0 - $1) * ($0 - $1) } }
  package static func rmse(_ p: [Double], _ y: [Double]) throws -> Double { try mse(p, y).squareRoot() }
  package static func mae(_ p: [Double], _ y: [Double]) throws -> Double { try mean(p, y) { abs($0 - $1) } }

  /// The mean of `|p - y| / max(|y|, eps)`, a share and not a percentage.
  package static func mape(_ p: [Double], _ y: [Double]) throws -> Double {
    try mean(p, y) { abs($0 - $1) / max(abs($1), 0x1p-52) }
  }

  package static func medianAE(_ p: [Double], _ y: [Double]) throws -> Double {
    try checkPair(p.count, y.count)
    return try median(zip(p, y).map { abs($0 - $1) })
  }

  package static func maxError(_ p: [Double], _ y: [Double]) throws -> Double {
    try checkPair(p.count, y.count)
    return zip(p, y).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// The mean of `(log(1 + p) - log(1 + y))²`.
  package static func msle(_ p: [Double], _ y: [Double]) throws -> Double {
    if let bad = (p + y).first(where: { $0 <= -1 }) {
      throw Failure("argument-range", "the logarithmic error needs values above -1, not \(bad)")
    }
    return try mean(p, y) { (log1p($0) - log1p($1)) * (log1p($0) - log1p($1)) }
  }

  /// The loss whose least value is at the `q` quantile.
  package static func pinball(_ p: [Double], _ y: [Double], q: Double) throws -> Double {
    try mean(p, y) { max(q * ($1 - $0), (q - 1) * ($1 - $0)) }
  }

  /// The mean of `2 (y log(y / p) - y + p)`.
  package static func poissonDeviance(_ p: [Double], _ y: [Double]) throws -> Double {
    if p.contains(where: { !($0 > 0) }) || y.contains(where: { !($0 >= 0) }) {
      throw Failure("argument-range", "the Poisson deviance needs predictions above 0 and true values of at least 0")
    }
    return try mean(p, y) { 2 * (($1 == 0 ? 0 : $1 * log($1 / $0)) - $1 + $0) }
  }

  /// The share of the truth's variance that is explained; for a constant truth 1 if all is right, else 0.
  package static func r2(_ p: [Double], _ y: [Double]) throws -> Double {
    try checkPair(p.count, y.count)
    let center = y.reduce(0, +) / Double(y.count)
    return share(
      zip(p, y).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }, y.reduce(0) { $0 + ($1 - center) * ($1 - center) })
  }

  /// As `r2`, but a constant error costs nothing.
  package static func explainedVariance(_ p: [Double], _ y: [Double]) throws -> Double {
    try checkPair(p.count, y.count)
    return share(variance(zip(p, y).map { $1 - $0 }), variance(y))
  }

  /// As `r2`, with absolute errors around the median.
  package static func d2Absolute(_ p: [Double], _ y: [Double]) throws -> Double {
    let center = try median(y)
    return share(try mae(p, y), y.reduce(0) { $0 + abs($1 - center) } / Double(y.count))
  }

  private static func share(_ rest: Double, _ all: Double) -> Double {
    all == 0 ? (rest == 0 ? 1 : 0) : 1 - rest / all
  }

  private static func variance(_ x: [Double]) -> Double {
    let mean = x.reduce(0, +) / Double(x.count)
    return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
  }

  private static func median(_ y: [Double]) throws -> Double {
    try checkPair(y.count, y.count)
    let sorted = y.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func mean(_ p: [Double], _ y: [Double], _ error: (Double, Double) -> Double) throws -> Double {
    try checkPair(p.count, y.count)
    return zip(p, y).reduce(0) { $0 + error($1.0, $1.1) } / Double(y.count)
  }
}
