import Diagnostics

/// Tensors made by rule.
extension Raw {
  /// `start, start + 1, …` as int.
  package static func sequence(from start: Int = 0, count: Int) throws -> Tensor {
    let shape = try Shape.checked([count])
    return try Tensor.filled(shape, Int.self) { out in
      for i in out.indices { out[i] = start &+ i }
    }
  }

  /// `count` values from `a` to `b`, both included.
  package static func linspace(_ a: Double, _ b: Double, _ count: Int, _ dtype: DType = .f32) throws -> Tensor {
    let shape = try Shape.checked([count])
    let doubles = try Tensor.filled(shape, Double.self) { out in
      for i in out.indices {
        out[i] = i == count - 1 && count > 1 ? b : a + (b - a) * (count > 1 ? Double(i) / Double(count - 1) : 0)
      }
    }
    return try cast(doubles, dtype)
  }

  /// The unit matrix.
  package static func eye(_ n: Int, _ dtype: DType = .f32) throws -> Tensor {
    let result = try Tensor.zeros(try Shape.checked([n, n]), .f32)
    let p = result.pointer(Float.self)
    for i in 0..<n { p[i * (n + 1)] = 1 }
    return try cast(result, dtype)
  }

  /// Zeros above (below, for `triu`) the diagonal `k` of the last two axes.
  package static func tril(_ x: Tensor, diagonal k: Int = 0) throws -> Tensor {
    try triangle(x) { $1 <= $0 + k }
  }
  package static func triu(_ x: Tensor, diagonal k: Int = 0) throws -> Tensor {
    try triangle(x) { $1 >= $0 + k }
  }

  private static func triangle(_ x: Tensor, _ keeps: (Int, Int) -> Bool) throws -> Tensor {
    precondition(x.rank >= 2, "a matrix, or a batch of them")
    let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let mask = try Tensor.filled([rows, columns], UInt8.self, dtype: .bool) { out in
      for i in 0..<rows {
        for j in 0..<columns { out[i * columns + j] = keeps(i, j) ? 1 : 0 }
      }
    }
    return try select(mask, x, try Tensor.zeros([], x.dtype))
  }
}
