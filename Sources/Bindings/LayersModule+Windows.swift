import Diagnostics
import Evaluator
import Layers
import Tensors

private let filters = Parameter<Int>("filters", "how many channels come out", .atLeast(1))
private let windowSize = Parameter<Value>("size", "of the window: a number, or one for each axis")
private let steps = Parameter<Value>("stride", "steps of the window", default: Value(1))
private let samePadding = Parameter<Value>(
  "padding", "\"same\": size / stride comes out, rounded up; \"valid\", or so many on every side",
  default: Value("same"))
private let takenPadding = Parameter<Value>(
  "padding", "\"same\": size * stride comes out; \"valid\", or so many taken off every side", default: Value("same"))
private let spacing = Parameter<Value>("dilation", "distance between the window's points", default: Value(1))
private let groupsParameter = Parameter<Int>("groups", "groups of channels that do not mix", default: 1, .atLeast(1))

private func filterLayer<L: FilterLayer>(
  _ filters: Int, _ size: Value, _ stride: Value, _ padding: WindowPadding, _ dilation: Value, _ groups: Int,
  _ function: Value, _ bias: Bool, _ inputs: Int?, _ start: String
) throws -> L {
  var layer = L()
  layer.filters = filters
  layer.size = try sizes(size, "size")
  layer.stride = try sizes(stride, "stride")
  layer.padding = padding
  layer.dilation = try sizes(dilation, "dilation")
  layer.groups = groups
  layer.activation = try activation(function)
  layer.bias = bias
  layer.inputs = inputs
  layer.initializer = try Initializer(named: start)
  return layer
}

private func convolution<Rank>(_ type: Convolution<Rank>.Type, _ summary: String, _ example: Example) -> Builtin {
  let isSequence = Rank.axes == 1
  return Builtin(
    many: type.kind, summary, filters, windowSize, steps,
    isSequence
      ? Parameter<Value>(
        "padding", "\"same\", \"valid\", \"causal\" (in front alone), or so many on either side", default: Value("same")
      )
      : samePadding, spacing, groupsParameter, activationParameter, biasParameter, inputsParameter, initParameter,
    Parameter<String>(
      "pad_mode", "what stands around: zeros, or values from inside", default: "constant",
      .oneOf("constant", "reflect", "replicate", "circular")),
    examples: [example]
  ) { filters, size, stride, pad, dilation, groups, function, bias, inputs, start, around in
    var layer: Convolution<Rank> = try filterLayer(
      filters, size, stride, padding(pad, causal: isSequence), dilation, groups, function, bias, inputs, start)
    layer.surround = .init(rawValue: around) ?? .constant
    return try Model(layer)
  }
}

private func transposed<Rank>(
  _ type: TransposedConvolution<Rank>.Type, _ summary: String, _ example: Example
) -> Builtin {
  Builtin(
    many: type.kind, summary, filters, windowSize, steps, takenPadding,
    Parameter<Value>("output_padding", "what comes behind; none: what the padding says", default: .none), spacing,
    groupsParameter, activationParameter, biasParameter, inputsParameter, initParameter, examples: [example]
  ) { filters, size, stride, pad, extra, dilation, groups, function, bias, inputs, start in
    var layer: TransposedConvolution<Rank> = try filterLayer(
      filters, size, stride, padding(pad), dilation, groups, function, bias, inputs, start)
    layer.outputPadding = extra.isNone ? nil : try sizes(extra, "output_padding")
    return try Model(layer)
  }
}

private let multiplier = Parameter<Int>("multiplier", "filters for each channel", default: 1, .atLeast(1))

let convolutionBuiltins: [Builtin] = [
  convolution(
    Conv2D.self, "Convolves images [n, h, w, c].",
    "(input(8, 8, 3) >> conv2d(4, 3))(zeros(2, 8, 8, 3)).shape" => "(2, 8, 8, 4)"),
  convolution(
    Conv1D.self, "Convolves sequences [n, t, c].",
    "(input(8, 3) >> conv1d(4, 3))(zeros(2, 8, 3)).shape" => "(2, 8, 4)"),
  convolution(
    Conv3D.self, "Convolves volumes [n, d, h, w, c].",
    "(input(4, 4, 4, 1) >> conv3d(2, 3, stride=2))(zeros(1, 4, 4, 4, 1)).shape" => "(1, 2, 2, 2, 2)"),
  transposed(
    ConvTranspose2D.self, "Turns a convolution of images round: each pixel spreads over a window [n, h, w, c].",
    "(input(4, 4, 3) >> conv_transpose2d(2, 3, stride=2))(zeros(1, 4, 4, 3)).shape" => "(1, 8, 8, 2)"),
  transposed(
    ConvTranspose1D.self, "Turns a convolution of sequences round: each step spreads over a window [n, t, c].",
    "(input(4, 3) >> conv_transpose1d(2, 4, stride=2))(zeros(1, 4, 3)).shape" => "(1, 8, 2)"),
  transposed(
    ConvTranspose3D.self, "Turns a convolution of volumes round: each place spreads over a window [n, d, h, w, c].",
    "(input(2, 2, 2, 1) >> conv_transpose3d(1, 2, stride=2))(zeros(1, 2, 2, 2, 1)).shape" => "(1, 4, 4, 4, 1)"),
  Builtin(
    many: "depthwise_conv2d", "Convolves each channel of images [n, h, w, c] for itself.", windowSize, steps,
    samePadding, spacing, multiplier, activationParameter, biasParameter, inputsParameter, initParameter,
    examples: ["(input(8, 8, 3) >> depthwise_conv2d(3)).parameter_count" => "30"]
  ) { size, stride, pad, dilation, multiplier, function, bias, inputs, start in
    try Model(separable(Unmixed.self, size, stride, pad, dilation, multiplier, function, bias, inputs, start))
  },
  Builtin(
    many: "separable_conv2d", "Convolves each channel for itself, and then mixes the channels of each pixel.", filters,
    windowSize, steps, samePadding, spacing, multiplier, activationParameter, biasParameter, inputsParameter,
    initParameter,
    examples: ["(input(8, 8, 3) >> separable_conv2d(4, 3)).parameter_count" => "43"]
  ) { filters, size, stride, pad, dilation, multiplier, function, bias, inputs, start in
    var layer = try separable(Mixed.self, size, stride, pad, dilation, multiplier, function, bias, inputs, start)
    layer.filters = filters
    return try Model(layer)
  },
]

private func separable<Rule>(
  _ rule: Rule.Type, _ size: Value, _ stride: Value, _ pad: Value, _ dilation: Value, _ multiplier: Int,
  _ function: Value, _ bias: Bool, _ inputs: Int?, _ start: String
) throws -> SeparableConvolution<Rule> {
  var layer = SeparableConvolution<Rule>()
  layer.size = try sizes(size, "size")
  layer.stride = try sizes(stride, "stride")
  layer.padding = try padding(pad)
  layer.dilation = try sizes(dilation, "dilation")
  layer.multiplier = multiplier
  layer.activation = try activation(function)
  layer.bias = bias
  layer.inputs = inputs
  layer.initializer = try Initializer(named: start)
  return layer
}

private let poolStride = Parameter<Value>("stride", "steps of the window; its size when left out", default: .none)
private let poolPadding = Parameter<Value>(
  "padding", "\"same\", \"valid\", or so many on every side", default: Value("valid"))
private let roundsUp = Parameter<Bool>(
  "ceil", "whether a last window that reaches beyond the end counts", default: false)

private func largest<Rule>(_ type: Pool<Rule>.Type, _ summary: String, _ example: Example) -> Builtin {
  Builtin(
    Rule.kind, summary, windowSize, poolStride, poolPadding, spacing, roundsUp, examples: [example]
  ) { size, stride, pad, dilation, up in
    var layer = Pool<Rule>(
      size: try sizes(size, "size"),
      stride: stride.isNone ? nil : try sizes(stride, "stride"),
      padding: try padding(pad))
    layer.dilation = try sizes(dilation, "dilation")
    layer.roundsUp = up
    return try Model(layer)
  }
}

private func average<Rule>(_ type: Pool<Rule>.Type, _ summary: String, _ example: Example) -> Builtin {
  Builtin(
    Rule.kind, summary, windowSize, poolStride, poolPadding, roundsUp,
    Parameter<Bool?>(
      "count_padding", "whether padding counts as zeros; none: where it is a number", default: nil), examples: [example]
  ) { size, stride, pad, up, counts in
    var layer = Pool<Rule>(
      size: try sizes(size, "size"),
      stride: stride.isNone ? nil : try sizes(stride, "stride"),
      padding: try padding(pad))
    layer.roundsUp = up
    layer.countPadding = counts
    return try Model(layer)
  }
}

private func adaptive(_ name: String, _ summary: String, isLargest: Bool) -> Builtin {
  Builtin(
    name, summary, Parameter<Rest<Value>>("sizes", "how many along each axis"),
    examples: ["\(name)(2, 3)(ones(1, 7, 5, 4)).shape" => "(1, 2, 3, 4)"]
  ) { sizes in
    let shape = Array(try sizes.shape())
    guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else {
      throw Failure("argument-range", "`\(name)` is told how many windows there are along each axis", argument: 0)
    }
    return try Model(AdaptivePool(isLargest: isLargest, sizes: shape))
  }
}

let poolingBuiltins: [Builtin] = [
  largest(
    MaxPool2D.self, "The largest of each window of images [n, h, w, c].",
    "max_pool2d(2)(ones(1, 4, 4, 1)).shape" => "(1, 2, 2, 1)"),
  average(
    AveragePool2D.self, "The mean of each window of images [n, h, w, c].",
    "avg_pool2d(2)(ones(1, 4, 4, 1)).shape" => "(1, 2, 2, 1)"),
  largest(
    MaxPool1D.self, "The largest of each window of sequences [n, t, c].",
    "max_pool1d(2)(ones(1, 4, 1)).shape" => "(1, 2, 1)"),
  average(
    AveragePool1D.self, "The mean of each window of sequences [n, t, c].",
    "avg_pool1d(2)(ones(1, 4, 1)).shape" => "(1, 2, 1)"),
  largest(
    MaxPool3D.self, "The largest of each window of volumes [n, d, h, w, c].",
    "max_pool3d(2)(ones(1, 4, 4, 4, 1)).shape" => "(1, 2, 2, 2, 1)"),
  average(
    AveragePool3D.self, "The mean of each window of volumes [n, d, h, w, c].",
    "avg_pool3d(2)(ones(1, 4, 4, 4, 1)).shape" => "(1, 2, 2, 2, 1)"),
  adaptive("adaptive_avg_pool", "The mean of so many windows along each axis, whatever comes in.", isLargest: false),
  adaptive("adaptive_max_pool", "The largest of so many windows along each axis, whatever comes in.", isLargest: true),
  Builtin(
    "global_avg_pool", "The mean of each channel over all positions.",
    examples: ["global_avg_pool()(ones(2, 4, 4, 3)).shape" => "(2, 3)"]
  ) { try Model(GlobalPooling(how: .average)) },
  Builtin(
    "global_max_pool", "The largest of each channel over all positions.",
    examples: ["global_max_pool()(ones(2, 4, 4, 3)).shape" => "(2, 3)"]
  ) { try Model(GlobalPooling(how: .maximum)) },
  Builtin(
    "upsample", "Brings images, sequences or volumes to another size.",
    Parameter<Value>("scale", "how many times as large, one number or one for each axis", default: Value(2)),
    Parameter<String>(
      "mode", "how what lies between is found", default: "nearest",
      .oneOf("nearest", "nearest_exact", "linear", "cubic", "area")),
    Parameter<Value>("size", "the size itself, in place of a scale", default: .none),
    Parameter<Bool>("align_corners", "whether the outermost positions keep their places", default: false),
    examples: [
      "upsample(2)(ones(1, 2, 2, 1)).shape" => "(1, 4, 4, 1)",
      "ravel(upsample(2, mode=\"linear\")([[[0], [1]]]))" => "f32 [4]  0.00  0.25  0.75  1.00",
    ]
  ) { scale, mode, size, corners in
    var layer = Upsample()
    layer.scale = try factors(scale)
    layer.mode = .init(rawValue: mode) ?? .nearest
    layer.size = size.isNone ? nil : try sizes(size, "size")
    layer.alignCorners = corners
    return try Model(layer)
  },
  Builtin(
    "pixel_shuffle", "Makes pixels of channels: [n, h, w, c * scale ** 2] gives [n, h * scale, w * scale, c].",
    Parameter<Int>("scale", "how many pixels along either side", .between(1, 1024)),
    examples: ["pixel_shuffle(2)(ones(1, 2, 2, 8)).shape" => "(1, 4, 4, 2)"]
  ) { scale in try Model(PixelShuffle(scale)) },
  Builtin(
    "pixel_unshuffle", "Makes channels of pixels: the way back from `pixel_shuffle`.",
    Parameter<Int>("scale", "how many pixels along either side", .between(1, 1024)),
    examples: ["pixel_unshuffle(2)(ones(1, 4, 4, 2)).shape" => "(1, 2, 2, 8)"]
  ) { scale in try Model(PixelShuffle(scale, isBack: true)) },
]

/// What each axis is multiplied by.
private func factors(_ value: Value) throws -> [Double] {
  var value = value
  let numbers =
    value.isNumber ? [value.number] : try withUnsafeMutablePointer(to: &value) { try [Double].from($0) } ?? []
  guard !numbers.isEmpty, numbers.allSatisfy({ $0 > 0 && $0 <= 1024 }) else {
    throw Failure(
      "argument-range", "`scale` is a number above 0 and at most 1024, or one for each axis, not \(value.described)",
      argument: 0)
  }
  return numbers
}
