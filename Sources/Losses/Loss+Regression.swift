import Autodiff
import Diagnostics
package import Tensors

/// Losses on numbers.
extension Loss {
  /// `(p - t)²`
  package static func mse(_ prediction: Tensor, _ truth: Tensor, reduce: Reduce = .mean) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "mse")
    return try reduce(Op.square(Op.subtract(p, t)))
  }

  /// `|p - t|`
  package static func mae(_ prediction: Tensor, _ truth: Tensor, reduce: Reduce = .mean) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "mae")
    return try reduce(Op.abs(Op.subtract(p, t)))
  }

  /// `d² / 2` up to `delta`, `delta * (|d| - delta / 2)` beyond (Huber, 1964).
  package static func huber(
    _ prediction: Tensor, _ truth: Tensor, delta: Double = 1, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "huber")
    let difference = try Op.subtract(p, t)
    let size = try Op.abs(difference)
    let near = try Op.multiply(Op.square(difference), number(0.5))
    let far = try Op.multiply(Op.subtract(size, number(delta / 2)), number(delta))
    return try reduce(Op.select(Raw.lessEqual(size.detached, number(delta)), near, far))
  }

  /// `log(cosh(p - t))`, as `|d| + softplus(-2|d|) - log 2` so that nothing overflows.
  package static func logCosh(_ prediction: Tensor, _ truth: Tensor, reduce: Reduce = .mean) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "log_cosh")
    // Written in d rather than |d|: smooth at 0, where the two terms' slopes cancel.
    let difference = try Op.subtract(p, t)
    let twice = try Op.multiply(difference, number(-2))
    return try reduce(Op.subtract(Op.add(difference, Op.softplus(twice)), number(0.6931471805599453)))
  }

  /// `q * d` above the prediction, `(q - 1) * d` below, with `d = t - p`: its minimum is the q-quantile.
  package static func quantile(
    _ prediction: Tensor, _ truth: Tensor, q: Double, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "quantile_loss")
    let difference = try Op.subtract(t, p)
    return try reduce(Op.maximum(Op.multiply(difference, number(q)), Op.multiply(difference, number(q - 1))))
  }

  /// `exp(p) - t * p`: counts whose logarithm is predicted, the constant of the truth left out.
  package static func poisson(_ prediction: Tensor, _ truth: Tensor, reduce: Reduce = .mean) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "poisson")
    return try reduce(Op.subtract(Op.exp(p), Op.multiply(t, p)))
  }

  /// `(log v + (p - t)² / v) / 2` with `v = max(variance, eps)`.
  package static func gaussianNLL(
    _ prediction: Tensor, _ truth: Tensor, variance: Tensor, eps: Double = 1e-6, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "gaussian_nll")
    guard variance.shape == p.shape || variance.isNumber else { throw shapeFailure(variance, p, "gaussian_nll") }
    let v = try Op.maximum(variance, number(eps))
    return try reduce(Op.multiply(Op.add(Op.log(v), Op.divide(Op.square(Op.subtract(p, t)), v)), number(0.5)))
  }
}
