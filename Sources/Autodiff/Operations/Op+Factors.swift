import Diagnostics
package import Tensors

/// Linear algebra: solutions, determinants and factors of matrices `[…, m, n]`.
///
/// Gradients after Giles, "An extended collection of matrix derivative results" (2008), and Townsend, "Differentiating the
/// singular value decomposition" (2016).
extension Op {
  /// X of A X = B; b is a vector or a matrix of right sides.
  package static func solve(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try checkRows(a, b, "solve")
    guard b.rank == a.rank - 1 else { return try solving([a, b], Unit()) }
    return try squeeze(solving([a, unsqueeze(b, axis: b.rank)], Unit()), axes: [b.rank])
  }

  static let solving: Operation<Unit> = Operation("solve", keepsOutput: true) { inputs, _ in
    try Raw.solve(inputs[0], inputs[1])
  } pullback: { pull in
    let right = try solving([transpose(pull.inputs[0]), pull.gradient], Unit())
    return [try pull.need(0) { try negate(matmul(right, transpose(pull.output))) }, pull.need(1) { right }]
  } samples: {
    [([definite([2, 2, 2]), Domain.line.sample([2, 2, 3])], Unit())]
  }

  package static func inverse(_ a: Tensor) throws -> Tensor {
    guard a.rank >= 2 else { return try Raw.solve(a, a) }
    let eye = try Raw.eye(a.shape.last ?? 0, a.dtype == .f64 ? .f64 : .f32)
    return try solving([a, a.rank == 2 ? eye : expand(eye, to: a.shape)], Unit())
  }

  package static func determinant(_ a: Tensor) throws -> Tensor { try determining([a], Unit()) }

  static let determining: Operation<Unit> = Operation("det", keepsOutput: true) { inputs, _ in
    try Raw.determinant(inputs[0])
  } pullback: { pull in
    let scale = try multiply(pull.gradient, pull.output)
    return [
      try multiply(
        unsqueeze(unsqueeze(scale, axis: scale.rank), axis: scale.rank + 1),
        transpose(inverse(pull.inputs[0])))
    ]
  } samples: {
    [([definite([3, 3])], Unit()), ([definite([2, 2, 2])], Unit())]
  }

  package static func cholesky(_ a: Tensor) throws -> Tensor { try choleskying([a], Unit()) }

  static let choleskying: Operation<Unit> = Operation("cholesky", keepsOutput: true) { inputs, _ in
    try Raw.cholesky(inputs[0])
  } pullback: { pull in
    let l = pull.output
    let middle = try lower(matmul(transpose(l), pull.gradient), diagonal: 0.5)
    let inner = try solving([transpose(l), transpose(solving([transpose(l), transpose(middle)], Unit()))], Unit())
    return [try symmetric(inner)]
  } samples: {
    [([definite([3, 3])], Unit())]
  }

  /// Eigenvalues `[…, n]` from the least up, and eigenvectors in columns `[…, n, n]`, of the symmetric part of A.
  package static func eigh(_ a: Tensor) throws -> (values: Tensor, vectors: Tensor) {
    let packed = try eigening([a], Unit())
    return (try row(packed, 0), try slice(packed, axis: a.rank - 2, from: 1, count: a.shape[a.rank - 1]))
  }

  static let eigening: Operation<Unit> = Operation("eigh", keepsOutput: true) { inputs, _ in
    try Raw.eigh(inputs[0])
  } pullback: { pull in
    let (n, axis) = (pull.output.shape.last ?? 0, pull.output.rank - 2)
    func parts(_ packed: Tensor) throws -> (Tensor, Tensor) {
      (try row(packed, 0), try slice(packed, axis: axis, from: 1, count: n))
    }
    let (w, v) = try parts(pull.output)
    let (gw, gv) = try parts(pull.gradient)
    let inner = try add(diagonal(gw), multiply(gaps(w), matmul(transpose(v), gv)))
    return [try symmetric(matmul(matmul(v, inner), transpose(v)))]
  } samples: {
    [([definite([3, 3])], Unit())]
  }

  /// U `[…, m, k]`, s `[…, k]` from the largest down, Vᵀ `[…, k, n]`, k = min(m, n).
  package static func svd(_ a: Tensor) throws -> (u: Tensor, s: Tensor, vt: Tensor) {
    let (m, n) = (a.rank < 2 ? 0 : a.shape[a.rank - 2], a.shape.last ?? 0)
    let (u, s, v) = try taken(apart: decomposing([a], Unit()), m, n)
    return (u, s, try transpose(v))
  }

  private static func taken(apart packed: Tensor, _ m: Int, _ n: Int) throws -> (u: Tensor, s: Tensor, v: Tensor) {
    let axis = packed.rank - 2
    return (
      try slice(packed, axis: axis, from: 0, count: m), try row(packed, m),
      try slice(packed, axis: axis, from: m + 1, count: n)
    )
  }

  static let decomposing: Operation<Unit> = Operation("svd", keepsOutput: true) { inputs, _ in
    try Raw.svd(inputs[0])
  } pullback: { pull in
    let a = pull.inputs[0]
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    let (u, s, v) = try taken(apart: pull.output, m, n)
    let (gu, gs, gv) = try taken(apart: pull.gradient, m, n)
    func skew(_ x: Tensor, _ g: Tensor) throws -> Tensor {
      let product = try matmul(transpose(x), g)
      return try multiply(gaps(square(s)), subtract(product, transpose(product)))
    }
    /// The part of g that the columns of x do not span.
    func rest(_ x: Tensor, _ g: Tensor) throws -> Tensor { try subtract(g, matmul(x, matmul(transpose(x), g))) }
    let (across, down) = (try unsqueeze(s, axis: s.rank - 1), try unsqueeze(s, axis: s.rank))
    let core = try add(
      add(multiply(skew(u, gu), across), multiply(down, skew(v, gv))), diagonal(gs))
    var result = try matmul(matmul(u, core), transpose(v))
    if m > n { result = try add(result, matmul(divide(rest(u, gu), across), transpose(v))) }
    if n > m { result = try add(result, matmul(u, divide(transpose(rest(v, gv)), down))) }
    return [result]
  } samples: {
    [([Domain.line.sample([3, 2])], Unit()), ([Domain.otherLine.sample([2, 3])], Unit())]
  }

  /// Q `[…, m, k]` with orthonormal columns and R `[…, k, n]`, k = min(m, n).
  package static func qr(_ a: Tensor) throws -> (q: Tensor, r: Tensor) {
    let (m, n) = (a.rank < 2 ? 0 : a.shape[a.rank - 2], a.shape.last ?? 0)
    guard m >= n else {
      // The left square alone decides Q; its gradient is that of a square.
      let q = try qr(slice(a, axis: a.rank - 1, from: 0, count: m)).q
      let r = try matmul(transpose(q), a)
      return (q, try multiply(r, Raw.triu(Tensor.ones([m, n], r.dtype))))
    }
    let packed = try orthogonalising([a], Unit())
    return (
      try transpose(slice(packed, axis: a.rank - 1, from: 0, count: m)),
      try slice(packed, axis: a.rank - 1, from: m, count: n)
    )
  }

  static let orthogonalising: Operation<Unit> = Operation("qr", keepsOutput: true) { inputs, _ in
    try Raw.qr(inputs[0])
  } pullback: { pull in
    let a = pull.inputs[0]
    let (m, n, last) = (a.shape[a.rank - 2], a.shape[a.rank - 1], a.rank - 1)
    func parts(_ packed: Tensor) throws -> (Tensor, Tensor) {
      (try transpose(slice(packed, axis: last, from: 0, count: m)), try slice(packed, axis: last, from: m, count: n))
    }
    let (q, r) = try parts(pull.output)
    let (gq, gr) = try parts(pull.gradient)
    let mixed = try subtract(matmul(r, transpose(gr)), matmul(transpose(gq), q))
    let low = try lower(mixed, diagonal: 0.5)
    let inner = try add(gq, matmul(q, add(low, transpose(low))))
    return [try transpose(solving([r, transpose(inner)], Unit()))]
  } samples: {
    [([Domain.line.sample([3, 2])], Unit()), ([Domain.otherLine.sample([2, 2])], Unit())]
  }

  static let factors: [AnyOperation] = [
    solving, determining, choleskying, eigening, decomposing, orthogonalising,
  ]

  /// X with the least |A X - B|, and of those the shortest: by the singular values above `n eps` of the largest.
  package static func leastSquares(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    try checkRows(a, b, "lstsq")
    guard b.rank >= a.rank else {
      return try squeeze(leastSquares(a, unsqueeze(b, axis: b.rank)), axes: [a.rank - 1])
    }
    let (u, s, vt) = try svd(a)
    let size = Double(Swift.max(a.shape[a.rank - 2], a.shape[a.rank - 1]))
    let limit = try Raw.multiply(
      Raw.max(s.detached, axes: [-1], keep: true), Tensor(number: size * (a.dtype == .f64 ? 2.2e-16 : 1.2e-7)))
    let counts = try Raw.cast(Raw.greater(s.detached, limit), s.dtype)
    // Where it does not count, 1 is divided by 1 and left out.
    let safe = try add(multiply(s, counts), Raw.subtract(Tensor(number: 1), counts))
    let inverted = try divide(counts, safe)
    return try matmul(
      transpose(vt), multiply(unsqueeze(inverted, axis: inverted.rank), matmul(transpose(u), b)))
  }

  /// The right sides have as many rows as the matrix; what is no matrix is refused where it is factored.
  private static func checkRows(_ a: Tensor, _ b: Tensor, _ name: String) throws {
    let axis = b.rank >= a.rank ? b.rank - 2 : b.rank - 1
    guard a.rank >= 2, axis < 0 || b.rank < a.rank - 1 || b.shape[axis] != a.shape[a.rank - 2] else { return }
    throw Failure(
      "matmul-shape", "`\(name)` needs as many rows on the right side as the matrix has",
      facts: [.init("a", a.shape.description, argument: 0), .init("b", b.shape.description, argument: 1)])
  }

  /// 1 / (wⱼ - wᵢ), and 0 on the diagonal and where two are equal.
  private static func gaps(_ w: Tensor) throws -> Tensor {
    let difference = try subtract(unsqueeze(w, axis: w.rank - 1), unsqueeze(w, axis: w.rank))
    let isEqual = try Raw.cast(Raw.equal(difference.detached, Tensor(number: 0)), w.dtype)
    return try divide(subtract(Tensor(number: 1), isEqual), add(difference, isEqual))
  }

  /// The lower triangle with the diagonal times a factor, and 0 above.
  private static func lower(_ x: Tensor, diagonal factor: Double) throws -> Tensor {
    let n = x.shape.last ?? 0
    let mask = try Raw.tril(Tensor.ones([n, n], x.dtype))
    let half = try Raw.multiply(Raw.eye(n, x.dtype), Tensor(number: 1 - factor))
    return try multiply(x, Raw.subtract(mask, half))
  }

  private static func symmetric(_ x: Tensor) throws -> Tensor {
    try multiply(add(x, transpose(x)), Tensor(number: 0.5))
  }

  /// Row `index` of each matrix.
  private static func row(_ x: Tensor, _ index: Int) throws -> Tensor { try select(x, axis: x.rank - 2, index) }

  /// The matrix with `x` on its diagonal.
  private static func diagonal(_ x: Tensor) throws -> Tensor {
    try multiply(unsqueeze(x, axis: x.rank - 1), Raw.eye(x.shape.last ?? 0, x.dtype))
  }

  /// Symmetric and positive definite, with eigenvalues well apart.
  private static func definite(_ shape: Shape) -> Tensor {
    let n = shape.last ?? 1
    let x = Domain.line.sample(shape)
    let slope = Tensor((0..<n).map { Double($0) * 1.5 + 1.5 })
    guard let product = try? Raw.matmul(x, transpose(x)), let base = try? diagonal(slope),
      let sum = try? Raw.add(product, base)
    else { return x }
    return sum
  }
}
