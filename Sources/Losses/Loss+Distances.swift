import Autodiff
import Diagnostics
package import Tensors

/// Losses on pairs and triples of embeddings, `[n, dim]`.
extension Loss {
  /// `1 - cos(a, b)` for pairs that belong together (truth 1), `max(0, cos(a, b) - margin)` for others (-1).
  package static func cosine(
    _ a: Tensor, _ b: Tensor, truth: Tensor? = nil, margin: Double = 0, reduce: Reduce = .mean
  ) throws -> Tensor {
    guard a.shape == b.shape, a.rank >= 1 else { throw shapeFailure(a, b, "cosine_loss") }
    let dot = try Op.sum(Op.multiply(a, b), axes: [-1])
    let lengths = try Op.multiply(Op.norm(a, axes: [-1]), Op.norm(b, axes: [-1]))
    let similarity = try Op.divide(dot, Op.maximum(lengths, number(1e-8)))
    let together = try Op.subtract(number(1), similarity)
    guard let truth else { return try reduce(together) }
    guard truth.shape == similarity.shape || truth.isNumber else {
      throw shapeFailure(similarity, truth, "cosine_loss")
    }
    let apart = try Op.relu(Op.subtract(similarity, number(margin)))
    return try reduce(Op.select(Raw.greater(truth.detached, number(0)), together, apart))
  }

  /// `max(0, |a - p| - |a - n| + margin)`: the positive closer than the negative by a margin.
  ///
  /// `p` says which length; with `swap` the negative's distance is the smaller of those from anchor and positive.
  package static func triplet(
    _ anchor: Tensor, _ positive: Tensor, _ negative: Tensor, margin: Double = 1, p: Double = 2, swap: Bool = false,
    eps: Double = 1e-6, reduce: Reduce = .mean
  ) throws -> Tensor {
    guard anchor.shape == positive.shape else { throw shapeFailure(anchor, positive, "triplet") }
    guard anchor.shape == negative.shape else { throw shapeFailure(anchor, negative, "triplet") }
    let near = try distance(anchor, positive, p, eps)
    var far = try distance(anchor, negative, p, eps)
    if swap { far = try Op.minimum(far, distance(positive, negative, p, eps)) }
    return try reduce(Op.relu(Op.add(Op.subtract(near, far), number(margin))))
  }

  /// `d²` for pairs that belong together (truth 1), `max(0, margin - d)²` for others (0), halved (Hadsell et al., 2006).
  package static func contrastive(
    _ a: Tensor, _ b: Tensor, _ truth: Tensor, margin: Double = 1, reduce: Reduce = .mean
  ) throws -> Tensor {
    guard a.shape == b.shape, a.rank >= 1 else { throw shapeFailure(a, b, "contrastive") }
    let d = try distance(a, b)
    guard truth.shape == d.shape || truth.isNumber else { throw shapeFailure(d, truth, "contrastive") }
    let apart = try Op.square(Op.relu(Op.subtract(number(margin), d)))
    let losses = try Op.select(Raw.greater(truth.detached, number(0)), Op.square(d), apart)
    return try reduce(Op.multiply(losses, number(0.5)))
  }

  /// PyTorch's distance: a little is added to each difference, so that the gradient exists where two points meet.
  private static func distance(_ a: Tensor, _ b: Tensor, _ p: Double = 2, _ eps: Double = 1e-6) throws -> Tensor {
    try Op.norm(Op.add(Op.subtract(a, b), number(eps)), p: p, axes: [-1])
  }
}
