package import Tensors

/// The differentiable operations, under the names of `Raw`.
///
/// Each is declared once, with its forward function, its pullback and the samples of the gradient test side by side.
/// On tensors without history an operation is its `Raw` namesake after one check.
package enum Op {
  /// A number that takes the dtype of what it meets.
  static func number(_ value: Double) -> Tensor { Tensor(number: value) }

  static func onesLike(_ x: Tensor) throws -> Tensor {
    x.isNumber ? Tensor(number: 1) : try Tensor.ones(x.shape, x.dtype)
  }

  static func zerosLike(_ x: Tensor) throws -> Tensor {
    x.isNumber ? Tensor(number: 0) : try Tensor.zeros(x.shape, x.dtype)
  }

  /// The same values as a constant: no gradient flows through.
  package static func stopGradient(_ x: Tensor) -> Tensor { x.detached }

  /// Sums what broadcasting spread out: leading axes that `shape` lacks, and axes of size 1.
  static func unbroadcast(_ g: Tensor, to shape: Shape) throws -> Tensor {
    if g.shape == shape { return g }
    // The gradient of a broadcast operand may itself still be narrow (a constant slope): spread it first.
    if g.rank < shape.count { return try expand(g, to: shape) }
    if g.node == nil { return try Raw.sum(g, to: shape) }
    let extra = g.rank - shape.count
    var axes = Array(0..<extra)
    for axis in 0..<shape.count where shape[axis] == 1 && g.shape[extra + axis] != 1 { axes.append(extra + axis) }
    let summed = axes.isEmpty ? g : try sum(g, axes: axes, keep: true)
    return try summed.shape == shape ? summed : reshape(summed, shape)
  }
}
