package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `batch_norm()`: each channel (the last axis) brought to mean 0 and deviation 1 over the batch, then scaled and shifted.
///
/// It normalises with the population's variance; the running variance is the sample's, as in PyTorch:
/// `running = (1 - momentum) * running + momentum * batch`. Where it does not train it uses the running statistics.
/// Ioffe and Szegedy 2015.
package struct BatchNorm: DeclaredLayer {
  package static let kind = "batch_norm"
  package static var fields: [Field<BatchNorm>] { [Field("momentum", \.momentum), Field("eps", \.epsilon)] }
  package var momentum = 0.1
  package var epsilon = 1e-5
  package init() {}
  package init(momentum: Double, epsilon: Double) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    return [ParameterSpec("weight", [channels], .ones), ParameterSpec("bias", [channels], .zeros)]
  }

  package func state(for input: Flow) throws -> [StateSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    return [
      StateSpec("running_mean", try .zeros([channels])), StateSpec("running_var", try .ones([channels])),
    ]
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let (scale, shift) = (place.parameter(0), place.parameter(1))
    // A batch of one value per channel has no deviation: it is judged by the running statistics.
    let isSingle = x.rank > 0 && x.shape.dropLast().reduce(1, *) <= 1
    guard place.isTraining, !isSingle else {
      return .tensor(
        try Op.batchNormInference(
          x, mean: place.state(0), variance: place.state(1), scale: scale, shift: shift, eps: epsilon))
    }
    let batch = try Op.batchNorm(x, scale: scale, shift: shift, eps: epsilon)
    let sample = Double(batch.count) / Double(batch.count - 1)
    place.update(0, try mixed(place.state(0), batch.mean, momentum))
    place.update(1, try mixed(place.state(1), batch.variance, momentum, scale: sample))
    return .tensor(batch.output)
  }

  private func mixed(_ old: Tensor, _ new: Tensor, _ weight: Double, scale: Double = 1) throws -> Tensor {
    try Raw.add(
      Raw.multiply(old, Tensor(number: 1 - weight)),
      Raw.cast(Raw.multiply(new, Tensor(number: weight * scale)), old.dtype))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 4 * Double(output.shape?.elementCount ?? 0) }
}

/// `layer_norm`: each example's last axis brought to mean 0 and deviation 1, then scaled and shifted. Ba et al. 2016.
package struct LayerNorm: DeclaredLayer {
  package static let kind = "layer_norm"
  package static var fields: [Field<LayerNorm>] { [Field("eps", \.epsilon)] }
  package var epsilon = 1e-5
  package init() {}
  package init(epsilon: Double) { self.epsilon = epsilon }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    return [ParameterSpec("weight", [channels], .ones), ParameterSpec("bias", [channels], .zeros)]
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    .tensor(
      try Op.layerNorm(
        x.tensor(for: self), scale: place.parameter(0), shift: place.parameter(1), axes: [-1], eps: epsilon))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 8 * Double(output.shape?.elementCount ?? 0) }
}

/// `rms_norm`: each example's last axis divided by its root mean square, then scaled. Zhang and Sennrich 2019.
package struct RMSNorm: DeclaredLayer {
  package static let kind = "rms_norm"
  package static var fields: [Field<RMSNorm>] { [Field("eps", \.epsilon)] }
  package var epsilon = 1e-6
  package init() {}
  package init(epsilon: Double) { self.epsilon = epsilon }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    try channels(input, self).map { [ParameterSpec("weight", [$0], .ones)] }
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    .tensor(try Op.rmsNorm(x.tensor(for: self), scale: place.parameter(0), eps: epsilon))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 4 * Double(output.shape?.elementCount ?? 0) }
}

/// `group_norm(groups)`: the channels of an example in groups, each brought to mean 0 and deviation 1 over its group and
/// all positions. Wu and He 2018.
package struct GroupNorm: DeclaredLayer {
  package static let kind = "group_norm"
  package static var fields: [Field<GroupNorm>] {
    [Field("groups", \.groups, positional: true, required: true), Field("eps", \.epsilon)]
  }
  package var groups = 1
  package var epsilon = 1e-5
  package init() {}
  package init(groups: Int, epsilon: Double = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    guard channels % groups == 0 else { throw sizeFailure("channels that \(groups) divides", input) }
    return [ParameterSpec("weight", [channels], .ones), ParameterSpec("bias", [channels], .zeros)]
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 2, let last = x.shape.last, last % groups == 0 else {
      throw sizeFailure("channels that \(groups) divides", .sample(Shape(x.shape.dropFirst())))
    }
    // [n, …, c] → [n, positions, groups, c / groups], normalised over positions and the group's channels.
    let positions = x.shape.dropFirst().dropLast().reduce(1, *)
    let grouped = try Op.reshape(x, [x.shape[0], positions, groups, last / groups])
    let normal = try Op.reshape(Op.normalise(grouped, axes: [1, 3], eps: epsilon), x.shape)
    return .tensor(try Op.add(Op.multiply(normal, place.parameter(0)), place.parameter(1)))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 8 * Double(output.shape?.elementCount ?? 0) }
}

/// The size of the last axis; nil while it is not known.
private func channels(_ input: Flow, _ layer: any Layer) throws -> Int? {
  if input == .unknown { return nil }
  guard let channels = input.shape?.last else { throw layer.sizeFailure("tensors with a last axis", input) }
  return channels
}
