import Autodiff
import Tensors

extension QuantizedDense {
  /// `x @ weight + bias` with the product in integers, f32.
  ///
  /// `x = (q - zero) * s` and `w = v * scale`, so the product is `(q @ v - zero * sum(v)) * s * scale`, where `q @ v` is exact.
  func integerProduct(_ x: Tensor) throws -> Tensor {
    let inputs = weight.shape[0]
    let rows = inputs == 0 ? 0 : x.count / inputs
    let flat = try Raw.reshape(Raw.cast(x.detached, .f32).contiguous, [rows, inputs])
    guard rows > 0, try Raw.allFinite(flat) else { return try Raw.linear(x, realWeight(), bias) }
    let affine: Affine
    if let input {
      affine = input
    } else {
      affine = Affine(low: try Raw.min(flat).item, high: try Raw.max(flat).item)
    }
    let product = try Raw.integerMatmul(affine.quantized(flat), weight)
    let scales = try Raw.broadcast(scale, to: [units]).floats.map { $0 * affine.scale }
    let offsets = sums.map { $0 * affine.zero }
    let biases = try bias?.floats ?? [Float](repeating: 0, count: units)
    return try product.withElements(Int.self) { product in
      try Tensor.filled(x.shape.replacing(x.rank - 1, with: units), Float.self) { out in
        for row in 0..<rows {
          let start = row * units
          for unit in 0..<units {
            out[start + unit] = Float(product[start + unit] - offsets[unit]) * scales[unit] + biases[unit]
          }
        }
      }
    }
  }
}

/// What the integers of each column sum to.
func columnSums(_ weight: Tensor) throws -> [Int] {
  let units = weight.shape[1]
  var sums = [Int](repeating: 0, count: units)
  try weight.withElements(Int8.self) { values in
    for (i, value) in values.enumerated() { sums[i % units] += Int(value) }
  }
  return sums
}
