import Diagnostics
package import Tensors

/// Every `step`-th of one axis, `count` of them from `start` on; a negative step runs backwards.
package struct Stride: Sendable, Hashable {
  package var start: Int
  package var count: Int
  package var step: Int

  package init(start: Int, count: Int, step: Int = 1) {
    self.start = start
    self.count = count
    self.step = step
  }
}

/// Taking parts of a tensor, and their opposite: putting parts into zeros. Each is the other's pullback.
extension Op {
  /// One stride per axis.
  package static func slice(_ x: Tensor, _ strides: [Stride]) throws -> Tensor {
    guard x.node != nil else { return try view(x, strides) }
    return try slicing([x], strides)
  }

  /// Part of one axis.
  package static func slice(_ x: Tensor, axis: Int, from start: Int, count: Int) throws -> Tensor {
    var strides = x.shape.map { Stride(start: 0, count: $0) }
    strides[axis] = Stride(start: start, count: count)
    return try slice(x, strides)
  }

  /// Entry `index` of an axis, which goes away.
  package static func select(_ x: Tensor, axis: Int, _ index: Int) throws -> Tensor {
    var sizes = Array(x.shape)
    sizes.remove(at: axis)
    return try reshape(slice(x, axis: axis, from: index, count: 1), Shape(sizes))
  }

  /// The part of `x` that `strides` names, without a copy.
  static func view(_ x: Tensor, _ strides: [Stride]) throws -> Tensor {
    var result = x
    for (axis, stride) in strides.enumerated() where stride != Stride(start: 0, count: x.shape[axis]) {
      result = try Raw.slice(result, axis: axis, start: stride.start, count: stride.count, step: stride.step)
    }
    return result
  }

  static let slicing: Operation<[Stride]> = Operation("slice") { inputs, strides in
    try view(inputs[0].detached, strides)
  } pullback: { pull in
    [try unslice(pull.gradient, pull.attributes, shape: pull.inputs[0].shape)]
  } samples: {
    [([Domain.line.sample([4, 3])], [Stride(start: 1, count: 2), Stride(start: 0, count: 2, step: 2)])]
  }

  /// Zeros of `shape` with `x` at the places that `slice` would take.
  static func unslice(_ x: Tensor, _ strides: [Stride], shape: Shape) throws -> Tensor {
    try unslicing([x], Placement(strides: strides, shape: shape))
  }

  struct Placement: Sendable {
    let strides: [Stride]
    let shape: Shape
  }

  static let unslicing: Operation<Placement> = Operation("unslice") { inputs, place in
    try Raw.assign(Tensor.zeros(place.shape, inputs[0].dtype), inputs[0]) { try view($0, place.strides) }
  } pullback: { pull in
    [try slice(pull.gradient, pull.attributes.strides)]
  } samples: {
    let strides = [Stride(start: 1, count: 2), Stride(start: 0, count: 2, step: 2)]
    return [([Domain.line.sample([2, 2])], Placement(strides: strides, shape: [4, 3]))]
  }

  /// `x` with part of it replaced: `x[i] = v`.
  package static func replacing(_ x: Tensor, _ strides: [Stride], with value: Tensor) throws -> Tensor {
    try substitution([x, value], strides)
  }

  static let substitution: Operation<[Stride]> = Operation("assign") { inputs, strides in
    try Raw.assign(inputs[0].detached, inputs[1]) { try view($0, strides) }
  } pullback: { pull in
    let (g, strides, part) = (pull.gradient, pull.attributes, pull.inputs[1])
    return [
      try pull.need(0) {
        try substitution([g, Tensor.zeros(part.shape, g.dtype)], strides)
      },
      try pull.need(1) { try fitted(slice(g, strides), to: part) },
    ]
  } samples: {
    [
      (
        [Domain.line.sample([4, 3]), Domain.otherLine.sample([2, 3])],
        [Stride(start: 1, count: 2), Stride(start: 0, count: 3)]
      )
    ]
  }

  /// The entries of `axis` that `indices` names, in the place of that axis: embeddings, masks, `x[order]`.
  ///
  /// The result has the shape of `x` with the axis replaced by the shape of `indices`.
  package static func take(_ x: Tensor, _ indices: Tensor, axis position: Int = 0) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    return try taking([x], Choice(indices: indices.detached, axis: axis, size: x.shape[axis]))
  }

  struct Choice: Sendable {
    let indices: Tensor
    let axis: Int
    /// How many entries the axis has to choose from.
    let size: Int
  }

  static let taking: Operation<Choice> = Operation("take") { inputs, choice in
    try Raw.take(inputs[0], axis: choice.axis, choice.indices)
  } pullback: { pull in
    [try untaking([pull.gradient], pull.attributes)]
  } samples: {
    let indices = Tensor([2, 0, 2, 1], [2, 2])
    return [
      ([Domain.line.sample([3, 2])], Choice(indices: indices, axis: 0, size: 3)),
      ([Domain.line.sample([2, 3])], Choice(indices: indices, axis: 1, size: 3)),
    ]
  }

  /// Adds entries back to the places that they were taken from.
  static let untaking: Operation<Choice> = Operation("untake") { inputs, choice in
    let g = inputs[0]
    let tail = g.shape.dropFirst(choice.axis + choice.indices.rank)
    let shape = Shape(Array(g.shape.prefix(choice.axis)) + [choice.size] + Array(tail))
    return try Raw.indexAdd(Tensor.zeros(shape, g.dtype), axis: choice.axis, choice.indices, g)
  } pullback: { pull in
    [try taking([pull.gradient], pull.attributes)]
  } samples: {
    [([Domain.line.sample([2, 2, 2])], Choice(indices: Tensor([2, 0, 2, 1], [2, 2]), axis: 0, size: 3))]
  }

  /// Along `axis`, the entry that `indices` names at each place; `indices` has the rank of `x` (PyTorch's `gather`).
  package static func gather(_ x: Tensor, _ indices: Tensor, axis position: Int) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    return try gathering([x], Choice(indices: indices.detached, axis: axis, size: x.shape[axis]))
  }

  static let gathering: Operation<Choice> = Operation("gather") { inputs, choice in
    try Raw.gather(inputs[0], choice.indices, axis: choice.axis)
  } pullback: { pull in
    let zeros = try Tensor.zeros(pull.inputs[0].shape, pull.gradient.dtype)
    return [try scatterAdd(zeros, pull.attributes.indices, pull.gradient, axis: pull.attributes.axis)]
  } samples: {
    [([Domain.line.sample([2, 3])], Choice(indices: Tensor([2, 0, 1, 1], [2, 2]), axis: 1, size: 3))]
  }

  /// `x` with `values` added at the places that `indices` names along `axis`.
  package static func scatterAdd(
    _ x: Tensor, _ indices: Tensor, _ values: Tensor, axis position: Int
  ) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    return try scattering([x, values], Choice(indices: indices.detached, axis: axis, size: x.shape[axis]))
  }

  static let scattering: Operation<Choice> = Operation("scatter_add") { inputs, choice in
    try Raw.scatterAdd(inputs[0], choice.indices, inputs[1], axis: choice.axis)
  } pullback: { pull in
    let choice = pull.attributes
    return [pull.gradient, try pull.need(1) { try gather(pull.gradient, choice.indices, axis: choice.axis) }]
  } samples: {
    [
      (
        [Domain.line.sample([2, 3]), Domain.otherLine.sample([2, 2])],
        Choice(indices: Tensor([2, 0, 1, 1], [2, 2]), axis: 1, size: 3)
      )
    ]
  }

  /// The values of an axis in ascending order.
  package static func sort(_ x: Tensor, axis position: Int = -1, descending: Bool = false) throws -> Tensor {
    let axis = try axis(position, rank: x.rank)
    return try gather(x, Raw.argsort(x, axis: axis, descending: descending), axis: axis)
  }

  static let indexing: [AnyOperation] = [
    slicing, unslicing, substitution, taking, untaking, gathering, scattering,
  ]
}

extension Op {
  /// The value below which a share `q` of the elements lies, between neighbours along a straight line.
  package static func quantile(_ x: Tensor, _ q: Double, axis position: Int? = nil, keep: Bool = false) throws -> Tensor
  {
    guard x.node != nil else { return try Raw.quantile(x, q, axis: position, keep: keep) }
    let flat = position == nil ? try reshape(x, [x.count]) : x
    let axis = try axis(position ?? 0, rank: flat.rank)
    let size = flat.shape[axis]
    guard size > 0 else { return try Raw.quantile(x.detached, q, axis: position, keep: keep) }
    let sorted = try sort(flat, axis: axis)
    let place = q * Double(size - 1)
    let low = Int(place.rounded(.down))
    let above = try slice(sorted, axis: axis, from: Swift.min(low + 1, size - 1), count: 1)
    let below = try slice(sorted, axis: axis, from: low, count: 1)
    let between = try add(below, multiply(subtract(above, below), number(place - Double(low))))
    if position == nil { return try reshape(between, keep ? Shape(x.shape.map { _ in 1 }) : []) }
    return keep ? between : try squeeze(between, axes: [axis])
  }
}
