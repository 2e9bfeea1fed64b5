import Diagnostics
import Glibc

/// Scores of predicted probabilities; `k` probabilities a row, row-major.
package enum Probabilities {
  /// The mean of `-log p(true class)`, probabilities clipped to `[eps, 1 - eps]` of a Double and each row divided by its sum.
  package static func logLoss(_ p: [Double], classes k: Int, _ truth: [Int], weights: [Double]? = nil) throws -> Double
  {
    try check(p, k, truth)
    let eps = 0x1p-52
    var (loss, weight) = (0.0, 0.0)
    for row in truth.indices {
      let sum = k == 1 ? 1 : (0..<k).reduce(0) { $0 + p[row * k + $1] }
      let chance = k == 1 ? (truth[row] == 1 ? p[row] : 1 - p[row]) : p[row * k + truth[row]] / sum
      let w = weights?[row] ?? 1
      loss -= w * log(min(max(chance, eps), 1 - eps))
      weight += w
    }
    return loss / weight
  }

  /// The mean squared distance of the probability from what happened; for several classes summed over them.
  package static func brier(_ p: [Double], classes k: Int, _ truth: [Int]) throws -> Double {
    try check(p, k, truth)
    var sum = 0.0
    for row in truth.indices {
      for c in 0..<k {
        let happened = k == 1 ? Double(truth[row]) : truth[row] == c ? 1 : 0
        sum += (p[row * k + c] - happened) * (p[row * k + c] - happened)
      }
    }
    return sum / Double(truth.count)
  }

  /// The share of rows whose true class is among the `top` highest scores.
  ///
  /// Equal scores rank as in a stable ascending sort, read from its end.
  package static func topK(_ scores: [Double], classes k: Int, _ truth: [Int], top: Int) throws -> Double {
    try check(scores, k, truth)
    guard top >= 1 else { throw Failure("argument-range", "`k` is \(top); it must be at least 1") }
    var hits = 0
    for row in truth.indices {
      let own = scores[row * k + truth[row]]
      var above = 0
      for c in 0..<k {
        let other = scores[row * k + c]
        if other > own || (other == own && c > truth[row]) { above += 1 }
      }
      if above < top { hits += 1 }
    }
    return Double(hits) / Double(truth.count)
  }

  package enum Bins: String, CaseIterable, Sendable { case uniform, quantile }

  /// Predicted probability against what happened, by bin; empty bins are left out.
  ///
  /// A value on an inner edge goes to the lower bin.
  package static func calibration(
    _ p: [Double], _ happened: [Bool], bins: Int, by how: Bins = .uniform
  ) throws -> [(predicted: Double, happened: Double, count: Int)] {
    try checkPair(p.count, happened.count)
    guard (1...100_000).contains(bins) else {
      throw Failure("argument-range", "`bins` is \(bins); it must be from 1 to 100000")
    }
    if let bad = p.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw Failure("argument-range", "a probability is \(bad)", argument: 0, why: "probabilities lie between 0 and 1.")
    }
    let sorted = p.sorted()
    let edges = (1..<max(bins, 1)).map { edge -> Double in
      let share = Double(edge) / Double(bins)
      guard how == .quantile else { return share }
      let place = share * Double(sorted.count - 1)
      let below = min(Int(place), sorted.count - 1)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    var sums = [(predicted: Double, happened: Double, count: Int)](repeating: (0, 0, 0), count: bins)
    for row in p.indices {
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if edges[middle] < p[row] { low = middle + 1 } else { high = middle }
      }
      sums[low].predicted += p[row]
      sums[low].happened += happened[row] ? 1 : 0
      sums[low].count += 1
    }
    return sums.filter { $0.count > 0 }.map {
      ($0.predicted / Double($0.count), $0.happened / Double($0.count), $0.count)
    }
  }

  /// The expected calibration error: the mean distance of predicted and observed frequency, weighted by the bins' counts.
  package static func calibrationError(_ p: [Double], _ happened: [Bool], bins: Int) throws -> Double {
    let parts = try calibration(p, happened, bins: bins)
    return parts.reduce(0) { $0 + Double($1.count) * abs($1.predicted - $1.happened) } / Double(p.count)
  }

  private static func check(_ p: [Double], _ k: Int, _ truth: [Int]) throws {
    try checkPair(k == 0 ? 0 : p.count / k, truth.count)
    let highest = max(1, k - 1)
    if let stray = truth.first(where: { $0 < 0 || $0 > highest }) {
      throw Failure(
        "label-range", "label \(stray) is out of range for \(highest + 1) classes", argument: 1,
        why: "classes count from 0.")
    }
  }
}
