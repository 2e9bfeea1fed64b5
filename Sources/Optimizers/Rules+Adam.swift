import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// Adam and its relatives (Kingma and Ba, 2015): averages `m` of the gradient and `v` of its square.
extension UpdateRule {
  private static let amsgrad = Setting(flag: "amsgrad", "divide by the largest average of squares so far")

  package static let adam = UpdateRule(
    "adam", "Scales each step by running averages of the gradient and its square.", rate: 1e-3,
    [.betas, .eps, .decay, amsgrad, .like], slots: { $0.flag(amsgrad) ? 3 : 2 }
  ) { step, p, g, slots in
    try adamStep(step, &p, g, &slots, decay: step[.decay], decoupled: 0)
  }

  private static let firmDecay = Setting(
    "decay", "weight decay, taken off the parameter itself as lr * decay * parameter", 0.01)

  /// Adam whose weight decay does not pass through the averages (Loshchilov and Hutter, 2019).
  package static let adamw = UpdateRule(
    "adamw", "Adam whose weight decay acts on the parameter itself.", rate: 1e-3,
    [.betas, .eps, firmDecay, amsgrad, .like], slots: { $0.flag(amsgrad) ? 3 : 2 }
  ) { step, p, g, slots in
    try adamStep(step, &p, g, &slots, decay: 0, decoupled: step[firmDecay])
  }

  private static func adamStep(
    _ step: Step, _ p: inout Tensor, _ g: Tensor, _ slots: inout [Tensor], decay: Double, decoupled: Double
  ) throws {
    let (first, second) = step.settings.pair(.betas)
    let (biasOne, biasTwo) = (1 - pow(first, step.t), 1 - pow(second, step.t))
    if step.isKeras {
      // `eps` is added to the root before the correction: `lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps)`.
      let g = try step.decayed(g, &p, decay + decoupled)
      try averages(&slots, g, first, second)
      if step.settings.flag(amsgrad) { slots[2] = try Raw.maximum(slots[2], slots[1]) }
      let spread = slots[step.settings.flag(amsgrad) ? 2 : 1]
      return try Rule.move(
        &p, step.rate * biasTwo.squareRoot() / biasOne, Rule.ratio(slots[0], spread, step[.eps]))
    }
    if step.settings.flag(amsgrad) {
      let g = try Rule.decayed(g, p, decay)
      try averages(&slots, g, first, second)
      slots[2] = try Raw.maximum(slots[2], slots[1])
      if decoupled != 0 { p = try Rule.scaled(p, 1 - step.rate * decoupled) }
      let root = try Rule.scaled(Raw.sqrt(slots[2]), 1 / biasTwo.squareRoot())
      return try Rule.move(&p, step.rate / biasOne, Raw.divide(slots[0], Rule.plus(root, step[.eps])))
    }
    let how = Raw.Adam(
      rate: step.rate, beta1: first, beta2: second, epsilon: step[.eps], decay: decay, decoupledDecay: decoupled,
      step: step.count)
    // Taken out, so that neither is copied.
    var v = slots.removeLast()
    var m = slots.removeLast()
    try Raw.adamStep(how, &p, gradient: g, &m, &v)
    slots = [m, v]
  }

  private static func averages(_ slots: inout [Tensor], _ g: Tensor, _ first: Double, _ second: Double) throws {
    slots[0] = try Rule.mix(first, slots[0], 1 - first, g)
    slots[1] = try Rule.mix(second, slots[1], 1 - second, Raw.square(g))
  }

  /// Adam with the largest gradient in place of the mean square.
  package static let adamax = UpdateRule(
    "adamax", "Adam that divides by the largest recent gradient.", rate: 2e-3,
    [.betas, .eps, .decay, .like], slots: { _ in 2 }
  ) { step, p, g, slots in
    let g = try step.decayed(g, &p, step[.decay])
    let (first, second) = step.settings.pair(.betas)
    slots[0] = try Rule.mix(first, slots[0], 1 - first, g)
    // Torch adds `eps` to each gradient that is compared, Keras to what divides.
    let size = try Raw.abs(g)
    slots[1] = try Raw.maximum(
      Rule.scaled(slots[1], second), step.isKeras ? size : Rule.plus(size, step[.eps]))
    let divisor = step.isKeras ? try Rule.plus(slots[1], step[.eps]) : slots[1]
    try Rule.move(&p, step.rate / (1 - pow(first, step.t)), Raw.divide(slots[0], divisor))
  }

  private static let momentumDecay = Setting("momentum_decay", "how fast the momentum reaches its value", 0.004)
  private static let isDecoupled = Setting(flag: "decoupled", "take the weight decay off the parameter itself")

  /// Adam that looks ahead along its momentum (Dozat, 2016).
  package static let nadam = UpdateRule(
    "nadam", "Adam with Nesterov momentum.", rate: 2e-3,
    [.betas, .eps, .decay, momentumDecay, isDecoupled, .like], slots: { _ in 3 }
  ) { step, p, g, slots in
    let g = try step.decayed(g, &p, step[.decay], decoupled: step.settings.flag(isDecoupled))
    let (first, second) = step.settings.pair(.betas)
    // Keras's momentum reaches its value 250 times as fast.
    let speed = step.isKeras ? 1 : step[momentumDecay]
    func momentum(_ t: Double) -> Double { first * (1 - 0.5 * pow(0.96, t * speed)) }
    let (now, next) = (momentum(step.t), momentum(step.t + 1))
    // The product of all momenta so far, less 1 so that it starts at 0; in f32, as PyTorch keeps it.
    let product = (slots[2].count > 0 ? try Raw.sum(slots[2], axes: nil, keep: false).item : 0) + 1
    let here = step.isKeras ? product * now : Double(Float(product) * Float(now))
    slots[2] = try Tensor.full([1], here - 1, .f64)
    try averages(&slots, g, first, second)
    let root = try Rule.plus(Raw.sqrt(Rule.scaled(slots[1], 1 / (1 - pow(second, step.t)))), step[.eps])
    try Rule.move(&p, step.rate * (1 - now) / (1 - here), Raw.divide(g, root))
    try Rule.move(&p, step.rate * next / (1 - here * next), Raw.divide(slots[0], root))
  }

  /// Adam that waits with its scaling until the averages can be trusted (Liu et al., 2020).
  package static let radam = UpdateRule(
    "radam", "Adam that starts as momentum until its averages are steady.", rate: 1e-3,
    [.betas, .eps, .decay, isDecoupled], slots: { _ in 2 }
  ) { step, p, g, slots in
    let g = try step.settings.flag(isDecoupled) ? step.takenOff(g, &p, step[.decay]) : Rule.decayed(g, p, step[.decay])
    let (first, second) = step.settings.pair(.betas)
    try averages(&slots, g, first, second)
    let biasTwo = 1 - pow(second, step.t)
    let longest = 2 / (1 - second) - 1
    let length = longest - 2 * step.t * pow(second, step.t) / biasTwo
    let rate = step.rate / (1 - pow(first, step.t))
    guard length > 5 else { return try Rule.move(&p, rate, slots[0]) }
    let trust = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)).squareRoot()
    try Rule.move(&p, rate * trust * biasTwo.squareRoot(), Rule.ratio(slots[0], slots[1], step[.eps]))
  }

  private static let lambEps = Setting("eps", "keeps the division finite", 1e-6, .above(0))

  /// Adam whose step is as long as the parameter is large, for huge batches (You et al., 2020).
  package static let lamb = UpdateRule(
    "lamb", "Adam whose step for each parameter is scaled to the parameter's size.", rate: 1e-3,
    [.betas, lambEps, .decoupled, .like], slots: { _ in 2 }
  ) { step, p, g, slots in
    // Keras takes the decay off first, the paper lets it be part of the direction.
    if step.isKeras { _ = try step.decayed(g, &p, step[.decoupled]) }
    let (first, second) = step.settings.pair(.betas)
    try averages(&slots, g, first, second)
    let m = try Rule.scaled(slots[0], 1 / (1 - pow(first, step.t)))
    let v = try Rule.scaled(slots[1], 1 / (1 - pow(second, step.t)))
    let direction = try Rule.decayed(Rule.ratio(m, v, step[lambEps]), p, step.isKeras ? 0 : step[.decoupled])
    func length(_ x: Tensor) throws -> Double {
      try Raw.sum(Raw.square(x), axes: nil, keep: false).item.squareRoot()
    }
    let (size, stride) = (try length(p), try length(direction))
    try Rule.move(&p, step.rate * (size > 0 && stride > 0 ? size / stride : 1), direction)
  }
}
