package import Tensors

/// Operations on two tensors that broadcast. A pullback gives the gradient in the broadcast shape.
extension Op {
  package static let add: BinaryOperation = BinaryOperation(
    "add", Raw.add, left: { _, _, _, g in g }, right: { _, _, _, g in g })

  package static let subtract: BinaryOperation = BinaryOperation(
    "sub", Raw.subtract, left: { _, _, _, g in g }, right: { _, _, _, g in try negate(g) })

  package static let multiply: BinaryOperation = BinaryOperation(
    "mul", Raw.multiply, left: { _, b, _, g in try multiply(g, b) }, right: { a, _, _, g in try multiply(g, a) })

  package static let divide: BinaryOperation = BinaryOperation(
    "div", Raw.divide,
    left: { _, b, _, g in try divide(g, b) },
    right: { a, b, _, g in try negate(divide(multiply(g, a), multiply(b, b))) })

  /// `a ** b`; where `a` is 0 the slope in `b` is 0.
  package static let pow: BinaryOperation = BinaryOperation(
    "pow", domains: (.positive, .line), keepsOutput: true, Raw.pow,
    left: { a, b, _, g in
      // b * a^(b - 1) is 0 * inf at b = 0, a = 0: the slope of a constant is 0.
      let slope = try multiply(b, pow(a, subtract(b, number(1))))
      return try multiply(g, select(Raw.equal(b, number(0)), number(0), slope))
    },
    right: { a, _, y, g in
      let isZero = try Raw.equal(a, number(0))
      let safe = try select(isZero, number(1), a)
      return try multiply(g, multiply(y, select(isZero, number(0), log(safe))))
    })

  /// The larger of two, element by element; where they tie each gets half of the gradient.
  package static let maximum: BinaryOperation = BinaryOperation(
    "maximum", Raw.maximum,
    left: { a, b, _, g in try multiply(g, share(Raw.greater(a, b), Raw.equal(a, b), like: g)) },
    right: { a, b, _, g in try multiply(g, share(Raw.greater(b, a), Raw.equal(a, b), like: g)) })

  package static let minimum: BinaryOperation = BinaryOperation(
    "minimum", Raw.minimum,
    left: { a, b, _, g in try multiply(g, share(Raw.less(a, b), Raw.equal(a, b), like: g)) },
    right: { a, b, _, g in try multiply(g, share(Raw.less(b, a), Raw.equal(a, b), like: g)) })

  /// `a - b * floor(a / b)`, the remainder that goes with `//`.
  package static let remainder: BinaryOperation = BinaryOperation(
    "mod", domains: (.line, .positive), Raw.remainder,
    left: { _, _, _, g in g },
    right: { a, b, _, g in try negate(multiply(g, Raw.floorDivide(a.detached, b.detached))) })

  /// The angle of the point (b, a).
  package static let atan2: BinaryOperation = BinaryOperation(
    "atan2", Raw.atan2,
    left: { a, b, _, g in try divide(multiply(g, b), add(multiply(a, a), multiply(b, b))) },
    right: { a, b, _, g in try negate(divide(multiply(g, a), add(multiply(a, a), multiply(b, b)))) })

  /// 1 where one wins, a half where both do, 0 elsewhere.
  private static func share(_ wins: Tensor, _ ties: Tensor, like g: Tensor) throws -> Tensor {
    let half = try Raw.select(ties, Tensor(number: 0.5), Tensor(number: 0))
    return try Raw.cast(Raw.select(wins, Tensor(number: 1), half), g.dtype)
  }

  static let arithmetic: [AnyOperation] = [
    add, subtract, multiply, divide, pow, maximum, minimum, remainder, atan2,
  ]
}

/// Comparisons and whole-number division have no slope: they take tensors with history and give constants.
extension Op {
  package static func floorDivide(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.floorDivide(a, b) }
  package static func equal(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.equal(a, b) }
  package static func notEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.notEqual(a, b) }
  package static func less(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.less(a, b) }
  package static func lessEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.lessEqual(a, b) }
  package static func greater(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.greater(a, b) }
  package static func greaterEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try Raw.greaterEqual(a, b) }
}
