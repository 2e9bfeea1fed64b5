package import Tensors

/// Products of matrices.
extension Op {
  /// Contracts the last axis of `a` with the second-last of `b`; leading axes match, or one side is a matrix.
  package static func matmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.node != nil || b.node != nil else { return try Raw.matmul(a, b) }
    // A vector is a matrix of one row or column; the shape check is the unrecorded product's.
    if a.rank == 1, b.rank >= 1 {
      let product = try matmul(unsqueeze(a, axis: 0), b)
      return try squeeze(product, axes: [b.rank == 1 ? 0 : product.rank - 2])
    }
    if b.rank == 1, a.rank >= 1 {
      let product = try matmul(a, unsqueeze(b, axis: 1))
      return try squeeze(product, axes: [product.rank - 1])
    }
    return try multiplying([a, b], Unit())
  }

  /// No attributes.
  struct Unit: Sendable, CustomStringConvertible { var description: String { "" } }

  static let multiplying: Operation<Unit> = Operation("matmul") { inputs, _ in
    try Raw.matmul(inputs[0], inputs[1])
  } pullback: { pull in
    let (a, b, g) = (pull.inputs[0], pull.inputs[1], pull.gradient)
    return [
      try pull.need(0) {
        if a.rank == 2, b.rank > 2 {
          // Every matrix of b met the same a: one product over the last axis of all of them, side by side.
          return try matmul(columns(g), transpose(columns(b)))
        }
        return try matmul(g, transpose(b))
      },
      try pull.need(1) {
        b.rank == 2 && a.rank > 2 ? try matmul(transpose(rows(a)), rows(g)) : try matmul(transpose(a), g)
      },
    ]
  } samples: {
    let line = Domain.line
    let other = Domain.otherLine
    return [
      ([line.sample([2, 3]), other.sample([3, 2])], Unit()),
      ([line.sample([2, 2, 3]), other.sample([2, 3, 2])], Unit()),
      ([line.sample([2, 2, 3]), other.sample([3, 2])], Unit()),
      ([line.sample([2, 3]), other.sample([2, 3, 2])], Unit()),
    ]
  }

  /// All leading axes as one: `[…, k]` to `[n, k]`.
  static func rows(_ x: Tensor) throws -> Tensor {
    let width = x.shape[x.rank - 1]
    return try reshape(x, [x.shape.dropLast().reduce(1, *), width])
  }

  /// `[…, k, m]` to `[k, n]`: the matrices side by side.
  private static func columns(_ x: Tensor) throws -> Tensor {
    let height = x.shape[x.rank - 2]
    let order = [x.rank - 2] + Array(0..<(x.rank - 2)) + [x.rank - 1]
    return try reshape(permute(x, order), [height, x.count / Swift.max(height, 1)])
  }

  /// `x @ w + b`, with relu where asked, in one pass over memory. `x` is `[…, in]`, `w` `[in, out]`, `b` `[out]` or nil.
  package static func dense(_ x: Tensor, _ w: Tensor, _ b: Tensor?, relu: Bool = false) throws -> Tensor {
    if x.node == nil, w.node == nil, b?.node == nil { return try Raw.linear(x, w, b, relu: relu) }
    return try densely(b.map { [x, w, $0] } ?? [x, w], relu)
  }

  static let densely: Operation<Bool> = Operation("dense", keepsOutput: true) { inputs, relu in
    try Raw.linear(inputs[0], inputs[1], inputs.count > 2 ? inputs[2] : nil, relu: relu)
  } pullback: { pull in
    let (x, w) = (pull.inputs[0], pull.inputs[1])
    let g = pull.attributes ? try reluMask(pull.gradient, pull.output) : pull.gradient
    let flat = g.rank == 2 ? g : try rows(g)
    var gradients: [Tensor?] = [
      try pull.need(0) { try reshape(matmul(flat, transpose(w)), x.shape) },
      try pull.need(1) { try matmul(transpose(x.rank == 2 ? x : rows(x)), flat) },
    ]
    if pull.inputs.count > 2 { gradients.append(try pull.need(2) { try sum(flat, axes: [0]) }) }
    return gradients
  } samples: {
    let (x, w, b) = (Domain.line.sample([2, 3]), Domain.otherLine.sample([3, 2]), Domain.line.sample([2]))
    return [([x, w, b], false), ([x, w, b], true), ([x, w], false), ([Domain.line.sample([2, 2, 3]), w, b], true)]
  }

  static let products: [AnyOperation] = [multiplying, densely]
}
