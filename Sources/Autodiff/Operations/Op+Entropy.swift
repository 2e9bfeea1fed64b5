import Diagnostics
package import Tensors

/// Cross entropy of logits with whole-number labels, as one operation.
extension Op {
  /// `-log_softmax(logits)[label]` for every row: logits `[…, classes]`, labels `int[…]`, losses `[…]`.
  ///
  /// A label that equals `ignore` gives loss 0 and no gradient.
  /// - Throws: `label-range`, `loss-shape`.
  package static func softmaxCrossEntropy(_ logits: Tensor, _ labels: Tensor, ignore: Int? = nil) throws -> Tensor {
    try entropy([logits], Labels(logits: logits, labels: labels, ignore: ignore))
  }

  /// Labels that were checked against the number of classes.
  package final class Labels: @unchecked Sendable {
    /// The labels as an index tensor; an ignored one is 0.
    package let places: Tensor
    /// Where a label counts, 1 for each row; nil when all do.
    private let mask: Tensor?
    /// Filled by the forward pass for the way back.
    fileprivate var probabilities: Tensor?

    /// - Throws: `loss-shape` when there is not one label per row, `label-range` when a label is no class.
    package init(logits: Tensor, labels: Tensor, ignore: Int?) throws {
      guard logits.rank >= 1, Array(logits.shape.dropLast()) == Array(labels.shape) else {
        throw Failure(
          "loss-shape", "there must be one label for each row of logits", argument: 1,
          facts: [.init("logits", "\(logits.shape)", argument: 0), .init("labels", "\(labels.shape)", argument: 1)])
      }
      let classes = logits.shape[logits.rank - 1]
      var values = try labels.ints
      var kept = [Double](repeating: 1, count: values.count)
      var (low, high) = (Int.max, Int.min)
      for index in values.indices {
        if values[index] == ignore {
          values[index] = 0
          kept[index] = 0
        } else {
          low = Swift.min(low, values[index])
          high = Swift.max(high, values[index])
        }
      }
      if low <= high, low < 0 || high >= classes {
        throw Labels.outOfRange(low: low, high: high, classes: classes, shape: labels.shape)
      }
      places = Tensor(values, labels.shape)
      mask = kept.contains(0) ? Tensor(kept, labels.shape) : nil
    }

    static func outOfRange(low: Int, high: Int, classes: Int, shape: Shape) -> Failure {
      let guilty = high >= classes ? high : low
      let isOneBased = low == 1 && high == classes
      return Failure(
        "label-range", "label \(guilty) is out of range for \(classes) class\(classes == 1 ? "" : "es")", argument: 1,
        facts: [.init("y", "int\(shape), smallest \(low), largest \(high)", argument: 1)],
        why: isOneBased ? "classes count from 0; these look 1-based." : "classes count from 0 to \(classes - 1).",
        hint: isOneBased ? "\u{1}append - 1" : nil)
    }

    /// 1 at the label of each row, 0 elsewhere.
    package func oneHot(_ shape: Shape, _ dtype: DType) throws -> Tensor {
      try Raw.oneHot(places, classes: shape[shape.count - 1], dtype: dtype)
    }

    /// 1 for each row that counts.
    package func kept(_ dtype: DType) throws -> Tensor {
      try mask.map { try Raw.cast($0, dtype) } ?? Tensor.ones(places.shape, dtype)
    }

    /// `x`, one value a row, with 0 where the label is ignored.
    func masked(_ x: Tensor) throws -> Tensor { mask == nil ? x : try multiply(x, kept(x.dtype)) }
  }

  static let entropy: Operation<Labels> = Operation("cross_entropy") { inputs, labels in
    let (losses, probabilities) = try Raw.crossEntropy(inputs[0], labels.places)
    labels.probabilities = probabilities
    return try labels.masked(losses)
  } pullback: { pull in
    let (x, labels) = (pull.inputs[0], pull.attributes)
    let g = try labels.masked(pull.gradient)
    if !pull.isRecording, let probabilities = labels.probabilities {
      return [try Raw.crossEntropyGradient(g, probabilities, labels.places)]
    }
    return [try multiply(unsqueeze(g, axis: g.rank), subtract(softmax(x), labels.oneHot(x.shape, x.dtype)))]
  } samples: {
    let logits = Domain.line.sample([3, 4])
    guard let labels = try? Labels(logits: logits, labels: Tensor([3, 0, -7], [3]), ignore: -7) else { return [] }
    return [([logits], labels)]
  }

  static let entropies: [AnyOperation] = [entropy]
}
