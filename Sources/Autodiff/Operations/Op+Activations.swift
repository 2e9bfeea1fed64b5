package import Tensors

/// Activations without parameters.
extension Op {
  /// Whether nothing is being recorded, so that a fused kernel may take the place of operations.
  static func isPlain(_ x: Tensor, _ g: Tensor) -> Bool { Recording.isPaused || x.node == nil && g.node == nil }

  package static let relu: UnaryOperation = UnaryOperation("relu", .line, Raw.relu) { _, y, g in try reluMask(g, y) }

  package static let sigmoid: UnaryOperation = UnaryOperation("sigmoid", .line, Raw.sigmoid) { _, y, g in
    isPlain(y, g)
      ? try Raw.sigmoidGradient(g, output: y)
      : try multiply(g, multiply(y, subtract(number(1), y)))
  }

  package static let tanh: UnaryOperation = UnaryOperation("tanh", .line, Raw.tanh) { _, y, g in
    isPlain(y, g)
      ? try Raw.tanhGradient(g, output: y)
      : try multiply(g, subtract(number(1), square(y)))
  }

  /// `x * sigmoid(x)`, also called swish.
  package static let silu: UnaryOperation = UnaryOperation("silu", .line, Raw.silu) { x, _, g in
    if isPlain(x, g) { return try Raw.siluGradient(g, x) }
    let s = try sigmoid(x)
    return try multiply(g, multiply(s, add(multiply(x, subtract(number(1), s)), number(1))))
  }

  /// `x * Φ(x)` with the exact normal distribution function.
  package static let gelu: UnaryOperation = UnaryOperation("gelu", .line, Raw.gelu) { x, _, g in
    if isPlain(x, g) { return try Raw.geluGradient(g, x) }
    let below = try multiply(add(erf(multiply(x, number(0.7071067811865476))), number(1)), number(0.5))
    let density = try multiply(exp(multiply(square(x), number(-0.5))), number(0.3989422804014327))
    return try multiply(g, add(below, multiply(x, density)))
  }

  /// The approximation of gelu by tanh that GPT-2 and BERT were trained with.
  package static func geluTanh(_ x: Tensor) throws -> Tensor {
    let inner = try multiply(add(x, multiply(multiply(square(x), x), number(0.044715))), number(0.7978845608028654))
    return try multiply(multiply(x, number(0.5)), add(tanh(inner), number(1)))
  }

  /// `log(1 + exp(x))` without overflow.
  package static let softplus: UnaryOperation = UnaryOperation("softplus", .line, Raw.softplus) { x, _, g in
    try multiply(g, sigmoid(x))
  }

  /// `log(1 + exp(beta * x)) / beta`.
  package static func scaledSoftplus(_ x: Tensor, beta: Double) throws -> Tensor {
    beta == 1 ? try softplus(x) : try divide(softplus(multiply(x, number(beta))), number(beta))
  }

  package static func logSigmoid(_ x: Tensor) throws -> Tensor { try negate(softplus(negate(x))) }

  /// `x * tanh(softplus(x))`.
  package static let mish: UnaryOperation = UnaryOperation(
    "mish", .line, { try Raw.multiply($0, Raw.tanh(Raw.softplus($0))) }
  ) { x, _, g in
    let t = try tanh(softplus(x))
    return try multiply(g, add(t, multiply(multiply(x, sigmoid(x)), subtract(number(1), square(t)))))
  }

  /// `x / (1 + |x|)`.
  package static let softsign: UnaryOperation = UnaryOperation(
    "softsign", .line, { try Raw.divide($0, Raw.add(Raw.abs($0), number(1))) }
  ) { x, _, g in try divide(g, square(add(abs(x), number(1)))) }

  /// Scaled elu whose outputs keep mean 0 and variance 1 (Klambauer et al., 2017).
  package static func selu(_ x: Tensor) throws -> Tensor {
    try multiply(elu(x, alpha: 1.6732632423543772), number(1.0507009873554805))
  }

  /// `clip(x / 6 + 1/2, 0, 1)`.
  package static func hardSigmoid(_ x: Tensor) throws -> Tensor {
    try add(divide(hardTanh(x, -3, 3), number(6)), number(0.5))
  }

  /// `x * hard_sigmoid(x)`.
  package static func hardSwish(_ x: Tensor) throws -> Tensor { try multiply(x, hardSigmoid(x)) }

  static let activations: [AnyOperation] = [relu, sigmoid, tanh, silu, gelu, softplus, mish, softsign]
}

/// Activations with a number to set.
extension Op {
  package static func leakyRelu(_ x: Tensor, slope: Double = 0.01) throws -> Tensor { try leaking([x], slope) }

  static let leaking: Operation<Double> = Operation("leaky_relu") { inputs, slope in
    try Raw.leakyRelu(inputs[0], slope: slope)
  } pullback: { pull in
    let isUp = try Raw.greater(pull.inputs[0].detached, number(0))
    return [try select(isUp, pull.gradient, multiply(pull.gradient, number(pull.attributes)))]
  } samples: {
    [([Domain.line.sample([2, 3])], 0.2)]
  }

  /// `x` above 0, `alpha * (exp(x) - 1)` below.
  package static func elu(_ x: Tensor, alpha: Double = 1) throws -> Tensor { try bending([x], alpha) }

  static let bending: Operation<Double> = Operation("elu", keepsOutput: true) { inputs, alpha in
    try Raw.elu(inputs[0], alpha: alpha)
  } pullback: { pull in
    let isUp = try Raw.greater(pull.inputs[0].detached, number(0))
    let slope = try add(pull.output, number(pull.attributes))
    return [try multiply(pull.gradient, select(isUp, number(1), slope))]
  } samples: {
    [([Domain.line.sample([2, 3])], 0.7)]
  }

  /// `max(0, x) + min(0, alpha * (exp(x / alpha) - 1))`: elu with a slope that is continuous for every alpha.
  package static func celu(_ x: Tensor, alpha: Double = 1) throws -> Tensor {
    try multiply(elu(divide(x, number(alpha))), number(alpha))
  }

  /// `x` between two bounds; at a bound the slope is 0, as PyTorch has it.
  package static func hardTanh(_ x: Tensor, _ low: Double = -1, _ high: Double = 1) throws -> Tensor {
    try saturating([x], Bounds(low: low, high: high))
  }

  static let saturating: Operation<Bounds> = Operation("hard_tanh") { inputs, bounds in
    try Raw.clip(inputs[0], bounds.low, bounds.high)
  } pullback: { pull in
    let x = pull.inputs[0].detached
    let inside = try Raw.logicalAnd(
      Raw.greater(x, number(pull.attributes.low)), Raw.less(x, number(pull.attributes.high)))
    return [try select(inside, pull.gradient, number(0))]
  } samples: {
    [([Domain.line.sample([2, 3])], Bounds(low: -1.1, high: 0.9))]
  }

  /// `x` above `limit`, `value` elsewhere.
  package static func threshold(_ x: Tensor, _ limit: Double, value: Double) throws -> Tensor {
    try select(Raw.greater(x.detached, number(limit)), x, number(value))
  }

  /// `x` where it is further than `limit` from 0, 0 elsewhere.
  package static func hardShrink(_ x: Tensor, _ limit: Double = 0.5) throws -> Tensor {
    try select(Raw.greater(Raw.abs(x.detached), number(limit)), x, number(0))
  }

  /// `x` moved towards 0 by `limit`.
  package static func softShrink(_ x: Tensor, _ limit: Double = 0.5) throws -> Tensor {
    // At the limit itself the slope is 0, as PyTorch has it.
    let isOutside = try Raw.greater(Raw.abs(x.detached), number(limit))
    return try select(isOutside, subtract(x, hardTanh(x, -limit, limit)), number(0))
  }

  /// Leaky relu whose slope is learnt: one, or one per channel of the last axis.
  package static func prelu(_ x: Tensor, _ slope: Tensor) throws -> Tensor {
    let slope = slope.count == 1 ? try reshape(slope, []) : slope
    return try select(Raw.greater(x.detached, number(0)), x, multiply(x, slope))
  }

  /// Half of an axis times the sigmoid of the other half (Dauphin et al., 2017).
  package static func glu(_ x: Tensor, axis: Int = -1) throws -> Tensor {
    let (a, b) = try halves(x, axis, "glu")
    return try multiply(a, sigmoid(b))
  }

  /// The silu of half of an axis times the other half (Shazeer, 2020).
  package static func swiglu(_ x: Tensor, axis: Int = -1) throws -> Tensor {
    let (a, b) = try halves(x, axis, "swiglu")
    return try multiply(silu(a), b)
  }

  static let bentActivations: [AnyOperation] = [leaking, bending, saturating]
}

/// Softmax, and the mask that relu puts on a gradient.
extension Op {
  package static func softmax(_ x: Tensor, axis position: Int = -1) throws -> Tensor {
    try sharing([x], axis(position, rank: x.rank))
  }

  static let sharing: Operation<Int> = Operation("softmax", keepsOutput: true) { inputs, axis in
    try Raw.softmax(inputs[0], axis: axis)
  } pullback: { pull in
    let (y, g) = (pull.output, pull.gradient)
    if isPlain(y, g) { return [try Raw.softmaxGradient(g, output: y, axis: pull.attributes)] }
    return [try multiply(y, subtract(g, sum(multiply(g, y), axes: [pull.attributes], keep: true)))]
  } samples: {
    [([Domain.line.sample([2, 3])], 1), ([Domain.line.sample([2, 3])], 0)]
  }

  package static func logSoftmax(_ x: Tensor, axis position: Int = -1) throws -> Tensor {
    try logSharing([x], axis(position, rank: x.rank))
  }

  static let logSharing: Operation<Int> = Operation("log_softmax", keepsOutput: true) { inputs, axis in
    try Raw.logSoftmax(inputs[0], axis: axis)
  } pullback: { pull in
    let (y, g) = (pull.output, pull.gradient)
    return [try subtract(g, multiply(exp(y), sum(g, axes: [pull.attributes], keep: true)))]
  } samples: {
    [([Domain.line.sample([2, 3])], 1), ([Domain.line.sample([2, 3])], 0)]
  }

  /// `g` where relu let its input through. Linear in `g`; the output `y` of relu only decides.
  static func reluMask(_ g: Tensor, _ y: Tensor) throws -> Tensor { try masking([g], y.detached) }

  static let masking: Operation<Tensor> = Operation("relu gradient") { inputs, y in
    try Raw.reluGradient(inputs[0], y)
  } pullback: { pull in
    [try reluMask(pull.gradient, pull.attributes)]
  } samples: {
    [([Domain.line.sample([2, 3])], Domain.otherLine.sample([2, 3]))]
  }

  static let shares: [AnyOperation] = [sharing, logSharing, masking]
}
