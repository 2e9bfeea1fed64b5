import Diagnostics

/// How the scores of several classes become one.
package enum Averaging: String, CaseIterable, Sendable {
  /// The plain mean over classes.
  case macro
  /// One score from the counts of all classes together.
  case micro
  /// The mean weighted by how many rows each class has.
  case weighted
  /// The score of class 1 alone.
  case binary
}

/// Scores of predicted labels. An undefined ratio counts as 0, as in scikit-learn with `zero_division=0`.
extension Confusion {
  package var accuracy: Double { ratio(correct, total) }

  /// The mean recall of the classes that occur in the truth.
  package var balancedAccuracy: Double {
    let present = (0..<size).filter { support($0) > 0 }
    return ratio(present.reduce(0) { $0 + self[$1, $1] / support($1) }, Double(present.count))
  }

  package func precision(_ averaging: Averaging) throws -> Double {
    try averaged(averaging) {
      ratio($0, $1)
    } by: { _, hits, predicted, _ in
      (hits, predicted)
    }
  }

  package func recall(_ averaging: Averaging) throws -> Double {
    try averaged(averaging) {
      ratio($0, $1)
    } by: { _, hits, _, support in
      (hits, support)
    }
  }

  /// `(1 + b²) TP / ((1 + b²) TP + b² FN + FP)`: recall counts `beta` times as much as precision.
  package func fScore(beta: Double, _ averaging: Averaging) throws -> Double {
    let square = beta * beta
    return try averaged(averaging) {
      ratio($0, $1)
    } by: { _, hits, predicted, support in
      ((1 + square) * hits, square * support + predicted)
    }
  }

  /// `TP / (TP + FN + FP)`.
  package func jaccard(_ averaging: Averaging) throws -> Double {
    try averaged(averaging) {
      ratio($0, $1)
    } by: { _, hits, predicted, support in
      (hits, support + predicted - hits)
    }
  }

  /// Precision, recall, F-score and support of every class.
  package func perClass(beta: Double = 1) -> [(precision: Double, recall: Double, f: Double, support: Double)] {
    let square = beta * beta
    return (0..<size).map { c in
      let (hits, all, guesses) = (self[c, c], support(c), predicted(c))
      return (ratio(hits, guesses), ratio(hits, all), ratio((1 + square) * hits, square * all + guesses), all)
    }
  }

  /// Matthews' correlation of prediction and truth; 0 when either is constant.
  package var matthews: Double {
    let rows = (0..<size).map(support)
    let columns = (0..<size).map(predicted)
    let s = total
    let joint = correct * s - zip(rows, columns).reduce(0) { $0 + $1.0 * $1.1 }
    let spread = (s * s - columns.reduce(0) { $0 + $1 * $1 }) * (s * s - rows.reduce(0) { $0 + $1 * $1 })
    return spread <= 0 ? 0 : joint / spread.squareRoot()
  }

  package enum KappaWeights: String, CaseIterable, Sendable { case none, linear, quadratic }

  /// Cohen's kappa: agreement beyond what the class frequencies alone would give.
  package func kappa(_ weights: KappaWeights = .none) -> Double {
    let rows = (0..<size).map(support)
    let columns = (0..<size).map(predicted)
    let s = total
    var (observed, expected) = (0.0, 0.0)
    for t in 0..<size {
      for p in 0..<size {
        let distance = Double(abs(t - p))
        let weight =
          switch weights {
          case .none: t == p ? 0 : 1.0
          case .linear: distance
          case .quadratic: distance * distance
          }
        observed += weight * self[t, p]
        expected += weight * rows[t] * columns[p] / s
      }
    }
    return expected == 0 ? .nan : 1 - observed / expected
  }

  private func averaged(
    _ averaging: Averaging, _ ratio: (Double, Double) -> Double,
    by parts: (_ c: Int, _ hits: Double, _ predicted: Double, _ support: Double) -> (Double, Double)
  ) throws -> Double {
    let all = (0..<size).map { parts($0, self[$0, $0], predicted($0), support($0)) }
    switch averaging {
    case .macro:
      return all.reduce(0) { $0 + ratio($1.0, $1.1) } / Double(size)
    case .micro:
      return ratio(all.reduce(0) { $0 + $1.0 }, all.reduce(0) { $0 + $1.1 })
    case .weighted:
      let sum = zip(all, 0..<size).reduce(0) { $0 + ratio($1.0.0, $1.0.1) * support($1.1) }
      return sum / total
    case .binary:
      guard size <= 2, let positive = classes.firstIndex(of: 1) ?? (classes == [0] ? classes.count : nil) else {
        throw Failure(
          "argument-range", "`average=\"binary\"` needs labels 0 and 1; these are \(list(classes))",
          why: "with more classes use \"macro\", \"micro\" or \"weighted\"")
      }
      return positive < size ? ratio(all[positive].0, all[positive].1) : 0
    }
  }

  private func ratio(_ part: Double, _ whole: Double) -> Double { whole == 0 ? 0 : part / whole }
}

/// Labels for a message: `0, 1, 2, …`.
func list(_ labels: [Int]) -> String {
  labels.prefix(6).map(String.init).joined(separator: ", ") + (labels.count > 6 ? ", …" : "")
}
