import Tensors

extension Setting {
  static let decay = Setting("decay", "weight decay, added to the gradient as decay * parameter", 0)
  static let eps = Setting("eps", "keeps the division finite", 1e-8, .above(0))
  static let betas = Setting(pair: "betas", "how much of the old averages of gradient and square stays", 0.9, 0.999)
  static let like = Setting(choice: "like", "whose formula, where the two differ", ["torch", "keras"])
  static let momentum = Setting("momentum", "how much of the last step is kept", 0, .share)
}

/// Rules that go down the gradient, with or without momentum.
extension UpdateRule {
  private static let nesterov = Setting(flag: "nesterov", "look ahead along the momentum")
  private static let dampening = Setting("dampening", "how little of a gradient enters the momentum", 0, .share)

  /// `v = momentum * v + g; p -= lr * v` (with nesterov: `lr * (g + momentum * v)`).
  package static let sgd = UpdateRule(
    "sgd", "Goes down the gradient, with momentum where asked.", rate: 0.01,
    [.momentum, nesterov, .decay, dampening, .like], slots: { $0[.momentum] == 0 ? 0 : 1 }
  ) { step, p, g, slots in
    if step.isKeras { _ = try step.decayed(g, &p, step[.decay]) }
    let how = Raw.Sgd(
      rate: step.rate, momentum: step[.momentum], dampening: step[dampening], decay: step.isKeras ? 0 : step[.decay],
      nesterov: step.settings.flag(nesterov), first: step.isFirst)
    var velocity = slots.popLast()
    try Raw.sgdStep(how, &p, gradient: g, velocity: &velocity)
    if let velocity { slots.append(velocity) }
  }

  private static let lionBetas = Setting(
    pair: "betas", "how much of the old average stays: for the step, and for the memory", 0.9, 0.99)

  /// The sign of an average of gradients (Chen et al., 2023).
  package static let lion = UpdateRule(
    "lion", "Steps by the sign of an average of the gradients.", rate: 1e-4,
    [lionBetas, .decoupled], slots: { _ in 1 }
  ) { step, p, g, slots in
    let (first, second) = step.settings.pair(lionBetas)
    let direction = try Raw.sign(Rule.mix(first, slots[0], 1 - first, g))
    if step[.decoupled] != 0 { p = try Rule.scaled(p, 1 - step.rate * step[.decoupled]) }
    try Rule.move(&p, step.rate, direction)
    slots[0] = try Rule.mix(second, slots[0], 1 - second, g)
  }
}

extension Setting {
  static let decoupled = Setting("decay", "weight decay, taken off the parameter itself as lr * decay * parameter", 0)
}
