import Diagnostics
import Glibc
import Tables

/// The variance of areas under ROC curves by placements (DeLong, DeLong and Clarke-Pearson 1988; ties count half).
package struct DeLong: Sendable {
  package let areas: [Double]
  /// The covariance of the areas, `[k][k]`.
  package let covariance: [[Double]]

  /// - Parameter scores: one array of scores for each classifier, on the same rows.
  package init(_ scores: [[Double]], _ positive: [Bool]) throws {
    for one in scores { _ = try RankingCurve(one, positive) }
    let (ups, downs) = (positive.indices.filter { positive[$0] }, positive.indices.filter { !positive[$0] })
    guard ups.count >= 2, downs.count >= 2 else {
      throw Failure("argument-range", "DeLong's variance needs at least 2 positive and 2 negative rows")
    }
    let (m, n) = (Double(ups.count), Double(downs.count))
    var (areas, upPlaces, downPlaces) = ([Double](), [[Double]](), [[Double]]())
    for one in scores {
      let all = Statistics.ranks(one)
      let among = Statistics.ranks(ups.map { one[$0] })
      let below = Statistics.ranks(downs.map { one[$0] })
      let up = zip(ups, among).map { (all[$0] - $1) / n }
      upPlaces.append(up)
      downPlaces.append(zip(downs, below).map { 1 - (all[$0] - $1) / m })
      areas.append(up.reduce(0, +) / m)
    }
    self.areas = areas
    covariance = scores.indices.map { a in
      scores.indices.map { b in
        DeLong.covariance(upPlaces[a], upPlaces[b]) / m + DeLong.covariance(downPlaces[a], downPlaces[b]) / n
      }
    }
  }

  /// The area of the first classifier with its normal interval, cut to [0, 1].
  package func interval(level: Double = 0.95) -> (area: Double, error: Double, low: Double, high: Double) {
    let error = covariance[0][0].squareRoot()
    let reach = Distributions.normalQuantile((1 + level) / 2) * error
    return (areas[0], error, max(0, areas[0] - reach), min(1, areas[0] + reach))
  }

  /// Whether the first two areas differ.
  package var difference: Comparisons.Outcome {
    let variance = covariance[0][0] + covariance[1][1] - 2 * covariance[0][1]
    let gap = areas[0] - areas[1]
    guard variance > 0 else { return .init(statistic: 0, p: gap == 0 ? 1 : 0) }
    let z = gap / variance.squareRoot()
    return .init(statistic: z, p: 2 * Distributions.normalCDF(-abs(z)))
  }

  private static func covariance(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    return zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / (n - 1)
  }
}
