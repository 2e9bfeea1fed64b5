package import Autodiff

/// A function of the program in the hands of a builtin: anything that can be called.
package final class FunctionReference: Callable, Convertible {
  package let value: Value

  /// Adds a count of its own.
  package init(_ value: Value) { self.value = value.retained() }

  deinit { value.release() }

  package var name: String {
    value.function?.name ?? value.builtin?.builtin.name ?? value.foreign?.summary ?? "fn"
  }

  package static var typeName: String { "function" }
  package static func from(_ register: Registers) throws -> FunctionReference? {
    register.pointee.isCallable ? FunctionReference(register.pointee) : nil
  }
  package func makeValue() -> Value { value.retained() }

  /// Borrows the arguments; the result hands over its count.
  package func call(_ arguments: [Value]) throws -> Value { try Machine.current.call(value, arguments) }

  package func call(_ arguments: [Datum]) throws -> Datum {
    let values = arguments.map { Value($0) }
    defer { for v in values { v.release() } }
    let result = try call(values)
    defer { result.release() }
    return try Datum(result)
  }
}

extension Value {
  package var isCallable: Bool {
    function != nil || builtin != nil || foreign?.callable != nil
  }
}
