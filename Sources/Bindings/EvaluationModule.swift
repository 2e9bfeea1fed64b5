import Diagnostics
import Evaluation
import Evaluator
import Tables
import Tensors

/// How good predictions are, and how sure one may be.
let evaluationModule = Module(
  "evaluation", "metrics, curves, folds, and statistics of results",
  labelMetrics + scoreMetrics + numberMetrics + curveBuiltins + foldBuiltins + statisticsBuiltins
    + crossValidationBuiltins)

private let labelMetrics: [Builtin] = [
  metric(
    "accuracy", "The share of rows that are predicted right.",
    examples: ["accuracy([0, 1, 1], [0, 1, 0])" => "0.6666666666666666"],
    Metrics.accuracy),
  metric(
    "balanced_accuracy", "The mean over classes of the share of their rows that are found.",
    examples: ["balanced_accuracy([0, 1, 1, 1], [0, 0, 1, 1])" => "0.75"]
  ) { try Metrics.confusion($0, $1).balancedAccuracy },
  averagedMetric(
    "precision", "Of the rows predicted as a class, the share that are of it.",
    examples: ["precision([0, 1, 1], [0, 1, 0], average=\"binary\")" => "0.5"]
  ) { try $0.precision($1) },
  averagedMetric(
    "recall", "Of the rows of a class, the share that are predicted as it.",
    examples: ["recall([0, 1, 1], [0, 1, 0], average=\"binary\")" => "1"]
  ) { try $0.recall($1) },
  averagedMetric(
    "f1", "The harmonic mean of precision and recall.",
    examples: ["f1([0, 1, 1, 0], [0, 1, 0, 1], average=\"binary\")" => "0.5"]
  ) { try $0.fScore(beta: 1, $1) },
  Builtin(
    "fbeta", "The mean of precision and recall in which recall counts `beta` times as much.",
    judgedPrediction, judgedTruth,
    Parameter<Double>("beta", "the weight of recall", default: 1, .above(0)),
    Parameter<String>(
      "average", "how the classes' scores become one", default: "macro",
      .oneOf("macro", "micro", "weighted", "binary")),
    examples: ["fbeta([0, 1, 1, 0], [0, 1, 0, 1], beta=2, average=\"binary\")" => "0.5"]
  ) { prediction, truth, beta, average in
    let (p, y) = try judged(prediction, truth)
    return try Metrics.confusion(p, y).fScore(beta: beta, Averaging(rawValue: average) ?? .macro)
  },
  averagedMetric(
    "jaccard", "Of the rows that are of a class or predicted as it, the share that are both.",
    examples: ["jaccard([0, 1, 1, 0], [0, 1, 0, 1], average=\"micro\")" => "0.3333333333333333"]
  ) { try $0.jaccard($1) },
  metric(
    "hamming", "The share of rows that are predicted wrong.",
    examples: ["hamming([0, 1, 1, 1], [0, 1, 0, 1])" => "0.25"]
  ) { try 1 - Metrics.accuracy($0, $1) },
  metric(
    "mcc", "Matthews' correlation of prediction and truth, from -1 to 1.",
    examples: ["mcc([0, 1, 1, 0], [0, 1, 1, 0])" => "1"]
  ) { try Metrics.confusion($0, $1).matthews },
  Builtin(
    "kappa", "Cohen's kappa: agreement beyond what chance would give.",
    judgedPrediction, judgedTruth,
    Parameter<String?>(
      "weights", "how far-off labels count more", default: nil, .given(.oneOf("linear", "quadratic"))),
    examples: ["kappa([0, 1, 1, 0], [0, 1, 1, 0])" => "1"]
  ) { prediction, truth, weights in
    let (p, y) = try judged(prediction, truth)
    return try Metrics.confusion(p, y).kappa(weights.flatMap(Confusion.KappaWeights.init) ?? .none)
  },
  Builtin(
    "confusion_matrix", "How often each true class (a row) was predicted as each class (a column).",
    judgedPrediction, judgedTruth,
    Parameter<Int?>(
      "classes", "how many classes there are; otherwise those that occur", default: nil,
      .given(.between(1, 10_000))),
    examples: ["confusion_matrix([0, 1, 1], [0, 1, 0])" => "int [2, 2]\n  1  1\n  0  1"]
  ) { prediction, truth, classes in
    let (p, y) = try judged(prediction, truth)
    let scored = p.rank == 2 && p.shape[1] > 1 ? p.shape[1] : nil
    let matrix = try Metrics.confusion(p, y, classes: (classes ?? scored).map { Array(0..<$0) })
    return Tensor(matrix.counts.map { Int($0) }, [matrix.size, matrix.size])
  },
  Builtin(
    "classification_report",
    "Precision, recall, F1 and number of rows of every class, then their averages, as a table.",
    judgedPrediction, judgedTruth,
    Parameter<[String]?>("labels", "names of the classes 0, 1, …", default: nil),
    examples: ["len(classification_report([0, 1, 1], [0, 1, 0]))" => "5"]
  ) { prediction, truth, labels in
    let (p, y) = try judged(prediction, truth)
    return try report(Metrics.confusion(p, y), labels ?? classNames(prediction, truth))
  },
]

private let truthParameter = Parameter<Tensor>("truth", dims: "[n, ...]", "the true labels")

private let scoreMetrics: [Builtin] = [
  Builtin(
    "top_k", "The share of rows whose true class is among the k highest scores.",
    Parameter<Tensor>("scores", dims: "[n, ...]", "one row of scores for each example"), truthParameter,
    Parameter<Int>("k", "how many guesses count", default: 5, .atLeast(1)),
    examples: ["top_k([[0.1, 0.5, 0.4], [0.8, 0.1, 0.1]], [2, 1], k=2)" => "0.5"]
  ) { scores, truth, k in try Metrics.topK(scores, truth, k: k) },
  metric(
    "log_loss", "The mean of -log of the probability that the true class was given.", takes: "probabilities",
    examples: ["log_loss([0.5, 0.5], [0, 1])" => "0.6931471805599453"], Metrics.logLoss),
  metric(
    "brier", "The mean squared distance of the probability from what happened.", takes: "probabilities",
    examples: ["brier([0.5, 0.5], [0, 1])" => "0.25"], Metrics.brier),
  Builtin(
    "auc", "The area under the ROC curve: the chance that a positive outscores a negative.",
    Parameter<Tensor>("scores", dims: "[n, ...]", "one score a row, or one row of scores of the classes"),
    truthParameter,
    Parameter<String?>(
      "average", "over several classes; none gives each", default: "macro",
      .given(.oneOf("macro", "weighted", "micro", "none"))),
    Parameter<String>("multi", "each class against the rest, or each pair", default: "ovr", .oneOf("ovr", "ovo")),
    Parameter<Double?>(
      "max_fpr", "only up to this rate of false positives, standardised", default: nil, .given(.between(0, 1))),
    examples: ["auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])" => "0.75"]
  ) { scores, truth, average, multi, limit -> Value in
    if let limit { return Value(try Metrics.curve(scores, truth).area(upTo: limit)) }
    guard let average, average != "none" else {
      let (s, k, y) = try Judged.classScores(scores, truth)
      return Value(Tensor(try Multiclass.areas(s, classes: k, y)))
    }
    return Value(
      try Metrics.auc(
        scores, truth, Multiclass.Scheme(rawValue: multi) ?? .ovr, Multiclass.Average(rawValue: average) ?? .macro))
  },
  Builtin(
    "average_precision", "The area under the precision-recall curve, as a sum of steps.",
    Parameter<Tensor>("scores", dims: "[n, ...]", "one score a row, or one row of scores of the classes"),
    truthParameter,
    Parameter<String>("average", "over several classes", default: "macro", .oneOf("macro", "weighted", "micro")),
    examples: ["average_precision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])" => "0.8333333333333333"]
  ) { scores, truth, average in
    try Metrics.averagePrecision(scores, truth, Multiclass.Average(rawValue: average) ?? .macro)
  },
  Builtin(
    "ece", "The expected calibration error: how far probabilities are from observed frequencies, on average.",
    Parameter<Tensor>(
      "probabilities", dims: "[n, ...]", "of the second of two classes, or one row of the classes'"), truthParameter,
    Parameter<Int>("bins", "how many", default: 10, .between(1, 100_000)),
    examples: ["ece([1, 0], [1, 0])" => "0"]
  ) { probabilities, truth, bins in
    let (chances, happened) = try Metrics.confidences(probabilities, truth)
    return try Probabilities.calibrationError(chances, happened, bins: bins)
  },
  Builtin(
    "ndcg", "The normalised discounted cumulative gain of rankings.",
    Parameter<Tensor>("scores", dims: "[n, items]", "one row of scores for each ranking"),
    Parameter<Tensor>("relevance", dims: "[n, items]", "how relevant each item is"),
    Parameter<Int?>("k", "only the first k places", default: nil, .given(.atLeast(1))),
    examples: ["ndcg([[3, 2, 1]], [[3, 2, 1]])" => "1"]
  ) { scores, relevance, k in
    guard scores.count > 0 else {
      throw Failure(
        "label-shape", "there are no rankings to judge", argument: 0,
        facts: [.init("scores", scores.shape.description, argument: 0)])
    }
    return try Ranking.ndcg(scores.doubles, relevance.doubles, items: scores.shape[1], top: k)
  },
]

private let numberMetrics: [Builtin] = [
  regressionMetric(
    "r2", "The share of the truth's variance that is explained: 1 is perfect, 0 no better than the mean.",
    examples: ["r2([1, 2, 3], [1, 2, 3])" => "1"], Regression.r2),
  regressionMetric(
    "rmse", "The root of the mean squared error.", examples: ["rmse([1, 3], [1, 1])" => "1.4142135623730951"],
    Regression.rmse),
  regressionMetric(
    "mape", "The mean absolute error as a share of the truth.", examples: ["mape([1, 3], [1, 2])" => "0.25"],
    Regression.mape),
  regressionMetric(
    "explained_variance", "As `r2`, but a constant error costs nothing.",
    examples: ["explained_variance([2, 3, 4], [1, 2, 3])" => "1"], Regression.explainedVariance),
  metric(
    "adjusted_rand", "How far two groupings agree, corrected for chance: 1 for equal ones.", takes: "groups",
    examples: ["adjusted_rand([0, 0, 1, 1], [1, 1, 0, 0])" => "1"]
  ) { try Clustering.adjustedRand(Judged.truthLabels($0), Judged.truthLabels($1)) },
  metric(
    "nmi", "The mutual information of two groupings over the mean of their entropies.", takes: "groups",
    examples: ["nmi([0, 0, 1, 1], [1, 1, 0, 0])" => "1"]
  ) { try Clustering.normalizedMutualInformation(Judged.truthLabels($0), Judged.truthLabels($1)) },
  Builtin(
    "silhouette", "How much closer rows are to their own group than to the nearest other, from -1 to 1.",
    Parameter<Tensor>("x", dims: "[n, d]", "one row for each point"),
    Parameter<Tensor>("labels", dims: "[n, ...]", "the group of each row"),
    examples: ["silhouette([[0, 0], [0, 1], [9, 0], [9, 1]], [0, 0, 1, 1]) > 0.8" => "true"]
  ) { x, labels in
    try Clustering.silhouette(x.doubles, width: x.shape[1], Judged.truthLabels(labels))
  },
]

private func report(_ matrix: Confusion, _ names: [String]?) throws -> Table {
  let rows = matrix.perClass()
  func mean(_ of: (Int) -> Double) -> Double { rows.indices.reduce(0) { $0 + of($1) } / Double(rows.count) }
  func weighted(_ of: (Int) -> Double) -> Double {
    rows.indices.reduce(0) { $0 + of($1) * rows[$1].support } / matrix.total
  }
  let titles = matrix.classes.map { label in
    if let names, label >= 0, label < names.count { names[label] } else { String(label) }
  }
  func column(_ of: @escaping (Int) -> Double) -> Column {
    .number(rows.indices.map(of) + [.nan, mean(of), weighted(of)])
  }
  return try Table([
    ("class", .text(titles + ["accuracy", "macro mean", "weighted mean"])),
    ("precision", column { rows[$0].precision }), ("recall", column { rows[$0].recall }),
    ("f1", .number(rows.map(\.f) + [matrix.accuracy, mean { rows[$0].f }, weighted { rows[$0].f }])),
    ("rows", .number(rows.map(\.support) + Array(repeating: matrix.total, count: 3))),
  ])
}
