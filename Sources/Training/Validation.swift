import Autodiff
import Diagnostics
import Layers
import Tensors

/// The validation part: measured after every epoch, learnt from never.
struct Validation {
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
