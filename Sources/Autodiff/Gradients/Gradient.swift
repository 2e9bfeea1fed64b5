import Diagnostics
package import Tensors

/// The value of `f(arguments)` and its gradient with respect to one argument, which has the structure of that argument.
///
/// `f` gives one number, or a list whose first item is one; the rest is handed through in the value.
/// - Throws: `dtype` for whole numbers, `argument-type` when the result is not one number, and what `f` throws.
package func valueAndGradient(
  of f: any Callable, _ arguments: [Datum], wrt index: Int = 0
) throws -> (value: Datum, gradient: Datum) {
  try valueAndGradient(of: { try f.call($0) }, name: f.name, arguments, wrt: index)
}

package func valueAndGradient(
  of f: ([Datum]) throws -> Datum, name: String, _ arguments: [Datum], wrt index: Int = 0
) throws -> (value: Datum, gradient: Datum) {
  var leaves = Leaves()
  var inputs = arguments
  inputs[index] = try leaves.recorded(arguments[index])
  let value = try recording { try f(inputs) }
  var first = value
  if case .list(let items) = value, let head = items.first { first = head }
  let gradients: [Tensor?]
  switch first {
  case .number:
    gradients = [Tensor?](repeating: nil, count: leaves.variables.count)
  case .tensor(let loss) where loss.shape.isEmpty || loss.count == 1:
    guard loss.dtype.isFloat else { throw notANumber(name, "\(loss.dtype)\(loss.shape)") }
    gradients = try backward(loss, leaves: leaves.variables)
  case .tensor(let loss):
    throw notANumber(name, "\(loss.shape)")
  default:
    throw notANumber(name, nil)
  }
  return (try Leaves.settled(value), try leaves.gradient(inputs[index], gradients))
}

private func notANumber(_ name: String, _ shape: String?) -> Failure {
  Failure(
    "argument-type", "`grad` needs a function that gives one number", argument: 0,
    facts: shape.map { [.init("\(name) gave", $0)] } ?? [],
    why: "a gradient says how one number changes; sum or average the result first.")
}

/// The derivatives of every element of `f(x)` with respect to every element of `x`: `[…f, …x]`.
package func jacobian(of f: (Tensor) throws -> Tensor, _ x: Tensor) throws -> Tensor {
  let input = try variable(x)
  let output = try recording { try f(input) }
  guard output.rank + x.rank <= Shape.maximumRank else {
    throw Failure("argument-range", "the jacobian of \(output.shape) by \(x.shape) has more than 8 axes", argument: 0)
  }
  let shape = try Shape.checked(Array(output.shape) + Array(x.shape))
  var rows: [Tensor] = []
  for index in 0..<output.count {
    var unit = [Double](repeating: 0, count: output.count)
    unit[index] = 1
    let seed = try Raw.cast(Tensor(unit, output.shape), output.dtype)
    rows.append(try backward(output, seed: seed, leaves: [input])[0] ?? Op.zerosLike(x))
  }
  if rows.isEmpty { return try Tensor.zeros(shape, x.dtype) }
  return try Op.reshape(Op.stack(rows.map { try Op.reshape($0, x.shape) }), shape)
}

/// The second derivatives of the number `f(x)`: `[…x, …x]`.
package func hessian(of f: (Tensor) throws -> Tensor, _ x: Tensor) throws -> Tensor {
  try jacobian(
    of: { inner in
      let input = try variable(inner)
      let output = try recording { try f(input) }
      guard output.count == 1 else {
        throw Failure(
          "argument-type", "`hessian` needs a function that gives one number", argument: 0,
          facts: [.init("it gave", "\(output.shape)")])
      }
      return try backward(output, leaves: [input])[0] ?? Op.zerosLike(inner)
    }, x)
}
