package import Evaluator

/// A parameter whose Swift type is known only where it is read: for builtins made from a table of declarations.
package struct DeclaredParameter {
  let info: ParameterInfo
  let read: (Registers, Int) throws -> Any

  package init<T: Convertible>(_ parameter: Parameter<T>) {
    info = parameter.info
    read = { try parameter.read($0, $1) }
  }
}

extension Builtin {
  /// One of a family that is declared elsewhere, such as the optimizers: the body gets one value for each parameter.
  package convenience init<R: ValueConvertible>(
    _ name: String, _ summary: String, declared parameters: [DeclaredParameter], examples: [Example] = [],
    body: @escaping ([Any]) throws -> R
  ) {
    self.init(name: name, summary: summary, parameters: parameters.map(\.info), examples: examples) { r in
      var values: [Any] = []
      values.reserveCapacity(parameters.count)
      for (index, parameter) in parameters.enumerated() { values.append(try parameter.read(r, index)) }
      return try body(values).makeValue()
    }
  }
}
