package import Autodiff
import Diagnostics
package import Layers
package import Tensors

package typealias MatrixConvertible = Layers.MatrixConvertible

/// A data set in memory: inputs and truths whose first axes count examples.
package struct Examples {
  package enum Inputs {
    case tensor(Tensor)
    case record([(name: String, tensor: Tensor)])
  }

  package var x: Inputs
  package var y: Tensor?
  package let count: Int

  /// - Throws: `argument-type` for something that is not `{x, y}` of tensors, `data-size` for counts that differ.
  package init(_ data: Datum, _ what: String = "data", argument: Int? = nil, needsTruth: Bool = true) throws {
    let (x, y) = try Examples.parts(data, what, argument, needsTruth)
    self.x = x
    self.y = y
    let tensors: [(name: String, tensor: Tensor)] =
      switch x {
      case .tensor(let tensor): [("x", tensor)]
      case .record(let fields): fields
      }
    guard let first = tensors.first?.tensor, tensors.allSatisfy({ $0.tensor.rank > 0 }) else {
      throw Failure("argument-type", "`x` of the \(what) has no axis that counts examples", argument: argument)
    }
    count = first.shape[0]
    for (name, tensor) in tensors + (y.map { [("y", $0)] } ?? []) {
      guard tensor.rank > 0, tensor.shape[0] == count else {
        throw Failure(
          "data-size", "`x` and `y` of the \(what) count different examples", argument: argument,
          facts: [.init(tensors[0].name, first.shape.description), .init(name, tensor.shape.description)])
      }
    }
    guard count > 0 else { throw Failure("data-size", "the \(what) has no examples", argument: argument) }
  }

  private static func parts(
    _ data: Datum, _ what: String, _ argument: Int?, _ needsTruth: Bool
  ) throws -> (Inputs, Tensor?) {
    guard case .record(let record) = data, let x = record["x"] else {
      if !needsTruth { return (try inputs(data, what, argument), nil) }
      if case .record(let record) = data, case .record? = record["train"] {
        throw Failure(
          "argument-type", "this data set comes in parts: `\(record.keys.joined(separator: "`, `"))`",
          argument: argument,
          why: "`train` is a record {x, y} to learn from.", hint: "\u{1}append .train")
      }
      throw Failure(
        "argument-type", "the \(what) has to be a record `{x, y}`, not \(data.kindForPeople)", argument: argument,
        why: "`x` holds the inputs and `y` the truths, one of each for every example.")
    }
    let inputs = try inputs(x, what, argument)
    switch record["y"] {
    case .tensor(let y)?: return (inputs, y.detached)
    case nil where !needsTruth: return (inputs, nil)
    case nil:
      throw Failure("argument-type", "the \(what) has no field `y`", argument: argument)
    case let other?:
      throw Failure(
        "argument-type", "`y` of the \(what) has to be a tensor, not \(other.kindForPeople)", argument: argument)
    }
  }

  private static func inputs(_ x: Datum, _ what: String, _ argument: Int?) throws -> Inputs {
    switch x {
    case .tensor(let tensor): return .tensor(tensor.detached)
    case .object(let object):
      if let table = (object as? Boxed)?.value as? any MatrixConvertible { return .tensor(try table.matrix()) }
    case .record(let record):
      return .record(
        try zip(record.keys, record.values).map { key, value in
          guard case .tensor(let tensor) = value else {
            throw Failure(
              "argument-type", "`x.\(key)` of the \(what) has to be a tensor, not \(value.kindForPeople)",
              argument: argument)
          }
          return (key, tensor.detached)
        })
    default: break
    }
    throw Failure(
      "argument-type", "`x` of the \(what) has to be a tensor or a table, not \(x.kindForPeople)", argument: argument)
  }

  /// The size of one example.
  package var flow: Flow {
    switch x {
    case .tensor(let tensor): .sample(Shape(tensor.shape.dropFirst()))
    case .record(let fields): .record(fields.map { .init($0.name, Shape($0.tensor.shape.dropFirst())) })
    }
  }
}

/// Hands out examples by the row, into buffers that are used again for every batch.
struct BatchReader {
  private let examples: Examples
  private let truth: Tensor?
  private var buffers: [Tensor] = []
  private var truthBuffer: Tensor?

  /// - Parameter truth: what stands in for `y`, in the form that the loss wants.
  init(_ examples: Examples, truth: Tensor?) {
    self.examples = examples
    self.truth = truth
  }

  /// The inputs and truths of these rows. What came before must not be used any more.
  mutating func read(_ rows: Tensor) throws -> (x: Datum, y: Tensor?) {
    var y: Tensor?
    if let truth {
      var buffer = truthBuffer ?? Tensor(number: 0)
      truthBuffer = nil
      y = try Raw.gatherRows(truth, rows, into: &buffer)
      truthBuffer = buffer
    }
    switch examples.x {
    case .tensor(let tensor): return (.tensor(try gather(tensor, rows, 0)), y)
    case .record(let fields):
      var parts: [(String, Datum)] = []
      for (index, field) in fields.enumerated() {
        parts.append((field.name, .tensor(try gather(field.tensor, rows, index))))
      }
      return (.record(DatumRecord(parts)), y)
    }
  }

  private mutating func gather(_ tensor: Tensor, _ rows: Tensor, _ index: Int) throws -> Tensor {
    while buffers.count <= index { buffers.append(Tensor(number: 0)) }
    return try Raw.gatherRows(tensor, rows, into: &buffers[index])
  }
}
