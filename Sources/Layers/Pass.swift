package import Autodiff
import Diagnostics
package import Tensors

/// One use of a model: whether it trains, its random numbers, and the running statistics that come out of it.
///
/// There is no flag on a model: training belongs to the value that is being differentiated, which carries a pass.
package final class Pass {
  package let isTraining: Bool
  /// New running statistics by index among the model's states.
  package var newStates: [Int: Tensor] = [:]
  /// Called with every layer within the model and what it gave, by whoever looks into a model.
  package var watch: ((Node, Datum) -> Void)?
  private let source: RandomStream
  private var draws: UInt64 = 0

  package init(isTraining: Bool, stream: RandomStream = RandomStream(seed: 0, stream: 0)) {
    self.isTraining = isTraining
    source = stream
  }

  /// A stream of its own for each call that asks, in the order of the calls.
  package func stream() -> RandomStream {
    draws += 1
    return source.split(draws)
  }
}

/// Where a layer stands while it is applied: its tensors, the layers within, the pass.
package struct Place {
  package let node: Node
  package let pass: Pass
  let values: Values
  /// False inside `frozen`.
  package var isTraining: Bool

  final class Values {
    let parameters: [Tensor]
    let states: [Tensor]

    init(parameters: [Tensor], states: [Tensor]) {
      self.parameters = parameters
      self.states = states
    }
  }

  /// The layer's own parameter, in the order of its specs.
  package func parameter(_ index: Int) -> Tensor { values.parameters[node.ownParameters.lowerBound + index] }
  package var parameterCount: Int { node.ownParameters.count }

  /// The layer's own state, with what this pass has already made of it.
  package func state(_ index: Int) -> Tensor {
    let at = node.ownStates.lowerBound + index
    return pass.newStates[at] ?? values.states[at]
  }

  package func update(_ index: Int, _ value: Tensor) {
    pass.newStates[node.ownStates.lowerBound + index] = value
  }

  package var childCount: Int { node.children.count }

  /// Applies the layer within at `index`.
  package func apply(_ index: Int, _ x: Datum) throws -> Datum {
    let child = node.children[index]
    do {
      let y = try child.layer.apply(
        x, Place(node: child, pass: pass, values: values, isTraining: isTraining && !child.layer.isFrozen))
      pass.watch?(child, y)
      return y
    } catch let failure as Failure where failure.id == "dtype" {
      throw needsFloats(child.layer, x) ?? failure
    }
  }

  /// A layer with weights that is given stored data: told in its own words. Nil when the input are floats.
  private func needsFloats(_ layer: any Layer, _ x: Datum) -> Failure? {
    guard layer.children.isEmpty, case .tensor(let x) = x, [.u8, .i8, .bool].contains(x.dtype) else { return nil }
    return Failure(
      "dtype", "`\(layer.text)` needs floats, and is given \(x.dtype) \(x.shape)",
      why: x.dtype == .u8
        ? "u8 holds stored data such as images, from 0 to 255; `float(x) / 255` makes floats from 0 to 1 of them."
        : "`float(x)` makes floats of them.")
  }

  /// The layer within at `index`, as a function.
  package func function(_ index: Int) -> any Callable { PlacedLayer(place: self, index: index) }
}

/// A layer in its place as a function: what the body of a `model` block calls.
private final class PlacedLayer: Callable {
  let place: Place
  let index: Int

  init(place: Place, index: Int) {
    self.place = place
    self.index = index
  }

  var name: String { place.node.children[index].layer.kind }

  func call(_ arguments: [Datum]) throws -> Datum {
    guard arguments.count == 1 else {
      throw Failure("bad-argument", "a layer takes one argument, not \(arguments.count)")
    }
    return try place.apply(index, arguments[0])
  }
}

/// A table of numbers, which becomes a tensor when layers take over from preprocessors.
package protocol MatrixConvertible {
  func matrix() throws -> Tensor
}

extension Datum {
  /// The tensor that a layer works on.
  ///
  /// - Throws: `argument-type` that names what came instead.
  package func tensor(for layer: any Layer) throws -> Tensor {
    switch self {
    case .tensor(let x): return x
    case .number(let x): return Tensor(number: x)
    case .object(let object):
      if let table = (object as? Boxed)?.value as? any MatrixConvertible { return try table.matrix() }
      throw Failure("argument-type", "`\(layer.text)` takes a tensor, not \(kindForPeople)")
    default: throw Failure("argument-type", "`\(layer.text)` takes a tensor, not \(kindForPeople)")
    }
  }

  package var kindForPeople: String {
    switch self {
    case .none: "none"
    case .bool: "a bool"
    case .number: "a number"
    case .text: "a string"
    case .tensor: "a tensor"
    case .list: "a list"
    case .record: "a record"
    case .object(let object): object is Callable ? "a function" : "this value"
    }
  }
}
