import Evaluator
import Layers
import Tensors

private func epsilon(_ value: Double) -> Parameter<Double> {
  Parameter<Double>("eps", "keeps the division finite", default: value, .above(0))
}
private func scaleParameter(_ isOn: Bool = true) -> Parameter<Bool> {
  Parameter<Bool>("scale", "whether each is multiplied by a weight", default: isOn)
}
private func shiftParameter(_ isOn: Bool = true) -> Parameter<Bool> {
  Parameter<Bool>("shift", "whether a bias is added", default: isOn)
}

/// `like="torch"` or `"keras"`, where the two differ.
func likeParameter(_ what: String) -> Parameter<String> {
  Parameter<String>("like", what, default: "torch", .oneOf("torch", "keras"))
}

private func affine<L: NormalizationLayer>(_ layer: L, _ eps: Double, _ scale: Bool, _ shift: Bool) throws -> Model {
  var layer = layer
  layer.epsilon = eps
  layer.scales = scale
  layer.shifts = shift
  return try Model(layer)
}

let normalizationBuiltins: [Builtin] = [
  Builtin(
    "batch_norm", "Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it.",
    Parameter<Double>("momentum", "the share of the batch in the running statistics", default: 0.1, .between(0, 1)),
    epsilon(1e-5), scaleParameter(), shiftParameter(),
    likeParameter("\"keras\": momentum is the share that stays, and the running variance is the population's"),
    examples: ["(input(3) >> batch_norm)(ones(2, 3)).shape" => "(2, 3)"]
  ) { momentum, eps, scale, shift, like in
    var layer = BatchNorm(momentum: momentum, epsilon: eps)
    layer.like = Convention(rawValue: like) ?? .torch
    return try affine(layer, eps, scale, shift)
  },
  Builtin(
    "layer_norm", "Brings each example's last axes to mean 0 and deviation 1, then scales and shifts them.",
    epsilon(1e-5), Parameter<Int>("axes", "how many of the last axes together", default: 1, .between(1, 7)),
    scaleParameter(), shiftParameter(), examples: ["sum((input(3) >> layer_norm)(ones(1, 3)))" => "0"]
  ) { eps, axes, scale, shift in
    var layer = LayerNorm()
    layer.axes = axes
    return try affine(layer, eps, scale, shift)
  },
  Builtin(
    "rms_norm", "Divides each example's last axis by its root mean square, then scales it.", epsilon(1e-6),
    scaleParameter(), examples: ["(input(2) >> rms_norm)(ones(1, 2)).shape" => "(1, 2)"]
  ) { eps, scale in
    var layer = RMSNorm(epsilon: eps)
    layer.scales = scale
    return try Model(layer)
  },
  Builtin(
    "group_norm", "Brings groups of channels of an example to mean 0 and deviation 1, then scales and shifts them.",
    Parameter<Int>("groups", "how many groups", .atLeast(1)), epsilon(1e-5), scaleParameter(), shiftParameter(),
    examples: ["(input(2, 2, 4) >> group_norm(2))(ones(1, 2, 2, 4)).shape" => "(1, 2, 2, 4)"]
  ) { groups, eps, scale, shift in try affine(GroupNorm(groups: groups), eps, scale, shift) },
  Builtin(
    "instance_norm", "Brings each channel of each example to mean 0 and deviation 1 over its positions.",
    epsilon(1e-5), scaleParameter(false), shiftParameter(false),
    examples: ["(input(2, 2, 4) >> instance_norm)(ones(1, 2, 2, 4)).shape" => "(1, 2, 2, 4)"]
  ) { eps, scale, shift in try affine(InstanceNorm(), eps, scale, shift) },
  Builtin(
    "local_response_norm", "Divides each channel by what its neighbours do: x / (k + alpha * mean of squares) ** beta.",
    Parameter<Int>("size", "how many channels, itself among them", .between(1, 1 << 20)),
    Parameter<Double>("alpha", "how much they count", default: 1e-4),
    Parameter<Double>("beta", "the power", default: 0.75), Parameter<Double>("k", "where it starts", default: 1),
    examples: ["local_response_norm(3)(zeros(1, 2, 2, 4)).shape" => "(1, 2, 2, 4)"]
  ) { size, alpha, beta, k in
    var layer = LocalResponseNorm()
    (layer.size, layer.alpha, layer.beta, layer.k) = (size, alpha, beta, k)
    return try Model(layer)
  },
]
