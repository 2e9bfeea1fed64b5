import Autodiff
import Diagnostics
import Layers
import Tensors

/// What has gone into a layer: the least and the most, with 0 between them.
final class InputRange {
  private(set) var low = 0.0
  private(set) var high = 0.0
  private(set) var isEmpty = true

  func include(_ x: Tensor) throws {
    guard x.count > 0 else { return }
    guard try Raw.allFinite(x) else {
      throw Failure(
        "not-finite", "the examples in `calibrate` give values that are not finite inside the model",
        why: "the range of what goes into a layer is measured on them.")
    }
    low = min(low, try Raw.min(x).item)
    high = max(high, try Raw.max(x).item)
    isEmpty = false
  }

  func forget() { (low, high, isEmpty) = (0, 0, true) }
}

/// A dense layer that notes what goes into it; its parameters stand where they stood.
struct ObservedDense: Layer {
  let dense: Dense
  let range: InputRange

  var kind: String { dense.kind }
  var text: String { dense.text }
  var settings: [Setting] { dense.settings }
  func parameters(for input: Flow) throws -> [ParameterSpec]? { try dense.parameters(for: input) }
  func output(for input: Flow) throws -> Flow { try dense.output(for: input) }

  func apply(_ x: Datum, _ place: Place) throws -> Datum {
    try range.include(x.tensor(for: self).detached)
    return try dense.apply(x, place)
  }
}

extension Model {
  /// The range of what goes into each dense layer, by path, while the model is applied to `examples`.
  func inputRanges(on examples: Datum) throws -> [String: InputRange] {
    var ranges: [String: InputRange] = [:]
    let observed = try rebuilt(layer, at: architecture.root) { layer, node in
      guard let dense = layer as? Dense else { return nil }
      let range = InputRange()
      ranges[node.path] = range
      return ObservedDense(dense: dense, range: range)
    }
    _ = try parameters
    let model = try placed(observed, input: architecture.input)
    // Placing a `model` block runs it on zeros, which are no examples.
    for range in ranges.values { range.forget() }
    _ = try model.apply(examples)
    return ranges
  }
}
