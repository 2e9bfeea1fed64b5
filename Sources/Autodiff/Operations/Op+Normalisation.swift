package import Tensors

/// Normalising over axes: what batch, layer, group and instance norm share.
extension Op {
  /// `(x - mean) / sqrt(var + eps)` over the given axes, with the variance of the population.
  package static func normalise(_ x: Tensor, axes: [Int], eps: Double) throws -> Tensor {
    try standardising([x], Normalisation(axes: axes.map { $0 < 0 ? $0 + x.rank : $0 }, eps: eps))
  }

  struct Normalisation: Sendable {
    let axes: [Int]
    let eps: Double
  }

  static let standardising: Operation<Normalisation> = Operation("normalise") { inputs, how in
    let x = inputs[0]
    let centred = try Raw.subtract(x, Raw.mean(x, axes: how.axes, keep: true))
    let variance = try Raw.mean(Raw.square(centred), axes: how.axes, keep: true)
    return try Raw.multiply(centred, Raw.rsqrt(Raw.add(variance, number(how.eps))))
  } pullback: { pull in
    let (x, g, how) = (pull.inputs[0], pull.gradient, pull.attributes)
    let centred = try subtract(x, mean(x, axes: how.axes, keep: true))
    let scale = try rsqrt(add(mean(square(centred), axes: how.axes, keep: true), number(how.eps)))
    let y = try multiply(centred, scale)
    let along = try add(
      mean(g, axes: how.axes, keep: true), multiply(y, mean(multiply(g, y), axes: how.axes, keep: true)))
    return [try multiply(scale, subtract(g, along))]
  } samples: {
    [
      ([Domain.line.sample([3, 4])], Normalisation(axes: [1], eps: 1e-3)),
      ([Domain.line.sample([3, 4])], Normalisation(axes: [0], eps: 1e-3)),
    ]
  }

  /// Layer norm over the last axis (or the last `axes`), scaled and shifted where asked.
  package static func layerNorm(
    _ x: Tensor, scale: Tensor?, shift: Tensor?, axes: [Int] = [-1], eps: Double = 1e-5
  ) throws -> Tensor {
    try affine(normalise(x, axes: axes, eps: eps), scale, shift)
  }

  /// What batch norm gives while it trains: the output, and the statistics of this batch (constants).
  package struct BatchNormOutput {
    package let output: Tensor
    package let mean: Tensor
    /// The population's variance; running statistics usually keep the sample's.
    package let variance: Tensor
    /// How many values went into each.
    package let count: Int
  }

  /// Batch norm with the statistics of the batch: over all axes but the last, the channels.
  package static func batchNorm(_ x: Tensor, scale: Tensor?, shift: Tensor?, eps: Double = 1e-5) throws
    -> BatchNormOutput
  {
    let axes = Array(0..<Swift.max(x.rank - 1, 0))
    let constant = x.detached
    let mean = try Raw.mean(constant, axes: axes, keep: false)
    let variance = try Raw.variance(constant, axes: axes, keep: false, ddof: 0)
    let output = try affine(normalise(x, axes: axes, eps: eps), scale, shift)
    return BatchNormOutput(
      output: output, mean: mean, variance: variance, count: axes.reduce(1) { $0 * x.shape[$1] })
  }

  /// Batch norm with given statistics, as a model that infers applies it.
  package static func batchNormInference(
    _ x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor?, shift: Tensor?, eps: Double = 1e-5
  ) throws -> Tensor {
    var factor = try rsqrt(add(variance, number(eps)))
    if let scale { factor = try multiply(factor, scale) }
    let moved = try multiply(subtract(x, mean), factor)
    return try shift.map { try add(moved, $0) } ?? moved
  }

  /// `x / sqrt(mean(x²) + eps)` over the last axis, scaled where asked (Zhang and Sennrich, 2019).
  package static func rmsNorm(_ x: Tensor, scale: Tensor?, eps: Double = 1e-6) throws -> Tensor {
    let factor = try rsqrt(add(mean(square(x), axes: [-1], keep: true), number(eps)))
    return try affine(multiply(x, factor), scale, nil)
  }

  /// The last axis in groups, each normalised over itself and all positions of its example: `[n, …, c]`.
  package static func groupNorm(
    _ x: Tensor, groups: Int, scale: Tensor?, shift: Tensor?, eps: Double = 1e-5
  ) throws -> Tensor {
    let (n, c) = (x.shape[0], x.shape[x.rank - 1])
    let grouped = try reshape(x, [n, x.shape.dropFirst().dropLast().reduce(1, *), groups, c / groups])
    return try affine(reshape(normalise(grouped, axes: [1, 3], eps: eps), x.shape), scale, shift)
  }

  private static func affine(_ x: Tensor, _ scale: Tensor?, _ shift: Tensor?) throws -> Tensor {
    let scaled = try scale.map { try multiply(x, $0) } ?? x
    return try shift.map { try add(scaled, $0) } ?? scaled
  }

  /// `x` times a mask of zeros and ones, scaled so that the mean stays: inverted dropout.
  package static func dropout(_ x: Tensor, mask: Tensor, rate: Double) throws -> Tensor {
    try multiply(x, Raw.multiply(Raw.cast(mask, x.dtype), number(1 / (1 - rate))))
  }

  /// The rows of `table` that `indices` names: `[n, dim]` and `int[…]` give `[…, dim]`.
  package static func embedding(_ table: Tensor, _ indices: Tensor) throws -> Tensor {
    try take(table, indices, axis: 0)
  }

  static let normalisations: [AnyOperation] = [standardising]
}
