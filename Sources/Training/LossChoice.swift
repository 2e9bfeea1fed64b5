package import Autodiff
import Diagnostics
package import Layers
import Losses
package import Tensors

/// What `fit` minimises: a function of prediction and truth that gives one number.
package struct LossChoice {
  package let name: String
  package let task: Model.Task
  /// Whether it takes logits, so that a softmax at the model's end is left to it.
  let takesLogits: Bool
  private let function: (Tensor, Tensor) throws -> Tensor

  /// The loss of a batch, without axes.
  func callAsFunction(_ prediction: Tensor, _ truth: Tensor) throws -> Tensor {
    try withoutEdits { try function(prediction, truth) }
  }

  /// Runs what may find fault with labels: an edit of its arguments is none of the data that `fit` was given.
  private func withoutEdits(_ body: () throws -> Tensor) throws -> Tensor {
    do {
      return try body()
    } catch var failure as Failure {
      failure.hint = nil
      throw failure
    }
  }

  /// - Parameters:
  ///   - given: the function that the user named; nil picks by target.
  ///   - output: what the model gives for one example.
  ///   - classWeight: the weight of each class, for the losses that know classes.
  package init(
    _ given: (any Callable)?, output: Flow, isSoftmaxed: Bool, truth: Tensor, classWeight: Tensor? = nil
  ) throws {
    if let given, !(given is any LibraryFunction) || !LossChoice.known.contains(given.name) {
      if classWeight != nil {
        throw Failure("bad-argument", "`class_weight` goes with `cross_entropy`, not with `\(given.name)`")
      }
      let isLabels = !truth.dtype.isFloat && truth.rank == 1 && (output.shape?.last ?? 1) > 1
      let known = given is any LibraryFunction ? LossChoice.task(of: given.name) : isLabels ? .classes : .values
      self.init(name: given.name, task: known, takesLogits: false) { prediction, truth in
        let loss = try given.call([.tensor(prediction), .tensor(truth)])
        switch loss {
        case .tensor(let tensor): return tensor.rank == 0 ? tensor : try Op.mean(tensor)
        case .number(let value): return Tensor(number: value)
        default:
          throw Failure("argument-type", "the loss `\(given.name)` has to give a number, not \(loss.kindForPeople)")
        }
      }
      return
    }
    let name = given?.name ?? LossChoice.pick(output: output, isSoftmaxed: isSoftmaxed, truth: truth)
    if classWeight != nil, name != "cross_entropy" {
      throw Failure("bad-argument", "`class_weight` goes with `cross_entropy`, not with `\(name)`")
    }
    switch name {
    case "cross_entropy":
      self.init(name: name, task: .classes, takesLogits: true) {
        try Loss.crossEntropy($0, $1, classWeight: classWeight)
      }
    case "bce_logits":
      self.init(name: name, task: .binary, takesLogits: false) { try Loss.bceLogits($0, LossChoice.float($1, $0)) }
    case "mae":
      self.init(name: name, task: .values, takesLogits: false) { try Loss.mae($0, LossChoice.float($1, $0)) }
    default:
      self.init(name: name, task: .values, takesLogits: false) { try Loss.mse($0, LossChoice.float($1, $0)) }
    }
  }

  private init(
    name: String, task: Model.Task, takesLogits: Bool, function: @escaping (Tensor, Tensor) throws -> Tensor
  ) {
    self.name = name
    self.task = task
    self.takesLogits = takesLogits
    self.function = function
  }

  /// The losses of the library that are called here without a detour through the language.
  private static let known: Set<String> = ["cross_entropy", "bce_logits", "mse", "mae"]

  private static func task(of name: String) -> Model.Task {
    switch name {
    case "nll", "focal", "multi_margin": .classes
    case "bce", "hinge": .binary
    default: .values
    }
  }

  private static func float(_ truth: Tensor, _ prediction: Tensor) throws -> Tensor {
    truth.dtype == prediction.dtype ? truth : try Raw.cast(truth, prediction.dtype)
  }

  /// Labels for a model with several outputs mean `cross_entropy`, of yes and no with one output `bce_logits`, and
  /// other numbers `mse`.
  private static func pick(output: Flow, isSoftmaxed: Bool, truth: Tensor) -> String {
    let width = output.shape?.last ?? 1
    let isLabels = truth.rank == 1 && width > 1
    if isLabels || (isSoftmaxed && width > 1) { return "cross_entropy" }
    if truth.dtype == .bool || (truth.dtype == .u8 && width == 1) { return "bce_logits" }
    if truth.dtype == .int, width == 1, (try? truth.ints.allSatisfy { $0 == 0 || $0 == 1 }) ?? false {
      return "bce_logits"
    }
    return "mse"
  }

  /// The truths in the form that is compared: an `[n]` target as `[n, 1]` where the model gives that, labels as int.
  func prepared(_ truth: Tensor, output: Flow) throws -> Tensor {
    var truth = truth
    if takesLogits, let classes = output.shape?.last, classes > 1 {
      if truth.rank == 2, truth.shape[1] == 1 { truth = try Raw.reshape(truth, [truth.shape[0]]) }
      // Checked once for all batches, before anything is learnt.
      if truth.rank == 1, output.shape?.rank == 1 {
        truth = try withoutEdits { [truth] in try Raw.labels(truth, classes: classes, argument: 1) }
      }
    }
    if !takesLogits, truth.rank == 1, output.shape == [1] { truth = try Raw.reshape(truth, [truth.shape[0], 1]) }
    return truth
  }
}
