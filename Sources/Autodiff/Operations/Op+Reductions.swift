package import Tensors

/// Which axes a reduction takes away, and whether they stay with size 1. No axes: all of them.
package struct Reduction: Sendable {
  package var axes: [Int]?
  package var keep: Bool
  /// What `var` and `std` subtract from the count.
  package var ddof = 0

  package init(axes: [Int]? = nil, keep: Bool = false, ddof: Int = 0) {
    self.axes = axes
    self.keep = keep
    self.ddof = ddof
  }

  /// The shape that the result has with `keep`.
  func kept(_ shape: Shape) -> Shape {
    var kept = shape
    for axis in normalised(shape.count) { kept[axis] = 1 }
    return kept
  }

  func normalised(_ rank: Int) -> [Int] {
    guard let axes else { return Array(0..<rank) }
    return axes.map { $0 < 0 ? $0 + rank : $0 }
  }

  /// How many elements go into one of the result.
  func count(_ shape: Shape) -> Int { normalised(shape.count).reduce(1) { $0 * shape[$1] } }

  /// `g`, of the result's shape, in the shape that broadcasts against the input.
  func spread(_ g: Tensor, over shape: Shape) throws -> Tensor {
    try keep || g.shape == kept(shape) ? g : Op.reshape(g, kept(shape))
  }
}

extension Op {
  package static func sum(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    guard x.node != nil else { return try Raw.sum(x, axes: axes, keep: keep) }
    return try summing([x], Reduction(axes: axes, keep: keep))
  }

  static let summing: Operation<Reduction> = Operation("sum") { inputs, how in
    try Raw.sum(inputs[0], axes: how.axes, keep: how.keep)
  } pullback: { pull in
    let shape = pull.inputs[0].shape
    return [try expand(pull.attributes.spread(pull.gradient, over: shape), to: shape)]
  } samples: {
    Reduction.samples(.line)
  }

  package static func mean(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    guard x.node != nil else { return try Raw.mean(x, axes: axes, keep: keep) }
    return try averaging([x], Reduction(axes: axes, keep: keep))
  }

  static let averaging: Operation<Reduction> = Operation("mean") { inputs, how in
    try Raw.mean(inputs[0], axes: how.axes, keep: how.keep)
  } pullback: { pull in
    let shape = pull.inputs[0].shape
    let share = try divide(pull.gradient, number(Double(pull.attributes.count(shape))))
    return [try expand(pull.attributes.spread(share, over: shape), to: shape)]
  } samples: {
    Reduction.samples(.line)
  }

  /// The variance; `ddof` is subtracted from the count (1: the sample's, 0: the population's).
  package static func variance(
    _ x: Tensor, axes: [Int]? = nil, keep: Bool = false, ddof: Int = 0
  ) throws -> Tensor {
    try deviating([x], Reduction(axes: axes, keep: keep, ddof: ddof))
  }

  static let deviating: Operation<Reduction> = Operation("var") { inputs, how in
    try Raw.variance(inputs[0], axes: how.axes, keep: how.keep, ddof: how.ddof)
  } pullback: { pull in
    let (x, how) = (pull.inputs[0], pull.attributes)
    let scale = 2 / (Double(how.count(x.shape)) - Double(how.ddof))
    let centred = try subtract(x, mean(x, axes: how.axes, keep: true))
    return [try multiply(multiply(centred, number(scale)), how.spread(pull.gradient, over: x.shape))]
  } samples: {
    Reduction.samples(.line, ddof: 1)
  }

  package static func std(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false, ddof: Int = 0) throws -> Tensor {
    try sqrt(variance(x, axes: axes, keep: keep, ddof: ddof))
  }

  /// The largest; those that tie share the gradient.
  package static func max(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try largest([x], Reduction(axes: axes, keep: keep))
  }

  static let largest: Operation<Reduction> = Operation("max", keepsOutput: true) { inputs, how in
    try Raw.max(inputs[0], axes: how.axes, keep: how.keep)
  } pullback: {
    try extremum($0)
  } samples: {
    Reduction.samples(.line)
  }

  package static func min(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try smallest([x], Reduction(axes: axes, keep: keep))
  }

  static let smallest: Operation<Reduction> = Operation("min", keepsOutput: true) { inputs, how in
    try Raw.min(inputs[0], axes: how.axes, keep: how.keep)
  } pullback: {
    try extremum($0)
  } samples: {
    Reduction.samples(.line)
  }

  private static func extremum(_ pull: Pull<Reduction>) throws -> [Tensor?] {
    let (x, how) = (pull.inputs[0].detached, pull.attributes)
    let wins = try Raw.cast(Raw.equal(x, how.spread(pull.output.detached, over: x.shape)), x.dtype)
    let shares = try Raw.divide(wins, Raw.sum(wins, axes: how.axes, keep: true))
    return [try multiply(how.spread(pull.gradient, over: x.shape), shares)]
  }

  /// log(sum(exp(x))), without overflow.
  package static func logsumexp(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try logSumming([x], Reduction(axes: axes, keep: keep))
  }

  static let logSumming: Operation<Reduction> = Operation("logsumexp", keepsOutput: true) { inputs, how in
    try Raw.logSumExp(inputs[0], axes: how.axes, keep: how.keep)
  } pullback: { pull in
    let (x, how) = (pull.inputs[0], pull.attributes)
    let weights = try exp(subtract(x, how.spread(pull.output, over: x.shape)))
    return [try multiply(how.spread(pull.gradient, over: x.shape), weights)]
  } samples: {
    Reduction.samples(.line)
  }

  /// The `p` norm; at the origin the gradient is 0.
  package static func norm(_ x: Tensor, p: Double = 2, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    switch p {
    case 2: return try length([x], Reduction(axes: axes, keep: keep))
    case 1: return try sum(abs(x), axes: axes, keep: keep)
    case .infinity: return try max(abs(x), axes: axes, keep: keep)
    default:
      return try pow(sum(pow(abs(x), number(p)), axes: axes, keep: keep), number(1 / p))
    }
  }

  static let length: Operation<Reduction> = Operation("norm", keepsOutput: true) { inputs, how in
    try Raw.sqrt(Raw.sum(Raw.square(inputs[0]), axes: how.axes, keep: how.keep))
  } pullback: { pull in
    let (x, how) = (pull.inputs[0], pull.attributes)
    let y = try how.spread(pull.output, over: x.shape)
    let safe = try select(Raw.equal(y.detached, number(0)), number(1), y)
    return [try multiply(how.spread(pull.gradient, over: x.shape), divide(x, safe))]
  } samples: {
    Reduction.samples(.line)
  }

  static let reductions: [AnyOperation] = [summing, averaging, deviating, largest, smallest, logSumming, length]
}

/// Places of the largest and smallest are whole numbers, and questions are bools: constants.
extension Op {
  package static func argmax(_ x: Tensor, axis: Int?, keep: Bool = false) throws -> Tensor {
    try Raw.argmax(x, axis: axis, keep: keep)
  }
  package static func argmin(_ x: Tensor, axis: Int?, keep: Bool = false) throws -> Tensor {
    try Raw.argmin(x, axis: axis, keep: keep)
  }
}

extension Reduction {
  static func samples(_ domain: Domain, ddof: Int = 0) -> [([Tensor], Reduction)] {
    [
      ([domain.sample([2, 3])], Reduction(ddof: ddof)),
      ([domain.sample([2, 3])], Reduction(axes: [1], ddof: ddof)),
      ([domain.sample([2, 3, 2])], Reduction(axes: [0, -1], keep: true, ddof: ddof)),
    ]
  }
}
