import Autodiff
import Diagnostics
package import Tensors

/// A model: layers in their places, with the tensors that they learn and keep.
///
/// A value: a copy is independent, and copies share what neither has changed. Weights are drawn when they are first
/// asked for, each from a stream of its own that the model's stream and the place decide, so a longer chain costs no more draws.
package struct Model {
  package internal(set) var architecture: Architecture
  /// Running statistics and the like, in the order of `architecture.states`.
  package var states: [Tensor]
  /// What pruning has fixed at zero, in the order of the parameters: 1 where a weight lives; empty without pruning.
  package var masks: [Tensor?] = []
  /// Whether each parameter learns; `freeze` changes it.
  package var trainable: [Bool]
  /// Whether `fit`, `update`, `set_weights` or `load` has given the parameter its value, so that it stays.
  package internal(set) var touched: [Bool]
  /// What the first weights are drawn from, each place from a part of its own.
  package internal(set) var stream: RandomStream
  /// What `fit` has trained the model for; `predict` gives labels after a classification.
  package var task: Task?
  /// The use that this value is made for: while a gradient is being taken, one that trains. Nil elsewhere.
  package var pass: Pass?
  private var weights: Weights

  /// - Throws: `layer-size` for layers that do not fit together.
  package init(_ layer: any Layer, input: Flow = .unknown, stream: RandomStream? = nil) throws {
    try self.init(Architecture(layer, input: input), stream: stream)
  }

  package enum Task: String, Sendable {
    /// One class of several; the model gives a score for each.
    case classes
    /// Yes or no; the model gives one logit.
    case binary
    case values
  }

  package init(_ architecture: Architecture, stream: RandomStream? = nil) {
    self.architecture = architecture
    states = architecture.states.map(\.spec.initial)
    trainable = architecture.parameters.map { !$0.isFrozen }
    touched = [Bool](repeating: false, count: architecture.parameters.count)
    self.stream = stream ?? RandomSource.next()
    weights = Weights([Tensor?](repeating: nil, count: architecture.parameters.count))
  }

  /// The same parameters under another architecture that has the same ones.
  package func under(_ other: Architecture) throws -> Model {
    precondition(other.parameters.count == architecture.parameters.count)
    _ = try parameters
    var copy = self
    copy.architecture = other
    return copy
  }

  package var isBuilt: Bool { architecture.unbuilt.isEmpty }

  /// The outermost layer; for a chain its elements are `elements`.
  package var layer: any Layer { architecture.root.layer }

  /// What is learnt, in the order of `architecture.parameters`.
  ///
  /// - Throws: `too-large` when they do not fit in memory.
  package var parameters: [Tensor] { get throws { try weights.drawn(architecture, stream) } }

  package mutating func set(parameters: [Tensor]) {
    precondition(parameters.count == architecture.parameters.count)
    weights = Weights(all: parameters)
  }

  /// Parameter `index` where it has been given or drawn; nil when it is still to be drawn.
  func known(_ index: Int) -> Tensor? { weights.values[index] }

  /// Gives parameters their values without drawing the others.
  mutating func give(_ given: [Int: Tensor]) {
    var values = weights.values
    for (index, value) in given { values[index] = value }
    weights = Weights(values)
  }

  package mutating func markTouched() { touched = [Bool](repeating: true, count: touched.count) }

  /// How many numbers are learnt.
  package var parameterCount: Int {
    architecture.parameters.reduce(0) { $0.addingReportingOverflow($1.spec.shape.elementCount).partialValue }
  }
}

/// The values of parameters, drawn together when first asked for.
///
/// Copies of a model share one of these until one is given values. Sharing the draw is invisible: it is decided by stream
/// and place.
private final class Weights {
  var values: [Tensor?]
  private var all: [Tensor]?

  init(_ values: [Tensor?]) { self.values = values }

  init(all: [Tensor]) {
    values = all
    self.all = all
  }

  func drawn(_ architecture: Architecture, _ stream: RandomStream) throws -> [Tensor] {
    if let all { return all }
    var drawn: [Tensor] = []
    drawn.reserveCapacity(values.count)
    for (index, parameter) in architecture.parameters.enumerated() {
      drawn.append(try values[index] ?? parameter.spec.draw(stream.split(UInt64(index))))
    }
    values = drawn
    all = drawn
    return drawn
  }
}
