import Tensors

/// Rules that learn the curvature from the way.
extension UpdateRule {
  private static let history = Setting("history", "how many steps it learns the curvature from", 10, .atLeast(1))

  /// Limited-memory BFGS (Liu and Nocedal, 1989), one step for each gradient and no line search, as PyTorch's with
  /// `max_iter=1`: the first step is `min(1, 1 / |g|₁) * lr`, the others `lr` times the quasi-Newton direction.
  ///
  /// It wants the gradient of the same loss at every step: the whole data, not batches.
  package static let lbfgs = UpdateRule(
    "lbfgs", "Learns the curvature from the last steps; for whole batches and smooth losses.", rate: 1, [history]
  ) { step, gradient, memory in
    var way = try Way(memory)
    let direction: Tensor
    var length = step.rate
    if let last = way.gradient, let move = way.move {
      let change = try Raw.subtract(gradient, last)
      let bend = try Way.dot(change, move)
      if bend > 1e-10 {
        way.pairs.append((change, move))
        if way.pairs.count > Int(step[history]) { way.pairs.removeFirst() }
        way.scale = bend / (try Way.dot(change, change))
      }
      direction = try way.direction(gradient)
    } else {
      direction = gradient
      length *= min(1, 1 / (try Raw.sum(Raw.abs(gradient)).item))
    }
    let change = try Rule.scaled(direction, length)
    way.gradient = gradient
    way.move = try Raw.negate(change)
    memory = way.memory
    return change
  }
}

/// What L-BFGS remembers: the last gradient and move, the scale of the curvature, and pairs of changes.
private struct Way {
  var gradient: Tensor?
  var move: Tensor?
  var scale = 1.0
  var pairs: [(change: Tensor, move: Tensor)] = []

  init(_ memory: [Tensor]) throws {
    guard memory.count >= 3 else { return }
    (gradient, move, scale) = (memory[0], memory[1], try memory[2].item)
    for index in stride(from: 3, to: memory.count - 1, by: 2) { pairs.append((memory[index], memory[index + 1])) }
  }

  var memory: [Tensor] {
    guard let gradient, let move else { return [] }
    return [gradient, move, Tensor([scale], [1])] + pairs.flatMap { [$0.change, $0.move] }
  }

  static func dot(_ a: Tensor, _ b: Tensor) throws -> Double { try Raw.sum(Raw.multiply(a, b)).item }

  /// The inverse curvature times the gradient, by the two loops.
  func direction(_ gradient: Tensor) throws -> Tensor {
    var q = gradient
    var shares: [Double] = []
    for pair in pairs.reversed() {
      let share = try Way.dot(pair.move, q) / Way.dot(pair.change, pair.move)
      q = try Raw.subtract(q, Rule.scaled(pair.change, share))
      shares.append(share)
    }
    var r = try Rule.scaled(q, scale)
    for (pair, share) in zip(pairs, shares.reversed()) {
      let back = try Way.dot(pair.change, r) / Way.dot(pair.change, pair.move)
      r = try Raw.add(r, Rule.scaled(pair.move, share - back))
    }
    return r
  }
}
