import Autodiff
import Diagnostics
import Evaluator
import Layers
import Tensors

/// A value as a model: a model, a layer that needs no arguments, an activation, or a function as an element.
func model(_ value: Value, argument: Int? = nil) throws -> Model {
  if let model = value.foreign as? Model { return model }
  if let builtin = value.builtin?.builtin {
    if let activation = Activation(rawValue: builtin.name) { return try Model(ActivationLayer(activation)) }
    if makesLayers(builtin) {
      let isReady = builtin.parameters.allSatisfy { $0.defaultValue != nil || $0.isRest }
      guard isReady else {
        throw Failure(
          "missing-argument", "`\(builtin.name)` needs its arguments to become a layer", argument: argument,
          hint: builtin.signature)
      }
      let made = try Machine.current.call(value, [])
      defer { made.release() }
      if let model = made.foreign as? Model { return model }
    }
    return try Model(FunctionLayer(NamedLibraryFunction(value)))
  }
  if let function = value.function { return try Model(FunctionLayer(ProgramFunction(function))) }
  throw Failure(
    "argument-type", "`>>` joins layers, preprocessors and functions, not \(value.described)", argument: argument)
}

private func makesLayers(_ builtin: Builtin) -> Bool {
  ["layers", "preprocessing", "baselines"].contains(builtin.module)
}

/// `left >> right`.
func composeValues(_ left: Value, _ right: Value) throws -> Value {
  Value(foreign: try Model.chain(model(left, argument: 0), model(right, argument: 1)))
}

/// The layer of a value that a container takes.
func layer(_ value: Value, argument: Int? = nil) throws -> Model { try model(value, argument: argument) }

/// A `model` block from its fields and its forward function.
func makeModelBlock(_ name: String, _ fields: [(name: String, value: Value)], _ forward: Value) throws -> Value {
  guard let function = forward.function else {
    throw Failure("not-a-model", "the last line of the model `\(name)` must be its forward function")
  }
  // The forward function itself is no field, also when it has a name.
  let parts = try fields.filter { $0.value.function !== function }.map { (name: $0.name, field: try field($0.value)) }
  return Value(foreign: try Model.block(name, fields: parts, body: ProgramBody(function)))
}

private func field(_ value: Value) throws -> Model.BlockField {
  if let model = value.foreign as? Model { return .model(model) }
  if let list = value.list, list.values.contains(where: { holdsModels($0) }) {
    return .list(try list.values.map { try field($0) })
  }
  if value.builtin.map({ makesLayers($0.builtin) }) == true { return .model(try model(value)) }
  if let function = value.function { return .value(.object(ProgramFunction(function))) }
  return .value(value.builtin != nil ? .object(NamedLibraryFunction(value)) : try Datum(value))
}

private func holdsModels(_ value: Value) -> Bool {
  value.foreign is Model || value.list?.values.contains { holdsModels($0) } == true
}

/// An activation by its function, as in `dense(128, relu)`, or by its name.
func activation(_ value: Value) throws -> Activation? {
  if value.isNone { return nil }
  if let name = value.string { return try Activation(named: name) }
  if let name = value.builtin?.builtin.name {
    if let found = Activation(rawValue: name) { return found }
    throw Failure(
      "argument-type", "`\(name)` is no activation", parameter: "activation",
      facts: [.init("activations", Activation.allCases.map(\.rawValue).joined(separator: ", "))])
  }
  throw Failure(
    "argument-type", "an activation is a function of the library such as `relu`, not \(value.described)",
    parameter: "activation", why: "a function of your own goes behind the layer: `dense(8) >> f`.")
}

/// A size or one for each axis: `3`, `(3, 5)`; it is called as its parameter unless that holds several.
func sizes(_ value: Value, _ name: String, parameter: String? = nil) throws -> [Int] {
  if value.isNumber, let size = Int(exactly: value.number) { return [size] }
  if let list = value.list, let sizes = whole(list.values.map { $0.isNumber ? $0.number : .nan }), !sizes.isEmpty {
    return sizes
  }
  if let tensor = value.tensor, tensor.rank == 1, let sizes = whole(try tensor.doubles), !sizes.isEmpty { return sizes }
  throw Failure(
    "argument-type", "`\(name)` is a whole number, or one for each axis, not \(value.described)",
    parameter: parameter ?? name)
}

private func whole(_ numbers: [Double]) -> [Int]? {
  let sizes = numbers.compactMap { Int(exactly: $0) }
  return sizes.count == numbers.count ? sizes : nil
}

/// `"same"`, `"valid"`, or so many on every side.
func padding(_ value: Value, causal: Bool = false) throws -> WindowPadding {
  switch value.string {
  case "same"?: return .same
  case "valid"?: return .valid
  case "causal"? where causal: return .causal
  case let other?:
    throw Failure(
      "argument-range", "`padding` must be \"same\", \"valid\" or a number, not \"\(other)\"", parameter: "padding")
  case nil:
    let sides = try sizes(value, "padding")
    guard sides.allSatisfy({ $0 >= 0 }) else {
      throw Failure("argument-range", "`padding` must be at least 0", parameter: "padding")
    }
    return .sides(sides)
  }
}
