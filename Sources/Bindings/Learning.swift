import Autodiff
import Diagnostics
import Evaluator
import Tensors

private let functionParameter = Parameter<FunctionReference>("f", "a function")
private let wrtParameter = Parameter<String?>(
  "wrt", "the parameter to differentiate with respect to; none: the first", default: nil)

/// Derivatives of functions.
let learningModule = Module(
  "learning", "derivatives of functions of numbers, tensors and models",
  [
    Builtin(
      "grad", "A function that gives the gradient of f, in the structure of the argument.", functionParameter,
      wrtParameter,
      examples: ["grad(x => x ** 2)(3)" => "6", "grad(grad(x => x ** 3))(2)" => "12"]
    ) { f, wrt in
      derivative("grad", of: f) { arguments, named in
        let (value, gradient) = try differentiated(f, arguments, named, wrt)
        // Of several results the first is differentiated, and the others come along.
        guard case .list(let items) = value, items.count > 1 else { return Value(gradient) }
        return Value(list: [Value(value), Value(gradient)])
      }
    },
    Builtin(
      "value_and_grad", "A function that gives f's value and its gradient.", functionParameter, wrtParameter,
      examples: ["value_and_grad(x => x ** 2)(3)" => "(9, 6)"]
    ) { f, wrt in
      derivative("value_and_grad", of: f) { arguments, named in
        let (value, gradient) = try differentiated(f, arguments, named, wrt)
        return Value(list: [Value(value), Value(gradient)])
      }
    },
    Builtin(
      "jacobian", "A function that gives the derivative of every output with respect to every input.",
      functionParameter,
      examples: ["jacobian(x => x ** 2)([1, 2])" => "f32 [2, 2]\n  2  0\n  0  4"]
    ) { f in
      derivative("jacobian", of: f) { arguments, _ in
        let (x, g) = try tensorFunction(f, arguments, "jacobian")
        return Value(try jacobian(of: g, x))
      }
    },
    Builtin(
      "hessian", "A function that gives the second derivatives of a number with respect to every two inputs.",
      functionParameter, examples: ["hessian(x => sum(x ** 3))([1, 2])" => "f32 [2, 2]\n   6   0\n   0  12"]
    ) { f in
      derivative("hessian", of: f) { arguments, _ in
        let (x, g) = try tensorFunction(f, arguments, "hessian")
        return Value(try hessian(of: g, x))
      }
    },
    Builtin(
      "vmap", "A function that applies f to every entry of an axis and stacks the results.", functionParameter,
      Parameter<Int>("over", "the axis", default: 0),
      examples: ["vmap(x => sum(x))([[1, 2], [3, 4]])" => "f32 [2]  3  7"]
    ) { f, over in
      derivative("vmap", of: f) { arguments, _ in Value(try mapped(f, arguments, over: over)) }
    },
    Builtin(
      "stop_grad", "The same values as a constant: no gradient flows through.",
      Parameter<Datum>("x", "a number, tensor, list or record"),
      examples: ["grad(x => stop_grad(x) * x)(3)" => "3"]
    ) { x in constant(x) },
    Builtin(
      "check_grad", "Compares the gradient of f at x with differences of its values.", functionParameter,
      Parameter<Tensor>("x", "where"),
      Parameter<Double>("tol", "the largest relative difference", default: 1e-5, .above(0)),
      examples: ["check_grad(x => sum(x ** 3), [1, 2]).ok" => "true"]
    ) { f, x, tolerance in
      let result = try checkGradient(of: { try tensorResult(f, [Value($0)]) }, x, tolerance: tolerance)
      return Datum.record(
        DatumRecord([
          ("ok", .bool(result.isGood)), ("worst", .number(result.worst)), ("gradient", .tensor(result.analytic)),
          ("differences", .tensor(result.numeric)),
        ]))
    },
  ])

/// A function of the language that stands for a derivative of `f`.
private func derivative(
  _ name: String, of f: FunctionReference, _ body: @escaping ([Value], [(name: String, value: Value)]) throws -> Value
) -> Value {
  let builtin = Builtin(
    "\(name)(\(f.name))", "What `\(name)` made of `\(f.name)`.",
    Parameter<Rest<Value>>("arguments", "those of the function"),
    Parameter<NamedRest>("named", "those of the function")
  ) { arguments, named in try body(arguments.values, named.values) }
  return Value(new: BuiltinObject(builtin))
}

extension FunctionReference {
  /// The names of the parameters, where they are known.
  fileprivate var parameterNames: [String]? {
    if let function = value.function { return function.prototype.parameters.map(\.name) }
    return value.builtin?.builtin.parameters.map(\.name)
  }

  /// `positional` followed by the named ones in their places.
  fileprivate func ordered(_ positional: [Value], _ named: [(name: String, value: Value)]) throws -> [Value] {
    if named.isEmpty { return positional }
    guard let names = parameterNames else {
      throw Failure("bad-argument", "`\(name)` takes its arguments by position here")
    }
    var arguments = positional
    var left = named
    while arguments.count < names.count, !left.isEmpty {
      guard let at = left.firstIndex(where: { $0.name == names[arguments.count] }) else { break }
      arguments.append(left.remove(at: at).value)
    }
    if let wrong = left.first {
      let isKnown = names.contains(wrong.name)
      throw Failure(
        "bad-argument",
        isKnown ? "give the arguments before `\(wrong.name)` too" : "`\(name)` has no argument `\(wrong.name)`",
        hint: nearMisses(wrong.name, among: names).first.map { "\($0)=…" })
    }
    return arguments
  }
}

private func differentiated(
  _ f: FunctionReference, _ positional: [Value], _ named: [(name: String, value: Value)], _ wrt: String?
) throws -> (value: Datum, gradient: Datum) {
  let arguments = try f.ordered(positional, named)
  var index = 0
  if let wrt {
    let names = f.parameterNames ?? []
    guard let found = names.firstIndex(of: wrt) else {
      throw Failure(
        "bad-argument", "`\(f.name)` has no parameter `\(wrt)`",
        facts: [.init("parameters", names.joined(separator: ", "))],
        hint: nearMisses(wrt, among: names).first.map { "wrt=\"\($0)\"" })
    }
    index = found
  }
  guard index < arguments.count else {
    throw Failure(
      "missing-argument", "there is nothing to differentiate with respect to", why: "`\(f.name)` was called without it."
    )
  }
  // Only the argument at hand is taken apart; the others pass as they are.
  return try valueAndGradient(
    of: { inputs in
      var values = arguments
      values[index] = Value(inputs[0])
      defer { values[index].release() }
      let result = try f.call(values)
      defer { result.release() }
      return try Datum(result)
    }, name: f.name, [Datum(arguments[index])])
}

private func tensorResult(_ f: FunctionReference, _ arguments: [Value]) throws -> Tensor {
  defer { arguments[0].release() }
  var result = try f.call(arguments)
  defer { result.release() }
  guard let tensor = try withUnsafeMutablePointer(to: &result, { try Tensor.from($0) }) else {
    throw Failure("argument-type", "`\(f.name)` must give a number or a tensor, not \(result.described)", argument: 0)
  }
  return tensor
}

private func tensorFunction(
  _ f: FunctionReference, _ arguments: [Value], _ name: String
) throws -> (Tensor, (Tensor) throws -> Tensor) {
  guard var first = arguments.first, let x = try withUnsafeMutablePointer(to: &first, { try Tensor.from($0) }) else {
    throw Failure("argument-type", "`\(name)` differentiates with respect to a tensor or a number", argument: 0)
  }
  return (x, { try tensorResult(f, [Value($0)] + arguments.dropFirst()) })
}

private func mapped(_ f: FunctionReference, _ arguments: [Value], over position: Int) throws -> Tensor {
  guard var first = arguments.first, let x = try withUnsafeMutablePointer(to: &first, { try Tensor.from($0) }) else {
    throw Failure("argument-type", "`vmap` goes over the entries of a tensor", argument: 0)
  }
  let axis = try Op.axis(position, rank: x.rank)
  let parts = try (0..<x.shape[axis]).map {
    try tensorResult(f, [Value(Op.select(x, axis: axis, $0))] + arguments.dropFirst())
  }
  return try Op.stack(parts.map { $0.isNumber ? try Op.cast($0, to: x.dtype) : $0 })
}

private func constant(_ x: Datum) -> Datum {
  switch x {
  case .tensor(let tensor): .tensor(Op.stopGradient(tensor))
  case .list(let items): .list(items.map(constant))
  case .record(let record): .record(DatumRecord(zip(record.keys, record.values).map { ($0, constant($1)) }))
  default: x
  }
}
