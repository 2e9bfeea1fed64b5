package import Autodiff
import Diagnostics
import JSON
import Tensors

/// Whose conventions a layer follows where PyTorch and Keras differ.
package enum Convention: String, Configurable, CaseIterable, Sendable {
  case torch, keras
}

/// What every normalisation has: what keeps the division finite, and whether channels are scaled and shifted afterwards.
package protocol NormalizationLayer: DeclaredLayer {
  var epsilon: Double { get set }
  var scales: Bool { get set }
  var shifts: Bool { get set }
}

extension NormalizationLayer {
  fileprivate static var affineFields: [Field<Self>] {
    [Field("scale", \.scales), Field("shift", \.shifts)]
  }

  fileprivate func affine(_ shape: Shape) -> [ParameterSpec] {
    (scales ? [ParameterSpec("weight", shape, .ones)] : []) + (shifts ? [ParameterSpec("bias", shape, .zeros)] : [])
  }

  fileprivate func scale(_ place: Place) -> Tensor? { scales ? place.parameter(0) : nil }
  fileprivate func shift(_ place: Place) -> Tensor? { shifts ? place.parameter(scales ? 1 : 0) : nil }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 8 * Double(output.shape?.elementCount ?? 0) }
}

/// `batch_norm()`: each channel (the last axis) brought to mean 0 and deviation 1 over the batch, then scaled and shifted:
/// `weight * (x - mean) / sqrt(var + eps) + bias`.
///
/// It normalises with the population's variance; the running variance is the sample's, as in PyTorch:
/// `running = (1 - momentum) * running + momentum * batch`. With `like="keras"` momentum is what stays,
/// `running = momentum * running + (1 - momentum) * batch`, and the running variance is the population's. Where it does not
/// train it uses the running statistics. Ioffe and Szegedy 2015.
package struct BatchNorm: NormalizationLayer {
  package static let kind = "batch_norm"
  package static var fields: [Field<BatchNorm>] {
    [Field("momentum", \.momentum), Field("eps", \.epsilon)] + affineFields + [Field("like", \.like)]
  }
  package var momentum = 0.1
  package var epsilon = 1e-5
  package var scales = true
  package var shifts = true
  package var like = Convention.torch
  package init() {}
  package init(momentum: Double, epsilon: Double) {
    self.momentum = momentum
    self.epsilon = epsilon
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? { try channels(input, self).map { affine([$0]) } }

  package func state(for input: Flow) throws -> [StateSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    return [
      StateSpec("running_mean", try .zeros([channels])), StateSpec("running_var", try .ones([channels])),
    ]
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let (scale, shift) = (scale(place), shift(place))
    // A batch of one value per channel has no deviation: it is judged by the running statistics.
    let isSingle = x.rank > 0 && x.shape.dropLast().reduce(1, *) <= 1
    guard place.isTraining, !isSingle else {
      return .tensor(
        try Op.batchNormInference(
          x, mean: place.state(0), variance: place.state(1), scale: scale, shift: shift, eps: epsilon))
    }
    let batch = try Op.batchNorm(x, scale: scale, shift: shift, eps: epsilon)
    let isKeras = like == .keras
    let share = isKeras ? 1 - momentum : momentum
    let sample = isKeras ? 1 : Double(batch.count) / Double(batch.count - 1)
    place.update(0, try mixed(place.state(0), batch.mean, share))
    place.update(1, try mixed(place.state(1), batch.variance, share, scale: sample))
    return .tensor(batch.output)
  }

  private func mixed(_ old: Tensor, _ new: Tensor, _ weight: Double, scale: Double = 1) throws -> Tensor {
    try Raw.add(
      Raw.multiply(old, Tensor(number: 1 - weight)),
      Raw.cast(Raw.multiply(new, Tensor(number: weight * scale)), old.dtype))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 4 * Double(output.shape?.elementCount ?? 0) }
}

/// `layer_norm`: each example's last `axes` brought to mean 0 and deviation 1, then scaled and shifted:
/// `weight * (x - mean) / sqrt(var + eps) + bias`, weight and bias of the shape of those axes. Ba et al. 2016.
package struct LayerNorm: NormalizationLayer {
  package static let kind = "layer_norm"
  package static var fields: [Field<LayerNorm>] {
    [Field("eps", \.epsilon), Field("axes", \.axes)] + affineFields
  }
  package var epsilon = 1e-5
  /// How many of the last axes are normalised together.
  package var axes = 1
  package var scales = true
  package var shifts = true
  package init() {}
  package init(epsilon: Double) { self.epsilon = epsilon }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    if input == .unknown { return nil }
    guard let shape = input.shape, shape.rank >= axes else {
      throw sizeFailure("tensors with \(axes == 1 ? "a last axis" : "at least \(axes) axes")", input)
    }
    return affine(Shape(shape.suffix(axes)))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= axes else { throw sizeFailure("tensors with at least \(axes) axes", .sample(x.shape)) }
    return .tensor(
      try Op.layerNorm(x, scale: scale(place), shift: shift(place), axes: Array((-axes)..<0), eps: epsilon))
  }
}

/// `rms_norm`: each example's last axis divided by its root mean square, then scaled: `weight * x / sqrt(mean(x²) + eps)`.
/// Zhang and Sennrich 2019.
package struct RMSNorm: DeclaredLayer {
  package static let kind = "rms_norm"
  package static var fields: [Field<RMSNorm>] { [Field("eps", \.epsilon), Field("scale", \.scales)] }
  package var epsilon = 1e-6
  package var scales = true
  package init() {}
  package init(epsilon: Double) { self.epsilon = epsilon }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    try channels(input, self).map { scales ? [ParameterSpec("weight", [$0], .ones)] : [] }
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    .tensor(try Op.rmsNorm(x.tensor(for: self), scale: scales ? place.parameter(0) : nil, eps: epsilon))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { 4 * Double(output.shape?.elementCount ?? 0) }
}

/// `group_norm(groups)`: the channels of an example in groups, each brought to mean 0 and deviation 1 over its group and
/// all positions, then scaled and shifted by channel. Wu and He 2018.
package struct GroupNorm: NormalizationLayer {
  package static let kind = "group_norm"
  package static var fields: [Field<GroupNorm>] {
    [Field("groups", \.groups, positional: true, required: true), Field("eps", \.epsilon)] + affineFields
  }
  package var groups = 1
  package var epsilon = 1e-5
  package var scales = true
  package var shifts = true
  package init() {}
  package init(groups: Int, epsilon: Double = 1e-5) {
    self.groups = groups
    self.epsilon = epsilon
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    guard channels % groups == 0 else { throw sizeFailure("channels that \(groups) divides", input) }
    return affine([channels])
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 2, let last = x.shape.last, last % groups == 0 else {
      throw sizeFailure("channels that \(groups) divides", .sample(Shape(x.shape.dropFirst())))
    }
    return .tensor(
      try Op.groupNorm(x, groups: groups, scale: scale(place), shift: shift(place), eps: epsilon))
  }
}

/// `instance_norm`: each channel of each example brought to mean 0 and deviation 1 over its positions; scaled and shifted
/// only where asked, as in PyTorch. Ulyanov et al. 2016.
package struct InstanceNorm: NormalizationLayer {
  package static let kind = "instance_norm"
  package static var fields: [Field<InstanceNorm>] { [Field("eps", \.epsilon)] + affineFields }
  package var epsilon = 1e-5
  package var scales = false
  package var shifts = false
  package init() {}

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input, self) else { return nil }
    guard (input.shape?.rank ?? 0) >= 2 else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", input)
    }
    return affine([channels])
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 3, let channels = x.shape.last else {
      throw sizeFailure("images `[n, h, w, c]` or sequences `[n, t, c]`", .sample(x.shape))
    }
    return .tensor(
      try Op.groupNorm(x, groups: channels, scale: scale(place), shift: shift(place), eps: epsilon))
  }
}

/// `local_response_norm(size)`: each channel divided by what its neighbours do:
/// `x / (k + alpha / size * sum of squares over size channels around)^beta`. Krizhevsky et al. 2012.
package struct LocalResponseNorm: DeclaredLayer {
  package static let kind = "local_response_norm"
  package static var fields: [Field<LocalResponseNorm>] {
    [
      Field("size", \.size, positional: true, required: true), Field("alpha", \.alpha), Field("beta", \.beta),
      Field("k", \.k),
    ]
  }
  package var size = 5
  package var alpha = 1e-4
  package var beta = 0.75
  package var k = 1.0
  package init() {}

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 2, let channels = x.shape.last else { throw sizeFailure("channels", .sample(x.shape)) }
    let rows = x.count / max(channels, 1)
    let window = WindowAxis(size: size, before: size / 2, after: (size - 1) / 2)
    let squares = try Op.reshape(Op.square(x), [rows, channels, 1])
    let near = try Op.reshape(Op.averagePool(squares, [window], countPadding: true), x.shape)
    let bottom = try Op.add(Op.multiply(near, Tensor(number: alpha)), Tensor(number: k))
    return .tensor(try Op.divide(x, Op.pow(bottom, Tensor(number: beta))))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    Double(size + 4) * Double(output.shape?.elementCount ?? 0)
  }
}

/// The size of the last axis; nil while it is not known.
private func channels(_ input: Flow, _ layer: any Layer) throws -> Int? {
  if input == .unknown { return nil }
  guard let channels = input.shape?.last else { throw layer.sizeFailure("tensors with a last axis", input) }
  return channels
}
