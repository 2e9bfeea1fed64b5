import Autodiff
import Diagnostics
import Evaluator
import Layers
import Optimizers
import Tables
import Tensors
import Training

/// How models learn from data.
let trainingModule = Module(
  "training", "fitting models to data, and judging them",
  [
    fitBuiltin,
    Builtin(
      "estimate", "What an epoch of training will take: seconds, steps, bytes of memory and parameters.",
      Parameter<Model>("net", "a model"), dataParameter,
      Parameter<Int>("batch", "examples in a step", default: 32, .atLeast(1)), lossParameter,
      Parameter<Optimizer?>("opt", "an optimizer; adam() when left out", default: nil),
      examples: ["estimate(input(1) >> dense(1), {x: ones(64, 1), y: ones(64)}).steps" => "2"]
    ) { net, data, batch, loss, optimizer in
      var options = FitOptions()
      options.batch = batch
      options.isQuiet = true
      options.loss = try lossFunction(loss)
      let cost = try pointingAtData {
        try estimate(net, Datum(data), optimizer: optimizer ?? Optimizer(.adam), options)
      }
      return Value(
        new: RecordObject([
          ("seconds", Value(cost.secondsPerEpoch)), ("steps", Value(Double(cost.steps))),
          ("memory", Value(Double(cost.memory))), ("parameters", Value(Double(cost.parameters))),
        ]))
    },
    Builtin(
      "early", "Ends training when what is watched has not improved for a while.",
      Parameter<String>("monitor", "a column of the history", default: "val_loss"),
      Parameter<Int>("patience", "epochs without improvement", default: 5, .atLeast(1)),
      Parameter<Bool>("keep_best", "go back to the best weights", default: true),
      examples: ["early(patience=3)" => "early(monitor=\"val_loss\", patience=3, keep_best=true)"]
    ) { monitor, patience, keepsBest in
      EarlyStopping(monitor: monitor, patience: patience, keepsBest: keepsBest)
    },
    Builtin(
      "evaluate", "The loss and the metrics of a model on a data set.",
      Parameter<Model>("net", "a model"), dataParameter, lossParameter,
      Parameter<[Value]?>(
        "metrics", "functions such as accuracy, which a model of classes has when it is left out", default: nil),
      Parameter<Int>("batch", "examples at a time", default: 256, .atLeast(1)),
      examples: ["evaluate(input(1) >> dense(1, init=\"zeros\"), {x: ones(2, 1), y: [3, 3]}).loss" => "9"]
    ) { net, data, loss, metrics, batch in
      let (loss, metrics) = (try lossFunction(loss), try metrics.map(metricFunctions))
      let scores = try pointingAtData {
        try evaluate(net, Datum(data), loss: loss, batch: batch) { task in
          try metrics ?? (task == .values ? [] : metricFunctions([libraryValue("accuracy")]))
        }
      }
      return Value(new: RecordObject(scores.map { ($0.name, Value(foreign: $0.value)) }))
    },
    Builtin(
      "predict", "What the model gives: labels after a classification loss, values otherwise.",
      Parameter<Model>("net", "a model"), Parameter<Value>("x", "inputs: a tensor, a record of tensors or a table"),
      Parameter<Int>("batch", "examples at a time", default: 256, .atLeast(1)),
      examples: ["sum(predict(input(1) >> dense(1, init=\"ones\"), ones(3, 1)))" => "3"]
    ) { net, x, batch in try pointingAtData { try predict(net, Datum(x), batch: batch) } },
    Builtin(
      "predict_proba", "The probability of each class, or of yes.",
      Parameter<Model>("net", "a model"), Parameter<Value>("x", "inputs: a tensor, a record of tensors or a table"),
      Parameter<Int>("batch", "examples at a time", default: 256, .atLeast(1)),
      examples: ["max(predict_proba(input(1) >> dense(2, softmax, init=\"zeros\"), ones(1, 1)))" => "0.5"]
    ) { net, x, batch in try pointingAtData { try predictProbabilities(net, Datum(x), batch: batch) } },
    Builtin(
      "batches", "The data in pieces of n examples.",
      Parameter<Value>("data", "a tensor, or a record {x, y} of tensors"),
      Parameter<Int>("n", "examples in a piece", .atLeast(1)),
      Parameter<Bool>("shuffle", "in random order", default: false),
      Parameter<Bool>("drop_last", "leave out a last piece that is smaller", default: false),
      examples: ["map(batches({x: [1, 2, 3], y: [4, 5, 6]}, 2), b => b.y)" => "([4, 5], [6])"]
    ) { data, size, shuffle, dropLast in
      let pieces = try batches(Datum(data), size: size, shuffle: shuffle, dropLast: dropLast)
      return Value(list: pieces.map { Value($0) })
    },
  ])

private let dataParameter = Parameter<Value>("data", "a record {x, y}, or a table")
private let lossParameter = Parameter<Value>(
  "loss", "loss(prediction, y); picked by the target when left out", default: .none)
private let metricsParameter = Parameter<[Value]>("metrics", "functions such as accuracy", default: [])

private let fitBuiltin = Builtin(
  many: "fit", "Trains a model in place, and fits the preprocessors at its start.",
  Parameter<Inout<Model>>("net", "a model"), dataParameter,
  Parameter<Value>("val", "data to judge after every epoch", default: .none),
  Parameter<String?>("target", "the column of a table to predict", default: nil), lossParameter,
  Parameter<Lent>(
    "opt", "an optimizer, started afresh; `&o` goes on from its state; adam() when left out", default: .none),
  Parameter<Int>("epochs", "passes over the data", default: 10, .atLeast(0)),
  Parameter<Int>("batch", "examples in a step", default: 32, .atLeast(1)), metricsParameter,
  Parameter<Bool>("shuffle", "in random order, another every epoch", default: true),
  Parameter<Value>("class_weight", "a weight for each class, or \"balanced\"", default: .none),
  Parameter<Int>("accumulate", "batches averaged into one step", default: 1, .atLeast(1)),
  Parameter<Double?>("clip", "the largest length of a gradient", default: nil, .given(.above(0))),
  Parameter<Value>("stop", "when to end early: early(…)", default: .none),
  Parameter<String?>("checkpoint", "a folder that holds the training after every epoch", default: nil),
  Parameter<String?>(
    "resume", "a folder with a checkpoint to go on from; `epochs` counts from the first start", default: nil),
  Parameter<Value>("on_epoch", "called with (net, row) after every epoch", default: .none),
  Parameter<Value>("on_batch", "called with (net, row) after every batch", default: .none),
  Parameter<Bool>("quiet", "print nothing", default: false),
  Parameter<Bool>("refit", "learn statistics of preprocessors anew", default: false),
  examples: [
    "net = input(1) >> dense(1); fit(&net, {x: ones(2, 1), y: [1, 3]}, epochs=3, quiet=true).stopped" => "\"epochs\""
  ]
) {
  (
    net: Inout<Model>, data: Value, validation: Value, target: String?, loss: Value, optimizer: Lent, epochs: Int,
    batch: Int, metrics: [Value], shuffles: Bool, classWeight: Value, accumulate: Int, clip: Double?, stop: Value,
    checkpoint: String?, resume: String?, onEpoch: Value, onBatch: Value, isQuiet: Bool, refits: Bool
  ) -> Value in
  var options = FitOptions()
  options.validation = validation.isNone ? nil : try Datum(validation)
  options.target = target.map { TargetColumn($0).split }
  options.loss = try lossFunction(loss)
  options.epochs = epochs
  options.batch = batch
  options.metrics = try metricFunctions(metrics)
  options.shuffles = shuffles
  options.classWeight = try classWeights(classWeight, data)
  options.accumulate = accumulate
  options.clip = clip
  options.stop = try stopping(stop)
  options.onEpoch = try callback(onEpoch, "on_epoch", argument: 16)
  options.onBatch = try callback(onBatch, "on_batch", argument: 17)
  options.checkpoint = checkpoint
  options.resume = resume
  options.isQuiet = isQuiet
  options.refits = refits
  options.remarks = true
  var chosen = Optimizer(.adam)
  if !optimizer.value.isNone {
    guard let given = optimizer.value.foreign as? Optimizer else {
      throw Failure(
        "argument-type", "`opt` must be an optimizer such as adam(), not \(optimizer.value.described)", argument: 5)
    }
    chosen = optimizer.isLent ? given : given.fresh
  }
  defer { if optimizer.isLent { optimizer.set(Value(foreign: chosen)) } }
  let start = try Datum(data)
  let run = try net.mutate { net in
    try pointingAtData { try fit(&net, start, optimizer: &chosen, options, observer: TrainingProgress()) }
  }
  let columns = run.columns.enumerated().map { index, name in (name, Column.number(run.rows.map { $0[index] })) }
  return Value(
    new: RecordObject([
      ("history", Value(foreign: try Table(columns))), ("seconds", Value(run.seconds)),
      ("stopped", Value(run.stopped.rawValue)), ("best", Value(Double(run.best))), ("loss", Value(run.loss)),
      ("remarks", Value(list: run.remarks.map { Value($0) })),
    ]))
}

/// A function of the library; borrowed.
private func libraryValue(_ name: String) -> Value { Machine.current.globals.library.value(name) ?? .none }

/// A loss as `fit` takes it; none picks by target.
func lossFunction(_ value: Value) throws -> (any Callable)? {
  if value.isNone { return nil }
  guard value.isCallable else {
    throw Failure("argument-type", "`loss` must be a function of prediction and truth, not \(value.described)")
  }
  return callable(value)
}

func metricFunctions(_ values: [Value]) throws -> [MetricChoice] {
  try values.map { value in
    guard value.isCallable else {
      throw Failure(
        "argument-type", "a metric must be a function of prediction and truth, not \(value.described)",
        why: value.isNumber
          ? "a variable may hide the library's function; `nns.` in front of its name reaches it." : nil)
    }
    return MetricChoice(callable(value))
  }
}

private func callback(_ value: Value, _ name: String, argument: Int) throws -> (any Callable)? {
  if value.isNone { return nil }
  guard value.isCallable else {
    throw Failure("argument-type", "`\(name)` must be a function, not \(value.described)", argument: argument)
  }
  return callable(value)
}

private func stopping(_ value: Value) throws -> EarlyStopping? {
  if value.isNone { return nil }
  if let rule = value.foreign as? EarlyStopping { return rule }
  if value.builtin?.builtin.name == "early" { return EarlyStopping() }
  throw Failure("argument-type", "`stop` must be early(…), not \(value.described)", argument: 13)
}

/// The weights of classes: as given, or so that all classes weigh the same.
private func classWeights(_ value: Value, _ data: Value) throws -> [Double]? {
  if value.isNone { return nil }
  if let tensor = value.tensor, tensor.rank == 1 { return try tensor.doubles }
  guard value.string == "balanced", let y = data.record?[Symbol("y")]?.tensor, y.rank == 1 else {
    throw Failure(
      "argument-type", "`class_weight` must be a number for each class or \"balanced\", not \(value.described)",
      argument: 10)
  }
  let labels = try y.ints
  guard let largest = labels.max(), let smallest = labels.min(), smallest >= 0, largest < 1 << 20 else {
    throw Failure("label-range", "labels count from 0", argument: 1)
  }
  var counts = [Int](repeating: 0, count: largest + 1)
  for label in labels { counts[label] += 1 }
  return counts.map { $0 == 0 ? 0 : Double(labels.count) / (Double(counts.count) * Double($0)) }
}

extension EarlyStopping: Foreign, Convertible {
  package static var typeName: String { "stopping" }
  package var summary: String { "early(monitor=\"\(monitor)\", patience=\(patience), keep_best=\(keepsBest))" }
}
