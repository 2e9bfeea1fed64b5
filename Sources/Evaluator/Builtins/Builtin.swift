import Diagnostics

/// A function of the library, declared once: from this follow the binding, its errors, help, completion, the library
/// page, the examples as tests and the contract test of every constraint.
///
/// The body gets its arguments typed and checked. A `Value` among them is borrowed (return `x.retained()`, not `x`).
package final class Builtin: @unchecked Sendable {
  package let name: String
  /// One sentence.
  package let summary: String
  package let parameters: [ParameterInfo]
  package let examples: [Example]
  /// The arguments stand at the pointer, one for each parameter, borrowed; the result hands over its count.
  package let body: (Registers) throws -> Value
  /// For elementwise functions: the same on one number, without a tensor.
  let scalar: (@convention(c) (Double) -> Double)?
  /// For functions that change a variable and call nothing back: the same on the variable where it stands, and the other
  /// arguments behind it; nil, with nothing changed, where the body has to decide.
  private(set) var inPlace: ((_ variable: Registers, _ others: Registers) -> Value?)?
  /// The module that lists it; set by `Library`.
  package internal(set) var module = ""

  package init(
    name: String, summary: String, parameters: [ParameterInfo], examples: [Example],
    scalar: (@convention(c) (Double) -> Double)? = nil, body: @escaping (Registers) throws -> Value
  ) {
    self.name = name
    self.summary = summary
    self.parameters = parameters
    self.examples = examples
    self.scalar = scalar
    guard parameters.contains(where: { $0.dims != nil }) else {
      self.body = body
      return
    }
    let dims = DeclaredDims(name, parameters)
    self.body = { arguments in
      try dims.check(arguments)
      return try body(arguments)
    }
  }

  package func inPlace(_ change: @escaping (_ variable: Registers, _ others: Registers) -> Value?) -> Builtin {
    inPlace = change
    return self
  }

  /// `leaky_relu(x, slope=0.01)`, `dot(a: [n], b: [n])`
  package var signature: String { declaration(name, parameters) }
}

func declaration(_ name: String, _ parameters: [ParameterInfo]) -> String {
  "\(name)(\(parameters.map(\.declaration).joined(separator: ", ")))"
}

extension Builtin {
  /// What went wrong in a call of it, at the parameter that is guilty, and with the builtin's name.
  @inline(never) func naming(_ error: any Error) -> any Error {
    guard var failure = error as? Failure else { return error }
    if failure.argument == nil, let name = failure.parameter {
      failure.argument = parameters.firstIndex { $0.name == name }
    }
    // One reduction may be made of another.
    if failure.id == "empty" { failure.message = "`\(name)` of no elements" }
    if let argument = failure.argument, parameters.indices.contains(argument) {
      let start = "`\(parameters[argument].name)`"
      if failure.message.hasPrefix(start + " must ") {
        failure.message = "\(start) of `\(name)`\(failure.message.dropFirst(start.count))"
      }
    }
    return failure
  }
}

/// What is known of a parameter apart from its Swift type.
package struct ParameterInfo {
  package var name: String
  package var summary: String
  /// `number`, `tensor`, …
  package var typeName: String
  package var isInout: Bool
  package var mayBeInout: Bool
  package var isRest: Bool
  package var isNamedRest: Bool
  /// Nil when the argument must be given. Owned for as long as the program runs.
  package var defaultValue: Value?
  package var constraints: [String]
  /// A value, as source, that each constraint must refuse.
  package var counterexamples: [String]
  /// How its shape is related to those of the others, as in a signature: `[n, d]`.
  package var dims: String?
  var symbol: Symbol

  package init(
    name: String, summary: String, typeName: String, isInout: Bool, mayBeInout: Bool, isRest: Bool, isNamedRest: Bool,
    defaultValue: Value?,
    constraints: [String], counterexamples: [String], dims: String? = nil
  ) {
    self.name = name
    self.summary = summary
    self.typeName = typeName
    self.isInout = isInout
    self.mayBeInout = mayBeInout
    self.isRest = isRest
    self.isNamedRest = isNamedRest
    self.defaultValue = defaultValue
    self.constraints = constraints
    self.counterexamples = counterexamples
    self.dims = dims
    symbol = Symbol(name)
  }

  /// `slope=0.01`, `&net`, `..xs`, `a: [n]`
  package var declaration: String {
    if isRest { return "..\(name)" }
    if isNamedRest { return "name=…" }
    let mark = isInout ? "&" : ""
    let typed = mark + name + (dims.map { ": \($0)" } ?? "")
    return typed + (defaultValue.map { "=\($0.sourceText)" } ?? "")
  }
}

/// Source and the text that it shows.
package struct Example: Sendable {
  package var source: String
  package var output: String
}

infix operator => : AssignmentPrecedence

package func => (source: String, output: String) -> Example { Example(source: source, output: output) }

/// A group of builtins that `:help` lists together.
/// Used on the evaluator's thread alone, like everything that can call back into a program.
package struct Module: @unchecked Sendable {
  package var name: String
  package var summary: String
  package var builtins: [Builtin]

  package init(_ name: String, _ summary: String, _ builtins: [Builtin]) {
    self.name = name
    self.summary = summary
    self.builtins = builtins
  }
}

/// All builtins by name, and behind them what is written in NNS. Values that are no functions (`pi`, `inf`) are constants.
package final class Library {
  package let modules: [Module]
  package let written: [WrittenModule]
  package let constants: [(name: String, summary: String, value: Value)]
  private var values: [String: Value] = [:]
  private var writers: [String: WrittenModule] = [:]
  package private(set) var builtins: [String: Builtin] = [:]
  /// A mistake of ours that a test looks for; the last declaration counts.
  package private(set) var declaredTwice: [String] = []

  package init(
    _ modules: [Module], written: [WrittenModule] = [],
    constants: [(name: String, summary: String, value: Value)] = []
  ) {
    self.modules = modules
    self.written = written
    self.constants = constants
    for module in modules {
      for builtin in module.builtins {
        if builtins[builtin.name] != nil { declaredTwice.append(builtin.name) }
        builtin.module = module.name
        builtins[builtin.name] = builtin
        values[builtin.name] = Value(new: BuiltinObject(builtin))
      }
    }
    for module in written {
      for name in module.names {
        if values[name] != nil || writers[name] != nil { declaredTwice.append(name) }
        writers[name] = module
      }
    }
    for constant in constants { values[constant.name] = constant.value }
  }

  /// Borrowed.
  package func value(_ name: String) -> Value? { values[name] ?? writers[name]?.value(name, library: self) }

  package var names: [String] { Array(values.keys) + writers.keys }

  /// Lets go of the functions that are written in NNS: the last thing that a session does.
  package func removeWritten() { for module in written { module.removeAll() } }

  deinit { for value in values.values { value.release() } }
}
