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
  guard let examples = try preparedExamples(&model, data, options) else {
    var run = Run(columns: ["epoch"], loss: "none")
    run.seconds = (ContinuousClock.now - begin).inSeconds
    return run
  }
  var session = try FitSession(model, examples, options, observer)
  var hasEnded = false
  defer {
    session.finish(&model)
    if !hasEnded { session.observer?.trainingEnded(session.run) }
  }
  try session.train(&model, &optimizer)
  session.run.seconds = (ContinuousClock.now - begin).inSeconds
  if options.remarks, session.run.stopped != .interrupt {
    session.observer?.trainingEnded(session.run)
    hasEnded = true
    // What cannot be looked at has been trained all the same.
    session.run.remarks = (try? Remarks(session, optimizer).lines) ?? []
    for line in session.run.remarks { session.observer?.note(line) }
  }
  return session.run
}

/// Fits the preprocessors at the model's start and finds the sizes of its layers in the data.
///
/// - Returns: the examples as the layers behind them see them; nil for a model of preprocessors alone.
func preparedExamples(_ model: inout Model, _ data: Datum, _ options: FitOptions) throws -> Examples? {
  let data = try options.target.map { try $0(data) } ?? data
  let prepared = try Preparation.fit(&model, data, refits: options.refits)
  guard try Preparation(model).count < model.elements.count else { return nil }
  let examples = try Examples(prepared, argument: 1)
  model = try model.built(behindTransforms: examples.flow)
  return examples
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
