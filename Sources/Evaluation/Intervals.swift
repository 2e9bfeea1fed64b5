import Diagnostics
import Glibc

/// Confidence intervals.
package enum Intervals {
  package struct Interval: Equatable, Sendable {
    package var low: Double
    package var high: Double
  }

  /// The interval of a mean by Student's t: `mean ± t s / √n`.
  package static func mean(_ values: [Double], level: Double = 0.95) throws -> Interval {
    try check(level)
    guard values.count >= 2 else { return Interval(low: .nan, high: .nan) }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1) / n).squareRoot()
    let reach = spread == 0 ? 0 : Distributions.studentQuantile(level: level, n - 1) * spread
    return Interval(low: mean - reach, high: mean + reach)
  }

  package enum Proportion: String, CaseIterable, Sendable { case wilson, exact }

  /// The interval of a share of successes, by Wilson's score or exactly (Clopper and Pearson).
  package static func proportion(
    _ successes: Int, of n: Int, level: Double = 0.95, _ how: Proportion = .wilson
  ) throws -> Interval {
    try check(level)
    guard n > 0, (0...n).contains(successes) else {
      throw Failure("argument-range", "\(successes) successes of \(n) make no share")
    }
    let (x, n) = (Double(successes), Double(n))
    let rest = (1 - level) / 2
    if how == .exact {
      return Interval(
        low: x == 0 ? 0 : Distributions.betaQuantile(rest, x, n - x + 1),
        high: x == n ? 1 : Distributions.betaQuantile(1 - rest, x + 1, n - x))
    }
    let z = Distributions.normalQuantile(1 - rest)
    let share = x / n
    let center = (share + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(low: x == 0 ? 0 : max(0, center - reach), high: x == n ? 1 : min(1, center + reach))
  }

  /// The percentile interval of statistics of resampled data: linear interpolation between ranks.
  package static func percentile(_ statistics: [Double], level: Double = 0.95) throws -> Interval {
    try check(level)
    let sorted = statistics.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { return Interval(low: .nan, high: .nan) }
    func quantile(_ q: Double) -> Double {
      let place = q * Double(sorted.count - 1)
      let below = min(Int(place), sorted.count - 1)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    return Interval(low: quantile((1 - level) / 2), high: quantile((1 + level) / 2))
  }

  private static func check(_ level: Double) throws {
    guard level > 0, level < 1 else {
      throw Failure("argument-range", "`level` is \(level); it must lie between 0 and 1")
    }
  }
}
