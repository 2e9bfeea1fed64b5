import Autodiff
import CKernels
import Diagnostics
import Layers
import Optimizers
import Tensors
import Testing
import Training

/// What `fit` promises. Serial: the interrupt flag and the session's random numbers are shared.
@Suite(.serialized) struct TrainingTests {
  private func net(_ layers: any Layer...) throws -> Model { try Model.chain(layers.map { try Model($0) }) }

  /// Points on either side of a line.
  private func points(_ count: Int = 64) -> Datum {
    let values = (0..<count).flatMap { i -> [Float] in
      let t = Float(i) / Float(count)
      return i % 2 == 0 ? [1 + t, -t] : [-1 - t, t]
    }
    return .record(
      DatumRecord([
        ("x", .tensor(Tensor(values, [count, 2]))), ("y", .tensor(Tensor((0..<count).map { $0 % 2 }, [count]))),
      ]))
  }

  private func options(_ epochs: Int, batch: Int = 16) -> FitOptions {
    var options = FitOptions()
    options.epochs = epochs
    options.batch = batch
    options.metrics = [MetricChoice(Accuracy())]
    return options
  }

  @Test func aClassifierLearnsAndPredictsLabels() throws {
    var model = try net(try Input([2]), Dense(units: 8, activation: .relu), Dense(units: 2, activation: .softmax))
    var adam = Optimizer(.adam, schedule: Schedule(constant: 0.02))
    let run = try fit(&model, points(), optimizer: &adam, options(20))
    #expect(run.columns == ["epoch", "loss", "accuracy", "seconds", "lr"])
    #expect(run.rows.count == 20 && run.stopped == .epochs && run.loss == "cross_entropy")
    #expect((run.column("accuracy")?.last ?? 0) > 0.98)
    guard case .record(let data) = points(), let x = data["x"], case .tensor(let y)? = data["y"] else { return }
    #expect(try predict(model, x).ints == y.ints)
    let chances = try predictProbabilities(model, x)
    #expect(chances.shape == [64, 2])
    let scores = try evaluate(model, points(), metrics: { _ in [MetricChoice(Accuracy())] })
    #expect(scores.map(\.name) == ["loss", "accuracy"] && scores[1].value > 0.98)
  }

  @Test func theSameSeedGivesTheSameWeights() throws {
    func trained() throws -> [Float] {
      RandomSource.reseed(3)
      var model = try net(try Input([2]), Dense(units: 4, activation: .tanh), Dropout(rate: 0.2), Dense(units: 2))
      var adam = Optimizer(.adam)
      _ = try fit(&model, points(), optimizer: &adam, options(3))
      return try model.parameters.flatMap { try $0.floats }
    }
    #expect(try trained() == trained())
  }

  @Test func aColumnTargetFitsAColumnOfValues() throws {
    var model = try net(try Input([1]), Dense(units: 1))
    var sgd = Optimizer(.sgd, schedule: Schedule(constant: 0.1))
    let data = Datum.record(
      DatumRecord([
        ("x", .tensor(Tensor([0, 1, 2, 3] as [Float], [4, 1]))), ("y", .tensor(Tensor([1, 3, 5, 7] as [Float], [4]))),
      ]))
    var plain = FitOptions()
    plain.epochs = 200
    let run = try fit(&model, data, optimizer: &sgd, plain)
    #expect(run.loss == "mse")
    #expect((run.column("loss")?.last ?? 1) < 1e-3)
    #expect(try predict(model, .tensor(Tensor([4] as [Float], [1, 1]))).shape == [1, 1])
  }

  @Test func earlyStoppingGoesBackToTheBest() throws {
    var model = try net(try Input([2]), Dense(units: 2))
    var sgd = Optimizer(.sgd, schedule: Schedule(constant: 0))
    var early = options(50)
    early.validation = points(16)
    early.stop = EarlyStopping(patience: 3)
    let run = try fit(&model, points(), optimizer: &sgd, early)
    #expect(run.stopped == .early && run.best == 1 && run.rows.count == 4)
    #expect(run.columns == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "lr"])
    early.validation = nil
    #expect(failure { _ = try fit(&model, points(), optimizer: &sgd, early) }?.id == "bad-argument")
  }

  @Test func aLossThatIsNotFiniteStopsAndKeepsTheGoodWeights() throws {
    var model = try net(try Input([1]), Dense(units: 1))
    try model.setWeights([(path: "1.weight", value: Tensor([2] as [Float], [1, 1]))])
    let before = try model.parameters[0].floats
    var adam = Optimizer(.adam)
    var bad = FitOptions()
    bad.epochs = 1
    bad.loss = LogLoss()
    let data = Datum.record(
      DatumRecord([("x", .tensor(Tensor([-1] as [Float], [1, 1]))), ("y", .tensor(Tensor([1] as [Float], [1, 1])))]))
    let found = failure { _ = try fit(&model, data, optimizer: &adam, bad) }
    #expect(found?.id == "nan-loss")
    #expect(found?.facts.first?.value.contains("log(") == true)
    #expect(try model.parameters[0].floats == before)
  }

  @Test func anInterruptEndsAfterTheBatchAndKeepsWhatWasLearnt() throws {
    var model = try net(try Input([2]), Dense(units: 2))
    let before = try model.parameters[0].floats
    var adam = Optimizer(.adam)
    var interrupted = options(5)
    interrupted.onBatch = Interrupting()
    let run = try fit(&model, points(), optimizer: &adam, interrupted)
    #expect(run.stopped == .interrupt && run.rows.isEmpty)
    #expect(nns_interrupted() == 0)
    #expect(try model.parameters[0].floats != before)
  }

  @Test func anErrorInACallbackKeepsWhatWasLearnt() throws {
    var model = try net(try Input([2]), Dense(units: 2))
    let before = try model.parameters[0].floats
    var adam = Optimizer(.adam)
    var failing = options(5)
    failing.onEpoch = Failing()
    #expect(failure { _ = try fit(&model, points(), optimizer: &adam, failing) }?.id == "custom")
    #expect(try model.parameters[0].floats != before)
  }

  @Test func prunedWeightsStayZeroAndFrozenOnesStay() throws {
    var model = try net(try Input([2]), Dense(units: 4, activation: .relu), Dense(units: 2))
    try model.setWeights([(path: "1.weight", value: Tensor([0, 1, 0, 1, 1, 0, 1, 0] as [Float], [2, 4]))])
    model.masks = [Tensor([0, 1, 0, 1, 1, 0, 1, 0] as [Float], [2, 4]), nil, nil, nil]
    try model.freeze("2.*")
    let frozen = try model.parameters[2].floats
    var adam = Optimizer(.adam)
    _ = try fit(&model, points(), optimizer: &adam, options(3))
    let after = try model.parameters
    #expect(try after[0].floats.enumerated().allSatisfy { [0, 2, 5, 7].contains($0.offset) == ($0.element == 0) })
    #expect(try after[2].floats == frozen)
  }

  @Test func batchNormLearnsItsStatistics() throws {
    var model = try net(try Input([2]), BatchNorm(), Dense(units: 2))
    var adam = Optimizer(.adam)
    _ = try fit(&model, points(), optimizer: &adam, options(2))
    #expect(try model.states[1].floats != [1, 1])
  }

  @Test func preprocessorsAreFittedOnce() throws {
    var model = try net(Centring(), Dense(units: 2))
    var adam = Optimizer(.adam)
    _ = try fit(&model, points(), optimizer: &adam, options(1))
    #expect((model.elements[0] as? Centring)?.mean != nil)
    let mean = (model.elements[0] as? Centring)?.mean
    _ = try fit(&model, points(8), optimizer: &adam, options(1))
    #expect((model.elements[0] as? Centring)?.mean == mean)
    #expect(try model.apply(Tensor.zeros([3, 2])).shape == [3, 2])
    #expect((try model.fresh().elements[0] as? Centring)?.mean == nil)
  }

  @Test func batchesCoverTheData() throws {
    let pieces = try batches(points(10), size: 4)
    #expect(pieces.count == 3)
    #expect(try batches(points(10), size: 4, dropLast: true).count == 2)
  }
}

private func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch { return error as? Failure }
}

private final class Accuracy: LibraryFunction {
  let name = "accuracy"
  func call(_ arguments: [Datum]) throws -> Datum {
    guard case .tensor(let p) = arguments[0], case .tensor(let y) = arguments[1] else { return .none }
    let hits = try zip(Raw.argmax(p, axis: -1).ints, y.ints).count { $0 == $1 }
    return .number(Double(hits) / Double(y.count))
  }
}

private final class LogLoss: Callable {
  let name = "log_loss"
  func call(_ arguments: [Datum]) throws -> Datum {
    guard case .tensor(let p) = arguments[0] else { return .none }
    return .tensor(try Op.mean(Op.log(p)))
  }
}

private final class Interrupting: Callable {
  let name = "interrupting"
  func call(_ arguments: [Datum]) throws -> Datum {
    nns_set_interrupted(1)
    return .none
  }
}

private final class Failing: Callable {
  let name = "failing"
  func call(_ arguments: [Datum]) throws -> Datum { throw Failure("custom", "no") }
}

/// Takes the mean of the training data away.
private struct Centring: Preprocessor {
  var mean: [Float]?
  var kind: String { "centring" }
  var isFitted: Bool { mean != nil }
  var forgotten: any Preprocessor { Centring() }

  private func tensor(_ data: Datum) -> Tensor? {
    if case .record(let record) = data, case .tensor(let x)? = record["x"] { return x }
    if case .tensor(let x) = data { return x }
    return nil
  }

  func fitted(to data: Datum) throws -> any Preprocessor {
    guard let x = tensor(data) else { return self }
    return Centring(mean: try Raw.mean(x, axes: [0]).floats)
  }

  func transform(_ data: Datum, isTraining: Bool) throws -> Datum {
    guard let x = tensor(data), let mean else { return data }
    let moved = Datum.tensor(try Raw.subtract(x, Tensor(mean, [mean.count])))
    guard case .record(var record) = data else { return moved }
    record["x"] = moved
    return .record(record)
  }

  func apply(_ x: Datum, _ place: Place) throws -> Datum { try transform(x, isTraining: false) }
}
