import Autodiff
import Diagnostics
package import Layers
import Losses
package import Tensors

/// An input made to raise the loss, none of its values moved by more than `eps`.
package struct Attack {
  package let eps: Double
  /// How often it moves; 1 is the fast gradient sign method.
  package let steps: Int
  /// How far it moves each time.
  package let step: Double
  /// The least and the largest value that an input may have.
  package let range: (low: Double, high: Double)?

  /// The fast gradient sign method (Goodfellow et al., 2014): `x + eps * sign(d loss / d x)`.
  package static func fgsm(eps: Double, range: (low: Double, high: Double)? = nil) -> Attack {
    Attack(eps: eps, steps: 1, step: eps, range: range)
  }

  /// Projected gradient descent (Madry et al., 2017) from `x` itself: steps of the sign method, each brought back to
  /// within `eps` of `x`.
  package static func pgd(
    eps: Double, steps: Int = 10, step: Double? = nil, range: (low: Double, high: Double)? = nil
  ) -> Attack {
    Attack(eps: eps, steps: steps, step: step ?? eps / 4, range: range)
  }

  /// Inputs like `x` that the model gets wrong more often.
  ///
  /// The loss is that of `fit`: cross entropy of logits for several outputs, binary cross entropy for one, and
  /// squared error for a model that was fitted to values.
  /// - Throws: `dtype`, `rank`, `label-range`, `label-shape`, what the model throws.
  package func callAsFunction(_ model: Model, _ x: Tensor, _ y: Tensor) throws -> Tensor {
    try attack(Scorer(model, x), x, y)
  }

  private func attack(_ scorer: Scorer, _ x: Tensor, _ y: Tensor) throws -> Tensor {
    let x = x.detached
    let truth = try scorer.truth(y, x)
    if eps == 0 { return x }
    var moved = x
    for _ in 0..<steps {
      let gradient = try scorer.gradient(moved, truth, of: scorer.loss)
      moved = try Raw.add(moved, Raw.multiply(Raw.sign(gradient), Tensor(number: step)))
      if steps > 1 || step > eps {
        let low = try Raw.subtract(x, Tensor(number: eps))
        let high = try Raw.add(x, Tensor(number: eps))
        moved = try Raw.minimum(Raw.maximum(moved, low), high)
      }
      if let range { moved = try Raw.clip(moved, range.low, range.high) }
    }
    return moved
  }

  /// The share of examples that a model still gets right when they are attacked.
  ///
  /// - Throws: as the attack; `argument-type` for a model that was fitted to values.
  package func accuracy(_ model: Model, _ x: Tensor, _ y: Tensor) throws -> Double {
    let scorer = try Scorer(model, x)
    guard scorer.task != .values else {
      throw Failure(
        "argument-type", "this model predicts values, which are not right or wrong", argument: 0,
        why: "accuracy is of models that tell classes apart.")
    }
    let attacked = try attack(scorer, x, y)
    let predicted = try scorer.pieces(attacked) { x, _ in
      let scores = try scorer.scores(x)
      if scores.shape[1] > 1 { return try Raw.argmax(scores, axis: -1) }
      let limit = Tensor(number: scorer.givesProbability ? 0.5 : 0)
      return try Raw.cast(Raw.reshape(Raw.greater(scores, limit), [x.shape[0]]), .int)
    }
    let truth = try scorer.classes(y, x).ints
    return Double(try zip(predicted.ints, truth).count { $0 == $1 }) / Double(truth.count)
  }
}

extension Scorer {
  /// What the loss compares with: labels, or values for a model that was fitted to them.
  fileprivate func truth(_ y: Tensor, _ x: Tensor) throws -> Tensor {
    guard task == .values else { return try classes(y, x) }
    guard y.rank > 0, y.shape[0] == x.shape[0] else {
      throw Failure(
        "label-shape", "`y` must have one row for each of the \(x.shape[0]) examples", argument: 2,
        facts: [.init("y", "\(y.dtype) \(y.shape)", argument: 2)])
    }
    return y.detached
  }

  /// The loss summed over examples, so that each one's gradient is its own.
  fileprivate func loss(_ scores: Tensor, _ truth: Tensor) throws -> Tensor {
    if task != .values, scores.shape[1] > 1 { return try Loss.crossEntropy(scores, truth, reduce: .sum) }
    var truth = truth.dtype == scores.dtype ? truth : try Raw.cast(truth, scores.dtype)
    if truth.rank == 1, scores.shape[1] == 1 { truth = try Raw.reshape(truth, scores.shape) }
    if task == .values { return try Loss.mse(scores, truth, reduce: .sum) }
    return givesProbability
      ? try Loss.bce(scores, truth, reduce: .sum) : try Loss.bceLogits(scores, truth, reduce: .sum)
  }
}
