import Diagnostics
package import Tensors

/// Attention and places in sequences.
extension Op {
  /// `softmax(q kᵀ * scale) v` over the last two axes: q `[…, t, d]`, k `[…, s, d]`, v `[…, s, e]` (Vaswani et al., 2017).
  ///
  /// `mask`, bools that broadcast to `[…, t, s]`, says what is seen; with `isCausal` step i of t sees the steps up to
  /// `s - t + i`. `weigh` changes the weights before they are used, for dropout. The scale is `1 / sqrt(d)` unless given.
  package static func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, isCausal: Bool = false, scale: Double? = nil,
    weigh: (Tensor) throws -> Tensor = { $0 }
  ) throws -> (output: Tensor, weights: Tensor) {
    guard q.rank >= 2, q.rank == k.rank, k.rank == v.rank, q.shape[q.rank - 1] == k.shape[k.rank - 1],
      k.shape[k.rank - 2] == v.shape[v.rank - 2]
    else {
      throw Failure(
        "matmul-shape", "attention needs queries `[…, t, d]`, keys `[…, s, d]` and values `[…, s, e]`", argument: 0,
        facts: [
          .init("q", "\(q.shape)", argument: 0), .init("k", "\(k.shape)", argument: 1),
          .init("v", "\(v.shape)", argument: 2),
        ])
    }
    let (t, s) = (q.shape[q.rank - 2], k.shape[k.rank - 2])
    let factor = scale ?? 1 / Double(Swift.max(q.shape[q.rank - 1], 1)).squareRoot()
    // The smaller side is scaled.
    var scores = try matmul(multiply(q, number(factor)), transpose(k))
    if isCausal {
      let seen = Tensor((0..<t * s).map { $0 % s <= s - t + $0 / s }, [t, s])
      scores = try select(seen, scores, number(-.infinity))
    }
    if let mask { scores = try select(mask, scores, number(-.infinity)) }
    let weights = try softmax(scores)
    return (try matmul(weigh(weights), v), weights)
  }

  /// `[n, t, heads * d]` as `[n, heads, t, d]`.
  package static func heads(_ x: Tensor, _ count: Int) throws -> Tensor {
    let s = x.shape
    return try permute(reshape(x, [s[0], s[1], count, s[2] / count]), [0, 2, 1, 3])
  }

  /// The way back: `[n, heads, t, d]` as `[n, t, heads * d]`.
  package static func unheads(_ x: Tensor) throws -> Tensor {
    let s = x.shape
    return try reshape(permute(x, [0, 2, 1, 3]), [s[0], s[2], s[1] * s[3]])
  }

  /// `place / base^(2 i / width)` for each place and pair: f64 `[length, pairs]`.
  package static func angles(_ length: Int, pairs: Int, width: Int, base: Double, from start: Int = 0) throws -> Tensor
  {
    let exponents = Tensor((0..<pairs).map { -2 * Double($0) / Double(width) }, [1, pairs])
    let rates = try Raw.pow(Tensor.full([1, pairs], base, .f64), exponents)
    return try Raw.multiply(Tensor((start..<start + length).map(Double.init), [length, 1]), rates)
  }

  /// Pairs of the last axis turned by the angles of their place, the second-last axis; places count from `start`.
  package static func rotated(
    _ x: Tensor, base: Double, isInterleaved: Bool, from start: Int = 0
  ) throws -> Tensor {
    let (length, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    let angles = try angles(length, pairs: width / 2, width: width, base: base, from: start)
    let (cosines, sines) = (try Raw.cast(Raw.cos(angles), x.dtype), try Raw.cast(Raw.sin(angles), x.dtype))
    if isInterleaved {
      let pairs = try reshape(x, Shape(x.shape.dropLast() + [width / 2, 2]))
      let (a, b) = (try select(pairs, axis: x.rank, 0), try select(pairs, axis: x.rank, 1))
      let (c, d) = try turned(a, b, cosines, sines)
      return try reshape(stack([c, d], axis: x.rank), x.shape)
    }
    let halves = try pieces(x, 2)
    let (c, d) = try turned(halves[0], halves[1], cosines, sines)
    return try concat([c, d], axis: -1)
  }

  private static func turned(_ a: Tensor, _ b: Tensor, _ cosines: Tensor, _ sines: Tensor) throws -> (Tensor, Tensor) {
    (
      try subtract(multiply(a, cosines), multiply(b, sines)), try add(multiply(b, cosines), multiply(a, sines))
    )
  }
}
