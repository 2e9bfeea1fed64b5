import Diagnostics
import Evaluation
import Evaluator
import Tables
import Tensors

private let scores = Parameter<Tensor>("scores", dims: "[rows, ...]", "one score a row, higher for the positive class")
private let truth = Parameter<Tensor>("truth", dims: "[rows, ...]", "two classes; the greater label is positive")

let curveBuiltins: [Builtin] = [
  Builtin(
    "roc_curve", "False-positive and true-positive rate at every threshold, as a table.", scores, truth,
    Parameter<Bool>("drop_intermediate", "leave out points on straight lines", default: false),
    examples: ["roc_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).tpr[-1]" => "1"]
  ) { scores, truth, drop in
    let roc = try Metrics.curve(scores, truth).roc(dropIntermediate: drop)
    return try Table([("fpr", .number(roc.fpr)), ("tpr", .number(roc.tpr)), ("threshold", .number(roc.threshold))])
  },
  Builtin(
    "pr_curve", "Precision and recall at every threshold, as a table; the last point has no threshold.", scores, truth,
    examples: ["len(pr_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]))" => "5"]
  ) { scores, truth in
    let pr = try Metrics.curve(scores, truth).precisionRecall
    return try Table([
      ("precision", .number(pr.precision)), ("recall", .number(pr.recall)),
      ("threshold", .number(pr.threshold + [.nan])),
    ])
  },
  Builtin(
    "det_curve", "False-positive and false-negative rate at every threshold, as a table.", scores, truth,
    examples: ["det_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).fnr[0]" => "0"]
  ) { scores, truth in
    let det = try Metrics.curve(scores, truth).detectionError
    return try Table([("fpr", .number(det.fpr)), ("fnr", .number(det.fnr)), ("threshold", .number(det.threshold))])
  },
  Builtin(
    "lift_curve", "How many more positives the highest scores hold than a random choice of as many rows, as a table.",
    scores, truth, examples: ["lift_curve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).lift[0]" => "2"]
  ) { scores, truth in
    let curve = try Metrics.curve(scores, truth)
    let all = curve.positives + curve.negatives
    let share = zip(curve.hits, curve.alarms).map { ($0 + $1) / all }
    let found = curve.hits.map { $0 / curve.positives }
    return try Table([
      ("share", .number(share)), ("found", .number(found)), ("lift", .number(zip(found, share).map { $0 / $1 })),
      ("threshold", .number(curve.thresholds)),
    ])
  },
  Builtin(
    "calibration_curve", "Predicted probability against observed frequency, by bin, as a table.",
    Parameter<Tensor>(
      "probabilities", dims: "[n, ...]", "of the second of two classes, or one row of the classes'"),
    Parameter<Tensor>("truth", dims: "[n, ...]", "the true labels"),
    Parameter<Int>("bins", "how many", default: 10, .between(1, 100_000)),
    Parameter<String>(
      "strategy", "bins of equal width, or of equally many rows", default: "uniform", .oneOf("uniform", "quantile")),
    examples: ["calibration_curve([0.1, 0.9], [0, 1], bins=2).fraction" => "int [2]  0  1"]
  ) { probabilities, truth, bins, strategy in
    let (chances, happened) = try Metrics.confidences(probabilities, truth)
    let parts = try Probabilities.calibration(
      chances, happened, bins: bins, by: Probabilities.Bins(rawValue: strategy) ?? .uniform)
    return try Table([
      ("predicted", .number(parts.map(\.predicted))), ("fraction", .number(parts.map(\.happened))),
      ("rows", .number(parts.map { Double($0.count) })),
    ])
  },
  Builtin(
    "choose_threshold", "The threshold that serves a criterion best, with an interval by the bootstrap.", scores, truth,
    Parameter<String>("by", "what is best", default: "youden", .oneOf("youden", "f1", "cost")),
    Parameter<RecordObject?>("cost", "what errors cost, as in {fp: 1, fn: 10}", default: nil),
    Parameter<Int>("n", "how many resamples", default: 200, .between(10, 100_000)),
    examples: ["choose_threshold([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).threshold" => "0.8"]
  ) { scores, truth, by, cost, n in
    let (s, positive) = try Judged.scores(scores, truth)
    let criterion = try criterion(by, cost)
    let best = try RankingCurve(s, positive).bestThreshold(criterion)
    var stream = RandomSource.next()
    var others: [Double] = []
    for _ in 0..<n {
      let rows = s.indices.map { _ in stream.next(below: s.count) }
      // A resample of one class has no curve.
      guard let curve = try? RankingCurve(rows.map { s[$0] }, rows.map { positive[$0] }) else { continue }
      let found = curve.bestThreshold(criterion).threshold
      if found.isFinite { others.append(found) }
    }
    let interval = try Intervals.percentile(others)
    return Value(
      new: RecordObject([
        ("threshold", Value(shortest(best.threshold, scores.dtype))), ("value", Value(best.value)),
        ("low", Value(foreign: interval.low)),
        ("high", Value(foreign: interval.high)),
      ]))
  },
]

private func criterion(_ by: String, _ cost: RecordObject?) throws -> RankingCurve.Criterion {
  guard by == "cost" else { return by == "f1" ? .f1 : .youden }
  func price(_ key: String) throws -> Double {
    guard let value = cost?[key] else { return 1 }
    guard value.isNumber, value.number >= 0 else {
      throw Failure("argument-range", "`cost.\(key)` must be a number of at least 0", argument: 3)
    }
    return value.number
  }
  if let stray = cost?.keys.first(where: { $0.name != "fp" && $0.name != "fn" }) {
    throw Failure(
      "bad-argument", "`cost` has no field `\(stray.name)`", argument: 3,
      why: "it takes fp and fn, as in {fp: 1, fn: 10}")
  }
  return .cost(falsePositive: try price("fp"), falseNegative: try price("fn"))
}

/// A threshold as it is written in the precision of the scores that it came from; it compares with them all the same.
private func shortest(_ threshold: Double, _ dtype: DType) -> Double {
  dtype == .f32 ? Double(Float(threshold).description) ?? threshold : threshold
}
