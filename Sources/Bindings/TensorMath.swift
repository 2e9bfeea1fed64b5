import Autodiff
import Diagnostics
import Evaluator
import Glibc
import Tensors

/// Functions of each element.
let elementwiseModule = Module(
  "elementwise", "functions of every element of a tensor, and of numbers",
  [
    Builtin(
      elementwise: "abs", "The size without the sign.", { try Op.abs($0) }, scalar: { Swift.abs($0) },
      examples: ["abs([-1, 2])" => "f32 [2]  1  2"]),
    Builtin(
      elementwise: "sign", "-1, 0 or 1.", { try Op.sign($0) }, scalar: { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
      examples: ["sign(-3)" => "-1"]),
    Builtin(
      elementwise: "exp", "e to the power of x.", { try Op.exp($0) }, scalar: { Glibc.exp($0) },
      examples: ["exp(0)" => "1"]),
    Builtin(
      elementwise: "expm1", "exp(x) - 1, exact near 0.", { try Op.expm1($0) }, scalar: { Glibc.expm1($0) },
      examples: ["expm1(0)" => "0"]),
    Builtin(
      elementwise: "log", "The natural logarithm.", { try Op.log($0) }, scalar: { Glibc.log($0) },
      examples: ["log(1)" => "0"]),
    Builtin(
      elementwise: "log1p", "log(1 + x), exact near 0.", { try Op.log1p($0) }, scalar: { Glibc.log1p($0) },
      examples: ["log1p(0)" => "0"]),
    Builtin(
      elementwise: "log2", "The logarithm to base 2.", { try Op.log2($0) }, scalar: { Glibc.log2($0) },
      examples: ["log2(8)" => "3"]),
    Builtin(
      elementwise: "log10", "The logarithm to base 10.", { try Op.log10($0) }, scalar: { Glibc.log10($0) },
      examples: ["log10(1000)" => "3"]),
    Builtin(
      elementwise: "sqrt", "The square root.", { try Op.sqrt($0) }, scalar: { $0.squareRoot() },
      examples: ["sqrt(9)" => "3"]),
    Builtin(
      elementwise: "rsqrt", "1 / sqrt(x).", { try Op.rsqrt($0) }, scalar: { 1 / $0.squareRoot() },
      examples: ["rsqrt(4)" => "0.5"]),
    Builtin(
      elementwise: "square", "x times x.", { try Op.square($0) }, scalar: { $0 * $0 }, examples: ["square(3)" => "9"]),
    Builtin(
      elementwise: "sin", "The sine.", { try Op.sin($0) }, scalar: { Glibc.sin($0) }, examples: ["sin(0)" => "0"]),
    Builtin(
      elementwise: "cos", "The cosine.", { try Op.cos($0) }, scalar: { Glibc.cos($0) }, examples: ["cos(0)" => "1"]),
    Builtin(
      elementwise: "tan", "The tangent.", { try Op.tan($0) }, scalar: { Glibc.tan($0) }, examples: ["tan(0)" => "0"]),
    Builtin(
      elementwise: "asin", "The angle whose sine is x.", { try Op.asin($0) }, scalar: { Glibc.asin($0) },
      examples: ["asin(0)" => "0"]),
    Builtin(
      elementwise: "acos", "The angle whose cosine is x.", { try Op.acos($0) }, scalar: { Glibc.acos($0) },
      examples: ["acos(1)" => "0"]),
    Builtin(
      elementwise: "atan", "The angle whose tangent is x.", { try Op.atan($0) }, scalar: { Glibc.atan($0) },
      examples: ["atan(0)" => "0"]),
    Builtin(
      elementwise: "sinh", "The hyperbolic sine.", { try Op.sinh($0) }, scalar: { Glibc.sinh($0) },
      examples: ["sinh(0)" => "0"]),
    Builtin(
      elementwise: "cosh", "The hyperbolic cosine.", { try Op.cosh($0) }, scalar: { Glibc.cosh($0) },
      examples: ["cosh(0)" => "1"]),
    Builtin(
      elementwise: "erf", "The error function.", { try Op.erf($0) }, scalar: { Glibc.erf($0) },
      examples: ["erf(0)" => "0"]),
    Builtin(
      elementwise: "floor", "The next whole number below.", { try Op.floor($0) }, scalar: { Glibc.floor($0) },
      examples: ["floor(-1.5)" => "-2"]),
    Builtin(
      elementwise: "ceil", "The next whole number above.", { try Op.ceil($0) }, scalar: { Glibc.ceil($0) },
      examples: ["ceil(1.2)" => "2"]),
    Builtin(
      elementwise: "round", "The nearest whole number; halves go to the even one.", { try Op.round($0) },
      scalar: { $0.rounded(.toNearestOrEven) }, examples: ["round(2.5)" => "2"]),
    Builtin(
      "isnan", "Whether an element is not a number.", xParameter,
      examples: ["isnan([1, nan])" => "bool [2]  false   true"]
    ) { x in try truth(Op.isNan(x)) },
    Builtin(
      "isfinite", "Whether an element is neither nan nor infinite.", xParameter, examples: ["isfinite(inf)" => "false"]
    ) { x in try truth(Op.isFinite(x)) },
    Builtin(
      "maximum", "The larger of two, element by element.", xParameter, yParameter,
      examples: ["maximum([1, 5], 3)" => "f32 [2]  3  5"]
    ) { x, y in try Op.maximum(x, y) },
    Builtin(
      "minimum", "The smaller of two, element by element.", xParameter, yParameter,
      examples: ["minimum([1, 5], 3)" => "f32 [2]  1  3"]
    ) { x, y in try Op.minimum(x, y) },
    Builtin("pow", "x to the power of y.", xParameter, yParameter, examples: ["pow(2, 10)" => "1024"]) { x, y in
      try Op.pow(x, y)
    },
    Builtin(
      "atan2", "The angle of the point (x, y).", Parameter<Tensor>("y", "how far up"),
      Parameter<Tensor>("x", "how far right"),
      examples: ["atan2(0, 1)" => "0"]
    ) { y, x in try Op.atan2(y, x) },
    Builtin(
      "where", "Where a condition holds the first, elsewhere the second.",
      Parameter<Tensor>("c", "a comparison, or a tensor of bools", bools),
      Parameter<Tensor>("a", "where they are true"),
      Parameter<Tensor>("b", "where they are false"),
      examples: ["where([true, false], 1, 0)" => "f32 [2]  1  0"]
    ) { c, a, b in try Op.select(c, a, b) },
    Builtin(
      "clip", "Keeps every element between two bounds.", xParameter,
      Parameter<Double>("lo", "the lower bound", default: -.infinity),
      Parameter<Double>("hi", "the upper bound", default: .infinity),
      examples: ["clip([-2, 0, 2], -1, 1)" => "f32 [3]  -1   0   1"]
    ) { x, low, high in
      guard low <= high else {
        throw Failure(
          "argument-range", "the lower bound \(formatNumber(low)) is above the upper \(formatNumber(high))", argument: 1
        )
      }
      return try Op.clip(x, low, high)
    },
    Builtin(
      "masked_fill", "Puts a value where a mask is true.", xParameter,
      Parameter<Tensor>("mask", "a comparison, or a tensor of bools", bools),
      Parameter<Tensor>("value", "what to put"),
      examples: ["masked_fill([1, 2], [true, false], 0)" => "f32 [2]  0  2"]
    ) { x, mask, value in try Op.select(mask, value, x) },
  ])

private let bools = Constraint<Tensor>("true or false", counterexample: Tensor([1.0], [1])) { $0.dtype == .bool }
private let yParameter = Parameter<Tensor>("y", "a tensor of a shape that goes with x")
