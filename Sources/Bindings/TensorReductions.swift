import Autodiff
import Diagnostics
import Evaluator
import Tensors

/// Many elements made into fewer. `axis` is named; a pattern such as `"b t d -> b d"` may stand in its place.
let reductionsModule = Module(
  "reductions", "sums, means and other ways from many numbers to fewer",
  [
    reduction("sum", "The sum.", ["sum([1, 2, 3])" => "6", "sum([[1, 2], [3, 4]], axis=0)" => "f32 [2]  4  6"]) {
      try Op.sum($0, axes: $1, keep: $2)
    },
    reduction(
      "mean", "The average.", ["mean([1, 2, 3])" => "2", "mean(ones(2, 3), \"a b -> a\")" => "f32 [2]  1  1"]
    ) {
      try Op.mean($0, axes: $1, keep: $2)
    },
    reduction("prod", "The product.", ["prod([2, 3, 4])" => "24"]) { try Op.prod($0, axes: $1, keep: $2) },
    reduction("logsumexp", "log(sum(exp(x))) without overflow.", ["logsumexp([1000, -1000])" => "1000"]) {
      try Op.logsumexp($0, axes: $1, keep: $2)
    },
    extreme(
      "max", "The largest; of several values, element by element.", ["max([3, 1, 2])" => "3", "max(2, 5)" => "5"],
      Op.maximum
    ) {
      try Op.max($0, axes: $1, keep: $2)
    },
    extreme(
      "min", "The smallest; of several values, element by element.", ["min([3, 1, 2])" => "1", "min(2, 5)" => "2"],
      Op.minimum
    ) {
      try Op.min($0, axes: $1, keep: $2)
    },
    spread("std", "The standard deviation, of the sample unless ddof=0.", ["std([1, 2, 3])" => "1"]) {
      try Op.std($0, axes: $1, keep: $2, ddof: $3)
    },
    spread("var", "The variance, of the sample unless ddof=0.", ["var([1, 2, 3])" => "1"]) {
      try Op.variance($0, axes: $1, keep: $2, ddof: $3)
    },
    Builtin(
      "argmax", "The place of the largest element.", numbersParameter,
      Parameter<Int?>("axis", "along which axis; none: among all", default: nil), keepParameter,
      examples: ["argmax([3, 9, 1])" => "1"]
    ) { x, axis, keep in try Op.argmax(x.tensor, axis: axis, keep: keep) },
    Builtin(
      "argmin", "The place of the smallest element.", numbersParameter,
      Parameter<Int?>("axis", "along which axis; none: among all", default: nil), keepParameter,
      examples: ["argmin([3, 9, 1])" => "2"]
    ) { x, axis, keep in try Op.argmin(x.tensor, axis: axis, keep: keep) },
    Builtin(
      "median", "The middle value.", numbersParameter,
      Parameter<Int?>("axis", "along which axis; none: among all", default: nil), keepParameter,
      examples: ["median([5, 1, 2])" => "2"]
    ) { x, axis, keep in try x.reduced(to: Op.quantile(floating(x.tensor), 0.5, axis: axis, keep: keep)) },
    Builtin(
      "quantile", "The value below which a share q of the elements lies.", numbersParameter,
      Parameter<Double>("q", "the share", .between(0, 1)),
      Parameter<Int?>("axis", "along which axis; none: among all", default: nil), keepParameter,
      examples: ["quantile([0, 1, 2, 3, 4], 0.25)" => "1"]
    ) { x, q, axis, keep in try x.reduced(to: Op.quantile(floating(x.tensor), q, axis: axis, keep: keep)) },
    Builtin(
      "norm", "The length: of a tensor, or of all tensors in a gradient together.",
      Parameter<Value>("x", "a tensor, or a list, record or model of them"),
      Parameter<Double>("p", "2, 1, inf or another power", default: 2, .above(0)),
      axisParameter, keepParameter, examples: ["norm([3, 4])" => "5"]
    ) { x, p, axis, keep in
      if x.tensor == nil, !x.isNumber {
        return Value(try Clip.length(of: x))
      }
      var x = x
      guard let tensor = try withUnsafeMutablePointer(to: &x, { try Tensor.from($0) }) else { return Value.none }
      return try Op.norm(floating(tensor), p: p, axes: axis.values, keep: keep).makeValue()
    },
    Builtin(
      "cumsum", "The running sum along an axis.", xParameter, oneAxisParameter,
      examples: ["cumsum([1, 2, 3])" => "f32 [3]  1  3  6"]
    ) { x, axis in try Op.cumsum(x, axis: axis) },
    Builtin(
      "cumprod", "The running product along an axis.", xParameter, oneAxisParameter,
      examples: ["cumprod([1, 2, 3])" => "f32 [3]  1  2  6"]
    ) { x, axis in try Op.cumprod(x, axis: axis) },
    Builtin(
      "any", "Whether one bool is true.", Parameter<Numbers>("x", "bools: a tensor or a list"), axisParameter,
      keepParameter,
      examples: ["any([1, 2] > 1)" => "true"]
    ) { x, axis, keep in try truth(Raw.any(bools(x.tensor, "any"), axes: axis.values, keep: keep)) },
    Builtin(
      "all", "Whether every bool is true.", Parameter<Numbers>("x", "bools: a tensor or a list"), axisParameter,
      keepParameter,
      examples: ["all([1, 2] > 1)" => "false"]
    ) { x, axis, keep in try truth(Raw.all(bools(x.tensor, "all"), axes: axis.values, keep: keep)) },
    Builtin(
      "topk", "The k largest elements of an axis and their places.", xParameter,
      Parameter<Int>("k", "how many", .atLeast(1)), oneAxisParameter,
      Parameter<Bool>("largest", "false: the smallest", default: true),
      examples: ["v, i = topk([3, 9, 1], 2); v" => "f32 [2]  9  3"]
    ) { x, k, axis, largest in
      let places = try Raw.topk(x, k, axis: axis, largest: largest).indices
      return [try Op.gather(x, places, axis: axis), places]
    },
  ])

private typealias Reducing = (_ x: Tensor, _ axes: [Int]?, _ keep: Bool) throws -> Tensor

private let patternParameter = Parameter<Rest<Value>>("pattern", "axes by name, such as \"b t d -> b d\"")

/// Ints and bools as f32, for what has no meaning in whole numbers.
func floating(_ x: Tensor) throws -> Tensor { x.dtype.isFloat ? x : try Op.cast(x, to: .f32) }

private func bools(_ x: Tensor, _ name: String) throws -> Tensor {
  guard x.dtype == .bool || x.count == 0 else {
    throw Failure(
      "condition-type", "`\(name)` needs bools, not \(x.dtype)", argument: 0, why: "compare with something first.")
  }
  return x.dtype == .bool ? x : try Raw.cast(x, .bool)
}

private func reduced(
  _ x: Numbers, _ rest: Rest<Value>, _ axis: Axes, _ keep: Bool, _ reduce: @escaping Reducing
) throws -> Value {
  guard let first = rest.values.first else { return try x.reduced(to: reduce(x.tensor, axis.values, keep)) }
  guard rest.values.count == 1, let pattern = first.string else {
    throw Failure(
      "bad-argument", "the axis of a reduction is named", argument: 1,
      why: "what stands behind the tensor is a pattern such as \"b t d -> b d\".",
      hint: first.isNumber ? "\u{1}prepend axis=" : nil)
  }
  return try Op.reduce(x.tensor, pattern) { try reduce($0, $1, false) }.makeValue()
}

private func reduction(
  _ name: String, _ summary: String, _ examples: [Example], _ reduce: @escaping Reducing
) -> Builtin {
  Builtin(name, summary, numbersParameter, patternParameter, axisParameter, keepParameter, examples: examples) {
    x, rest, axis, keep in try reduced(x, rest, axis, keep, reduce)
  }
}

private func spread(
  _ name: String, _ summary: String, _ examples: [Example],
  _ reduce: @escaping (_ x: Tensor, _ axes: [Int]?, _ keep: Bool, _ ddof: Int) throws -> Tensor
) -> Builtin {
  Builtin(
    name, summary, numbersParameter, patternParameter, axisParameter, keepParameter,
    Parameter<Int>("ddof", "subtracted from the count", default: 1, .atLeast(0)), examples: examples
  ) { x, rest, axis, keep, ddof in
    try reduced(x, rest, axis, keep) { try reduce(floating($0), $1, $2, ddof) }
  }
}

private func extreme(
  _ name: String, _ summary: String, _ examples: [Example], _ pair: BinaryOperation, _ reduce: @escaping Reducing
) -> Builtin {
  Builtin(
    name, summary, numbersParameter, Parameter<Rest<Value>>("others", "more values to compare with, or a pattern"),
    axisParameter, keepParameter, examples: examples
  ) { x, rest, axis, keep in
    if rest.values.isEmpty || rest.values.first?.string != nil { return try reduced(x, rest, axis, keep, reduce) }
    var result = x.tensor
    for (index, other) in rest.values.enumerated() {
      var other = other
      guard let tensor = try withUnsafeMutablePointer(to: &other, { try Tensor.from($0) }) else {
        throw Failure(
          "argument-type", "`\(name)` compares numbers and tensors, not \(other.described)", argument: index + 1)
      }
      result = try pair(result, tensor)
    }
    return result.makeValue()
  }
}
