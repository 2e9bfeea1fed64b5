import Tensors

/// How an optimizer changes one parameter: name, settings with their defaults and limits, and the rule, declared at one place.
package final class UpdateRule: Sendable {
  package let name: String
  package let summary: String
  /// The learning rate when nothing is said.
  package let rate: Double
  package let settings: [Setting]
  /// How many tensors of the parameter's shape it keeps for each parameter.
  let slots: @Sendable (Settings) -> Int
  let apply: @Sendable (Step, inout Tensor, Tensor, inout [Tensor]) throws -> Void
  /// For rules whose step depends on all parameters together: the step for all of them, laid end to end in f64.
  let joint: Joint?
  package var isJoint: Bool { joint != nil }

  typealias Joint = @Sendable (Step, _ gradient: Tensor, inout [Tensor]) throws -> Tensor

  /// What a rule knows beside the parameter, its gradient and its slots.
  struct Step {
    let rate: Double
    /// 1 at the first step.
    let count: Int
    let settings: Settings

    subscript(_ setting: Setting) -> Double { settings[setting] }
    /// Whether Keras's formula is asked for; its weight decay is taken off the parameter itself by every rule.
    var isKeras: Bool { settings.flag(.like) }

    /// The gradient with weight decay in it, or the parameter with it taken off.
    func decayed(_ g: Tensor, _ p: inout Tensor, _ decay: Double, decoupled: Bool = false) throws -> Tensor {
      guard decay != 0 else { return g }
      guard decoupled || isKeras else { return try Rule.decayed(g, p, decay) }
      return try takenOff(g, &p, decay)
    }

    /// The gradient as it is, after weight decay has been taken off the parameter.
    func takenOff(_ g: Tensor, _ p: inout Tensor, _ decay: Double) throws -> Tensor {
      if decay != 0 { p = try Rule.scaled(p, 1 - rate * decay) }
      return g
    }
    var t: Double { Double(count) }
    var isFirst: Bool { count == 1 }
  }

  init(
    _ name: String, _ summary: String, rate: Double, _ settings: [Setting],
    slots: @escaping @Sendable (Settings) -> Int,
    _ apply: @escaping @Sendable (Step, inout Tensor, Tensor, inout [Tensor]) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.rate = rate
    self.settings = settings
    self.slots = slots
    self.apply = apply
    joint = nil
  }

  /// A rule that looks at all parameters together.
  init(_ name: String, _ summary: String, rate: Double, _ settings: [Setting], joint: @escaping Joint) {
    self.name = name
    self.summary = summary
    self.rate = rate
    self.settings = settings
    slots = { _ in 0 }
    apply = { _, _, _, _ in }
    self.joint = joint
  }

  /// Every rule; bindings are made from this table.
  package static let all: [UpdateRule] = [
    .sgd, .rmsprop, .adagrad, .adadelta, .adam, .adamw, .nadam, .radam, .adamax, .lion, .lamb, .asgd, .rprop, .ftrl,
    .lbfgs,
  ]
}

/// Short arithmetic for rules: plain tensors and numbers, no history.
enum Rule {
  static func scaled(_ x: Tensor, _ factor: Double) throws -> Tensor { try Raw.multiply(x, Tensor(number: factor)) }
  static func plus(_ x: Tensor, _ value: Double) throws -> Tensor { try Raw.add(x, Tensor(number: value)) }

  /// `a * x + b * y`
  static func mix(_ a: Double, _ x: Tensor, _ b: Double, _ y: Tensor) throws -> Tensor {
    try Raw.add(scaled(x, a), scaled(y, b))
  }

  /// `x - rate * step`
  static func move(_ x: inout Tensor, _ rate: Double, _ step: Tensor) throws {
    x = try Raw.subtract(x, scaled(step, rate))
  }

  /// The gradient with `decay * parameter` added (L2 regularisation).
  static func decayed(_ g: Tensor, _ p: Tensor, _ decay: Double) throws -> Tensor {
    decay == 0 ? g : try Raw.add(g, scaled(p, decay))
  }

  /// `m / (sqrt(v) + eps)`
  static func ratio(_ m: Tensor, _ v: Tensor, _ eps: Double) throws -> Tensor {
    try Raw.divide(m, plus(Raw.sqrt(v), eps))
  }
}
