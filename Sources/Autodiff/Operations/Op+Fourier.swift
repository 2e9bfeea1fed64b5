import Diagnostics
package import Tensors

/// Fourier transforms over the last axis. A complex tensor is a pair of real ones.
extension Op {
  /// `Σ xₖ exp(∓2πi jk / n)`; the inverse divides by n.
  package static func fourier(re: Tensor, im: Tensor?, inverse: Bool = false) throws -> (re: Tensor, im: Tensor) {
    let im = try im ?? multiply(re, Tensor(number: 0))
    var y = try transforming([stack([re, im])], inverse)
    if inverse { y = try divide(y, Tensor(number: Double(Swift.max(re.shape.last ?? 1, 1)))) }
    return (try select(y, axis: 0, 0), try select(y, axis: 0, 1))
  }

  // The adjoint of a transform is the transform the other way round.
  static let transforming: Operation<Bool> = Operation("fft") { inputs, inverse in
    try Raw.fourier(inputs[0], inverse: inverse)
  } pullback: { pull in
    [try transforming([pull.gradient], !pull.attributes)]
  } samples: {
    [([Domain.line.sample([2, 4])], false), ([Domain.otherLine.sample([2, 2, 3])], true)]
  }

  static let transforms: [AnyOperation] = [transforming]

  /// Windows of `size` elements, each `step` after the one before, along an axis: `[…, windows, size, …]`.
  package static func unfold(_ x: Tensor, axis position: Int, size: Int, step: Int) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    guard size >= 1, step >= 1, size <= x.shape[axis] else {
      throw Failure(
        "argument-range", "a window of \(size) does not fit into an axis of \(x.shape[axis])", argument: 1,
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    let count = (x.shape[axis] - size) / step + 1
    let places = Tensor((0..<count).flatMap { start in (0..<size).map { start * step + $0 } })
    let taken = try take(x, places, axis: axis)
    return try reshape(
      taken, Shape(Array(x.shape.prefix(axis)) + [count, size] + Array(x.shape.dropFirst(axis + 1))))
  }
}
