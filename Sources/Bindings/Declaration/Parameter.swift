package import Diagnostics
package import Evaluator

/// A typed parameter of a builtin: name, what it means, its default if it has one, and what its values must hold to.
package struct Parameter<T: Convertible>: @unchecked Sendable {
  package let name: String
  package let summary: String
  package let defaultValue: T?
  package let constraints: [Constraint<T>]
  /// How its shape is related to those of the others, as in a signature of the language: `[n, d]`.
  package let dims: String?

  /// The argument must be given.
  package init(_ name: String, dims: String? = nil, _ summary: String, _ constraints: Constraint<T>...) {
    self.name = name
    self.summary = summary
    defaultValue = nil
    self.constraints = constraints
    self.dims = dims
  }

  package init(
    _ name: String, dims: String? = nil, _ summary: String, default value: T, _ constraints: Constraint<T>...
  ) {
    self.name = name
    self.summary = summary
    defaultValue = value
    self.constraints = constraints
    self.dims = dims
  }

  package var info: ParameterInfo {
    ParameterInfo(
      name: name, summary: summary, typeName: T.typeName, isInout: T.isInout, mayBeInout: T.mayBeInout,
      isRest: T.isRest,
      isNamedRest: T.isNamedRest,
      defaultValue: defaultValue?.makeValue(), constraints: constraints.map(\.text),
      counterexamples: constraints.map { $0.counterexample.borrowedSource }, dims: dims)
  }

  /// The argument at its place in the window, converted and checked.
  @inline(__always)
  package func read(_ arguments: Registers, _ index: Int) throws -> T {
    let found: T?
    do { found = try T.from(arguments + index) } catch { throw placed(error, index) }
    guard let converted = found else { throw wrongType(arguments + index, index) }
    if _slowPath(!constraints.isEmpty) { try check(converted, arguments[index], index) }
    return converted
  }

  @inline(never) package func check(_ converted: T, _ value: Value, _ index: Int) throws {
    for constraint in constraints where !constraint.holds(converted) { throw outOfRange(constraint, value, index) }
  }

  /// A conversion that fails by itself does not know which argument it is.
  @inline(never) package func placed(_ error: any Error, _ index: Int) -> any Error {
    guard var failure = error as? Failure, failure.argument == nil else { return error }
    failure.argument = index
    return failure
  }

  @inline(never) package func wrongType(_ register: Registers, _ index: Int) -> Failure {
    let value = T.misfit(register)
    // A number is none of the numbers that are wanted.
    let given = value.isNumber && T.typeName.contains("number") ? value.preview : value.described
    return Failure(
      "argument-type", "`\(name)` must be \(T.typeName.withArticle), not \(given)", argument: index,
      facts: [.init(name, value.preview, argument: index)], why: "\(name): \(summary).",
      hint: hint(register, value))
  }

  private func hint(_ register: Registers, _ value: Value) -> String? {
    if T.isRest { return value.list == nil ? nil : "\u{1}prepend .." }
    return T.isItem(register) ? "\u{1}enclose" : isNumberInQuotes(value) ? "\u{1}call number" : nil
  }

  private func isNumberInQuotes(_ value: Value) -> Bool {
    guard let text = value.string, let number = Double(text) else { return false }
    var register = Value(number)
    return withUnsafeMutablePointer(to: &register) { ((try? T.from($0)) ?? nil) != nil }
  }

  @inline(never) package func outOfRange(_ constraint: Constraint<T>, _ value: Value, _ index: Int) -> Failure {
    Failure(
      "argument-range", "`\(name)` must be \(constraint.text), not \(value.preview)", argument: index,
      why: "\(name): \(summary).",
      hint: value.string.flatMap { nearMisses($0, among: constraint.choices).first }.map { "\u{1}rename \"\($0)\"" })
  }
}

/// What the values of a parameter must hold to: it checks, describes itself and yields a counterexample.
package struct Constraint<T: Convertible>: @unchecked Sendable {
  /// As in `must be at least 0`.
  package let text: String
  package let holds: (T) -> Bool
  package let counterexample: T
  /// The texts that are allowed, where they are few.
  let choices: [String]

  package init(_ text: String, counterexample: T, choices: [String] = [], holds: @escaping (T) -> Bool) {
    self.text = text
    self.holds = holds
    self.counterexample = counterexample
    self.choices = choices
  }
}

extension Constraint where T == Double {
  package static func atLeast(_ low: Double) -> Constraint {
    Constraint("at least \(Value(low).preview)", counterexample: low - 1) { $0 >= low }
  }
  package static func above(_ low: Double) -> Constraint {
    Constraint("above \(Value(low).preview)", counterexample: low) { $0 > low }
  }
  package static func between(_ low: Double, _ high: Double) -> Constraint {
    Constraint("between \(Value(low).preview) and \(Value(high).preview)", counterexample: high + 1) {
      $0 >= low && $0 <= high
    }
  }
}

extension Constraint where T == Int {
  package static func atLeast(_ low: Int) -> Constraint {
    Constraint("at least \(low)", counterexample: low - 1) { $0 >= low }
  }
  package static func between(_ low: Int, _ high: Int) -> Constraint {
    Constraint("between \(low) and \(high)", counterexample: high + 1) { $0 >= low && $0 <= high }
  }
}

extension Constraint where T == String {
  package static func oneOf(_ choices: String...) -> Constraint { oneOf(choices) }

  package static func oneOf(_ choices: [String]) -> Constraint {
    let quoted = choices.map { "\"\($0)\"" }
    let listed = [quoted.dropLast().joined(separator: ", "), quoted.last ?? ""].filter { !$0.isEmpty }
    return Constraint(listed.joined(separator: " or "), counterexample: "something else", choices: choices) {
      choices.contains($0)
    }
  }
}

extension Constraint {
  /// For a parameter that may be `none`: the constraint holds for what is given.
  package static func given<W>(_ inner: Constraint<W>) -> Constraint where T == W? {
    Constraint(inner.text + " or none", counterexample: inner.counterexample, choices: inner.choices) {
      $0.map(inner.holds) ?? true
    }
  }
}

extension Convertible {
  /// As source text, for contract tests.
  var borrowedSource: String {
    let value = makeValue()
    defer { value.release() }
    return value.sourceText
  }
}
