import Diagnostics
package import Layers
import Tensors

/// How `prune` chooses what it cuts.
package struct Pruning {
  /// The share of weights, or of units, that is zero afterwards; what was cut before counts.
  package var sparsity = 0.5
  /// By chance instead of the smallest first.
  package var isRandom = false
  /// The share holds for each layer, not for the whole model.
  package var isPerLayer = false
  /// Whole units (outputs of a layer) instead of single weights.
  package var cutsUnits = false

  package init() {}
}

extension Model {
  /// The model with the least of its weights fixed at zero; they stay zero while it trains.
  ///
  /// Weights of rank 2 and more are cut: biases, scales and statistics stay. Units are the last axis of a weight, and those
  /// of the last layer are what the model gives, so they stay; so does one unit of every other layer.
  ///
  /// - Throws: `unbuilt`; `argument-range` for a model in which nothing can be cut.
  package func pruned(_ pruning: Pruning) throws -> Model {
    guard isBuilt else { throw unbuilt(self, "prune") }
    var values = try parameters
    var places = values.indices.filter { values[$0].rank >= 2 && values[$0].dtype.isFloat }
    if pruning.cutsUnits { places = Array(places.dropLast()) }
    guard !places.isEmpty else {
      throw Failure(
        "argument-range", "there is nothing to cut in `\(self)`", argument: 0,
        why: pruning.cutsUnits
          ? "the units of the last layer are what the model gives." : "only weights of rank 2 and more are cut.")
    }
    var stream = RandomSource.next()
    var scores: [[Float]] = []
    for place in places {
      let found = try pruning.cutsUnits ? unitScores(values[place]) : values[place].floats.map(abs)
      scores.append(pruning.isRandom ? found.map { $0 == 0 ? 0 : Float(stream.nextUnit() * 0.5 + 0.5) } : found)
    }
    if pruning.cutsUnits { scores = scores.map(keepingOne) }
    let cuts =
      pruning.isPerLayer
      ? scores.map { smallest($0, count: share(pruning, $0.count, [$0])) }
      : apart(
        smallest(scores.flatMap { $0 }, count: share(pruning, scores.reduce(0) { $0 + $1.count }, scores)), scores)
    var model = self
    if model.masks.isEmpty { model.masks = [Tensor?](repeating: nil, count: values.count) }
    for (place, cut) in zip(places, cuts) {
      let shape = values[place].shape
      let units = cut.count
      let lives = (0..<shape.elementCount).map { !cut[$0 % units] }
      var mask = Tensor(lives, shape)
      if let old = masks.isEmpty ? nil : masks[place] { mask = try Raw.logicalAnd(mask, Raw.cast(old, .bool)) }
      model.masks[place] = mask
      values[place] = try Raw.select(mask, values[place], Raw.cast(Tensor.zeros(shape), values[place].dtype))
    }
    model.set(parameters: values)
    model.markTouched()
    return model
  }
}

/// How long the weights into each unit are together, for one input, so that layers of different size compare.
private func unitScores(_ weight: Tensor) throws -> [Float] {
  let values = try weight.floats
  let units = weight.shape[weight.rank - 1]
  guard units > 0 else { return [] }
  var sums = [Double](repeating: 0, count: units)
  for (index, value) in values.enumerated() { sums[index % units] += Double(value) * Double(value) }
  let inputs = Double(max(1, values.count / units))
  return sums.map { Float(($0 / inputs).squareRoot()) }
}

/// The best unit is never among the smallest.
private func keepingOne(_ scores: [Float]) -> [Float] {
  guard let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return scores }
  var scores = scores
  scores[best] = .infinity
  return scores
}

/// How many of so many are cut; those with an infinite score never.
private func share(_ pruning: Pruning, _ count: Int, _ scores: [[Float]]) -> Int {
  let kept = pruning.cutsUnits ? scores.count { !$0.isEmpty } : 0
  return min(Int((pruning.sparsity * Double(count)).rounded()), count - kept)
}

/// One list for all layers as a list for each.
private func apart(_ all: [Bool], _ like: [[Float]]) -> [[Bool]] {
  var start = 0
  return like.map { scores in
    defer { start += scores.count }
    return Array(all[start..<start + scores.count])
  }
}

/// The error for a model whose weights do not exist yet.
func unbuilt(_ model: Model, _ function: String) -> Failure {
  Failure(
    "unbuilt",
    "`\(function)` needs the model's weights, but its sizes are not known yet: "
      + model.architecture.unbuilt.prefix(3).map { "`\($0)`" }.joined(separator: ", "), argument: 0,
    why: "no `input(…)` and no `inputs=` says how large what comes in is.", hint: "build(&net, x) first")
}
