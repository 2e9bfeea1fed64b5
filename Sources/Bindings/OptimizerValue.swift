import Autodiff
import Diagnostics
package import Evaluator
package import Optimizers
import Tensors

/// Optimizers as programs hold them: `opt.step`, `opt.lr`.
extension Optimizer: Foreign, Convertible {
  package static var typeName: String { "optimizer" }
  package var summary: String { text }
  package var fieldNames: [String] { ["lr", "step", "name"] }

  package func field(_ name: String) throws -> Value? {
    switch name {
    case "lr": Value(rate)
    case "step": Value(Double(step))
    case "name": Value(rule.name)
    default: nil
    }
  }

  package func isSame(as other: any Foreign, tolerance _: Double) -> Bool {
    guard let other = other as? Optimizer else { return false }
    return text == other.text && step == other.step
  }
}

/// Schedules as programs hold them: `s(t)` is the rate at step t.
extension Schedule: Foreign, Convertible {
  package static var typeName: String { "schedule" }
  package var summary: String { text }

  package var callable: ForeignCall? {
    { arguments, named in
      guard arguments.count == 1, named.isEmpty, arguments[0].isNumber, let t = Int(exactly: arguments[0].number),
        t >= 0
      else {
        throw Failure("argument-type", "a schedule is asked for the rate at a step, counted from 0", argument: 0)
      }
      return Value(self.rate(t))
    }
  }

  package func isSame(as other: any Foreign, tolerance _: Double) -> Bool { (other as? Schedule)?.text == text }
}

/// A learning rate: a number, or a schedule of them.
struct Rate: Convertible {
  var schedule: Schedule

  static let typeName = "number or schedule"
  static func from(_ register: Registers) throws -> Rate? {
    if let schedule = register.pointee.foreign as? Schedule { return Rate(schedule: schedule) }
    return Double.from(register).map { Rate(schedule: Schedule(constant: $0)) }
  }
  func makeValue() -> Value { schedule.isConstant ? Value(schedule.rate(0)) : Value(foreign: schedule) }
}

extension Constraint where T == Rate {
  static var positive: Constraint {
    Constraint("above 0", counterexample: Rate(schedule: Schedule(constant: 0))) {
      !$0.schedule.isConstant || ($0.schedule.rate(0) > 0 && $0.schedule.rate(0).isFinite)
    }
  }
}

extension Setting {
  /// The parameter of a builtin that this setting is.
  var parameter: DeclaredParameter {
    switch kind {
    case .flag:
      return DeclaredParameter(Parameter<Bool>(name, summary, default: standard?.first == 1))
    case .choice:
      return DeclaredParameter(Parameter<String>(name, summary, default: options[0], .oneOf(options)))
    case .pair, .list:
      let holds = Constraint<[Double]>(
        kind == .pair ? "two numbers, each \(range.text)" : "numbers, each \(range.text)", counterexample: [-1]
      ) { [self] in (kind == .list || $0.count == 2) && $0.allSatisfy(range.contains) }
      return DeclaredParameter(Parameter<[Double]>(name, summary, default: standard ?? [], holds))
    case .number:
      let limits: Constraint<Double>
      switch range {
      case .any: limits = Constraint("a number", counterexample: .nan) { !$0.isNaN }
      case .atLeast(let low): limits = .atLeast(low)
      case .above(let low): limits = .above(low)
      case .share: limits = Constraint(range.text, counterexample: 1) { [self] in range.contains($0) }
      }
      guard let standard else { return DeclaredParameter(Parameter<Double>(name, summary, limits)) }
      return DeclaredParameter(Parameter<Double>(name, summary, default: standard[0], limits))
    }
  }

  /// A value of the language as the setting's numbers; none where it is of another type.
  func numbers(in value: Value) throws -> [Double] {
    var value = value
    if value.isBool { return kind == .flag ? [value.isTrue ? 1 : 0] : [] }
    if let word = value.string { return numbers(word) }
    if value.isNumber { return kind == .number ? [value.number] : [] }
    return try withUnsafeMutablePointer(to: &value) { try [Double].from($0) } ?? []
  }

  /// What such a parameter was given, as the setting's numbers.
  func numbers(_ value: Any) -> [Double] {
    switch value {
    case let flag as Bool: [flag ? 1 : 0]
    case let number as Double: [number]
    case let word as String: options.firstIndex(of: word).map { [Double($0)] } ?? []
    case let list as [Double]: list
    default: []
    }
  }
}

extension Settings {
  /// The settings of a call.
  init(_ settings: [Setting], given values: some Collection<Any>) throws {
    self.init(settings)
    for (index, value) in values.enumerated() { try set(index, settings[index].numbers(value)) }
  }
}
