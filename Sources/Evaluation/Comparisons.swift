import Diagnostics
import Glibc

/// Tests of whether two sets of results differ.
package enum Comparisons {
  /// What a test found.
  package struct Outcome: Equatable, Sendable {
    package var statistic: Double
    /// The chance of a difference at least so large if there were none.
    package var p: Double
  }

  /// Student's test of paired results.
  package static func pairedT(_ a: [Double], _ b: [Double]) throws -> Outcome {
    try corrected(a, b, factor: { 1 / $0 })
  }

  /// The paired test of results of resampled splits, which share training rows (Nadeau and Bengio 2003).
  ///
  /// - Parameter share: test rows over training rows.
  package static func correctedT(_ a: [Double], _ b: [Double], share: Double) throws -> Outcome {
    try corrected(a, b, factor: { 1 / $0 + share })
  }

  private static func corrected(_ a: [Double], _ b: [Double], factor: (Double) -> Double) throws -> Outcome {
    let differences = try paired(a, b, atLeast: 2)
    let n = Double(differences.count)
    let mean = differences.reduce(0, +) / n
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    guard variance > 0 else {
      return Outcome(statistic: mean == 0 ? 0 : mean > 0 ? .infinity : -.infinity, p: mean == 0 ? 1 : 0)
    }
    let t = mean / (variance * factor(n)).squareRoot()
    return Outcome(statistic: t, p: Distributions.studentTwoSided(t, n - 1))
  }

  /// Wilcoxon's signed-rank test: exact up to 50 differences without ties, else by the normal approximation.
  package static func wilcoxon(_ a: [Double], _ b: [Double]) throws -> Outcome {
    let all = try paired(a, b, atLeast: 1)
    let differences = all.filter { $0 != 0 }
    guard !differences.isEmpty else { return Outcome(statistic: 0, p: 1) }
    let n = differences.count
    let sizes = differences.map(abs)
    let order = sizes.indices.sorted { sizes[$0] < sizes[$1] }
    var ranks = [Double](repeating: 0, count: n)
    var (start, tied) = (0, 0.0)
    while start < n {
      var end = start + 1
      while end < n, sizes[order[end]] == sizes[order[start]] { end += 1 }
      for at in start..<end { ranks[order[at]] = Double(start + end + 1) / 2 }
      let t = Double(end - start)
      tied += t * t * t - t
      start = end
    }
    let up = differences.indices.reduce(0) { differences[$1] > 0 ? $0 + ranks[$1] : $0 }
    let whole = Double(n) * Double(n + 1) / 2
    let statistic = min(up, whole - up)
    if n <= 50, tied == 0, all.count == n {
      // ways[s]: how many sets of ranks sum to s.
      var ways = [Double](repeating: 0, count: Int(whole) + 1)
      ways[0] = 1
      for rank in 1...n {
        for sum in stride(from: Int(whole), through: rank, by: -1) { ways[sum] += ways[sum - rank] }
      }
      let tail = ways[0...Int(statistic)].reduce(0, +) / pow(2, Double(n))
      return Outcome(statistic: statistic, p: min(1, 2 * tail))
    }
    let n1 = Double(n)
    let spread = ((n1 * (n1 + 1) * (2 * n1 + 1) - tied / 2) / 24).squareRoot()
    let z = (statistic - whole / 2) / spread
    return Outcome(statistic: statistic, p: min(1, 2 * Distributions.normalCDF(-abs(z))))
  }

  /// McNemar's test of two classifiers on the same rows.
  ///
  /// - Parameters:
  ///   - b: rows that only the first got right.
  ///   - c: rows that only the second got right.
  ///   - exact: by the binomial distribution (the statistic is then the smaller count), else chi-squared.
  package static func mcnemar(_ b: Int, _ c: Int, exact: Bool = true, continuity: Bool = true) throws -> Outcome {
    guard b >= 0, c >= 0 else { throw Failure("argument-range", "counts of rows cannot be negative") }
    guard b + c > 0 else { return Outcome(statistic: 0, p: 1) }
    if exact {
      return Outcome(statistic: Double(min(b, c)), p: min(1, 2 * Distributions.fairBinomialCDF(min(b, c), b + c)))
    }
    let distance = max(0, abs(Double(b - c)) - (continuity ? 1 : 0))
    let statistic = distance * distance / Double(b + c)
    return Outcome(statistic: statistic, p: Distributions.chiSquaredTail(statistic, 1))
  }

  /// The chi-squared test of independence of a table of counts.
  package static func chiSquared(_ table: [[Double]]) throws -> (outcome: Outcome, degrees: Int) {
    let width = table.first?.count ?? 0
    guard table.count >= 2, width >= 2, table.allSatisfy({ $0.count == width }) else {
      throw Failure("argument-range", "the test needs a table of at least 2 rows and 2 columns")
    }
    let rows = table.map { $0.reduce(0, +) }
    let columns = (0..<width).map { at in table.reduce(0) { $0 + $1[at] } }
    let n = rows.reduce(0, +)
    guard rows.allSatisfy({ $0 > 0 }), columns.allSatisfy({ $0 > 0 }) else {
      throw Failure("argument-range", "a row or column of the table is all zero")
    }
    var statistic = 0.0
    for (r, line) in table.enumerated() {
      for (c, count) in line.enumerated() {
        let expected = rows[r] * columns[c] / n
        statistic += (count - expected) * (count - expected) / expected
      }
    }
    let degrees = (table.count - 1) * (width - 1)
    return (Outcome(statistic: statistic, p: Distributions.chiSquaredTail(statistic, Double(degrees))), degrees)
  }

  private static func paired(_ a: [Double], _ b: [Double], atLeast least: Int) throws -> [Double] {
    guard a.count == b.count else {
      throw Failure("label-shape", "the results are not paired: \(a.count) and \(b.count)")
    }
    guard a.count >= least else {
      throw Failure("argument-range", "the test needs at least \(least) pairs; there are \(a.count)")
    }
    return zip(a, b).map { $0 - $1 }
  }
}
