package import Tensors

/// Keeping gradients small.
package enum Clipping {
  /// The length of all gradients together, in f64.
  package static func norm(_ gradients: [Tensor]) throws -> Double {
    var total = 0.0
    for gradient in gradients {
      let x = gradient.detached
      // In f32 the squares of large gradients overflow before their root is taken.
      let square = try Raw.sum(Raw.square(x), axes: nil, keep: false).item
      total +=
        square.isFinite || x.dtype == .f64
        ? square : try Raw.sum(Raw.square(Raw.cast(x, .f64)), axes: nil, keep: false).item
    }
    return total.squareRoot()
  }

  /// The factor that brings gradients of length `norm` down to `limit`: `min(1, limit / (norm + 1e-6))`, as in PyTorch.
  package static func factor(norm: Double, limit: Double) -> Double { min(1, limit / (norm + 1e-6)) }

  /// All gradients scaled together so that their length is at most `limit`.
  package static func byNorm(_ gradients: [Tensor], limit: Double) throws -> [Tensor] {
    let factor = factor(norm: try norm(gradients), limit: limit)
    return factor == 1 ? gradients : try gradients.map { try Raw.multiply($0, Tensor(number: factor)) }
  }

  /// Each element between `-limit` and `limit`.
  package static func byValue(_ gradients: [Tensor], limit: Double) throws -> [Tensor] {
    try gradients.map { try Raw.clip($0, -limit, limit) }
  }
}

/// A running average of parameters: `decay * average + (1 - decay) * value`.
package func exponentialAverage(_ average: Tensor, _ value: Tensor, decay: Double) throws -> Tensor {
  try Raw.add(
    Raw.multiply(average, Tensor(number: decay)), Raw.multiply(value.detached, Tensor(number: 1 - decay)))
}
