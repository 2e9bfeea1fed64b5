import Autodiff
import Diagnostics
import Layers
import Optimizers
import Tensors

/// One batch: forward, backward, and the step when one is due.
extension FitSession {
  mutating func trainBatch(
    _ rows: Tensor, _ stream: RandomStream, isLast: Bool, _ optimizer: inout Optimizer, _ scores: inout Scores
  ) throws {
    guard let result = try learn(rows, stream, &scores) else { return }
    for (index, value) in result.states { states[index] = value }
    var gradients = result.gradients
    if options.accumulate > 1 {
      guard let sum = try accumulated(gradients, isLast: isLast) else { return }
      gradients = sum
    }
    if let limit = options.clip {
      let found = gradients.compactMap { $0 }
      let factor = Clipping.factor(norm: try Clipping.norm(found), limit: limit)
      if factor < 1 { gradients = try gradients.map { try $0.map { try Raw.multiply($0, Tensor(number: factor)) } } }
    }
    try optimizer.update(paths: paths, &parameters, gradients, masks: masks)
    didStep = true
  }

  /// Forward and backward; the graph and the batch are gone when it returns.
  private mutating func learn(
    _ rows: Tensor, _ stream: RandomStream, _ scores: inout Scores
  ) throws -> BatchResult? {
    let (x, y) = try reader.read(rows)
    guard let y else { return nil }
    do {
      let result = try step.run(parameters, states, x: x, y: y, stream)
      try scores.add(result.output, y, loss: result.loss, count: rows.count, isLogits: isLogits)
      return result
    } catch let bad as NotFinite {
      throw autopsy(bad, x: x, y: y, stream)
    }
  }

  /// Runs a failed batch again with every operation checked, to name the first that went wrong.
  private func autopsy(_ bad: NotFinite, x: Datum, y: Tensor, _ stream: RandomStream) -> any Error {
    do {
      _ = try Autopsy.run { try step.run(parameters, states, x: x, y: y, stream) }
    } catch  where !(error is NotFinite) {
      // The operation that went wrong; one of the language comes with its place in the source.
      return error
    } catch {}
    let what = bad.value.isNaN ? "nan" : bad.value > 0 ? "inf" : "-inf"
    var facts: [Failure.Fact] = []
    if case .tensor(let input) = x, let isFine = try? Raw.allFinite(input), !isFine {
      facts.append(.init("x", "has values that are not finite"))
    }
    if y.dtype.isFloat, let isFine = try? Raw.allFinite(y), !isFine {
      facts.append(.init("y", "has values that are not finite"))
    }
    return Failure(
      "nan-loss", "the loss became \(what)", facts: facts,
      why: facts.isEmpty
        ? "the weights are those of the batch before."
        : "a network learns from numbers alone: `drop_missing` or `impute` first.")
  }

  /// The mean of the gradients of the last batches when a step is due, else nil.
  private mutating func accumulated(_ gradients: [Tensor?], isLast: Bool) throws -> [Tensor?]? {
    if sums.isEmpty {
      sums = gradients
    } else {
      for index in sums.indices {
        guard let gradient = gradients[index] else { continue }
        sums[index] = try sums[index].map { try Raw.add($0, gradient) } ?? gradient
      }
    }
    gathered += 1
    guard gathered == options.accumulate || isLast else { return nil }
    let factor = Tensor(number: 1 / Double(gathered))
    let mean = try sums.map { try $0.map { try Raw.multiply($0, factor) } }
    sums = []
    gathered = 0
    return mean
  }
}
