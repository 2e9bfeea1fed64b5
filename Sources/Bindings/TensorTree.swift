import Autodiff
import Diagnostics
import Evaluator
import Layers
import Optimizers
import Tensors

/// The tensors in a number, tensor, list, record or model, by path, and the same structure around others.
struct TensorTree {
  private(set) var paths: [String] = []
  var tensors: [Tensor] = []

  init(_ value: Datum) throws { try collect(value, "") }

  private mutating func collect(_ value: Datum, _ path: String) throws {
    switch value {
    case .number(let number): add(Tensor(number: number), path)
    case .tensor(let tensor): add(tensor, path)
    case .list(let items):
      for (index, item) in items.enumerated() { try collect(item, path.isEmpty ? "\(index)" : "\(path).\(index)") }
    case .record(let record):
      for (key, field) in zip(record.keys, record.values) { try collect(field, path.isEmpty ? key : "\(path).\(key)") }
    case .object(let object):
      guard let model = (object as? Boxed)?.value as? Model else { return }
      for (parameter, tensor) in zip(model.architecture.parameters, try model.parameters) {
        add(tensor, path.isEmpty ? parameter.path : "\(path).\(parameter.path)")
      }
    case .none, .bool, .text: return
    }
  }

  private mutating func add(_ tensor: Tensor, _ path: String) {
    paths.append(path)
    tensors.append(tensor)
  }

  /// `value`, whose tensors these were, with the tensors as they are now.
  func rebuilt(_ value: Datum) -> Datum {
    var next = tensors[...]
    return rebuilt(value, &next)
  }

  private func rebuilt(_ value: Datum, _ next: inout ArraySlice<Tensor>) -> Datum {
    switch value {
    case .number, .tensor:
      return .tensor(next.removeFirst())
    case .list(let items):
      var list: [Datum] = []
      for item in items { list.append(rebuilt(item, &next)) }
      return .list(list)
    case .record(let record):
      var fields: [(String, Datum)] = []
      for (key, field) in zip(record.keys, record.values) { fields.append((key, rebuilt(field, &next))) }
      return .record(DatumRecord(fields))
    case .object(let object):
      guard var model = (object as? Boxed)?.value as? Model else { return value }
      let count = model.architecture.parameters.count
      model.set(parameters: Array(next.prefix(count)))
      next.removeFirst(count)
      return .object(Boxed(model))
    case .none, .bool, .text: return value
    }
  }
}

/// Lengths and limits of gradients of any structure.
enum Clip {
  static func length(of value: Value) throws -> Double { try Clipping.norm(TensorTree(Datum(value)).tensors) }

  static func map(_ gradient: Datum, _ change: ([Tensor]) throws -> [Tensor]) throws -> Datum {
    var tree = try TensorTree(gradient)
    tree.tensors = try change(tree.tensors)
    return tree.rebuilt(gradient)
  }
}
