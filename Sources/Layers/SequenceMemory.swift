import Autodiff
import Tensors

/// What is kept of a sequence that comes in pieces, so that a step costs one step: the keys and values of every attention.
package final class SequenceMemory {
  /// Steps that have gone through the model.
  package private(set) var count = 0
  private var seen: [String: (keys: Tensor, values: Tensor)] = [:]

  package init() {}

  /// The keys and values `[n, heads, t, d]` of all steps so far, with those of the new ones behind.
  func joined(_ path: String, _ keys: Tensor, _ values: Tensor) throws -> (Tensor, Tensor) {
    var all = (keys: keys, values: values)
    if let before = seen[path] {
      all = (try Raw.concat([before.keys, keys], axis: 2), try Raw.concat([before.values, values], axis: 2))
    }
    seen[path] = all
    return all
  }

  /// Told after the model has been applied to so many new steps.
  package func advance(_ steps: Int) { count += steps }
}

extension Place {
  /// How many steps of the sequence came before those at hand.
  var firstStep: Int { pass.memory?.count ?? 0 }
}

/// A layer that gives each step of a sequence from that step alone, or from the steps before by the pass's memory.
package protocol StepwiseLayer: Layer {
  /// Whether it does so with its settings.
  var isStepwise: Bool { get }
}

extension StepwiseLayer {
  package var isStepwise: Bool { true }
}

extension Layer {
  /// Whether a sequence may come in pieces.
  package var takesPieces: Bool {
    if let layer = self as? any StepwiseLayer { return layer.isStepwise }
    return !children.isEmpty && isTransparent && children.allSatisfy { $0.layer.takesPieces }
  }

  /// Whether it only hands on what the layers within give.
  private var isTransparent: Bool { self is Chain || self is Named || self is Frozen || self is Residual }
}

extension Input: StepwiseLayer {}
extension Dense: StepwiseLayer {}
extension Embedding: StepwiseLayer {}
extension Positions: StepwiseLayer {}
extension Sinusoidal: StepwiseLayer {}
extension Rotary: StepwiseLayer {}
extension LayerNorm: StepwiseLayer {}
extension RMSNorm: StepwiseLayer {}
extension ActivationLayer: StepwiseLayer {}
extension Dropout: StepwiseLayer {}
extension Attention: StepwiseLayer {
  package var isStepwise: Bool { isCausal && !givesWeights }
}
extension TransformerBlock: StepwiseLayer {
  package var isStepwise: Bool { isCausal }
}
