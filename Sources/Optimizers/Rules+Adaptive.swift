import Tensors

/// Rules that scale each coordinate by the size of its past gradients.
extension UpdateRule {
  private static let rho = Setting("rho", "how much of the old average of squares stays", 0.99, .share)
  private static let centered = Setting(flag: "centered", "divide by the variance rather than the mean square")

  /// `v = rho * v + (1 - rho) * g²; p -= lr * g / (sqrt(v) + eps)` (Tieleman and Hinton, 2012).
  ///
  /// Keras divides by `sqrt(v + eps)`.
  package static let rmsprop = UpdateRule(
    "rmsprop", "Divides by a running mean of the gradient's square.", rate: 0.01,
    [rho, .eps, .momentum, .decay, centered, .like],
    slots: { 1 + ($0[.momentum] > 0 ? 1 : 0) + ($0.flag(centered) ? 1 : 0) }
  ) { step, p, g, slots in
    let g = try step.decayed(g, &p, step[.decay])
    let (keep, isCentred) = (step[rho], step.settings.flag(centered))
    slots[0] = try Rule.mix(keep, slots[0], 1 - keep, Raw.square(g))
    var spread = slots[0]
    if isCentred {
      slots[1] = try Rule.mix(keep, slots[1], 1 - keep, g)
      spread = try Raw.subtract(spread, Raw.square(slots[1]))
    }
    var direction =
      step.isKeras
      ? try Raw.divide(g, Raw.sqrt(Rule.plus(spread, step[.eps]))) : try Rule.ratio(g, spread, step[.eps])
    if step[.momentum] > 0 {
      let last = slots.count - 1
      // Keras keeps the step itself, torch what the rate multiplies: the same while the rate is.
      direction = try Raw.add(Rule.scaled(slots[last], step[.momentum]), direction)
      slots[last] = direction
    }
    try Rule.move(&p, step.rate, direction)
  }

  private static let tiny = Setting("eps", "keeps the division finite", 1e-10, .above(0))
  private static let rateDecay = Setting("lr_decay", "the rate falls as lr / (1 + steps * lr_decay)", 0)
  private static let initial = Setting("initial", "where the sum of squares starts", 0)

  /// `s += g²; p -= lr * g / (sqrt(s) + eps)` (Duchi et al., 2011). Keras divides by `sqrt(s + eps)` and starts at 0.1.
  package static let adagrad = UpdateRule(
    "adagrad", "Divides by the sum of all squared gradients, so that rare features learn faster.", rate: 0.01,
    [tiny, .decay, rateDecay, initial, .like], slots: { _ in 1 }
  ) { step, p, g, slots in
    let g = try step.decayed(g, &p, step[.decay])
    if step.isFirst, step[initial] != 0 { slots[0] = try Rule.plus(slots[0], step[initial]) }
    slots[0] = try Raw.add(slots[0], Raw.square(g))
    let rate = step.rate / (1 + (step.t - 1) * step[rateDecay])
    let direction =
      step.isKeras
      ? try Raw.divide(g, Raw.sqrt(Rule.plus(slots[0], step[tiny]))) : try Rule.ratio(g, slots[0], step[tiny])
    try Rule.move(&p, rate, direction)
  }

  private static let memory = Setting("rho", "how much of the old averages stays", 0.9, .share)
  private static let small = Setting("eps", "keeps the division finite and starts the steps", 1e-6, .above(0))

  /// Steps of the size of past steps, so that no rate has to be chosen (Zeiler, 2012).
  package static let adadelta = UpdateRule(
    "adadelta", "Scales steps by the ratio of past steps to past gradients.", rate: 1,
    [memory, small, .decay, .like], slots: { _ in 2 }
  ) { step, p, g, slots in
    let g = try step.decayed(g, &p, step[.decay])
    let (keep, eps) = (step[memory], step[small])
    slots[0] = try Rule.mix(keep, slots[0], 1 - keep, Raw.square(g))
    let steps = try Raw.sqrt(Rule.plus(slots[1], eps))
    let change = try Raw.multiply(Raw.divide(steps, Raw.sqrt(Rule.plus(slots[0], eps))), g)
    slots[1] = try Rule.mix(keep, slots[1], 1 - keep, Raw.square(change))
    try Rule.move(&p, step.rate, change)
  }
}
