import Diagnostics
package import Tensors

/// Operations that only move values: each pullback moves them back.
extension Op {
  package static func reshape(_ x: Tensor, _ shape: Shape) throws -> Tensor {
    if x.shape == shape { return x }
    return try reshaping([x], shape)
  }

  static let reshaping: Operation<Shape> = Operation("reshape") { inputs, shape in
    try Raw.reshape(inputs[0], shape)
  } pullback: { pull in
    [try reshape(pull.gradient, pull.inputs[0].shape)]
  } samples: {
    [([Domain.line.sample([2, 3])], [3, 2])]
  }

  /// The axes in another order: axis `i` of the result is axis `order[i]` of `x`.
  package static func permute(_ x: Tensor, _ order: [Int]) throws -> Tensor {
    if order == Array(0..<x.rank) { return x }
    return try permuting([x], order.map { $0 < 0 ? $0 + x.rank : $0 })
  }

  static let permuting: Operation<[Int]> = Operation("transpose") { inputs, order in
    try Raw.permute(inputs[0], order)
  } pullback: { pull in
    var inverse = pull.attributes
    for (to, from) in pull.attributes.enumerated() { inverse[from] = to }
    return [try permute(pull.gradient, inverse)]
  } samples: {
    [([Domain.line.sample([2, 3, 2])], [2, 0, 1])]
  }

  /// Swaps the last two axes: `.T`.
  package static func transpose(_ x: Tensor) throws -> Tensor {
    guard x.rank >= 2 else { return x }
    var order = Array(0..<x.rank)
    order.swapAt(x.rank - 1, x.rank - 2)
    return try permute(x, order)
  }

  /// Spreads axes of size 1, and puts new ones in front, without copying.
  package static func expand(_ x: Tensor, to shape: Shape) throws -> Tensor {
    if x.shape == shape { return x }
    return try expanding([x], shape)
  }

  static let expanding: Operation<Shape> = Operation("expand") { inputs, shape in
    try Raw.broadcast(inputs[0], to: shape)
  } pullback: { pull in
    [try unbroadcast(pull.gradient, to: pull.inputs[0].shape)]
  } samples: {
    [([Domain.line.sample([2, 1])], [2, 3]), ([Domain.line.sample([3])], [2, 3])]
  }

  /// Drops axes of size 1: the given ones, or all.
  package static func squeeze(_ x: Tensor, axes: [Int]? = nil) throws -> Tensor {
    let chosen = try axes.map { try $0.map { try axis($0, rank: x.rank) } }
    if let bad = chosen?.first(where: { x.shape[$0] != 1 }) {
      throw Failure(
        "argument-range", "axis \(bad) has size \(x.shape[bad]), and only an axis of size 1 can be squeezed",
        argument: 0,
        facts: [.init("x", "\(x.shape)", argument: 0)])
    }
    let kept = (0..<x.rank).filter { chosen?.contains($0) == true ? false : chosen != nil || x.shape[$0] != 1 }
    return try reshape(x, Shape(kept.map { x.shape[$0] }))
  }

  /// Puts a new axis of size 1 before `axis` (one past the last is allowed).
  package static func unsqueeze(_ x: Tensor, axis position: Int) throws -> Tensor {
    var sizes = Array(x.shape)
    sizes.insert(1, at: try axis(position, rank: x.rank + 1))
    return try reshape(x, Shape.checked(sizes))
  }

  /// Joins tensors along an axis that they have.
  package static func concat(_ parts: [Tensor], axis position: Int = 0) throws -> Tensor {
    if parts.count == 1 { return parts[0] }
    return try joining(parts, position)
  }

  static let joining: Operation<Int> = Operation("cat") { inputs, position in
    try Raw.concat(inputs, axis: position)
  } pullback: { pull in
    let axis = pull.attributes < 0 ? pull.attributes + pull.gradient.rank : pull.attributes
    var start = 0
    return try pull.inputs.enumerated().map { index, part in
      defer { start += part.shape[axis] }
      return try pull.need(index) {
        try slice(pull.gradient, axis: axis, from: start, count: part.shape[axis])
      }
    }
  } samples: {
    [
      ([Domain.line.sample([2, 3]), Domain.otherLine.sample([1, 3])], 0),
      ([Domain.line.sample([2, 1]), Domain.otherLine.sample([2, 2])], -1),
    ]
  }

  /// Joins tensors of one shape along a new axis.
  package static func stack(_ parts: [Tensor], axis position: Int = 0) throws -> Tensor {
    guard let first = parts.first else {
      throw Failure("argument-range", "`stack` needs at least one tensor", argument: 0)
    }
    if let other = parts.first(where: { $0.shape != first.shape }) {
      throw Failure(
        "stack-shape", "`stack` needs tensors of one shape", argument: 0,
        facts: [.init("the first", "\(first.shape)"), .init("another", "\(other.shape)")])
    }
    return try concat(parts.map { try unsqueeze($0, axis: position) }, axis: position)
  }

  /// The entries of the first axis.
  ///
  /// They are cut off by halves, so that the way back joins halves again instead of filling the whole for each entry.
  package static func unstack(_ x: Tensor) throws -> [Tensor] {
    let count = x.shape[0]
    if count == 0 { return [] }
    if count == 1 || x.node == nil { return try (0..<count).map { try select(x, axis: 0, $0) } }
    let middle = count / 2
    return try unstack(slice(x, axis: 0, from: 0, count: middle))
      + unstack(slice(x, axis: 0, from: middle, count: count - middle))
  }

  /// Cuts or fills before and after each axis: one pair of counts per axis.
  package static func pad(_ x: Tensor, _ widths: [(before: Int, after: Int)], value: Double = 0) throws -> Tensor {
    try padding([x], Padding(widths: widths, value: value))
  }

  struct Padding: Sendable {
    let widths: [(before: Int, after: Int)]
    let value: Double
  }

  static let padding: Operation<Padding> = Operation("pad") { inputs, padding in
    try Raw.pad(inputs[0], padding.widths.map { ($0.before, $0.after) }, value: padding.value)
  } pullback: { pull in
    let shape = pull.inputs[0].shape
    let ranges = pull.attributes.widths.enumerated().map { axis, width in
      Stride(start: width.before, count: shape[axis], step: 1)
    }
    return [try slice(pull.gradient, ranges)]
  } samples: {
    [([Domain.line.sample([2, 3])], Padding(widths: [(1, 0), (2, 1)], value: 3))]
  }

  /// The given axes in reverse order.
  package static func flip(_ x: Tensor, axes: [Int]) throws -> Tensor { try flipping([x], axes) }

  static let flipping: Operation<[Int]> = Operation("flip") { inputs, axes in
    try axes.reduce(inputs[0]) { try Raw.flip($0, axis: $1) }
  } pullback: { pull in
    [try flip(pull.gradient, axes: pull.attributes)]
  } samples: {
    [([Domain.line.sample([2, 3])], [1])]
  }

  /// Moves values `shift` places along an axis; what falls off the end comes in at the front.
  package static func roll(_ x: Tensor, by shift: Int, axis position: Int) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    let size = x.shape[axis]
    guard size > 0 else { return x }
    let first = (size - shift % size) % size
    if first == 0 { return x }
    let tail = try slice(x, axis: axis, from: first, count: size - first)
    return try concat([tail, slice(x, axis: axis, from: 0, count: first)], axis: axis)
  }

  /// Repeats the whole tensor `counts[i]` times along axis `i`; a longer list adds axes in front.
  package static func tile(_ x: Tensor, _ counts: [Int]) throws -> Tensor {
    guard counts.allSatisfy({ $0 >= 0 }) else {
      throw Failure("argument-range", "a tensor cannot be repeated a negative number of times", argument: 1)
    }
    let rank = Swift.max(x.rank, counts.count)
    let sizes = [Int](repeating: 1, count: rank - x.rank) + Array(x.shape)
    let times = [Int](repeating: 1, count: rank - counts.count) + counts
    let wanted = zip(sizes, times).map { size, count in
      let (product, isOver) = size.multipliedReportingOverflow(by: count)
      return isOver ? Int.max : product
    }
    let shape = try Shape.checked(wanted)
    var result = try reshape(x, Shape(sizes))
    for axis in 0..<rank where times[axis] == 0 { result = try slice(result, axis: axis, from: 0, count: 0) }
    if shape.contains(0) { return try reshape(result, shape) }
    for axis in 0..<rank where times[axis] != 1 {
      // What stands before the axis, a new axis that stretches, and the rest.
      let before = wanted[..<axis].reduce(1, *)
      let rest = sizes[axis...].reduce(1, *)
      let stretched = try expand(reshape(result, [before, 1, rest]), to: [before, times[axis], rest])
      result = try reshape(stretched, [before, times[axis] * rest])
    }
    return try reshape(result, shape)
  }

  /// `axis` counted from the front.
  ///
  /// - Throws: `axis-range` when there is no such axis.
  package static func axis(_ position: Int, rank: Int) throws -> Int { try Shape.axis(position, rank: rank) }

  static let movement: [AnyOperation] = [reshaping, permuting, expanding, joining, padding, flipping]
}
