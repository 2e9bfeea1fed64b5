import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// Rules of other descent.
extension UpdateRule {
  private static let lambda = Setting("lambd", "how fast the parameter decays", 1e-4)
  private static let alpha = Setting("alpha", "the power by which the rate falls", 0.75)
  private static let since = Setting("t0", "the step from which on parameters are averaged", 1e6)

  /// `eta = lr / (1 + lambd * lr * t)^alpha; p = (1 - lambd * eta) * p - eta * g` (Polyak and Juditsky, 1992), as PyTorch
  /// has it; it keeps the average of the parameters after step `t0`.
  package static let asgd = UpdateRule(
    "asgd", "Goes down the gradient at a falling rate, and keeps the average of the way.", rate: 0.01,
    [lambda, alpha, since, .decay], slots: { _ in 1 }
  ) { step, p, g, slots in
    let g = try Rule.decayed(g, p, step[.decay])
    let before = step.t - 1
    // In single precision, as PyTorch keeps it.
    let eta = Double(Float(step.rate / pow(1 + step[lambda] * step.rate * before, step[alpha])))
    p = try Rule.scaled(p, 1 - step[lambda] * eta)
    try Rule.move(&p, eta, g)
    let share = 1 / max(1, before - step[since])
    slots[0] = try share == 1 ? p : Rule.mix(1 - share, slots[0], share, p)
  }

  private static let etas = Setting(
    pair: "etas", "what a step shrinks by where the sign turns, and grows by where it stays", 0.5, 1.2, .above(0))
  private static let limits = Setting(pair: "steps", "the shortest and the longest step", 1e-6, 50, .atLeast(0))

  /// Each coordinate has a step of its own, which grows while its gradient keeps its sign (Riedmiller and Braun, 1993);
  /// for whole batches.
  package static let rprop = UpdateRule(
    "rprop", "Steps by the sign of the gradient, further while the sign stays.", rate: 0.01, [etas, limits],
    slots: { _ in 2 }
  ) { step, p, g, slots in
    let ((shrink, grow), (least, most)) = (step.settings.pair(etas), step.settings.pair(limits))
    if step.isFirst { slots[1] = try Rule.plus(slots[1], step.rate) }
    let agreement = try Raw.sign(Raw.multiply(g, slots[0]))
    let isTurned = try Raw.less(agreement, Tensor(number: 0))
    let (smaller, larger, same) = (
      try Tensor.full([], shrink, p.dtype), try Tensor.full([], grow, p.dtype), try Tensor.full([], 1, p.dtype)
    )
    let factor = try Raw.select(
      isTurned, smaller, Raw.select(Raw.greater(agreement, Tensor(number: 0)), larger, same))
    slots[1] = try Raw.clip(Raw.multiply(slots[1], factor), least, most)
    // A coordinate that has just turned stands still once.
    slots[0] = try Raw.select(isTurned, Tensor(number: 0), g)
    p = try Raw.subtract(p, Raw.multiply(Raw.sign(slots[0]), slots[1]))
  }

  private static let power = Setting("power", "how the rate falls with the squares, at most 0", -0.5, .any)
  private static let start = Setting("initial", "where the sum of squares starts", 0.1)
  private static let lasso = Setting("l1", "the weight of the sizes: above 0 it brings parameters to zero", 0)
  private static let ridge = Setting("l2", "the weight of the squares", 0)
  private static let shrinkage = Setting("shrinkage", "the weight of the squares in the gradient alone", 0)
  private static let beta = Setting("beta", "added to the squares' root", 0)

  /// Follow the regularised leader (McMahan et al., 2013), as Keras has it:
  /// `z += g + 2 * shrinkage * p - (n'^-power - n^-power) / lr * p`, then
  /// `p = (clip(z, -l1, l1) - z) / (n'^-power / lr + 2 * (l2 + beta / (2 lr)))` with `n' = n + g²`.
  package static let ftrl = UpdateRule(
    "ftrl", "Follows the regularised leader: for wide sparse models, whose weights it can bring to exactly zero.",
    rate: 1e-3, [power, start, lasso, ridge, shrinkage, beta, .decoupled], slots: { _ in 2 }
  ) { step, p, g, slots in
    if step[.decoupled] != 0 { p = try Rule.scaled(p, 1 - step.rate * step[.decoupled]) }
    if step.isFirst { slots[0] = try Rule.plus(slots[0], step[start]) }
    let exponent = Tensor(number: -step[power])
    let squares = try Raw.add(slots[0], Raw.square(g))
    let (old, new) = (try Raw.pow(slots[0], exponent), try Raw.pow(squares, exponent))
    let pull = try Rule.decayed(g, p, 2 * step[shrinkage])
    let sigma = try Rule.scaled(Raw.subtract(new, old), 1 / step.rate)
    slots[1] = try Raw.subtract(Raw.add(slots[1], pull), Raw.multiply(sigma, p))
    slots[0] = squares
    let weight = 2 * (step[ridge] + step[beta] / (2 * step.rate))
    let divisor = try Rule.plus(Rule.scaled(new, 1 / step.rate), weight)
    p = try Raw.divide(Raw.subtract(Raw.clip(slots[1], -step[lasso], step[lasso]), slots[1]), divisor)
  }
}
