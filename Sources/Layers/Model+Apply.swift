package import Autodiff
import Diagnostics
package import Tensors

extension Model {
  /// Applies the model to a batch: `net(x)`. It trains only if the value carries a pass that does, or if `training` says
  /// so; what it then learns of running statistics is for the pass that the value carries, or lost.
  ///
  /// - Throws: `unbuilt` for a model whose sizes are not known; what its layers throw.
  package func apply(_ x: Datum, training: Bool? = nil) throws -> Datum {
    guard isBuilt else { throw unbuiltFailure(x) }
    var pass = self.pass
    if let training, pass?.isTraining != training {
      pass = training ? Pass(isTraining: true, stream: RandomSource.next()) : Pass(isTraining: false)
    }
    return try architecture.apply(
      x, parameters: parameters, states: states, pass: pass ?? Pass(isTraining: false))
  }

  package func apply(_ x: Tensor) throws -> Tensor {
    guard case .tensor(let y) = try apply(.tensor(x)) else {
      throw Failure("argument-type", "the model does not give a tensor")
    }
    return y
  }

  func unbuiltFailure(_ x: Datum) -> Failure {
    var hint: String?
    if case .tensor(let x) = x, x.rank > 1, let built = try? built(for: .sample(Shape(x.shape.dropFirst()))),
      built.isBuilt
    {
      hint =
        "build(&net, x) first, or start the model with input(\(x.shape.dropFirst().map(String.init).joined(separator: ", ")))"
    }
    return Failure(
      "unbuilt",
      "the sizes of this model are not known yet: \(architecture.unbuilt.map { "`\($0)`" }.prefix(3).joined(separator: ", "))",
      why: "no `input(…)` and no `inputs=` says how large what comes in is.", hint: hint)
  }

  /// The model with its sizes found from what goes in; what is known already stays.
  ///
  /// - Throws: `layer-size` for an input that does not fit.
  package func built(for input: Flow) throws -> Model {
    if isBuilt && architecture.input.isKnown { return self }
    return try placed(layer, input: input)
  }

  /// Another tree of layers in this model's stead: parameters that stand at the same path in the same shape stay.
  package func placed(_ layer: any Layer, input: Flow) throws -> Model {
    var next = try Model(Architecture(layer, input: input), stream: stream)
    next.pass = pass
    next.task = task
    try next.adopt(self)
    return next
  }

  /// Takes over what stands at the same path, drawn or given, as if the model had only grown sizes.
  private mutating func adopt(_ other: Model) throws {
    var given: [Int: Tensor] = [:]
    for (index, parameter) in other.architecture.parameters.enumerated() {
      guard let at = architecture.parameterIndex(parameter.path),
        architecture.parameters[at].spec.shape == parameter.spec.shape
      else { continue }
      if let value = other.known(index) { given[at] = value }
      trainable[at] = other.trainable[index]
      touched[at] = other.touched[index]
      if !other.masks.isEmpty, let mask = other.masks[index] { setMask(mask, at: at) }
    }
    give(given)
    for (index, state) in other.architecture.states.enumerated() {
      guard let at = architecture.stateIndex(state.path), states[at].shape == other.states[index].shape else {
        continue
      }
      states[at] = other.states[index]
    }
  }

  mutating func setMask(_ mask: Tensor?, at index: Int) {
    if masks.isEmpty { masks = [Tensor?](repeating: nil, count: architecture.parameters.count) }
    masks[index] = mask
  }
}

extension Architecture {
  /// Applies the layers with tensors that are handed in, which stand in the order of `parameters` and `states`.
  package func apply(_ x: Datum, parameters: [Tensor], states: [Tensor], pass: Pass) throws -> Datum {
    let place = Place(
      node: root, pass: pass, values: Place.Values(parameters: parameters, states: states),
      isTraining: pass.isTraining && !root.layer.isFrozen)
    return try root.layer.apply(x, place)
  }
}
