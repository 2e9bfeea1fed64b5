import Autodiff
import Diagnostics
package import Tensors

/// Losses on yes or no.
extension Loss {
  /// Binary cross entropy of probabilities; a logarithm below -100 counts as -100, as in PyTorch. `weight` weighs examples.
  package static func bce(
    _ prediction: Tensor, _ truth: Tensor, weight: Tensor? = nil, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "bce")
    try checkProbabilities(p, "bce")
    let yes = try Op.multiply(t, boundedLog(p))
    let no = try Op.multiply(Op.subtract(number(1), t), boundedLog(Op.subtract(number(1), p)))
    return try reduce(weighted(Op.negate(Op.add(yes, no)), weight))
  }

  /// Binary cross entropy of logits: `w * t * softplus(-z) + (1 - t) * softplus(z)`, exact for the largest logits.
  ///
  /// `positiveWeight` weighs the examples that are true, `weight` all.
  package static func bceLogits(
    _ prediction: Tensor, _ truth: Tensor, positiveWeight: Tensor? = nil, weight: Tensor? = nil, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (z, t) = try matched(prediction, truth, "bce_logits")
    var yes = try Op.multiply(t, Op.softplus(Op.negate(z)))
    if let positiveWeight { yes = try Op.multiply(yes, positiveWeight) }
    return try reduce(weighted(Op.add(yes, Op.multiply(Op.subtract(number(1), t), Op.softplus(z))), weight))
  }

  private static func weighted(_ losses: Tensor, _ weight: Tensor?) throws -> Tensor {
    try weight.map { try Op.multiply(losses, $0) } ?? losses
  }

  /// `max(0, 1 - t * p)` for truths of -1 and 1, squared where asked.
  package static func hinge(
    _ prediction: Tensor, _ truth: Tensor, squared: Bool = false, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "hinge")
    if let bad = try t.doubles.first(where: { Swift.abs($0) != 1 }) {
      let isBinary = try t.doubles.allSatisfy { $0 == 0 || $0 == 1 }
      throw Failure(
        "label-range", "`hinge` takes truths of -1 and 1, and \(formatNumber(bad)) is neither", argument: 1,
        hint: isBinary ? "pass 2 * y - 1 for truths of 0 and 1" : nil)
    }
    let short = try Op.relu(Op.subtract(number(1), Op.multiply(t, p)))
    return try reduce(squared ? Op.square(short) : short)
  }

  /// Cross entropy that counts easy examples less: `(1 - p_t)^gamma` times it (Lin et al., 2017), on logits.
  ///
  /// `alpha` weighs the true examples and `1 - alpha` the others; nil weighs both alike.
  package static func focal(
    _ prediction: Tensor, _ truth: Tensor, gamma: Double = 2, alpha: Double? = nil, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (z, t) = try matched(prediction, truth, "focal")
    let opposite = try Op.subtract(number(1), t)
    // 1 - p_t, written so that neither end loses its digits.
    let miss = try Op.add(Op.multiply(t, Op.sigmoid(Op.negate(z))), Op.multiply(opposite, Op.sigmoid(z)))
    let entropy = try Op.add(Op.multiply(t, Op.softplus(Op.negate(z))), Op.multiply(opposite, Op.softplus(z)))
    var losses = try Op.multiply(Op.pow(miss, number(gamma)), entropy)
    if let alpha {
      losses = try Op.multiply(losses, Op.add(Op.multiply(t, number(alpha)), Op.multiply(opposite, number(1 - alpha))))
    }
    return try reduce(losses)
  }

  /// `1 - (2 Σ p t + s) / (Σ p + Σ t + s)` over everything but the first axis: overlap of masks (Milletari et al., 2016).
  package static func dice(
    _ prediction: Tensor, _ truth: Tensor, smooth: Double = 1, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(prediction, truth, "dice")
    let axes: [Int]? = p.rank > 1 ? Array(1..<p.rank) : nil
    let overlap = try Op.sum(Op.multiply(p, t), axes: axes)
    let size = try Op.add(Op.sum(p, axes: axes), Op.sum(t, axes: axes))
    let share = try Op.divide(
      Op.add(Op.multiply(overlap, number(2)), number(smooth)), Op.add(size, number(smooth)))
    return try reduce(Op.subtract(number(1), share))
  }

  private static func checkProbabilities(_ p: Tensor, _ name: String) throws {
    guard p.count > 0 else { return }
    let low = try Raw.min(p.detached, axes: nil, keep: false).item
    let high = try Raw.max(p.detached, axes: nil, keep: false).item
    guard low < 0 || high > 1 else { return }
    throw Failure(
      "argument-range",
      "`\(name)` takes probabilities between 0 and 1, and \(formatNumber(low < 0 ? low : high)) is none",
      argument: 0, why: "these look like logits.", hint: "bce_logits takes logits")
  }

  private static func boundedLog(_ p: Tensor) throws -> Tensor {
    try Op.log(Op.clip(p, 3.720075976020836e-44, 1))
  }
}
