import CLapack
import Diagnostics

/// Factorisations of square and other matrices `[…, m, n]`, each by LAPACK in f64. What has several parts is given packed
/// into one tensor, which `Op` takes apart: so a gradient has one output to start from.
///
/// Errors: `rank`, `matmul-shape` for what is not square or does not fit, `singular`, `needs-package` without LAPACK.
extension Raw {
  /// X of A X = B: a `[…, n, n]`, b `[…, n, m]`, with the same leading axes.
  package static func solve(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let n = try side(a, "solve")
    guard b.rank >= 2, b.shape[b.rank - 2] == n, a.shape.dropLast(2).elementsEqual(b.shape.dropLast(2)) else {
      throw Failure(
        "matmul-shape", "`solve` needs a right side, with as many rows, for each of the matrices",
        facts: [.init("a", a.shape.description, argument: 0), .init("b", b.shape.description, argument: 1)])
    }
    let m = b.shape[b.rank - 1]
    let right = try cast(b, .f64).contiguous
    let result = try factored(a, "solve", to: [n, m]) { index, matrix, out in
      out.update(from: right.pointer(Double.self) + index * n * m, count: n * m)
      let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: n)
      defer { pivots.deallocate() }
      let status = nnl_lu(Int32(n), matrix, pivots)
      return status != 0 || m == 0 ? status : nnl_lu_solve(Int32(n), Int32(m), matrix, pivots, out)
    }
    withExtendedLifetime(right) {}
    return result
  }

  /// The determinant of each matrix: shape `[…]`.
  package static func determinant(_ a: Tensor) throws -> Tensor {
    let n = try side(a, "det")
    return try factored(a, "det", to: []) { _, matrix, out in
      let pivots = UnsafeMutablePointer<Int32>.allocate(capacity: n)
      defer { pivots.deallocate() }
      let status = nnl_lu(Int32(n), matrix, pivots)
      out.pointee = 1
      for i in 0..<n { out.pointee *= matrix[i * (n + 1)] * (pivots[i] == Int32(i + 1) ? 1 : -1) }
      // A singular matrix has a determinant: 0.
      return status > 0 ? 0 : status
    }
  }

  /// L of A = L Lᵀ, from the mean of A and Aᵀ.
  package static func cholesky(_ a: Tensor) throws -> Tensor {
    let n = try side(a, "cholesky")
    return try factored(a, "cholesky", to: [n, n]) { _, matrix, out in
      symmetrize(matrix, n)
      let status = nnl_cholesky(Int32(n), matrix)
      for i in 0..<n { for j in 0..<n { out[i * n + j] = j > i ? 0 : matrix[i * n + j] } }
      return status
    }
  }

  /// A = Q R as `[…, k, m + n]`, k = min(m, n): Qᵀ, then R.
  package static func qr(_ a: Tensor) throws -> Tensor {
    let (m, n) = try sides(a, "qr")
    let k = Swift.min(m, n)
    return try factored(a, "qr", to: [k, m + n]) { _, matrix, out in
      let r = UnsafeMutablePointer<Double>.allocate(capacity: k * n)
      defer { r.deallocate() }
      let status = nnl_qr(Int32(m), Int32(n), matrix, r)
      for i in 0..<k {
        for j in 0..<m { out[i * (m + n) + j] = matrix[j * n + i] }
        for j in 0..<n { out[i * (m + n) + m + j] = r[i * n + j] }
      }
      return status
    }
  }

  /// A = U diag(s) Vᵀ as `[…, m + 1 + n, k]`, k = min(m, n): U, then s from the largest down, then V.
  package static func svd(_ a: Tensor) throws -> Tensor {
    let (m, n) = try sides(a, "svd")
    let k = Swift.min(m, n)
    return try factored(a, "svd", to: [m + 1 + n, k]) { _, matrix, out in
      let vt = UnsafeMutablePointer<Double>.allocate(capacity: k * n)
      defer { vt.deallocate() }
      let status = nnl_svd(Int32(m), Int32(n), matrix, out, out + m * k, vt)
      for i in 0..<k { for j in 0..<n { out[(m + 1 + j) * k + i] = vt[i * n + j] } }
      return status
    }
  }

  /// The eigenvalues of the mean of A and Aᵀ from the least up, then its eigenvectors in columns: `[…, 1 + n, n]`.
  package static func eigh(_ a: Tensor) throws -> Tensor {
    let n = try side(a, "eigh")
    return try factored(a, "eigh", to: [1 + n, n]) { _, matrix, out in
      symmetrize(matrix, n)
      let status = nnl_eigh(Int32(n), matrix, out)
      (out + n).update(from: matrix, count: n * n)
      return status
    }
  }

  private static func symmetrize(_ a: UnsafeMutablePointer<Double>, _ n: Int) {
    for i in 0..<n {
      for j in 0..<i {
        let mean = (a[i * n + j] + a[j * n + i]) / 2
        (a[i * n + j], a[j * n + i]) = (mean, mean)
      }
    }
  }

  private static func sides(_ a: Tensor, _ name: String) throws -> (Int, Int) {
    guard a.rank >= 2 else {
      throw Failure(
        "rank", "`\(name)` needs a matrix", argument: 0, facts: [.init("a", a.shape.description, argument: 0)])
    }
    let (m, n) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    guard m > 0, n > 0, m < 1 << 31, n < 1 << 31 else {
      throw Failure(
        "matmul-shape", "`\(name)` needs a matrix with rows and columns", argument: 0,
        facts: [.init("a", a.shape.description, argument: 0)])
    }
    return (m, n)
  }

  private static func side(_ a: Tensor, _ name: String) throws -> Int {
    let (m, n) = try sides(a, name)
    guard m == n else {
      throw Failure(
        "matmul-shape", "`\(name)` needs a square matrix", argument: 0,
        facts: [.init("a", a.shape.description, argument: 0)])
    }
    return n
  }

  /// Runs `body` on an f64 copy of every matrix; it fills the place of its result and answers what LAPACK says.
  private static func factored(
    _ a: Tensor, _ name: String, to sizes: [Int],
    _ body: (_ index: Int, _ matrix: UnsafeMutablePointer<Double>, _ out: UnsafeMutablePointer<Double>) -> Int32
  ) throws -> Tensor {
    let (lead, size) = (Array(a.shape.dropLast(2)), a.shape[a.rank - 2] * a.shape[a.rank - 1])
    var copy = try cast(a, .f64)
    try copy.makeUnique()
    let result = try Tensor.uninitialized(try Shape.checked(lead + sizes), .f64)
    let step = sizes.reduce(1, *)
    for index in 0..<lead.reduce(1, *) {
      try Resources.check()
      let matrix: UnsafeMutablePointer<Double> = copy.pointer() + index * size
      if !UnsafeBufferPointer(start: matrix, count: size).allSatisfy(\.isFinite) {
        throw Failure("not-finite", "`\(name)` needs numbers, and the matrix has nan or inf", argument: 0)
      }
      switch body(index, matrix, result.pointer() + index * step) {
      case 0: break
      case Int32(NNL_ABSENT):
        throw Failure(
          "needs-package", "`\(name)` needs LAPACK, which is not installed",
          why: "on Debian it is the package `liblapacke-dev`; NNS finds it when it is built and run with it.")
      case let status where status < 0: throw Resources.tooLarge(size * 8)
      case let status: throw refused(name, Int(status), a)
      }
    }
    withExtendedLifetime(copy) {}
    return a.dtype == .f64 ? result : try cast(result, .f32)
  }

  private static func refused(_ name: String, _ status: Int, _ a: Tensor) -> Failure {
    let facts: [Failure.Fact] = [.init("a", a.shape.description, argument: 0)]
    switch name {
    case "cholesky":
      return Failure(
        "singular", "this matrix is not positive definite", argument: 0, facts: facts,
        why: "its leading \(status) by \(status) part has no factor; a multiple of `eye(n)` added makes it definite.")
    case "svd", "eigh":
      return Failure("singular", "`\(name)` did not converge", argument: 0, facts: facts)
    default:
      return Failure(
        "singular", "this matrix is singular", argument: 0, facts: facts,
        why: "its rows depend on each other (pivot \(status) is 0); `lstsq` finds the best solution all the same.",
        hint: nil)
    }
  }
}
