package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `input(28, 28)`: the shape of one example, from which sizes flow on; `input({img: [28, 28, 1]})` for several.
package struct Input: Layer {
  package var flow: Flow

  /// - Throws: `argument-range` for sizes that are not positive, `rank` for more than seven axes.
  package init(_ sizes: [Int]) throws { flow = .sample(try Input.checked(sizes)) }

  package init(fields: [(name: String, sizes: [Int])]) throws {
    flow = .record(try fields.map { Flow.Field($0.name, try Input.checked($0.sizes)) })
  }

  private static func checked(_ sizes: [Int]) throws -> Shape {
    guard sizes.count < Shape.maximumRank else {
      throw Failure("rank", "an example has at most \(Shape.maximumRank - 1) axes, not \(sizes.count)")
    }
    for size in sizes where size < 1 {
      throw Failure("argument-range", "a size of an input is at least 1, not \(size)")
    }
    return try Shape.checked(sizes)
  }

  package var kind: String { "input" }

  package var settings: [Setting] {
    switch flow {
    case .record(let fields):
      let json = JSONValue.object(fields.map { .init($0.name, Array($0.shape).json) })
      return [Setting(name: "shape", json: json, text: flow.description, isPositional: true, isDefault: false)]
    default:
      let sizes = Array(flow.shape ?? [])
      let text = sizes.map(String.init).joined(separator: ", ")
      return [Setting(name: "shape", json: sizes.json, text: text, isPositional: true, isDefault: sizes.isEmpty)]
    }
  }

  package func output(for input: Flow) throws -> Flow {
    if input.isKnown, input != flow { throw sizeFailure("`\(flow)`", input) }
    return flow
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    switch (x, flow) {
    case (.tensor(let tensor), .sample(let shape)):
      guard tensor.rank == shape.rank + 1, tensor.shape.dropFirst().elementsEqual(shape) else {
        let wanted = "[n" + shape.map { ", \($0)" }.joined() + "]"
        throw Failure(
          "layer-size", "the model takes `\(wanted)`, not `\(tensor.shape)`",
          facts: [.init("x", tensor.shape.description, argument: 0), .init("`\(text)`", wanted)],
          why: tensor.shape == shape ? "a model works on a batch: the first axis counts examples." : nil,
          hint: tensor.shape == shape ? "x[new]" : nil)
      }
    case (.record(let record), .record(let fields)):
      for field in fields {
        guard case .tensor(let tensor)? = record[field.name] else {
          throw Failure(
            "argument-type", "the model takes a tensor `\(field.name)`",
            facts: [.init("fields given", record.keys.joined(separator: ", "))])
        }
        guard tensor.rank == field.shape.rank + 1, tensor.shape.dropFirst().elementsEqual(field.shape) else {
          throw Failure(
            "layer-size", "`\(field.name)` is `\(tensor.shape)`, but each example is `\(field.shape)`",
            facts: [.init("`\(text)`", flow.description)])
        }
      }
    case (_, .record): throw Failure("argument-type", "the model takes a record `\(flow)`, not \(x.kindForPeople)")
    default: throw Failure("argument-type", "the model takes a tensor, not \(x.kindForPeople)")
    }
    return x
  }

  static var layerKind: LayerKind {
    LayerKind("input") { reader in
      switch reader.json["shape"] {
      case .object(let members)?:
        return try Input(
          fields: members.map { member in
            guard let sizes = [Int](json: member.value) else {
              throw reader.failure("the shape of `input` is not valid")
            }
            return (name: member.key, sizes: sizes)
          })
      case let json?:
        guard let sizes = [Int](json: json) else { throw reader.failure("the shape of `input` is not valid") }
        return try Input(sizes)
      case nil: return try Input([])
      }
    }
  }
}
