import Diagnostics
package import Layers
package import Optimizers
import Tensors

/// One step by hand: moves the model along a gradient of itself, and takes over its new running statistics.
///
/// - Throws: `argument-type` for a gradient of another model.
package func update(_ model: inout Model, _ optimizer: inout Optimizer, _ gradient: Model) throws {
  let paths = model.architecture.parameters.map(\.path)
  guard paths == gradient.architecture.parameters.map(\.path) else {
    throw Failure(
      "argument-type", "the gradient is not one of this model", argument: 2,
      facts: [
        .init("model", paths.prefix(6).joined(separator: ", ")),
        .init("gradient", gradient.architecture.parameters.map(\.path).prefix(6).joined(separator: ", ")),
      ])
  }
  let gradients = zip(model.trainable, try gradient.parameters).map { $0 ? $1 : nil }
  var parameters = try model.parameters
  // The model's own references would make the step copy the weights.
  model.set(parameters: [Tensor](repeating: Tensor(number: 0), count: parameters.count))
  defer { model.set(parameters: parameters) }
  try optimizer.update(paths: paths, &parameters, gradients, masks: model.masks)
  model.states = gradient.states
  model.markTouched()
}
