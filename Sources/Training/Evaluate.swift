package import Autodiff
import Diagnostics
package import Layers
package import Tensors

/// The loss and the metrics of a model on a data set: `{loss, accuracy, …}`.
///
/// - Parameter metrics: what to measure, which may depend on what the loss makes of the model.
/// - Throws: what `fit` throws for data that does not fit the model.
package func evaluate(
  _ model: Model, _ data: Datum, loss given: (any Callable)? = nil, batch: Int = 256,
  metrics chosen: (Model.Task) throws -> [MetricChoice] = { _ in [] }
) throws -> [(name: String, value: Double)] {
  let examples = try Examples(Preparation.transform(model, data), argument: 1)
  guard let y = examples.y else { throw Failure("argument-type", "the data has no field `y`", argument: 1) }
  let built = try model.built(behindTransforms: examples.flow)
  guard let whole = try built.core(examples.flow), let bare = try built.core(examples.flow, asLogits: true) else {
    throw Failure("argument-type", "a chain of preprocessors alone predicts nothing", argument: 0)
  }
  let isSoftmaxed = whole.root.layer.beforeSoftmax != nil
  let loss = try LossChoice(given, output: whole.root.output, isSoftmaxed: isSoftmaxed, truth: y)
  let step = TrainingStep(architecture: loss.takesLogits ? bare : whole, loss: loss, learns: [])
  let isLogits = loss.takesLogits || loss.name == "bce_logits"
  let metrics = try chosen(loss.task)
  var scores = Scores(metrics, loss.task)
  var reader = BatchReader(examples, truth: try loss.prepared(y, output: whole.root.output))
  let parameters = try built.parameters
  for start in stride(from: 0, to: examples.count, by: batch) {
    try checkInterrupt()
    let count = min(batch, examples.count - start)
    let (x, y) = try reader.read(try Raw.sequence(from: start, count: count))
    guard let y else { continue }
    let (value, output) = try step.judge(parameters, built.states, x: x, y: y)
    try scores.add(output, y, loss: value, count: count, isLogits: isLogits)
  }
  return [(name: "loss", value: scores.meanLoss)]
    + zip(metrics, try scores.values()).map { (name: $0.name, value: $1) }
}

/// What a model gives for many examples, computed in batches.
///
/// After a classification loss these are labels: the class with the largest score, or whether a single logit is above 0.
package func predict(_ model: Model, _ x: Datum, batch: Int = 256) throws -> Tensor {
  let output = try outputs(model, x, batch)
  switch model.task {
  case .classes?: return try Raw.argmax(output, axis: -1)
  case .binary?: return try labels(output, above: gives(model, Activation.sigmoid) ? 0.5 : 0)
  case .values?: return output
  case nil:
    let isSoftmaxed = model.layer.beforeSoftmax != nil
    return isSoftmaxed ? try Raw.argmax(output, axis: -1) : output
  }
}

/// The probabilities that a model gives: of each class `[n, classes]`, or of yes `[n, 1]`.
package func predictProbabilities(_ model: Model, _ x: Datum, batch: Int = 256) throws -> Tensor {
  let output = try outputs(model, x, batch)
  if model.layer.beforeSoftmax != nil || gives(model, Activation.sigmoid) { return output }
  switch model.task {
  case .classes?: return try Raw.softmax(output, axis: -1)
  case .binary?: return try Raw.sigmoid(output)
  default:
    // What was never trained by `fit` says nothing of its task; several outputs are scores of classes.
    let width = output.shape.last ?? 1
    if model.task == .values {
      throw Failure(
        "argument-type", "this model predicts values, which are no probabilities", argument: 0,
        hint: "predict(net, x)")
    }
    return width > 1 ? try Raw.softmax(output, axis: -1) : try Raw.sigmoid(output)
  }
}

private func labels(_ output: Tensor, above limit: Double) throws -> Tensor {
  let flat = output.rank == 2 && output.shape[1] == 1 ? try Raw.reshape(output, [output.shape[0]]) : output
  return try Raw.cast(Raw.greater(flat, Tensor(number: limit)), .int)
}

private func gives(_ model: Model, _ activation: Activation) -> Bool {
  switch model.elements.last {
  case let dense as Dense: dense.activation == activation
  case let layer as ActivationLayer: layer.function == activation
  default: false
  }
}

/// The model's outputs for all of `x`, one batch at a time.
private func outputs(_ model: Model, _ x: Datum, _ batch: Int) throws -> Tensor {
  let preparation = try Preparation(model)
  var x = x
  if case .record(let record) = x, record["y"] != nil, let inputs = record["x"] { x = inputs }
  if let transforms = preparation.transforms { x = try transforms.apply(x) }
  let examples = try Examples(x, needsTruth: false)
  let built = try model.built(behindTransforms: examples.flow)
  guard let core = try built.core(examples.flow) else {
    throw Failure("argument-type", "a chain of preprocessors alone predicts nothing", argument: 0)
  }
  let parameters = try built.parameters
  var reader = BatchReader(examples, truth: nil)
  var parts: [Tensor] = []
  for start in stride(from: 0, to: examples.count, by: batch) {
    try checkInterrupt()
    let rows = try Raw.sequence(from: start, count: min(batch, examples.count - start))
    var part = try core.apply(try reader.read(rows).x, parameters, built.states, Pass(isTraining: false))
    // A model that only reshapes gives a view of the batch's buffer.
    try part.makeUnique()
    parts.append(part)
  }
  return parts.count == 1 ? parts[0] : try Raw.concat(parts, axis: 0)
}

func checkInterrupt() throws {
  try Resources.check()
}
