import Diagnostics
import Tensors

/// A value taken apart into the variables in it, and the way back.
struct Leaves {
  private(set) var variables: [Tensor] = []
  /// The models among them as they were, in order.
  private var originals: [Original] = []

  private struct Original {
    let model: any Differentiable
    let leafCount: Int
  }

  /// `value` with variables in place of its numbers and tensors.
  mutating func recorded(_ value: Datum, path: String = "") throws -> Datum {
    switch value {
    case .number(let number):
      return .tensor(try add(Tensor(number: number)))
    case .tensor(let x):
      guard x.dtype.isFloat else {
        throw Failure(
          "dtype", "a tensor of whole numbers or bools has no gradient", argument: 0,
          facts: [.init(path.isEmpty ? "it" : path, "\(x.dtype)\(x.shape)")],
          hint: "differentiate with respect to `float(…)` of it")
      }
      return .tensor(try add(x))
    case .list(let items):
      var list: [Datum] = []
      for (index, item) in items.enumerated() { list.append(try recorded(item, path: "\(path)[\(index)]")) }
      return .list(list)
    case .record(let record):
      var fields: [(String, Datum)] = []
      for (key, field) in zip(record.keys, record.values) {
        fields.append((key, try recorded(field, path: path.isEmpty ? key : "\(path).\(key)")))
      }
      return .record(DatumRecord(fields))
    case .object(let object):
      guard let box = object as? Boxed, let model = box.value as? any Differentiable else { return value }
      return .object(Boxed(try record(model)))
    case .none, .bool, .text:
      return value
    }
  }

  private mutating func record<Model: Differentiable>(_ model: Model) throws -> Model {
    let (copy, leaves) = try model.recorded(isTraining: true)
    variables += leaves
    originals.append(Original(model: model, leafCount: leaves.count))
    return copy
  }

  private mutating func add(_ x: Tensor) throws -> Tensor {
    let leaf = try variable(x)
    variables.append(leaf)
    return leaf
  }

  /// The structure of `value`, which `recorded` gave, with gradients in place of the variables; zeros where there is none.
  func gradient(_ value: Datum, _ gradients: [Tensor?]) throws -> Datum {
    var place = Place()
    return try gradient(value, gradients, &place)
  }

  /// How far the walk through the structure has come.
  private struct Place {
    var variable = 0
    var model = 0
  }

  private func gradient(_ value: Datum, _ gradients: [Tensor?], _ place: inout Place) throws -> Datum {
    switch value {
    case .tensor:
      defer { place.variable += 1 }
      return try Leaves.plain(gradients[place.variable] ?? Op.zerosLike(variables[place.variable]))
    case .list(let items):
      var list: [Datum] = []
      for item in items { list.append(try gradient(item, gradients, &place)) }
      return .list(list)
    case .record(let record):
      var fields: [(String, Datum)] = []
      for (key, field) in zip(record.keys, record.values) {
        fields.append((key, try gradient(field, gradients, &place)))
      }
      return .record(DatumRecord(fields))
    case .object(let object):
      guard let box = object as? Boxed, let model = box.value as? any Differentiable else { return .none }
      return .object(Boxed(try gradient(of: model, gradients, &place)))
    case .none, .bool, .text, .number:
      return .none
    }
  }

  private func gradient<Model: Differentiable>(
    of recorded: Model, _ gradients: [Tensor?], _ place: inout Place
  ) throws -> Model {
    let original = originals[place.model]
    let part = Array(gradients[place.variable..<(place.variable + original.leafCount)])
    place.model += 1
    place.variable += original.leafCount
    guard let model = original.model as? Model else { preconditionFailure("a recorded value changed its type") }
    return try model.gradient(part, of: recorded)
  }

  /// A number of the language where nothing records any more; otherwise the tensor as it is.
  static func plain(_ x: Tensor) throws -> Datum {
    try x.isNumber && x.node == nil ? .number(x.item) : .tensor(x)
  }

  /// `value` without the history that ends with this gradient.
  static func settled(_ value: Datum) throws -> Datum {
    if Recording.depth > 0 { return value }
    switch value {
    case .tensor(let x): return try plain(x.detached)
    case .list(let items): return .list(try items.map(settled))
    case .record(let record):
      return .record(DatumRecord(try zip(record.keys, record.values).map { ($0, try settled($1)) }))
    default: return value
    }
  }
}
