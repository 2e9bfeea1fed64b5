import Diagnostics
package import Tensors

extension Model {
  /// Parameters by path, in order.
  package var named: [(path: String, value: Tensor)] {
    get throws { zip(architecture.parameters, try parameters).map { (path: $0.path, value: $1) } }
  }

  /// The parameter or state at `path`.
  package func tensor(at path: String) throws -> Tensor? {
    if let index = architecture.parameterIndex(path) { return try parameters[index] }
    return architecture.stateIndex(path).map { states[$0] }
  }

  /// Sets parameters and states by path: `set_weights(&net, {"1.weight": w})`.
  ///
  /// - Throws: `unknown-name` for a path that the model does not have, `layer-size` for another shape.
  package mutating func setWeights(_ given: [(path: String, value: Tensor)]) throws {
    guard isBuilt else { throw unbuiltFailure(.none) }
    var values = try parameters
    for (path, value) in given {
      if let index = architecture.parameterIndex(path) {
        values[index] = try checked(value, like: values[index], path)
        touched[index] = true
      } else if let index = architecture.stateIndex(path) {
        states[index] = try checked(value, like: states[index], path)
      } else {
        let paths = architecture.parameters.map(\.path) + architecture.states.map(\.path)
        let near = nearMisses(path, among: paths)
        throw Failure(
          "unknown-name", "the model has no parameter `\(path)`", argument: 1,
          facts: [.init("parameters", paths.prefix(12).joined(separator: ", ") + (paths.count > 12 ? ", …" : ""))],
          hint: near.first.map { "\"\($0)\"" })
      }
    }
    set(parameters: values)
  }

  private func checked(_ value: Tensor, like old: Tensor, _ path: String) throws -> Tensor {
    guard value.shape == old.shape else {
      throw Failure(
        "layer-size", "`\(path)` has shape `\(old.shape)`, not `\(value.shape)`", argument: 1,
        hint: value.rank == 2 && old.rank == 2 && value.shape[0] == old.shape[1] && value.shape[1] == old.shape[0]
          ? "\"\(path)\": w.T" : nil)
    }
    return value.dtype.isFloat ? value : try Raw.cast(value, old.dtype)
  }

  /// Stops parameters from learning, those whose path matches `pattern` (`*` stands for anything), or lets them learn.
  ///
  /// - Returns: how many parameters matched.
  @discardableResult
  package mutating func freeze(_ pattern: String = "*", _ isFrozen: Bool = true) throws -> Int {
    var count = 0
    for (index, parameter) in architecture.parameters.enumerated()
    where fits(parameter.path, pattern) {
      trainable[index] = !isFrozen
      count += 1
    }
    if count == 0 {
      let paths = architecture.parameters.map(\.path)
      throw Failure(
        "unknown-name", "no parameter's path matches `\(pattern)`", argument: 1,
        facts: [.init("parameters", paths.prefix(12).joined(separator: ", ") + (paths.count > 12 ? ", …" : ""))])
    }
    return count
  }

  /// The model as if it had just been written: weights drawn anew, statistics forgotten; what is `frozen` stays.
  package func fresh() throws -> Model {
    let plain = layer.forgetting()
    var copy = try Model(Architecture(plain, input: architecture.input))
    var given: [Int: Tensor] = [:]
    for (index, parameter) in architecture.parameters.enumerated() {
      guard let at = copy.architecture.parameterIndex(parameter.path) else { continue }
      copy.trainable[at] = trainable[index]
      if !masks.isEmpty, let mask = masks[index] { copy.setMask(mask, at: at) }
      if !trainable[index] {
        given[at] = try parameters[index]
        copy.touched[at] = touched[index]
      }
    }
    copy.give(given)
    try copy.keepFrozenStates(of: self)
    try copy.applyMasks()
    return copy
  }

  private mutating func keepFrozenStates(of model: Model) throws {
    func visit(_ node: Node, _ isFrozen: Bool) {
      let isFrozen = isFrozen || node.layer.isFrozen
      if isFrozen {
        for index in node.ownStates {
          if let at = architecture.stateIndex(model.architecture.states[index].path) {
            states[at] = model.states[index]
          }
        }
      }
      for child in node.children { visit(child, isFrozen) }
    }
    visit(model.architecture.root, false)
  }

  /// Puts the zeros of pruning back.
  package mutating func applyMasks() throws {
    guard !masks.isEmpty else { return }
    var values = try parameters
    for (index, mask) in masks.enumerated() {
      guard let mask else { continue }
      values[index] = try Raw.multiply(values[index], Raw.cast(mask, values[index].dtype))
    }
    set(parameters: values)
  }
}

extension Layer {
  /// The layer with fitted statistics forgotten, also in the layers within; frozen ones stay.
  func forgetting() -> any Layer {
    if isFrozen { return self }
    if let fitted = self as? any Preprocessor { return fitted.forgotten }
    return children.isEmpty ? self : replacing(children: children.map { $0.layer.forgetting() })
  }
}
