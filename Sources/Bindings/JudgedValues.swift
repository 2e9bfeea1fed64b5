import Diagnostics
import Evaluation
import Evaluator
import Tables
import Tensors

/// A prediction and its truth as tensors; texts and bools are numbered alike in both.
func judged(_ prediction: Value, _ truth: Value) throws -> (prediction: Tensor, truth: Tensor) {
  if let p = try plainTensor(prediction), let y = try plainTensor(truth) { return (p, y) }
  let p = try Column(prediction, name: "prediction", rows: nil)
  let y = try Column(truth, name: "truth", rows: nil)
  guard p.kind == y.kind else {
    throw Failure(
      "argument-type", "predictions are \(p.kind)s but the truth is \(y.kind)s", argument: 1,
      facts: [.init("prediction", prediction.described, argument: 0), .init("truth", truth.described, argument: 1)],
      why: p.kind == .number ? numberedClasses : nil)
  }
  let both = try Column.joined([p, y], name: "label").coded(sorted: true).codes
  return (Tensor(Array(both[..<p.count])), Tensor(Array(both[p.count...])))
}

/// Why a network's labels do not meet a table's texts.
let numberedClasses =
  "a network gives numbers of classes, and `to_xy` numbers a column's texts: after `fit(&prep, train)`, `prep(data).y` is"
  + " the truth in numbers, and `evaluate(net, data, metrics=[accuracy])` takes the table as it is."

/// The names of the classes that `judged` numbers, in order: texts as they are, whole numbers as digits.
func classNames(_ prediction: Value, _ truth: Value) throws -> [String]? {
  guard try plainTensor(prediction) == nil || plainTensor(truth) == nil else { return nil }
  let both = [try Column(prediction, name: "prediction", rows: nil), try Column(truth, name: "truth", rows: nil)]
  return try Column.joined(both, name: "label").coded(sorted: true).values.map { $0.text ?? $0.shown }
}

/// A tensor, or a list or range of numbers as one; nil for texts and bools.
func plainTensor(_ value: Value) throws -> Tensor? {
  if let tensor = value.tensor { return tensor }
  if value.range != nil { return try Column(value, name: "range", rows: nil).tensor }
  guard let list = value.list, list.values.allSatisfy({ $0.isNumber || $0.tensor?.rank == 0 }) else { return nil }
  return Tensor(try list.values.map { $0.isNumber ? $0.number : try $0.tensor?.item ?? .nan })
}

/// What a metric of labels compares.
let judgedPrediction = Parameter<Value>("prediction", dims: "[n, ...]", "labels, or scores of each class")
let judgedTruth = Parameter<Value>("truth", dims: "[n, ...]", "the true labels")

/// A metric of a prediction and its truth.
func metric(
  _ name: String, _ summary: String, takes: String = "labels, or scores of each class", examples: [Example],
  _ score: @escaping (Tensor, Tensor) throws -> Double
) -> Builtin {
  Builtin(
    name, summary, Parameter<Value>("prediction", dims: "[n, ...]", takes),
    Parameter<Value>("truth", dims: "[n, ...]", "the true values"),
    examples: examples
  ) { prediction, truth in
    let (p, y) = try judged(prediction, truth)
    return try score(p, y)
  }
}

/// A metric that averages over classes.
func averagedMetric(
  _ name: String, _ summary: String, examples: [Example],
  _ score: @escaping (Confusion, Averaging) throws -> Double
) -> Builtin {
  Builtin(
    name, summary, judgedPrediction, judgedTruth,
    Parameter<String>(
      "average", "how the classes' scores become one", default: "macro",
      .oneOf("macro", "micro", "weighted", "binary")),
    examples: examples
  ) { prediction, truth, average in
    let (p, y) = try judged(prediction, truth)
    return try score(Metrics.confusion(p, y), Averaging(rawValue: average) ?? .macro)
  }
}

/// A metric of predicted numbers.
func regressionMetric(
  _ name: String, _ summary: String, examples: [Example], _ score: @escaping ([Double], [Double]) throws -> Double
) -> Builtin {
  metric(name, summary, takes: "numbers", examples: examples) { prediction, truth in
    let (p, y) = try Judged.values(prediction, truth)
    return try score(p, y)
  }
}
