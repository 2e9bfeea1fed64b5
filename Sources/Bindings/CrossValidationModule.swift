import Autodiff
import Diagnostics
import Evaluation
import Evaluator
import Layers
import Optimizers
import Tables
import Tensors
import Training

private let dataParameter = Parameter<Value>("data", "a record {x, y}, or a table")
private let lossParameter = Parameter<Value>(
  "loss", "loss(prediction, y); picked by the target when left out", default: .none)
private let optimizerParameter = Parameter<Value>("opt", "an optimizer; adam() when left out", default: .none)
private let epochsParameter = Parameter<Int>(
  "epochs", "passes over each fold's training part", default: 10, .atLeast(0))
private let batchParameter = Parameter<Int>("batch", "examples in a step", default: 32, .atLeast(1))
private let targetParameter = Parameter<String?>("target", "the column of a table to predict", default: nil)
private let quietParameter = Parameter<Bool>("quiet", "print nothing", default: false)

let crossValidationBuiltins: [Builtin] = [
  Builtin(
    many: "cross_validate",
    "Trains a fresh model for every fold, preprocessors included, and judges it on the part that it has not seen.",
    Parameter<Model>("net", "a model; its weights and statistics are not used"), dataParameter,
    Parameter<Int>("k", "how many folds", default: 5, .atLeast(2)),
    Parameter<[Value]>("metrics", "functions such as accuracy; the loss when left out", default: []),
    Parameter<Value>("stratify", "a column, a field or labels whose values keep their shares", default: .none),
    Parameter<Value>("groups", "a column, a field or labels whose equal values stay together", default: .none),
    Parameter<Bool>("shuffle", "draw the rows at random", default: true),
    Parameter<Int>("repeats", "how often, with other folds each time", default: 1, .atLeast(1)),
    targetParameter, lossParameter, optimizerParameter, epochsParameter, batchParameter, quietParameter,
    examples: [
      "cross_validate(input(1) >> dense(1), {x: [[0], [1], [2], [3]], y: [0, 1, 2, 3]}, k=2, epochs=1, quiet=true).predictions.shape"
        => "(4, 1)"
    ]
  ) {
    (
      net: Model, data: Value, k: Int, metrics: [Value], stratify: Value, groups: Value, shuffle: Bool, repeats: Int,
      target: String?, loss: Value, optimizer: Value, epochs: Int, batch: Int, isQuiet: Bool
    ) -> Value in
    let rows = try DataRows(data, argument: 1)
    let recipe = try Recipe(
      target: target, loss: loss, optimizer: optimizer, epochs: epochs, batch: batch, metrics: metrics)
    var all: [Fold] = []
    for _ in 0..<repeats {
      all += try folds(
        rows, k, stratify: stratify, groups: groups, shuffle: shuffle, stratifyArgument: 4, groupsArgument: 5)
    }
    let result = try CrossValidation.run(all, rows: rows.count) { number, fold in
      let part = try recipe.part(net, rows, fold)
      if !isQuiet { note("fold \(number + 1)/\(all.count)  \(described(part.scores))") }
      return part
    }
    return try summarized(result, metrics: recipe.metrics.map(\.name))
  },
  Builtin(
    many: "compare",
    "Whether one model is better than another: both trained on the same folds, with a test that minds their overlap.",
    Parameter<Model>("a", "a model"), Parameter<Model>("b", "another"), dataParameter,
    Parameter<Value>(
      "metric", "a function such as accuracy, where more is better; minus the loss when left out", default: .none),
    Parameter<Int>("k", "how many folds", default: 10, .atLeast(2)),
    Parameter<Value>("stratify", "a column, a field or labels whose values keep their shares", default: .none),
    Parameter<Value>("groups", "a column, a field or labels whose equal values stay together", default: .none),
    targetParameter, lossParameter, optimizerParameter, epochsParameter, batchParameter, quietParameter,
    examples: [
      "compare(input(1) >> dense(1), input(1) >> dense(1), {x: [[0], [1], [2], [3]], y: [0, 1, 2, 3]}, k=2, epochs=0, quiet=true).p > 0.01"
        => "true"
    ]
  ) {
    (
      a: Model, b: Model, data: Value, metric: Value, k: Int, stratify: Value, groups: Value, target: String?,
      loss: Value,
      optimizer: Value, epochs: Int, batch: Int, isQuiet: Bool
    ) -> Value in
    let rows = try DataRows(data, argument: 2)
    let recipe = try Recipe(
      target: target, loss: loss, optimizer: optimizer, epochs: epochs, batch: batch,
      metrics: metric.isNone ? [] : [metric])
    let all = try folds(
      rows, k, stratify: stratify, groups: groups, shuffle: true, stratifyArgument: 5, groupsArgument: 6)
    var (first, second) = ([Double](), [Double]())
    for (number, fold) in all.enumerated() {
      let one = try recipe.part(a, rows, fold).scores
      let other = try recipe.part(b, rows, fold).scores
      // Without a metric the loss counts, where less is better.
      first.append(metric.isNone ? -one[0].value : one[1].value)
      second.append(metric.isNone ? -other[0].value : other[1].value)
      if !isQuiet { note("fold \(number + 1)/\(all.count)  a: \(described(one))  b: \(described(other))") }
    }
    return try verdict(first, second, share: Double(all[0].test.count) / Double(all[0].train.count))
  },
]

/// How a fold's model is made and judged.
private struct Recipe {
  let target: String?
  let loss: (any Callable)?
  let optimizer: Optimizer
  let epochs: Int
  let batch: Int
  let metrics: [MetricChoice]

  init(target: String?, loss: Value, optimizer: Value, epochs: Int, batch: Int, metrics: [Value]) throws {
    self.target = target
    self.loss = try lossFunction(loss)
    self.epochs = epochs
    self.batch = batch
    self.metrics = try metricFunctions(metrics)
    if optimizer.isNone {
      self.optimizer = Optimizer(.adam)
    } else if let given = optimizer.foreign as? Optimizer {
      self.optimizer = given.fresh
    } else {
      throw Failure("argument-type", "`opt` must be an optimizer such as adam(), not \(optimizer.described)")
    }
  }

  func part(_ net: Model, _ rows: DataRows, _ fold: Fold) throws -> CrossValidation.Part<[Double]> {
    var options = FitOptions()
    options.loss = loss
    options.epochs = epochs
    options.batch = batch
    options.isQuiet = true
    let column = target.map { TargetColumn($0) }
    options.target = column.map { $0.split }
    var model = try net.fresh()
    var own = optimizer.fresh
    let run = try fit(&model, datum(rows, fold.train), optimizer: &own, options)
    if run.stopped == .interrupt { throw Failure("interrupted", "interrupted") }
    let held = try datum(rows, fold.test)
    let test = try column?.split(held) ?? held
    let scores = try evaluate(model, test, loss: loss, metrics: { _ in metrics })
    let predictions = try predict(model, test)
    let width = max(1, predictions.count / max(1, fold.test.count))
    let values = try predictions.doubles
    return CrossValidation.Part(
      scores: scores, predictions: fold.test.indices.map { Array(values[$0 * width..<($0 + 1) * width]) })
  }

  private func datum(_ rows: DataRows, _ places: [Int]) throws -> Datum {
    let part = try rows.gather(places)
    defer { part.release() }
    return try Datum(part)
  }
}

private func summarized(_ result: CrossValidation.Result<[Double]>, metrics: [String]) throws -> Value {
  var columns: [(String, Column)] = [
    ("fold", .number((0..<(result.summaries.first?.values.count ?? 0)).map { Double($0) }))
  ]
  columns += result.summaries.map { ($0.name, .number($0.values)) }
  let wanted = metrics.isEmpty ? Array(result.summaries.prefix(1)) : Array(result.summaries.dropFirst())
  // One score is given as a number, several as a record.
  func each(_ of: (CrossValidation.Summary) -> Double) -> Value {
    guard wanted.count != 1 else { return Value(foreign: of(wanted[0])) }
    return Value(new: RecordObject(wanted.map { ($0.name, Value(foreign: of($0))) }))
  }
  let width = result.predictions.lazy.compactMap { $0?.count }.first ?? 1
  let values = result.predictions.flatMap { $0 ?? Array(repeating: .nan, count: width) }
  let isLabels = width == 1 && values.allSatisfy { $0 == $0.rounded() && abs($0) < 0x1p53 }
  let shape: Shape = [result.predictions.count, width]
  let predictions =
    isLabels && !metrics.isEmpty ? Tensor(values.map { Int($0) }) : Tensor(values.map { Float($0) }, shape)
  return Value(
    new: RecordObject([
      ("folds", Value(foreign: try Table(columns))), ("mean", each(\.mean)), ("std", each(\.std)), ("low", each(\.low)),
      ("high", each(\.high)), ("predictions", Value(predictions)),
    ]))
}

private func verdict(_ first: [Double], _ second: [Double], share: Double) throws -> Value {
  let outcome = try Comparisons.correctedT(first, second, share: share)
  let differences = zip(first, second).map { $0 - $1 }
  let n = Double(differences.count)
  let mean = differences.reduce(0, +) / n
  let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
  let reach = Distributions.studentQuantile(level: 0.95, n - 1) * (variance * (1 / n + share)).squareRoot()
  let text =
    outcome.p < 0.05 ? "\(mean > 0 ? "a" : "b") is better" : "no difference that chance could not make"
  return Value(
    new: RecordObject([
      ("difference", Value(foreign: mean)), ("low", Value(foreign: mean - reach)),
      ("high", Value(foreign: mean + reach)),
      ("p", Value(foreign: outcome.p)), ("verdict", Value(text)),
    ]))
}

private func described(_ scores: [(name: String, value: Double)]) -> String {
  scores.map { "\($0.name) \(formatNumber($0.value, significant: 4))" }.joined(separator: "  ")
}

private func note(_ text: String) {
  Output.note(text + "\n")
}
