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

  /// `exp(p) - t * p`: counts whose logarithm is predicted; without `isLog` `p - t * log(p + eps)`.
  ///
  /// The constant of the truth is left out, or with `full` added as Stirling has it for truths above 1:
  /// `t log t - t + log(2 pi t) / 2`.
  package static func poisson(
    _ prediction: Tensor, _ truth: Tensor, isLog: Bool = true, full: Bool = false, eps: Double = 1e-8,
    reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "poisson")
    var losses =
      isLog
      ? try Op.subtract(Op.exp(p), Op.multiply(t, p))
      : try Op.subtract(p, Op.multiply(t, Op.log(Op.add(p, number(eps)))))
    if full {
      let isLarge = try Raw.greater(t.detached, number(1))
      let safe = try Op.select(isLarge, t, number(1))
      let half = try Op.multiply(Op.log(Op.multiply(safe, number(2 * .pi))), number(0.5))
      let constant = try Op.add(Op.subtract(Op.multiply(safe, Op.log(safe)), safe), half)
      losses = try Op.add(losses, Op.select(isLarge, constant, number(0)))
    }
    return try reduce(losses)
  }

  /// `(log v + (p - t)² / v) / 2` with `v = max(variance, eps)`; with `full` `log(2 pi) / 2` is added.
  package static func gaussianNLL(
    _ prediction: Tensor, _ truth: Tensor, variance: Tensor, eps: Double = 1e-6, full: Bool = false,
    reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "gaussian_nll")
    guard variance.shape == p.shape || variance.isNumber else { throw shapeFailure(variance, p, "gaussian_nll") }
    // The floor is a constant: below it the gradient goes on as if it were not there, as in PyTorch.
    let lift = try Raw.subtract(Raw.maximum(variance.detached, number(eps)), variance.detached)
    let v = try Op.add(variance, lift)
    let half = try Op.multiply(Op.add(Op.log(v), Op.divide(Op.square(Op.subtract(p, t)), v)), number(0.5))
    return try reduce(full ? Op.add(half, number(0.9189385332046727)) : half)
  }
}
