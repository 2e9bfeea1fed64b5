import Autodiff
import Diagnostics
package import Layers
package import Tensors

/// How strongly the score of a class answers to each value of the input: `|d score / d x|`, in the shape of `x`.
///
/// The score is the logit where the model ends in a softmax, else the output (Simonyan et al., 2013). Without `y` it
/// is that of the predicted class. One backward pass serves all examples, since none depends on another.
/// - Throws: `dtype`, `rank`, `label-range`, `label-shape`, what the model throws.
package func saliency(_ model: Model, _ x: Tensor, _ y: Tensor? = nil) throws -> Tensor {
  let scorer = try Scorer(model, x)
  return try Raw.abs(scorer.gradient(x, scorer.classes(y, x), of: chosen))
}

/// What each value of the input adds to the score of a class, against a baseline: the gradient averaged over the
/// straight way from the baseline to `x`, times `x - baseline` (Sundararajan et al., 2017).
///
/// The values add up to `score(x) - score(baseline)`, the better the more steps; each step is taken at its middle.
/// - Parameter baseline: a number or a tensor that broadcasts to `x`; zeros when left out.
/// - Throws: as `saliency`; `broadcast` for a baseline that does not go with `x`.
package func integratedGradients(
  _ model: Model, _ x: Tensor, _ y: Tensor? = nil, baseline: Tensor? = nil, steps: Int = 50
) throws -> Tensor {
  let scorer = try Scorer(model, x)
  let classes = try scorer.classes(y, x)
  let x = x.detached
  var start = try baseline?.detached ?? Tensor.zeros([], x.dtype)
  guard start.isNumber || start.rank <= x.rank,
    let whole = try? Raw.broadcast(
      start.isNumber || start.dtype != x.dtype ? Raw.cast(start, x.dtype) : start, to: x.shape)
  else {
    throw Failure(
      "broadcast", "the baseline of shape `\(start.shape)` does not go with inputs of shape `\(x.shape)`", argument: 3)
  }
  start = whole
  let way = try Raw.subtract(x, start)
  var total = try Tensor.zeros(x.shape, x.dtype)
  for step in 0..<steps {
    let share = Tensor(number: (Double(step) + 0.5) / Double(steps))
    let point = try Raw.add(start, Raw.multiply(way, share))
    total = try Raw.add(total, scorer.gradient(point, classes, of: chosen))
  }
  return try Raw.multiply(way, Raw.divide(total, Tensor(number: Double(steps))))
}

/// The sum over examples of the score of their class. With one output, class 1 is its score and class 0 the score's
/// negative.
private func chosen(_ scores: Tensor, _ classes: Tensor) throws -> Tensor {
  if scores.shape[1] == 1 {
    let signs = try Raw.cast(Raw.subtract(Raw.add(classes, classes), Tensor(number: 1)), scores.dtype)
    return try Op.sum(Op.multiply(scores, Raw.reshape(signs, scores.shape)))
  }
  return try Op.sum(Op.gather(scores, Raw.reshape(classes, [classes.shape[0], 1]), axis: 1))
}
