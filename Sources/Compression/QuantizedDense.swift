package import Autodiff
import Diagnostics
import JSON
package import Layers
package import Tensors

/// A dense layer whose weights stand as 8-bit integers (or as 16-bit floats), made by `quantize`.
///
/// Weight `[in, units]`, bias `[units]`: both constants that no longer learn. While a gradient is taken through it, and for
/// values that are not finite, it computes with the real weights, so gradients reach what stands before it.
package struct QuantizedDense: DeclaredLayer {
  package enum Method: String, Configurable, CaseIterable {
    /// Integers; the range of what comes in is known from examples.
    case `static`
    /// Integers; the range is that of the batch.
    case dynamic
    /// Small in memory, and computed in f32.
    case weights
  }

  package static let kind = "quantized_dense"
  package static var fields: [Field<QuantizedDense>] {
    [
      Field("units", \.units, positional: true), Field("activation", \.activation, positional: true),
      Field("dtype", \.dtype), Field("how", \.how),
    ]
  }

  package var units = 1
  package var activation: Activation?
  package var dtype = "int8"
  package var how = Method.dynamic
  package private(set) var weight = Tensor([0 as Int8], [1, 1])
  package private(set) var scale = Tensor([1 as Float], [1])
  package private(set) var bias: Tensor?
  package private(set) var input: Affine?
  /// What every unit's integer weights sum to: a zero point that is not 0 adds a multiple of it.
  private(set) var sums: [Int] = [0]

  package init() {}

  /// - Parameter input: how what comes in stands as integers, for `static`.
  init(_ dense: Dense, weight: Tensor, bias: Tensor?, perChannel: Bool, how: Method, input: Affine?) throws {
    (units, activation, self.how) = (dense.units, dense.activation, how)
    let symmetric = try SymmetricTensor(weight, perChannel: perChannel)
    (self.weight, scale, self.input) = (symmetric.values, symmetric.scale, input)
    self.bias = try bias.map { try Raw.cast($0.detached, .f32) }
    sums = try columnSums(self.weight)
  }

  /// The same weights as 16-bit floats.
  init(half dense: Dense, weight: Tensor, bias: Tensor?) throws {
    (units, activation, dtype, how) = (dense.units, dense.activation, "f16", .weights)
    self.weight = try Raw.cast(weight.detached, .f16)
    self.bias = try bias.map { try Raw.cast($0.detached, .f32) }
  }

  package init(reading reader: LayerReader) throws {
    self.init()
    for field in Self.fields {
      guard let json = reader.json[field.name] else { continue }
      guard field.set(&self, json) else { throw reader.failure("`\(field.name)` of `\(Self.kind)` is not valid") }
    }
    let isHalf = dtype == "f16"
    guard let weight = reader.constant("weight"), weight.rank == 2, weight.shape[1] == units,
      weight.dtype == (isHalf ? .f16 : .i8), isHalf || dtype == "int8", !isHalf || how == .weights
    else { throw reader.failure("the weights of `\(Self.kind)` are not valid") }
    self.weight = weight
    if let bias = reader.constant("bias") {
      guard bias.shape == [units], bias.dtype == .f32 else {
        throw reader.failure("the bias of `\(Self.kind)` is not valid")
      }
      self.bias = bias
    }
    guard !isHalf else { return }
    guard let scale = reader.constant("scale"), scale.dtype == .f32, scale.shape == [units] || scale.rank == 0 else {
      throw reader.failure("the scale of `\(Self.kind)` is not valid")
    }
    self.scale = scale
    sums = try columnSums(weight)
    if how == .static {
      guard let pair = try reader.constant("input")?.doubles, pair.count == 2, pair[0] > 0, pair[0].isFinite,
        let zero = Int(exactly: pair[1]), 0...255 ~= zero
      else { throw reader.failure("the input range of `\(Self.kind)` is not valid") }
      input = Affine(scale: Float(pair[0]), zero: zero)
    }
  }

  package var constants: [Constant] {
    var all: [Constant] = [("weight", weight)]
    if dtype == "int8" { all.append(("scale", scale)) }
    if let bias { all.append(("bias", bias)) }
    if let input { all.append(("input", Tensor([input.scale, Float(input.zero)]))) }
    return all
  }

  /// What had been learnt.
  var learnt: [Tensor] { bias.map { [weight, $0] } ?? [weight] }

  /// The weights as real numbers, f32.
  package func realWeight() throws -> Tensor {
    dtype == "f16"
      ? try Raw.cast(weight, .f32) : try SymmetricTensor(values: weight, scale: scale).dequantized()
  }

  /// The layer that learns, without its weights.
  var dense: Dense { Dense(units: units, activation: activation, bias: bias != nil, inputs: weight.shape[0]) }

  package func output(for input: Flow) throws -> Flow {
    guard input.isKnown else { return .sample([units]) }
    guard let shape = input.shape, shape.last == weight.shape[0] else {
      throw sizeFailure("`[\(weight.shape[0])]`", input)
    }
    return .sample(shape.replacing(shape.rank - 1, with: units))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank > 0, x.shape[x.rank - 1] == weight.shape[0] else {
      throw Failure(
        "layer-size", "`\(text)` takes a last axis of \(weight.shape[0]), not `\(x.shape)`",
        facts: [.init("input", x.shape.description)])
    }
    let y: Tensor
    if how == .weights || x.node != nil {
      y = try Op.dense(x, realWeight(), bias)
    } else {
      y = try integerProduct(x)
    }
    return .tensor(try activation.map { try $0(y) } ?? y)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    2 * Double(weight.shape[0]) * Double(output.shape?.elementCount ?? 0)
  }

  package var beforeSoftmax: (any Layer)? {
    guard activation == .softmax else { return nil }
    var copy = self
    copy.activation = nil
    return copy
  }
}

/// The layers of this module that a model file may hold.
package var quantizedKinds: [LayerKind] { [QuantizedDense.layerKind] }
