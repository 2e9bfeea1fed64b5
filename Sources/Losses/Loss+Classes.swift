import Autodiff
import Diagnostics
package import Tensors

/// Losses on one class of several; the classes are the last axis.
extension Loss {
  /// Cross entropy of logits `[…, classes]` with labels `int[…]`, or with rows of probabilities `[…, classes]`.
  ///
  /// `smoothing` gives that share of the truth to all classes; `classWeight` `[classes]` weighs examples, and the mean
  /// divides by the sum of the weights; examples with the label `ignore` count nowhere.
  /// - Throws: `label-range`, `loss-shape`, `swapped-arguments`, `dtype`.
  package static func crossEntropy(
    _ logits: Tensor, _ truth: Tensor, smoothing: Double = 0, classWeight: Tensor? = nil, ignore: Int? = nil,
    reduce: Reduce = .mean
  ) throws -> Tensor {
    try checkClasses(logits, truth, "cross_entropy")
    let weight = try classWeight.map { try checkedWeight($0, logits) }
    if logits.shape == truth.shape {
      return try soft(logits, truth, smoothing, weight, reduce)
    }
    let labels = try wholeLabels(truth)
    let classes = Double(logits.shape[logits.rank - 1])
    if smoothing == 0, weight == nil, ignore == nil {
      return try reduce(Op.softmaxCrossEntropy(logits, labels))
    }
    let checked = try Op.Labels(logits: logits, labels: labels, ignore: ignore)
    let kept = try checked.kept(logits.dtype)
    var share = kept
    if let weight { share = try Op.multiply(share, picked(weight, checked)) }
    var losses = try Op.softmaxCrossEntropy(logits, labels, ignore: ignore)
    if weight != nil { losses = try Op.multiply(losses, share) }
    if smoothing != 0 {
      var all = try Op.negate(Op.logSoftmax(logits))
      if let weight { all = try Op.multiply(all, weight) }
      let spread = try Op.multiply(Op.sum(all, axes: [-1]), kept)
      losses = try Op.add(
        Op.multiply(losses, number(1 - smoothing)), Op.multiply(spread, number(smoothing / classes)))
    }
    return try reduce(losses, weight: Op.sum(share))
  }

  /// Negative log-likelihood of log-probabilities: cross entropy after a `log_softmax`.
  package static func nll(
    _ logProbabilities: Tensor, _ truth: Tensor, classWeight: Tensor? = nil, ignore: Int? = nil,
    reduce: Reduce = .mean
  ) throws -> Tensor {
    try checkClasses(logProbabilities, truth, "nll")
    let weight = try classWeight.map { try checkedWeight($0, logProbabilities) }
    let checked = try Op.Labels(logits: logProbabilities, labels: wholeLabels(truth), ignore: ignore)
    let places = checked.places
    let last = logProbabilities.rank - 1
    let values = try Op.gather(logProbabilities, Op.unsqueeze(places, axis: last), axis: last)
    var share = try checked.kept(logProbabilities.dtype)
    if let weight { share = try Op.multiply(share, picked(weight, checked)) }
    let losses = try Op.multiply(Op.negate(Op.squeeze(values, axes: [last])), share)
    return try reduce(losses, weight: Op.sum(share))
  }

  /// `alpha * T² * KL(teacher_T ‖ student_T) + (1 - alpha) * cross_entropy(student, labels)` (Hinton et al., 2015);
  /// without labels the first term alone.
  package static func distillation(
    _ student: Tensor, _ teacher: Tensor, temperature: Double = 2, labels: Tensor? = nil, alpha: Double = 0.5
  ) throws -> Tensor {
    guard student.shape == teacher.shape else { throw shapeFailure(student, teacher, "distill_loss") }
    let target = try Op.softmax(Op.divide(teacher, number(temperature)))
    let log = try Op.logSoftmax(Op.divide(student, number(temperature)))
    let divergence = try Op.subtract(xlogx(target), Op.multiply(target, log))
    let rows = try Op.sum(divergence, axes: [-1])
    let soft = try Op.multiply(Op.mean(rows), number(temperature * temperature))
    guard let labels else { return soft }
    let hard = try crossEntropy(student, labels)
    return try Op.add(Op.multiply(soft, number(alpha)), Op.multiply(hard, number(1 - alpha)))
  }

  /// `sum(t * (log t - p))` for log-probabilities `p` and probabilities `t` (or, with `isLog`, their logarithms), averaged
  /// over the batch.
  package static func klDivergence(
    _ logProbabilities: Tensor, _ truth: Tensor, isLog: Bool = false, reduce: Reduce = .mean
  ) throws -> Tensor {
    let (p, t) = try matched(logProbabilities, truth, "kl_divergence")
    let terms =
      isLog
      ? try Op.multiply(Op.exp(t), Op.subtract(t, p)) : try Op.subtract(xlogx(t), Op.multiply(t, p))
    switch reduce {
    case .none: return terms
    case .sum: return try Op.sum(terms)
    case .mean:
      let rows = p.rank > 1 ? p.shape[0] : 1
      return try Op.divide(Op.sum(terms), number(Double(rows)))
    }
  }

  /// The multi-class hinge: the mean over classes of `w[label] * max(0, margin - p[label] + p[other])^p`.
  package static func multiMargin(
    _ scores: Tensor, _ truth: Tensor, margin: Double = 1, p: Double = 1, classWeight: Tensor? = nil,
    reduce: Reduce = .mean
  ) throws -> Tensor {
    try checkClasses(scores, truth, "multi_margin")
    let weight = try classWeight.map { try checkedWeight($0, scores) }
    let checked = try Op.Labels(logits: scores, labels: wholeLabels(truth), ignore: nil)
    let last = scores.rank - 1
    let right = try Op.gather(scores, Op.unsqueeze(checked.places, axis: last), axis: last)
    let others = try Op.subtract(number(1), checked.oneHot(scores.shape, scores.dtype))
    var short = try Op.relu(Op.add(Op.subtract(scores, right), number(margin)))
    if p == 2 { short = try Op.square(short) } else if p != 1 { short = try Op.pow(short, number(p)) }
    if let weight { short = try Op.multiply(short, Op.unsqueeze(picked(weight, checked), axis: last)) }
    let total = try Op.sum(Op.multiply(short, others), axes: [-1])
    return try reduce(Op.divide(total, number(Double(scores.shape[last]))))
  }

  // MARK: Checks

  private static func soft(
    _ logits: Tensor, _ truth: Tensor, _ smoothing: Double, _ weight: Tensor?, _ reduce: Reduce
  ) throws -> Tensor {
    let classes = Double(logits.shape[logits.rank - 1])
    var target = truth.dtype == logits.dtype ? truth : try Op.cast(truth, to: logits.dtype)
    if smoothing != 0 { target = try Op.add(Op.multiply(target, number(1 - smoothing)), number(smoothing / classes)) }
    if let weight { target = try Op.multiply(target, weight) }
    return try reduce(Op.negate(Op.sum(Op.multiply(target, Op.logSoftmax(logits)), axes: [-1])))
  }

  private static func checkClasses(_ logits: Tensor, _ truth: Tensor, _ name: String) throws {
    let looksSwapped = !logits.dtype.isFloat && truth.dtype.isFloat && truth.rank >= logits.rank
    if looksSwapped { try checkOrder(logits, truth, name) }
    guard logits.dtype.isFloat else {
      throw Failure(
        "dtype", "`\(name)` needs scores with decimals, one for each class", argument: 0,
        facts: [.init("prediction", "\(logits.dtype)\(logits.shape)", argument: 0)])
    }
    guard logits.rank >= 1 else {
      throw Failure(
        "loss-shape", "`\(name)` needs a score for each class along the last axis", argument: 0,
        facts: [.init("prediction", "\(logits.shape)", argument: 0)])
    }
    let isLabels = Array(truth.shape) == Array(logits.shape.dropLast())
    guard isLabels || truth.shape == logits.shape else {
      let isColumn = Array(truth.shape) == Array(logits.shape.dropLast()) + [1]
      throw Failure(
        "loss-shape", "`\(name)` needs one label for each row of scores, or rows of probabilities", argument: 1,
        facts: [
          .init("prediction", "\(logits.shape)", argument: 0), .init("truth", "\(truth.shape)", argument: 1),
        ], hint: isColumn ? "squeeze the labels to \(Shape(logits.shape.dropLast()))" : nil)
    }
  }

  /// Labels as whole numbers; decimals that are whole will do.
  private static func wholeLabels(_ truth: Tensor) throws -> Tensor {
    if truth.dtype.isFloat {
      let values = try truth.doubles
      if let bad = values.first(where: { $0.rounded() != $0 || !$0.isFinite }) {
        throw Failure(
          "dtype", "labels are whole numbers, and \(formatNumber(bad)) is none", argument: 1,
          facts: [.init("truth", "\(truth.dtype)\(truth.shape)", argument: 1)])
      }
    }
    return truth.dtype == .int ? truth.detached : try Raw.cast(truth, .int)
  }

  private static func checkedWeight(_ weight: Tensor, _ logits: Tensor) throws -> Tensor {
    let classes = logits.shape[logits.rank - 1]
    guard weight.shape == [classes] else {
      throw Failure(
        "loss-shape", "`class_weight` needs one number for each of the \(classes) classes",
        facts: [.init("class_weight", "\(weight.shape)")])
    }
    return weight.dtype == logits.dtype ? weight.detached : try Raw.cast(weight, logits.dtype)
  }

  private static func picked(_ weight: Tensor, _ labels: Op.Labels) throws -> Tensor {
    try Op.take(weight, labels.places, axis: 0)
  }

  /// `t * log t`, 0 at 0.
  static func xlogx(_ t: Tensor) throws -> Tensor {
    let isPositive = try Raw.greater(t.detached, number(0))
    return try Op.multiply(t, Op.log(Op.select(isPositive, t, number(1))))
  }
}
