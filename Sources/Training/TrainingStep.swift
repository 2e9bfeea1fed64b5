import Autodiff
import Diagnostics
import Layers
import Tensors

/// What one batch comes to.
struct BatchResult {
  var loss: Double
  /// By parameter; nil where nothing is learnt.
  var gradients: [Tensor?]
  var states: [Int: Tensor]
  var output: Tensor
}

/// Forward, loss and backward on one batch. Nothing of the graph outlives it.
struct TrainingStep {
  let architecture: Architecture
  let loss: LossChoice
  let learns: [Bool]

  func run(_ parameters: [Tensor], _ states: [Tensor], x: Datum, y: Tensor, _ stream: RandomStream) throws
    -> BatchResult
  {
    var values = parameters
    var leaves: [Tensor] = []
    for index in values.indices where learns[index] {
      values[index] = try variable(values[index])
      leaves.append(values[index])
    }
    let pass = Pass(isTraining: true, stream: stream)
    let (output, total) = try recording { () -> (Tensor, Tensor) in
      let output = try architecture.apply(x, values, states, pass)
      return (output, try loss(output, y))
    }
    let value = try total.item
    guard value.isFinite else { throw NotFinite(value: value) }
    let found = try backward(total, leaves: leaves)
    var gradients = [Tensor?](repeating: nil, count: parameters.count)
    var next = 0
    for index in gradients.indices where learns[index] {
      gradients[index] = found[next]?.detached
      next += 1
      if let gradient = gradients[index], try !Raw.allFinite(gradient) { throw NotFinite(value: .nan) }
    }
    return BatchResult(loss: value, gradients: gradients, states: pass.newStates, output: output.detached)
  }

  /// The loss of a batch without learning from it.
  func judge(_ parameters: [Tensor], _ states: [Tensor], x: Datum, y: Tensor) throws -> (loss: Double, output: Tensor) {
    let output = try architecture.apply(x, parameters, states, Pass(isTraining: false))
    return (try loss(output, y).item, output)
  }
}

/// A loss or a gradient that is nan or infinite.
struct NotFinite: Error {
  let value: Double
}

extension Architecture {
  func apply(_ x: Datum, _ parameters: [Tensor], _ states: [Tensor], _ pass: Pass) throws -> Tensor {
    guard case .tensor(let y) = try apply(x, parameters: parameters, states: states, pass: pass) else {
      throw Failure("argument-type", "the model does not give a tensor")
    }
    return y
  }
}
