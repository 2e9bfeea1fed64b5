import Autodiff
package import Tensors

extension Model: Differentiable {
  /// The model as a gradient is taken through it: parameters that learn are variables, and it trains.
  ///
  /// - Returns: the model to hand to the function, and the variables to give to `backward`, one per parameter that
  ///   learns.
  package func recorded(isTraining: Bool = true) throws -> (model: Model, leaves: [Tensor]) {
    var model = self
    var values = try parameters
    var leaves: [Tensor] = []
    for index in values.indices where trainable[index] && values[index].dtype.isFloat {
      values[index] = try variable(values[index])
      leaves.append(values[index])
    }
    model.set(parameters: values)
    model.pass = isTraining ? Pass(isTraining: true, stream: RandomSource.next()) : Pass(isTraining: false)
    return (model, leaves)
  }

  /// A model of the same structure that holds gradients, and the running statistics that the pass came to.
  ///
  /// `gradients` are those of the leaves of `recorded`; where there is none, the gradient is zero.
  package func gradient(_ gradients: [Tensor?], of recorded: Model) throws -> Model {
    var model = self
    var next = 0
    var values = try parameters
    for index in values.indices {
      let shape = values[index].shape
      let isLeaf = trainable[index] && values[index].dtype.isFloat
      let gradient = isLeaf ? gradients[next] : nil
      if isLeaf { next += 1 }
      values[index] = try gradient ?? Tensor.zeros(shape, values[index].dtype)
    }
    model.set(parameters: values)
    for (index, value) in recorded.pass?.newStates ?? [:] { model.states[index] = value.detached }
    model.pass = nil
    return model
  }
}
