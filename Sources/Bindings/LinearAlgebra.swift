import Autodiff
import Diagnostics
import Evaluator
import Tensors

/// Products of vectors and matrices beside `@`.
let linearAlgebraModule = Module(
  "linear algebra", "products of vectors and matrices, beside `@`",
  [
    Builtin(
      "einsum", "Products summed over the axes that the right side leaves out.",
      Parameter<String>("pattern", "such as \"b t d, b s d -> b t s\""),
      Parameter<Rest<Tensor>>("xs", "one tensor for each part"),
      examples: ["einsum(\"i j, j -> i\", [[1, 2], [3, 4]], [1, 1])" => "f32 [2]  3  7"]
    ) { pattern, xs in try Op.einsum(pattern, xs.values) },
    Builtin(
      "dot", "The sum of the products of two vectors.", Parameter<Tensor>("a", dims: "[n]", "a vector"),
      Parameter<Tensor>("b", dims: "[n]", "a vector of the same length"),
      examples: ["dot([1, 2], [3, 4])" => "11"]
    ) { a, b in try Op.sum(Op.multiply(a, b)) },
    Builtin(
      "outer", "Every element of one vector times every element of another.",
      Parameter<Tensor>("a", dims: "[n]", "a vector"),
      Parameter<Tensor>("b", dims: "[m]", "a vector"),
      examples: ["outer([1, 2], [3, 4])" => "f32 [2, 2]\n  3  4\n  6  8"]
    ) { a, b in try Op.multiply(Op.reshape(a, [a.count, 1]), Op.reshape(b, [1, b.count])) },
    Builtin(
      "trace", "The sum of the diagonal of the last two axes.",
      Parameter<Tensor>("x", dims: "[..., n, n]", "a square matrix, or a batch of them"),
      examples: ["trace([[1, 2], [3, 4]])" => "5"]
    ) { x in
      let eye = try Raw.eye(x.shape[x.rank - 1], x.dtype)
      return try Op.sum(Op.multiply(x, eye), axes: [-1, -2])
    },
    Builtin(
      "solve", "x of a @ x = b.", matrixParameter, Parameter<Tensor>("b", "a vector, or a matrix of right sides"),
      examples: ["solve([[2, 0], [1, 4]], [4, 10])" => "f32 [2]  2  2"]
    ) { a, b in try Op.solve(floating(a), floating(b)) },
    Builtin(
      "inv", "The inverse of a matrix; `solve` is quicker and more exact where a product with it is wanted.",
      matrixParameter, examples: ["inv([[2, 0], [0, 4]])" => "f32 [2, 2]\n  0.50  0.00\n  0.00  0.25"]
    ) { a in try Op.inverse(floating(a)) },
    Builtin(
      "det", "The determinant of a matrix.", matrixParameter, examples: ["det([[1, 2], [3, 4]])" => "-2"]
    ) { a in try Op.determinant(floating(a)) },
    Builtin(
      "cholesky", "The lower triangle l with l @ l.T = a, of a symmetric positive definite matrix.", matrixParameter,
      examples: ["cholesky([[4, 2], [2, 5]])" => "f32 [2, 2]\n  2  0\n  1  2"]
    ) { a in try Op.cholesky(symmetric(floating(a), "cholesky")) },
    Builtin(
      "eigh", "The eigenvalues of a symmetric matrix from the least up, and its eigenvectors in columns.",
      matrixParameter, examples: ["w, v = eigh([[2, 0], [0, 1]]); w" => "f32 [2]  1  2"]
    ) { a in
      let (values, vectors) = try Op.eigh(symmetric(floating(a), "eigh"))
      return [values, vectors]
    },
    Builtin(
      "svd", "u, s and vt with u @ diagonal(s) @ vt = a; the singular values s from the largest down.",
      Parameter<Tensor>("a", "a matrix, or a batch of them"),
      examples: ["u, s, vt = svd([[0, 2], [1, 0]]); s" => "f32 [2]  2  1"]
    ) { a in
      let (u, s, vt) = try Op.svd(floating(a))
      return [u, s, vt]
    },
    Builtin(
      "qr", "q with orthonormal columns and the upper triangle r with q @ r = a.",
      Parameter<Tensor>("a", "a matrix, or a batch of them"),
      examples: ["q, r = qr([[3, 1], [4, 2]]); abs(r[0, 0])" => "5"]
    ) { a in
      let (q, r) = try Op.qr(floating(a))
      return [q, r]
    },
    Builtin(
      "lstsq", "The x with the least |a @ x - b|, and of those the shortest.",
      Parameter<Tensor>("a", "a matrix, or a batch of them"),
      Parameter<Tensor>("b", "a vector, or a matrix of right sides"),
      examples: ["lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5])" => "f32 [2]  1  2"]
    ) { a, b in try Op.leastSquares(floating(a), floating(b)) },
  ])

private let matrixParameter = Parameter<Tensor>("a", "a square matrix, or a batch of them")

/// Only half of a matrix is read where it has to be symmetric: one that is not would give a result of nothing.
private func symmetric(_ a: Tensor, _ name: String) throws -> Tensor {
  guard a.rank >= 2, a.shape[a.rank - 1] == a.shape[a.rank - 2], a.count > 0 else { return a }
  let size = try Raw.max(Raw.abs(a.detached)).item
  let off = try Raw.max(Raw.abs(Raw.subtract(a.detached, Op.transpose(a.detached)))).item
  guard off > 1e-4 * size else { return a }
  throw Failure(
    "matmul-shape", "`\(name)` needs a symmetric matrix", argument: 0,
    facts: [.init("largest difference from its transpose", formatNumber(off, significant: 3), argument: 0)],
    why: "row i, column j must equal row j, column i.")
}
