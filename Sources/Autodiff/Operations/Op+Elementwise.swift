package import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// Functions of one tensor, element by element.
extension Op {
  package static let negate: UnaryOperation = UnaryOperation("neg", .line, Raw.negate) { _, _, g in try negate(g) }

  package static let abs: UnaryOperation = UnaryOperation("abs", .line, Raw.abs) { x, _, g in
    try multiply(g, Raw.sign(x.detached))
  }

  package static let exp: UnaryOperation = UnaryOperation("exp", .line, Raw.exp) { _, y, g in try multiply(g, y) }

  package static let expm1: UnaryOperation = UnaryOperation("expm1", .line, Raw.expm1) { _, y, g in
    try multiply(g, add(y, number(1)))
  }

  package static let log: UnaryOperation = UnaryOperation("log", .positive, Raw.log) { x, _, g in try divide(g, x) }

  package static let log1p: UnaryOperation = UnaryOperation("log1p", .positive, Raw.log1p) { x, _, g in
    try divide(g, add(x, number(1)))
  }

  package static let log2: UnaryOperation = UnaryOperation("log2", .positive, Raw.log2) { x, _, g in
    try divide(g, multiply(x, number(0.6931471805599453)))
  }

  package static let log10: UnaryOperation = UnaryOperation("log10", .positive, Raw.log10) { x, _, g in
    try divide(g, multiply(x, number(2.302585092994046)))
  }

  package static let sqrt: UnaryOperation = UnaryOperation("sqrt", .positive, Raw.sqrt) { _, y, g in
    try divide(g, multiply(y, number(2)))
  }

  package static let rsqrt: UnaryOperation = UnaryOperation("rsqrt", .positive, Raw.rsqrt) { x, y, g in
    try divide(multiply(g, y), multiply(x, number(-2)))
  }

  package static let square: UnaryOperation = UnaryOperation("square", .line, Raw.square) { x, _, g in
    try multiply(g, multiply(x, number(2)))
  }

  package static let sin: UnaryOperation = UnaryOperation("sin", .line, Raw.sin) { x, _, g in try multiply(g, cos(x)) }

  package static let cos: UnaryOperation = UnaryOperation("cos", .line, Raw.cos) { x, _, g in
    try negate(multiply(g, sin(x)))
  }

  package static let tan: UnaryOperation = UnaryOperation("tan", .unit, Raw.tan) { _, y, g in
    try multiply(g, add(square(y), number(1)))
  }

  package static let asin: UnaryOperation = UnaryOperation("asin", .unit, Raw.asin) { x, _, g in
    try multiply(g, rsqrt(subtract(number(1), square(x))))
  }

  package static let acos: UnaryOperation = UnaryOperation("acos", .unit, Raw.acos) { x, _, g in
    try negate(multiply(g, rsqrt(subtract(number(1), square(x)))))
  }

  package static let atan: UnaryOperation = UnaryOperation("atan", .line, Raw.atan) { x, _, g in
    try divide(g, add(square(x), number(1)))
  }

  package static let sinh: UnaryOperation = UnaryOperation("sinh", .line, Raw.sinh) { x, _, g in
    try multiply(g, cosh(x))
  }

  package static let cosh: UnaryOperation = UnaryOperation("cosh", .line, Raw.cosh) { x, _, g in
    try multiply(g, sinh(x))
  }

  package static let erf: UnaryOperation = UnaryOperation("erf", .line, Raw.erf) { x, _, g in
    try multiply(g, multiply(exp(negate(square(x))), number(1.1283791670955126)))
  }

  static let elementwise: [AnyOperation] = [
    negate, abs, exp, expm1, log, log1p, log2, log10, sqrt, rsqrt, square, sin, cos, tan, asin, acos, atan, sinh, cosh,
    erf,
  ]
}

/// Steps: their slope is 0 wherever they have one.
extension Op {
  package static func sign(_ x: Tensor) throws -> Tensor { try Raw.sign(x) }
  package static func floor(_ x: Tensor) throws -> Tensor { try Raw.floor(x) }
  package static func ceil(_ x: Tensor) throws -> Tensor { try Raw.ceil(x) }
  package static func round(_ x: Tensor) throws -> Tensor { try Raw.round(x) }
  package static func isNan(_ x: Tensor) throws -> Tensor { try Raw.isNan(x) }
  package static func isFinite(_ x: Tensor) throws -> Tensor { try Raw.isFinite(x) }
}

/// Choosing and changing dtype.
extension Op {
  /// `x` in another dtype; only between floating dtypes does a gradient flow.
  package static func cast(_ x: Tensor, to dtype: DType) throws -> Tensor {
    if x.dtype == dtype, !x.isNumber { return x }
    return try casting([x], dtype)
  }

  static let casting: Operation<DType> = Operation("cast") { inputs, dtype in
    try Raw.cast(inputs[0], dtype)
  } pullback: { pull in
    // The caller casts every gradient back to the dtype of its input.
    [pull.gradient]
  } samples: {
    [([Domain.line.sample([2, 3])], .f64)]
  }

  /// `a` where `condition` holds, `b` elsewhere; the three broadcast.
  package static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    try choosing([a, b], condition.detached)
  }

  static let choosing: Operation<Tensor> = Operation("where") { inputs, condition in
    try Raw.select(condition, inputs[0], inputs[1])
  } pullback: { pull in
    let (condition, g) = (pull.attributes, pull.gradient)
    return [
      try pull.need(0) { try fitted(select(condition, g, number(0)), to: pull.inputs[0]) },
      try pull.need(1) { try fitted(select(condition, number(0), g), to: pull.inputs[1]) },
    ]
  } samples: {
    let condition = Tensor([true, false, true, true, false, false], [2, 3])
    return [
      ([Domain.line.sample([2, 3]), Domain.otherLine.sample([2, 3])], condition),
      ([Domain.line.sample([3]), Domain.otherLine.sample([])], condition),
    ]
  }

  /// `x` kept between two numbers; at a bound the gradient still flows.
  package static func clip(_ x: Tensor, _ low: Double, _ high: Double) throws -> Tensor {
    try clipping([x], Bounds(low: low, high: high))
  }

  struct Bounds: Sendable { let low, high: Double }

  static let clipping: Operation<Bounds> = Operation("clip") { inputs, bounds in
    try Raw.clip(inputs[0], bounds.low, bounds.high)
  } pullback: { pull in
    let x = pull.inputs[0].detached
    let inside = try Raw.logicalAnd(
      Raw.greaterEqual(x, number(pull.attributes.low)), Raw.lessEqual(x, number(pull.attributes.high)))
    return [try select(inside, pull.gradient, number(0))]
  } samples: {
    [([Domain.line.sample([2, 3])], Bounds(low: -1.1, high: 0.9))]
  }

  static let selection: [AnyOperation] = [casting, choosing, clipping]
}
