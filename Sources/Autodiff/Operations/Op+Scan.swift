package import Tensors

/// Running sums and products.
extension Op {
  package static func cumsum(_ x: Tensor, axis position: Int) throws -> Tensor {
    try summingUp([x], axis(position, rank: x.rank))
  }

  static let summingUp: Operation<Int> = Operation("cumsum") { inputs, axis in
    try Raw.cumulativeSum(inputs[0], axis: axis)
  } pullback: { pull in
    let axis = pull.attributes
    return [try flip(cumsum(flip(pull.gradient, axes: [axis]), axis: axis), axes: [axis])]
  } samples: {
    [([Domain.line.sample([2, 3])], 1)]
  }

  /// The product of everything up to and including each place.
  ///
  /// With history it is made of log2(n) shifted products, so that zeros do no harm to any derivative.
  package static func cumprod(_ x: Tensor, axis position: Int) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    guard x.node != nil else { return try Raw.cumulativeProduct(x, axis: axis) }
    var (result, shift) = (x, 1)
    while shift < x.shape[axis] {
      var widths = [(before: Int, after: Int)](repeating: (0, 0), count: x.rank)
      widths[axis].before = shift
      let earlier = try slice(result, axis: axis, from: 0, count: x.shape[axis] - shift)
      result = try multiply(result, pad(earlier, widths, value: 1))
      shift *= 2
    }
    return result
  }

  /// The product of the elements; with history made by halving, so that zeros do no harm to any derivative.
  package static func prod(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    guard x.node != nil else { return try Raw.product(x, axes: axes, keep: keep) }
    let chosen = try axes.map { try $0.map { try axis($0, rank: x.rank) } } ?? Array(0..<x.rank)
    var result = x
    for axis in chosen {
      while result.shape[axis] > 1 {
        let half = result.shape[axis] / 2
        var product = try multiply(
          slice(result, axis: axis, from: 0, count: half), slice(result, axis: axis, from: half, count: half))
        if result.shape[axis] % 2 == 1 {
          product = try concat([product, slice(result, axis: axis, from: 2 * half, count: 1)], axis: axis)
        }
        result = product
      }
      // An empty product is 1.
      if result.shape[axis] == 0 { result = try Raw.product(result.detached, axes: [axis], keep: true) }
    }
    return keep ? result : try reshape(result, Shape((0..<x.rank).filter { !chosen.contains($0) }.map { x.shape[$0] }))
  }

  static let scans: [AnyOperation] = [summingUp]
}
