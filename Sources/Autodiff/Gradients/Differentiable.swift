package import Tensors

/// A value with tensors inside that a gradient can be taken with respect to: a model, boxed in a `Datum`.
package protocol Differentiable {
  /// A copy whose learnable tensors are variables, for the function that is being differentiated, and those variables.
  /// A model trains there: dropout drops, batch norm uses and collects the statistics of the batch.
  func recorded(isTraining: Bool) throws -> (model: Self, leaves: [Tensor])

  /// A value of the same structure that holds the gradients of the leaves of `recorded` (zeros where there is none),
  /// and what `recorded` collected.
  func gradient(_ gradients: [Tensor?], of recorded: Self) throws -> Self
}
