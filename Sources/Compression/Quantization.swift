package import Tensors

/// How real numbers stand as 8-bit integers without sign: `real = (integer - zero) * scale`.
package struct Affine: Equatable, Sendable {
  package var scale: Float
  package var zero: Int

  package init(scale: Float, zero: Int) {
    self.scale = scale
    self.zero = zero
  }

  /// The finest one that holds everything from `low` to `high`, and 0 exactly.
  package init(low: Double, high: Double, bits: Int = 8) {
    let most = Double((1 << bits) - 1)
    let (low, high) = (min(low, 0), max(high, 0))
    let width = Float((high - low) / most)
    scale = width > 0 && width.isFinite ? width : 1
    zero = Int(min(max((-low / Double(scale)).rounded(), 0), most))
  }

  /// Nearest integers, cut off at the ends of the range.
  func quantized(_ x: Tensor) throws -> Tensor {
    let (inverse, offset) = (1 / scale, Float(zero))
    return try x.withElements(Float.self) { source in
      try Tensor.filled(x.shape, UInt8.self) { out in
        for i in out.indices {
          let value = source[i] * inverse + offset
          let inside = value > 0 ? (value < 255 ? value : 255) : 0
          // Adding 1.5 · 2²³ rounds to the nearest integer, which then stands in the lowest bits.
          out[i] = UInt8(truncatingIfNeeded: (inside + 12_582_912).bitPattern)
        }
      }
    }
  }
}

/// A tensor as integers with sign, the same amount of them on both sides of 0: `real = integer * scale`.
package struct SymmetricTensor {
  /// i8, in the shape of the original.
  package var values: Tensor
  /// f32: one for each place of the last axis, or one for all of them.
  package var scale: Tensor

  package init(values: Tensor, scale: Tensor) {
    self.values = values
    self.scale = scale
  }

  /// - Parameter perChannel: a scale for each place of the last axis.
  package init(_ x: Tensor, bits: Int = 8, perChannel: Bool) throws {
    let source = try x.floats
    let channels = perChannel && x.rank > 0 ? x.shape[x.rank - 1] : 1
    let most = Float((1 << (bits - 1)) - 1)
    var scales = [Float](repeating: 0, count: channels)
    if channels > 0 {
      for (i, value) in source.enumerated() { scales[i % channels] = max(scales[i % channels], abs(value)) }
    }
    scales = scales.map { $0 > 0 && $0.isFinite ? max($0 / most, .leastNormalMagnitude) : 1 }
    values = try Tensor.filled(x.shape, Int8.self) { out in
      for i in out.indices {
        let value = (source[i] / scales[i % channels]).rounded(.toNearestOrEven)
        // What is not a number becomes 0.
        out[i] = Int8(value > -most ? (value < most ? value : most) : (value.isNaN ? 0 : -most))
      }
    }
    scale = Tensor(scales, perChannel ? [channels] : [])
  }

  /// The real numbers again, f32.
  package func dequantized() throws -> Tensor {
    try Raw.multiply(Raw.cast(values, .f32), scale)
  }
}
