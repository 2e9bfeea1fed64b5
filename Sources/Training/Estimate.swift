package import Autodiff
import Diagnostics
package import Layers
package import Optimizers
import Tensors

/// What a training would cost.
package struct Estimate {
  package var secondsPerEpoch: Double
  /// Steps in an epoch.
  package var steps: Int
  /// The weights, their gradients, what the optimizer keeps, and what a batch leaves for the way back, in bytes.
  package var memory: Int
  /// How many numbers are learnt.
  package var parameters: Int
}

/// Trains copies for a fraction of a second, and reckons from that what a whole epoch takes. The model stays as it is.
///
/// - Throws: what `fit` throws.
package func estimate(_ model: Model, _ data: Datum, optimizer: Optimizer, _ options: FitOptions) throws -> Estimate {
  var model = model
  guard let examples = try preparedExamples(&model, data, options) else {
    throw Failure("argument-type", "a chain of preprocessors alone takes no training", argument: 0)
  }
  var session = try FitSession(model, examples, options, nil)
  var optimizer = optimizer
  let (batch, count) = (min(options.batch, examples.count), examples.count)
  let steps = (count + options.batch - 1) / options.batch
  let kept = try session.activationBytes(batch)
  var scores = Scores(options.metrics, session.task)
  var (times, begin): ([Double], ContinuousClock.Instant) = ([], .now)
  // The first step makes buffers and code that later ones find ready.
  for index in 0..<200 where index < 3 || (ContinuousClock.now - begin).inSeconds < 0.5 {
    let rows = try Raw.sequence(from: index * batch % (count - batch + 1), count: batch)
    let start = ContinuousClock.now
    try session.trainBatch(rows, session.stream.split(UInt64(index)), isLast: false, &optimizer, &scores)
    times.append((ContinuousClock.now - start).inSeconds)
    if index == 0 { begin = .now }
    try checkInterrupt()
  }
  let step = times.dropFirst().sorted()[(times.count - 1) / 2]
  func bytes(_ tensors: [Tensor]) -> Int { tensors.reduce(0) { $0 + $1.count * $1.dtype.size } }
  let weights = bytes(session.parameters)
  let memory = 2 * weights + bytes(session.states) + bytes(optimizer.state.values.flatMap { $0 }) + kept
  return Estimate(
    secondsPerEpoch: step * Double(steps), steps: steps, memory: memory,
    parameters: session.parameters.reduce(0) { $0 + $1.count })
}

extension FitSession {
  /// The inputs of a batch and what every layer makes of them.
  fileprivate mutating func activationBytes(_ batch: Int) throws -> Int {
    final class Sum { var bytes = 0 }
    let sum = Sum()
    let pass = Pass(isTraining: false)
    pass.watch = { _, output in if case .tensor(let y) = output { sum.bytes += y.count * y.dtype.size } }
    let (x, _) = try reader.read(try Raw.sequence(count: batch))
    if case .tensor(let x) = x { sum.bytes += x.count * x.dtype.size }
    _ = try step.architecture.apply(x, parameters, states, pass)
    return sum.bytes
  }
}
