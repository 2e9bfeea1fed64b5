import Diagnostics
package import Tensors

/// How a gradient compares with central differences.
package struct GradientCheck: Sendable {
  /// The largest difference, relative to the larger of the two (or to 1 where both are small).
  package let worst: Double
  package let isGood: Bool
  package let analytic: Tensor
  package let numeric: Tensor
}

/// Compares the gradient of `f` at `x` with central differences, both in f64.
///
/// `f` gives any shape; what is differentiated is a fixed weighted sum of it, so that no two errors cancel.
package func checkGradient(
  of f: (Tensor) throws -> Tensor, _ x: Tensor, step: Double = 1e-5, tolerance: Double = 1e-5
) throws -> GradientCheck {
  let x = try Raw.cast(x.detached, .f64)
  func total(_ x: Tensor) throws -> Tensor {
    let y = try f(x)
    let weights = Domain.line.sample(y.shape)
    return try Op.sum(Op.multiply(y, weights))
  }
  let input = try variable(x)
  let output = try recording { try total(input) }
  let analytic = try backward(output, leaves: [input])[0]?.detached ?? Op.zerosLike(x)
  let values = try x.doubles
  var numeric = [Double](repeating: 0, count: values.count)
  for index in values.indices {
    func shifted(_ by: Double) throws -> Double {
      var moved = values
      moved[index] += by
      return try total(Tensor(moved, x.shape)).item
    }
    let width = step * Swift.max(1, Swift.abs(values[index]))
    numeric[index] = (try shifted(width) - shifted(-width)) / (2 * width)
  }
  var worst = 0.0
  for (a, b) in zip(try analytic.doubles, numeric) {
    let scale = Swift.max(1, Swift.abs(a), Swift.abs(b))
    let difference = Swift.abs(a - b) / scale
    worst = difference.isNaN ? .infinity : Swift.max(worst, difference)
  }
  return GradientCheck(
    worst: worst, isGood: worst <= tolerance, analytic: analytic, numeric: Tensor(numeric, x.shape))
}
