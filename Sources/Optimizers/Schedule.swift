/// How a learning rate changes from step to step: name, settings and formula, declared at one place.
package final class ScheduleRule: Sendable {
  package let name: String
  package let summary: String
  package let settings: [Setting]
  /// The rate at step `t`, counted from 0.
  let rate: @Sendable (_ t: Double, _ settings: Settings) -> Double

  init(
    _ name: String, _ summary: String, _ settings: [Setting],
    _ rate: @escaping @Sendable (_ t: Double, _ settings: Settings) -> Double
  ) {
    self.name = name
    self.summary = summary
    self.settings = settings
    self.rate = rate
  }

  /// Every schedule that is a formula; `warmup` and `plateau` have more to them.
  package static let all: [ScheduleRule] = [
    .constant, .stepDecay, .exponential, .cosine, .cosineRestarts, .oneCycle, .polynomialDecay, .inverseSqrt, .cyclic,
  ]
}

/// A schedule with its settings: a value that an optimizer holds.
package struct Schedule: Sendable {
  private enum Shape: Sendable {
    case formula(ScheduleRule, Settings)
    indirect case warmup(steps: Double, start: Double, then: Schedule)
    case plateau(Plateau)
  }

  private var shape: Shape

  package init(_ rule: ScheduleRule, _ settings: Settings) { shape = .formula(rule, settings) }

  /// The same rate for ever: what a plain number means.
  package init(constant rate: Double) {
    // Whoever reads a rate from a program checks its range.
    shape = .formula(.constant, Settings(ScheduleRule.constant.settings, unchecked: [[rate]]))
  }

  /// A straight line from `start` times the first rate of `then` up to it, and then `then`.
  package init(warmup steps: Double, start: Double, then: Schedule) {
    shape = .warmup(steps: steps, start: start, then: then)
  }

  package init(_ plateau: Plateau) { shape = .plateau(plateau) }

  /// The rate for step `t`, counted from 0.
  package func rate(_ t: Int) -> Double {
    switch shape {
    case .formula(let rule, let settings): return rule.rate(Double(t), settings)
    case .warmup(let steps, let start, let then):
      if Double(t) >= steps { return then.rate(t - Int(steps)) }
      return then.rate(0) * (start + (1 - start) * Double(t) / steps)
    case .plateau(let plateau): return plateau.rate
    }
  }

  /// Whether it is a plain number.
  package var isConstant: Bool {
    if case .formula(let rule, _) = shape { return rule === ScheduleRule.constant }
    return false
  }

  /// Tells the schedule the value that it watches, once an epoch; only `plateau` cares.
  package mutating func observe(_ value: Double) {
    switch shape {
    case .formula: break
    case .warmup(let steps, let start, var then):
      then.observe(value)
      shape = .warmup(steps: steps, start: start, then: then)
    case .plateau(var plateau):
      plateau.observe(value)
      shape = .plateau(plateau)
    }
  }

  /// What the schedule has seen so far, as numbers: empty for a formula, which knows the rate from the step alone.
  package var memory: [Double] {
    switch shape {
    case .formula: []
    case .warmup(_, _, let then): then.memory
    case .plateau(let plateau): plateau.memory
    }
  }

  /// Takes over what `memory` gave.
  package mutating func recall(_ memory: [Double]) {
    switch shape {
    case .formula: break
    case .warmup(let steps, let start, var then):
      then.recall(memory)
      shape = .warmup(steps: steps, start: start, then: then)
    case .plateau(var plateau):
      plateau.recall(memory)
      shape = .plateau(plateau)
    }
  }

  /// The rate at each of the first `steps` steps.
  package func values(_ steps: Int) -> [Double] { (0..<max(steps, 0)).map(rate) }

  /// The call that makes it; a constant is its number.
  package var text: String {
    switch shape {
    case .formula(let rule, let settings):
      rule === ScheduleRule.constant
        ? settings.settings[0].text(settings.values[0]) : "\(rule.name)(\(settings.text(onlyChanged: false)))"
    case .warmup(let steps, let start, let then): "warmup(\(Int(steps)), \(then.text), start=\(start))"
    case .plateau(let plateau): "plateau(\(plateau.settings.text(onlyChanged: false)))"
    }
  }
}
