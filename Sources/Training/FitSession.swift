import Autodiff
import CKernels
import Diagnostics
import Layers
import Optimizers
import Tensors

/// The state of one training.
struct FitSession {
  let options: FitOptions
  let observer: (any TrainingObserver)?
  let step: TrainingStep
  let task: Model.Task
  let paths: [String]
  let masks: [Tensor?]
  let count: Int
  let validation: Validation?
  /// What each epoch and batch takes its random numbers from.
  var stream: RandomStream
  /// The model in words, which a checkpoint has to be of.
  let text: String
  let isLogits: Bool
  var reader: BatchReader
  var parameters: [Tensor]
  var states: [Tensor]
  var best: (value: Double, parameters: [Tensor], states: [Tensor])?
  var run: Run
  /// Epochs since what is watched was best.
  var waited = 0
  var didStep = false
  /// The gradients gathered for the next step, and of how many batches.
  var sums: [Tensor?] = []
  var gathered = 0

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
    text = model.layer.text
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

  mutating func train(_ model: inout Model, _ optimizer: inout Optimizer) throws {
    let batches = (count + options.batch - 1) / options.batch
    observer?.trainingBegins(epochs: options.epochs, batches: batches, columns: run.columns)
    // The model's own references would make every step copy the weights.
    model.set(parameters: [Tensor](repeating: Tensor(number: 0), count: parameters.count))
    let done = try resume(&optimizer)
    if let stop = options.stop, done > 0, waited >= stop.patience { run.stopped = .early }
    for epoch in stride(from: done + 1, through: options.epochs, by: 1) where run.stopped == .epochs {
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
      let shouldStop = judge(row, epoch)
      optimizer.observe(row[validation == nil ? 1 : 2 + options.metrics.count])
      if let folder = options.checkpoint { try saveCheckpoint(in: folder, epoch, optimizer) }
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

  /// Keeps the best weights; whether to stop.
  private mutating func judge(_ row: [Double], _ epoch: Int) -> Bool {
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
