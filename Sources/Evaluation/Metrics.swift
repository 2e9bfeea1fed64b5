import Diagnostics
package import Tensors

/// The metrics by the names that they have in NNS, on tensors: prediction first, truth second.
package enum Metrics {
  package static func accuracy(_ prediction: Tensor, _ truth: Tensor) throws -> Double {
    let (p, y) = try Judged.labels(prediction, truth)
    try checkPair(p.count, y.count)
    return Double(zip(p, y).count { $0 == $1 }) / Double(y.count)
  }

  package static func confusion(_ prediction: Tensor, _ truth: Tensor, classes: [Int]? = nil) throws -> Confusion {
    let (p, y) = try Judged.labels(prediction, truth)
    return try Confusion(p, y, classes: classes)
  }

  package static func curve(_ scores: Tensor, _ truth: Tensor) throws -> RankingCurve {
    let (s, positive) = try Judged.scores(scores, truth)
    return try RankingCurve(s, positive)
  }

  /// The area under the ROC curve: of two classes from one score a row, else of class scores `[n, k]`.
  package static func auc(
    _ scores: Tensor, _ truth: Tensor, _ scheme: Multiclass.Scheme = .ovr, _ average: Multiclass.Average = .macro
  ) throws -> Double {
    guard scores.rank == 2, scores.shape[1] > 2 else { return try curve(scores, truth).area() }
    let (s, k, y) = try Judged.classScores(scores, truth)
    return try Multiclass.area(s, classes: k, y, scheme, average)
  }

  package static func averagePrecision(
    _ scores: Tensor, _ truth: Tensor, _ average: Multiclass.Average = .macro
  ) throws -> Double {
    guard scores.rank == 2, scores.shape[1] > 2 else { return try curve(scores, truth).averagePrecision }
    let (s, k, y) = try Judged.classScores(scores, truth)
    return try Multiclass.averagePrecision(s, classes: k, y, average)
  }

  package static func logLoss(_ probabilities: Tensor, _ truth: Tensor) throws -> Double {
    let (p, k, y) = try Judged.classScores(probabilities, truth)
    try checkProbabilities(p)
    return try Probabilities.logLoss(p, classes: k, y)
  }

  package static func brier(_ probabilities: Tensor, _ truth: Tensor) throws -> Double {
    let (p, k, y) = try Judged.classScores(probabilities, truth)
    try checkProbabilities(p)
    return try Probabilities.brier(p, classes: k, y)
  }

  package static func topK(_ scores: Tensor, _ truth: Tensor, k top: Int) throws -> Double {
    let (s, k, y) = try Judged.classScores(scores, truth)
    guard k > 1 else {
      throw Failure(
        "label-shape", "`top_k` needs a score for each class", argument: 0,
        facts: [.init("scores", scores.shape.description, argument: 0)], why: "one score a row ranks nothing.")
    }
    return try Probabilities.topK(s, classes: k, y, top: top)
  }

  /// How sure each row is, and whether it came true: of two classes the chance of the second, of more the winner's.
  package static func confidences(
    _ probabilities: Tensor, _ truth: Tensor
  ) throws -> (chances: [Double], happened: [Bool]) {
    let (p, k, y) = try Judged.classScores(probabilities, truth)
    if k == 1 { return (p, y.map { $0 == 1 }) }
    if k == 2 { return (y.indices.map { p[$0 * 2 + 1] }, y.map { $0 == 1 }) }
    let winners = y.indices.map { row in (0..<k).max { p[row * k + $0] < p[row * k + $1] } ?? 0 }
    return (y.indices.map { p[$0 * k + winners[$0]] }, y.indices.map { winners[$0] == y[$0] })
  }

  private static func checkProbabilities(_ p: [Double]) throws {
    guard let bad = p.first(where: { !($0 >= 0 && $0 <= 1) }) else { return }
    throw Failure(
      "argument-range", "a probability is \(formatNumber(bad))", argument: 0,
      why: "probabilities lie between 0 and 1; `softmax` or `sigmoid` makes them of logits.")
  }
}
