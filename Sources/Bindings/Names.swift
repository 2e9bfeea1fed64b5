import Evaluator

/// Names of columns: one string, or a list of them.
struct Names: Convertible {
  var values: [String]

  static var typeName: String { "name or list of names" }

  static func from(_ register: Registers) throws -> Names? {
    if let name = register.pointee.string { return Names(values: [name]) }
    return try [String].from(register).map { Names(values: $0) }
  }

  func makeValue() -> Value { values.makeValue() }
}
