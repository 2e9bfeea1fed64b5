import Diagnostics
import Glibc

/// Scores of rankings; `k` items a row, row-major.
package enum Ranking {
  /// The normalised discounted cumulative gain of the first `top` places, with linear gains; equal scores share places.
  package static func ndcg(_ scores: [Double], _ relevance: [Double], items k: Int, top: Int? = nil) throws -> Double {
    try checkPair(scores.count, relevance.count)
    let rows = scores.count / max(k, 1)
    let discounts = (0..<k).map { $0 < top ?? k ? 1 / log2(Double($0) + 2) : 0 }
    var sum = 0.0
    for row in 0..<rows {
      let gain = Array(relevance[row * k..<(row + 1) * k])
      let score = Array(scores[row * k..<(row + 1) * k])
      let order = (0..<k).sorted { score[$0] > score[$1] }
      var (got, start) = (0.0, 0)
      while start < k {
        var end = start + 1
        while end < k, score[order[end]] == score[order[start]] { end += 1 }
        let mean = order[start..<end].reduce(0) { $0 + gain[$1] } / Double(end - start)
        got += mean * discounts[start..<end].reduce(0, +)
        start = end
      }
      let best = zip(gain.sorted(by: >), discounts).reduce(0) { $0 + $1.0 * $1.1 }
      if best > 0 { sum += got / best }
    }
    return sum / Double(rows)
  }

  /// For each true label the share of labels ranked at least as high that are true, averaged.
  package static func averagePrecision(_ scores: [Double], _ truth: [Bool], items k: Int) throws -> Double {
    try checkPair(scores.count, truth.count)
    let rows = scores.count / max(k, 1)
    var sum = 0.0
    for row in 0..<rows {
      let places = row * k..<(row + 1) * k
      let wanted = places.filter { truth[$0] }
      guard !wanted.isEmpty, wanted.count < k else {
        sum += 1
        continue
      }
      sum +=
        wanted.reduce(0.0) { total, place in
          let above = places.count { scores[$0] >= scores[place] }
          return total + Double(wanted.count { scores[$0] >= scores[place] }) / Double(above)
        } / Double(wanted.count)
    }
    return sum / Double(rows)
  }
}
