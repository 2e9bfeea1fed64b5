import Diagnostics

/// What happens to hits and false alarms as the threshold on a score comes down.
package struct RankingCurve: Sendable {
  /// Distinct scores, highest first.
  package let thresholds: [Double]
  /// The weight of positives (of negatives) that score at least the threshold.
  package let hits: [Double]
  package let alarms: [Double]

  package var positives: Double { hits.last ?? 0 }
  package var negatives: Double { alarms.last ?? 0 }

  /// - Throws: `label-shape`, `nan-score`, `one-class` when all rows are positive or all negative.
  package init(_ scores: [Double], _ positive: [Bool], weights: [Double]? = nil) throws {
    try checkPair(scores.count, positive.count, weights?.count)
    if let at = scores.firstIndex(where: \.isNaN) {
      throw Failure("nan-score", "the score of row \(at) is nan", argument: 0)
    }
    guard positive.contains(true), positive.contains(false) else {
      throw Failure(
        "one-class", "all \(positive.count) rows are \(positive[0] ? "positive" : "negative")", argument: 1,
        why: "a curve over thresholds needs both classes in the truth.")
    }
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var (thresholds, hits, alarms) = ([Double](), [Double](), [Double]())
    var (hit, alarm) = (0.0, 0.0)
    for (at, row) in order.enumerated() {
      let weight = weights?[row] ?? 1
      if positive[row] { hit += weight } else { alarm += weight }
      if at + 1 == order.count || scores[order[at + 1]] != scores[row] {
        thresholds.append(scores[row])
        hits.append(hit)
        alarms.append(alarm)
      }
    }
    (self.thresholds, self.hits, self.alarms) = (thresholds, hits, alarms)
  }

  /// The receiver operating characteristic: from (0, 0), where the threshold is infinite, to (1, 1).
  ///
  /// - Parameter dropIntermediate: leave out points on a straight line between their neighbours.
  package func roc(dropIntermediate: Bool = false) -> (fpr: [Double], tpr: [Double], threshold: [Double]) {
    var kept = Array(thresholds.indices)
    if dropIntermediate, kept.count > 2 {
      kept = kept.filter { at in
        at == 0 || at == thresholds.count - 1
          || hits[at + 1] - 2 * hits[at] + hits[at - 1] != 0 || alarms[at + 1] - 2 * alarms[at] + alarms[at - 1] != 0
      }
    }
    return (
      [0] + kept.map { alarms[$0] / negatives }, [0] + kept.map { hits[$0] / positives },
      [.infinity] + kept.map { thresholds[$0] }
    )
  }

  /// The area under the ROC curve by trapezoids: the chance that a positive outscores a negative, ties counting half.
  ///
  /// - Parameter upTo: the area up to this false-positive rate only, standardised so that chance gives 0.5 (McClish 1989).
  package func area(upTo: Double? = nil) -> Double {
    let (fpr, tpr, _) = roc()
    let limit = upTo ?? 1
    var sum = 0.0
    for at in 1..<fpr.count {
      guard fpr[at - 1] < limit else { break }
      var (x, y) = (fpr[at], tpr[at])
      if x > limit {
        y = tpr[at - 1] + (limit - fpr[at - 1]) / (x - fpr[at - 1]) * (y - tpr[at - 1])
        x = limit
      }
      sum += (x - fpr[at - 1]) * (y + tpr[at - 1]) / 2
    }
    guard limit < 1 else { return sum }
    let least = limit * limit / 2
    return 0.5 * (1 + (sum - least) / (limit - least))
  }

  /// Precision and recall, thresholds ascending; the last point (1, 0) has no threshold.
  package var precisionRecall: (precision: [Double], recall: [Double], threshold: [Double]) {
    let order = thresholds.indices.reversed()
    return (
      order.map { hits[$0] + alarms[$0] == 0 ? 0 : hits[$0] / (hits[$0] + alarms[$0]) } + [1],
      order.map { hits[$0] / positives } + [0], order.map { thresholds[$0] }
    )
  }

  /// The sum of precision times the gain in recall, without interpolation.
  package var averagePrecision: Double {
    let (precision, recall, _) = precisionRecall
    return precision.indices.dropLast().reduce(0) { $0 + (recall[$1] - recall[$1 + 1]) * precision[$1] }
  }

  /// The detection error tradeoff: false alarms against misses, thresholds ascending, from the point where misses begin
  /// to the one where false alarms end.
  package var detectionError: (fpr: [Double], fnr: [Double], threshold: [Double]) {
    let (alarms, hits, thresholds) = ([0] + alarms, [0] + hits, [Double.infinity] + thresholds)
    let first = (alarms.firstIndex { $0 > 0 } ?? alarms.count) - 1
    let last = hits.firstIndex { $0 >= positives } ?? hits.count - 1
    let order = Array((min(first, last)...last).reversed())
    return (
      order.map { alarms[$0] / negatives }, order.map { (positives - hits[$0]) / positives },
      order.map { thresholds[$0] }
    )
  }

  package enum Criterion: Sendable {
    /// The largest `tpr - fpr`.
    case youden
    case f1
    /// The least total cost of false positives and false negatives.
    case cost(falsePositive: Double, falseNegative: Double)
  }

  /// The threshold that serves a criterion best (`score >= threshold` is positive) and its value; the highest wins a tie.
  package func bestThreshold(_ criterion: Criterion) -> (threshold: Double, value: Double) {
    let all = values(criterion)
    var best = 0
    for at in all.indices {
      if case .cost = criterion {
        if all[at] < all[best] { best = at }
      } else if all[at] > all[best] {
        best = at
      }
    }
    return (best == 0 ? .infinity : thresholds[best - 1], all[best])
  }

  /// The criterion at every threshold, the infinite one first.
  package func values(_ criterion: Criterion) -> [Double] {
    zip([0] + hits, [0] + alarms).map { hit, alarm in
      switch criterion {
      case .youden: hit / positives - alarm / negatives
      case .f1: 2 * hit / (positives + hit + alarm)
      case .cost(let falsePositive, let falseNegative): falsePositive * alarm + falseNegative * (positives - hit)
      }
    }
  }
}
