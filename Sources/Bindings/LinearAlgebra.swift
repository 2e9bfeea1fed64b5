import Autodiff
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
  ])
