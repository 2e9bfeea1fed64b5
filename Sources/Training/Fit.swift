package import Autodiff
import CKernels
import Diagnostics
package import Layers
package import Optimizers
import Tensors

/// Trains a model in place.
///
/// Preprocessors at its start learn their statistics from the training part first. However the training ends (by itself, by
/// Ctrl-C, by an error), the model holds the last good weights.
///
/// - Parameters:
///   - data: `{x, y}`, or whatever the preprocessors or `options.target` turn into that.
///   - optimizer: goes on from its state, which it keeps.
/// - Throws: `nan-loss`, after putting the last good weights back; what the layers, the loss and callbacks throw.
package func fit(
  _ model: inout Model, _ data: Datum, optimizer: inout Optimizer, _ options: FitOptions,
  observer: (any TrainingObserver)? = nil
) throws -> Run {
  let begin = ContinuousClock.now
  let data = try options.target.map { try $0(data) } ?? data
  let prepared = try Preparation.fit(&model, data, refits: options.refits)
  guard try Preparation(model).count < model.elements.count else {
    var run = Run(columns: ["epoch"], loss: "none")
    run.seconds = (ContinuousClock.now - begin).inSeconds
    return run
  }
  let examples = try Examples(prepared, argument: 1)
  model = try model.built(behindTransforms: examples.flow)
  var session = try FitSession(model, examples, options, observer)
  defer {
    session.finish(&model)
    if !options.isQuiet { observer?.trainingEnded(session.run) }
  }
  try session.train(&model, &optimizer)
  session.run.seconds = (ContinuousClock.now - begin).inSeconds
  return session.run
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// The state of one training.
private struct FitSession {
  let options: FitOptions
  let observer: (any TrainingObserver)?
  let step: TrainingStep
  let task: Model.Task
  let paths: [String]
  let masks: [Tensor?]
  let count: Int
  let validation: Validation?
  let stream: RandomStream
  let isLogits: Bool
  var reader: BatchReader
  var parameters: [Tensor]
  var states: [Tensor]
  var best: (value: Double, parameters: [Tensor], states: [Tensor])?
  var sums: [Tensor?] = []
  var run: Run

  init(_ model: Model, _ examples: Examples, _ options: FitOptions, _ observer: (any TrainingObserver)?) throws {
    self.options = options
    self.observer = options.isQuiet ? nil : observer
    guard let y = examples.y else { throw Failure("argument-type", "the data has no field `y`", argument: 1) }
    guard let whole = try model.core(examples.flow), let bare = try model.core(examples.flow, asLogits: true) else {
      preconditionFailure("a model of preprocessors alone has nothing to train")
    }
    guard whole.unbuilt.isEmpty else {
      throw Failure(
        "unbuilt", "the sizes of \(whole.unbuilt.map { "`\($0)`" }.joined(separator: ", ")) cannot be found")
    }
    let isSoftmaxed = whole.root.layer.beforeSoftmax != nil
    let weight = options.classWeight.map { Tensor($0.map(Float.init)) }
    let loss = try LossChoice(
      options.loss, output: whole.root.output, isSoftmaxed: isSoftmaxed, truth: y, classWeight: weight)
    let architecture = loss.takesLogits ? bare : whole
    isLogits = loss.takesLogits || loss.name == "bce_logits"
    let truth = try loss.prepared(y, output: architecture.root.output)
    parameters = try model.parameters
    states = model.states
    step = TrainingStep(
      architecture: architecture, loss: loss,
      learns: zip(model.trainable, parameters).map { $0 && $1.dtype.isFloat })
    task = loss.task
    paths = model.architecture.parameters.map(\.path)
    masks = model.masks
    count = examples.count
    reader = BatchReader(examples, truth: truth)
    stream = RandomSource.next()
    validation = try options.validation.map { data in
      let data = try options.target.map { try $0(data) } ?? data
      return try Validation(
        try Examples(Preparation.transform(model, data), "validation data", argument: 2), loss, whole.root.output)
    }
    var columns = ["epoch", "loss"] + options.metrics.map(\.name)
    if validation != nil { columns += columns.dropFirst().map { "val_" + $0 } }
    run = Run(columns: columns + ["seconds", "lr"], loss: loss.name)
    if let stop = options.stop, !run.columns.contains(stop.monitor) || stop.monitor == "epoch" {
      throw Failure(
        "bad-argument", "there is no `\(stop.monitor)` to watch",
        facts: [.init("columns", run.columns.dropFirst().joined(separator: ", "))],
        why: stop.monitor.hasPrefix("val_") ? "without `val=` nothing is measured beside the training data." : nil,
        hint: nearMisses(stop.monitor, among: run.columns).first.map { "monitor=\"\($0)\"" })
    }
    if options.loss == nil { self.observer?.note("loss: \(loss.name), picked by the target") }
  }

  /// Gives the model its weights back, also when an error passes through.
  func finish(_ model: inout Model) {
    var restored = model
    restored.set(parameters: parameters)
    restored.states = states
    if !run.rows.isEmpty || didStep {
      restored.markTouched()
      restored.task = task
    }
    model = restored
  }

  var didStep = false

  mutating func train(_ model: inout Model, _ optimizer: inout Optimizer) throws {
    let batches = (count + options.batch - 1) / options.batch
    observer?.trainingBegins(epochs: options.epochs, batches: batches, columns: run.columns)
    // The model's own references would make every step copy the weights.
    model.set(parameters: [Tensor](repeating: Tensor(number: 0), count: parameters.count))
    var waited = 0
    for epoch in stride(from: 1, through: options.epochs, by: 1) {
      let begin = ContinuousClock.now
      let rate = optimizer.rate
      var scores = Scores(options.metrics, task)
      let isDone = try trainEpoch(epoch, batches, &model, &optimizer, &scores)
      guard isDone else {
        run.stopped = .interrupt
        break
      }
      var row = [Double(epoch), scores.meanLoss] + (try scores.values())
      if let validation { row += try validation.measure(self) }
      row += [(ContinuousClock.now - begin).inSeconds, rate]
      run.rows.append(row)
      observer?.epochEnded(row, columns: run.columns)
      let shouldStop = judge(row, epoch, &waited)
      if let onEpoch = options.onEpoch { try call(onEpoch, row, &model) }
      if shouldStop {
        run.stopped = .early
        break
      }
      if try Resources.takeInterrupt() {
        run.stopped = .interrupt
        break
      }
    }
    if let best, options.stop?.keepsBest == true {
      parameters = best.parameters
      states = best.states
    }
  }

  /// - Returns: false when Ctrl-C ended it.
  private mutating func trainEpoch(
    _ epoch: Int, _ batches: Int, _ model: inout Model, _ optimizer: inout Optimizer, _ scores: inout Scores
  ) throws -> Bool {
    let order = try rows(of: epoch)
    for batch in 0..<batches {
      let start = batch * options.batch
      let size = min(options.batch, count - start)
      let rows = try Raw.slice(order, axis: 0, start: start, count: size)
      do {
        try trainBatch(
          rows, stream.split(UInt64(epoch) << 32 | UInt64(batch)), isLast: batch == batches - 1, &optimizer, &scores)
      } catch let failure as Failure where failure.id == "interrupted" {
        nns_set_interrupted(0)
        return false
      }
      observer?.batchEnded(epoch: epoch, batch: batch + 1, loss: scores.meanLoss)
      if let onBatch = options.onBatch {
        try call(
          onBatch, [Double(epoch), Double(batch + 1), scores.meanLoss], columns: ["epoch", "batch", "loss"], &model)
      }
      if batch < batches - 1, try Resources.takeInterrupt() { return false }
    }
    return true
  }

  private func rows(of epoch: Int) throws -> Tensor {
    guard options.shuffles else { return try Raw.sequence(count: count) }
    var order = stream.split(UInt64(epoch))
    return try Raw.permutation(count, &order)
  }

  private mutating func trainBatch(
    _ rows: Tensor, _ stream: RandomStream, isLast: Bool, _ optimizer: inout Optimizer, _ scores: inout Scores
  ) throws {
    guard let result = try learn(rows, stream, &scores) else { return }
    for (index, value) in result.states { states[index] = value }
    var gradients = result.gradients
    if options.accumulate > 1 {
      guard let sum = try accumulated(gradients, isLast: isLast) else { return }
      gradients = sum
    }
    if let limit = options.clip {
      let found = gradients.compactMap { $0 }
      let factor = Clipping.factor(norm: try Clipping.norm(found), limit: limit)
      if factor < 1 { gradients = try gradients.map { try $0.map { try Raw.multiply($0, Tensor(number: factor)) } } }
    }
    try optimizer.update(paths: paths, &parameters, gradients, masks: masks)
    didStep = true
  }

  /// Forward and backward; the graph and the batch are gone when it returns.
  private mutating func learn(
    _ rows: Tensor, _ stream: RandomStream, _ scores: inout Scores
  ) throws -> BatchResult? {
    let (x, y) = try reader.read(rows)
    guard let y else { return nil }
    do {
      let result = try step.run(parameters, states, x: x, y: y, stream)
      try scores.add(result.output, y, loss: result.loss, count: rows.count, isLogits: isLogits)
      return result
    } catch let bad as NotFinite {
      throw autopsy(bad, x: x, y: y, stream)
    }
  }

  /// Runs a failed batch again with every operation checked, to name the first that went wrong.
  private func autopsy(_ bad: NotFinite, x: Datum, y: Tensor, _ stream: RandomStream) -> any Error {
    do {
      _ = try Autopsy.run { try step.run(parameters, states, x: x, y: y, stream) }
    } catch  where !(error is NotFinite) {
      // The operation that went wrong; one of the language comes with its place in the source.
      return error
    } catch {}
    let what = bad.value.isNaN ? "nan" : bad.value > 0 ? "inf" : "-inf"
    var facts: [Failure.Fact] = []
    if case .tensor(let input) = x, let isFine = try? Raw.allFinite(input), !isFine {
      facts.append(.init("x", "has values that are not finite"))
    }
    if y.dtype.isFloat, let isFine = try? Raw.allFinite(y), !isFine {
      facts.append(.init("y", "has values that are not finite"))
    }
    return Failure(
      "nan-loss", "the loss became \(what)", facts: facts,
      why: facts.isEmpty
        ? "the weights are those of the batch before."
        : "a network learns from numbers alone: `drop_missing` or `impute` first.")
  }

  /// The mean of the gradients of the last batches when a step is due, else nil.
  private mutating func accumulated(_ gradients: [Tensor?], isLast: Bool) throws -> [Tensor?]? {
    if sums.isEmpty {
      sums = gradients
    } else {
      for index in sums.indices {
        guard let gradient = gradients[index] else { continue }
        sums[index] = try sums[index].map { try Raw.add($0, gradient) } ?? gradient
      }
    }
    gathered += 1
    guard gathered == options.accumulate || isLast else { return nil }
    let factor = Tensor(number: 1 / Double(gathered))
    let mean = try sums.map { try $0.map { try Raw.multiply($0, factor) } }
    sums = []
    gathered = 0
    return mean
  }

  private var gathered = 0

  /// Keeps the best weights; whether to stop.
  private mutating func judge(_ row: [Double], _ epoch: Int, _ waited: inout Int) -> Bool {
    let watch = options.stop ?? EarlyStopping(monitor: validation != nil ? "val_loss" : "loss", patience: .max)
    guard let at = run.columns.firstIndex(of: watch.monitor) else { return false }
    if watch.isBetter(row[at], than: best?.value) {
      let keeps = options.stop?.keepsBest == true
      best = (row[at], keeps ? parameters : [], keeps ? states : [])
      run.best = epoch
      waited = 0
      return false
    }
    waited += 1
    return options.stop != nil && waited >= watch.patience
  }

  private func call(_ callback: any Callable, _ row: [Double], columns: [String]? = nil, _ model: inout Model) throws {
    var snapshot = model
    snapshot.set(parameters: parameters)
    snapshot.states = states
    snapshot.markTouched()
    snapshot.task = task
    let record = DatumRecord(zip(columns ?? run.columns, row).map { ($0, .number($1)) })
    _ = try callback.call([.object(Boxed(snapshot)), .record(record)])
  }
}

/// The validation part: measured after every epoch, learnt from never.
private struct Validation {
  let examples: Examples
  let truth: Tensor

  init(_ examples: Examples, _ loss: LossChoice, _ output: Flow) throws {
    self.examples = examples
    guard let y = examples.y else { throw Failure("argument-type", "the validation data has no `y`", argument: 2) }
    truth = try loss.prepared(y, output: output)
  }

  func measure(_ session: FitSession) throws -> [Double] {
    var scores = Scores(session.options.metrics, session.task)
    var reader = BatchReader(examples, truth: truth)
    let size = max(session.options.batch, 256)
    for start in stride(from: 0, to: examples.count, by: size) {
      let count = min(size, examples.count - start)
      let (x, y) = try reader.read(try Raw.sequence(from: start, count: count))
      guard let y else { continue }
      let (loss, output) = try session.step.judge(session.parameters, session.states, x: x, y: y)
      try scores.add(output, y, loss: loss, count: count, isLogits: session.isLogits)
    }
    return [scores.meanLoss] + (try scores.values())
  }
}
