package import Autodiff
import Diagnostics
import Layers
import Tensors

/// Something to measure beside the loss: a function of prediction and truth that gives a number.
package struct MetricChoice {
  package let name: String
  private let function: any Callable
  /// Accuracy is counted batch by batch; other metrics need all predictions of an epoch.
  let isAccuracy: Bool

  package init(_ function: any Callable) {
    self.function = function
    name = function.name
    isAccuracy = function is any LibraryFunction && function.name == "accuracy"
  }

  func callAsFunction(_ prediction: Tensor, _ truth: Tensor) throws -> Double {
    let value = try function.call([.tensor(prediction), .tensor(truth)])
    switch value {
    case .number(let number): return number
    case .tensor(let tensor) where tensor.count == 1: return try tensor.item
    default:
      throw Failure("argument-type", "the metric `\(name)` has to give a number, not \(value.kindForPeople)")
    }
  }
}

/// Measures predictions as they come by, batch after batch.
struct Scores {
  private let metrics: [MetricChoice]
  private let task: Model.Task
  private let needsAll: Bool
  private var right = 0
  /// Labels that were judged: as many as examples, or one for each of their steps.
  private var judged = 0
  private var seen = 0
  private var loss = 0.0
  private var predictions: [Tensor] = []
  private var truths: [Tensor] = []

  init(_ metrics: [MetricChoice], _ task: Model.Task) {
    self.metrics = metrics
    self.task = task
    needsAll = metrics.contains { !$0.isAccuracy || task == .values }
  }

  /// - Parameter isLogits: whether class scores come as logits, to be turned into probabilities.
  mutating func add(_ output: Tensor, _ truth: Tensor, loss: Double, count: Int, isLogits: Bool) throws {
    self.loss += loss * Double(count)
    seen += count
    guard !metrics.isEmpty else { return }
    if needsAll {
      predictions.append(try probabilities(output.detached, task, isLogits: isLogits))
      // The batch's buffer is filled anew; what is kept has to be a copy.
      var copy = truth
      try copy.makeUnique()
      truths.append(copy)
    } else {
      right += try hits(output, truth)
      judged += task == .classes ? output.count / Swift.max(output.shape.last ?? 1, 1) : count
    }
  }

  var meanLoss: Double { seen > 0 ? loss / Double(seen) : .nan }

  func values() throws -> [Double] {
    guard needsAll else { return metrics.map { _ in judged > 0 ? Double(right) / Double(judged) : .nan } }
    let prediction = try Raw.concat(predictions, axis: 0)
    let truth = try Raw.concat(truths, axis: 0)
    return try metrics.map { try $0(prediction, truth) }
  }

  /// How many rows the largest score, or the sign of the only one, gets right.
  private func hits(_ output: Tensor, _ truth: Tensor) throws -> Int {
    if task == .binary {
      let truths = try truth.doubles
      return try zip(output.doubles, truths).count { ($0 > 0) == ($1 > 0.5) }
    }
    let classes = output.shape.last ?? 1
    guard output.dtype == .f32, truth.dtype == .int, truth.count * classes == output.count else {
      let labels = truth.shape == output.shape ? try Raw.argmax(truth, axis: -1) : truth
      return try zip(Raw.argmax(output.detached, axis: -1).ints, labels.ints).count { $0 == $1 }
    }
    return try output.detached.withElements(Float.self) { scores in
      try truth.withElements(Int.self) { labels in
        var hits = 0
        for row in 0..<labels.count {
          let start = row * classes
          var best = start
          for at in start..<(start + classes) where scores[at] > scores[best] { best = at }
          if best - start == labels[row] { hits += 1 }
        }
        return hits
      }
    }
  }
}

/// Scores as probabilities, where the model gives logits.
func probabilities(_ output: Tensor, _ task: Model.Task, isLogits: Bool) throws -> Tensor {
  guard isLogits else { return output }
  switch task {
  case .classes: return try Raw.softmax(output, axis: -1)
  case .binary: return try Raw.sigmoid(output)
  case .values: return output
  }
}
