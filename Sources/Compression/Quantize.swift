package import Autodiff
import Diagnostics
package import Layers
import Tensors

extension Model {
  /// The model with 8-bit integers in its dense layers; the others stay as they are.
  ///
  /// - Parameters:
  ///   - examples: what the ranges of inputs are measured on, for `static`.
  ///   - perChannel: a scale for each unit, not one for the layer.
  /// - Throws: `unbuilt`; `missing-argument` for `static` without examples.
  package func quantized(
    how: QuantizedDense.Method, calibrate examples: Datum?, perChannel: Bool
  ) throws -> Model {
    guard isBuilt else { throw unbuilt(self, "quantize") }
    var ranges: [String: InputRange] = [:]
    if how == .static {
      guard let examples else {
        throw Failure(
          "missing-argument", "`quantize` needs `calibrate=`: inputs like those that the model will see",
          why: "how=\"static\" fixes the range of what goes into each layer, and measures it on them.",
          hint: "calibrate=x for a part of the training data, or how=\"dynamic\"")
      }
      ranges = try inputRanges(on: examples)
    }
    return try replacingDense { dense, node, weight, bias in
      var input: Affine?
      if how == .static, let range = ranges[node.path], !range.isEmpty {
        input = Affine(low: range.low, high: range.high)
      }
      // A layer that the examples never reach takes the range of the batch.
      let method = how == .static && input == nil ? .dynamic : how
      return try QuantizedDense(
        dense, weight: weight, bias: bias, perChannel: perChannel, how: method, input: input)
    }
  }

  /// The model with 16-bit floats in its dense layers, which compute in f32.
  package func halved() throws -> Model {
    guard isBuilt else { throw unbuilt(self, "quantize") }
    return try replacingDense { dense, _, weight, bias in
      try QuantizedDense(half: dense, weight: weight, bias: bias)
    }
  }

  /// The model with dense layers that can learn in place of the quantised ones.
  package func dequantized() throws -> Model {
    var weights: [(path: String, value: Tensor)] = []
    let tree = try rebuilt(layer, at: architecture.root) { layer, node in
      guard let quantized = layer as? QuantizedDense else { return nil }
      weights.append((path(node, "weight"), try quantized.realWeight()))
      if let bias = quantized.bias { weights.append((path(node, "bias"), bias)) }
      var dense = quantized.dense
      if node.input.shape != nil { dense.inputs = nil }
      return dense
    }
    guard !weights.isEmpty else { return self }
    var model = try placed(tree, input: architecture.input)
    try model.setWeights(weights)
    return model
  }

  private func replacingDense(
    _ make: (Dense, Layers.Node, _ weight: Tensor, _ bias: Tensor?) throws -> QuantizedDense
  ) throws -> Model {
    let values = try parameters
    var count = 0
    let tree = try rebuilt(layer, at: architecture.root) { layer, node in
      guard let dense = layer as? Dense else { return nil }
      let own = node.ownParameters
      count += 1
      return try make(dense, node, values[own.lowerBound], dense.bias ? values[own.lowerBound + 1] : nil)
    }
    guard count > 0 else {
      throw Failure(
        "argument-range", "there is no dense layer to quantise in `\(self)`", argument: 0,
        why: "dense layers alone have a quantised form.")
    }
    return try placed(tree, input: architecture.input)
  }
}
