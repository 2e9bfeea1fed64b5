import Diagnostics
import Evaluator
import Layers
import Tensors

/// Layers: values that `>>` composes and that apply to a batch.
let layersModule = Module(
  "layers", "layers, which `>>` composes into models",
  denseBuiltins + convolutionBuiltins + shapingBuiltins + normalizationBuiltins + containerBuiltins)

private let units = Parameter<Int>("units", "how many come out", .atLeast(1))
private let activationParameter = Parameter<Value>("activation", "a function such as relu", default: .none)
private let biasParameter = Parameter<Bool>("bias", "whether something is added", default: true)
private let inputsParameter = Parameter<Int?>(
  "inputs", "how many come in, where no `input` says so", default: nil, .given(.atLeast(1)))
private let initParameter = Parameter<String>("init", "how the weights start, such as \"glorot\"", default: "he")

private let denseBuiltins: [Builtin] = [
  Builtin(
    "input", "The shape of one example; sizes flow on from it.",
    Parameter<Rest<Value>>("shape", "sizes without the batch axis, or a record of shapes"),
    examples: [
      "input(4) >> flatten >> dense(2)" => "input(4) >> flatten >> dense(2)  (10 parameters)"
    ]
  ) { shape in
    if shape.values.count == 1, let record = shape.values[0].record {
      return try Model(
        Input(
          fields: zip(record.keys, record.values).map { (name: $0.name, sizes: try sizes($1, $0.name, argument: 0)) }))
    }
    if shape.values.isEmpty { return try Model(Input([])) }
    return try Model(Input(Array(try shape.shape())))
  },
  Builtin(
    "dense", "activation(x @ weight + bias) over the last axis.", units, activationParameter, biasParameter,
    inputsParameter, initParameter,
    examples: ["(input(4) >> dense(3, relu)).parameter_count" => "15"]
  ) { units, function, bias, inputs, start in
    try Model(
      Dense(
        units: units, activation: activation(function, argument: 1), bias: bias, inputs: inputs,
        initializer: Initializer(named: start)))
  },
  Builtin(
    "embedding", "The row of a learnt table for each index.", Parameter<Int>("n", "how many rows", .atLeast(1)),
    Parameter<Int>("dim", "how long each is", .atLeast(1)),
    Parameter<String>("init", "how the table starts", default: "normal"),
    examples: ["embedding(10, 4)(int((1, 2))).shape" => "(2, 4)"]
  ) { rows, width, start in
    try Model(Embedding(rows: rows, width: width, initializer: Initializer(named: start)))
  },
]

private func convolution<L: ConvolutionLayer>(_ type: L.Type, _ name: String, _ summary: String, _ example: Example)
  -> Builtin
{
  Builtin(
    many: name, summary, Parameter<Int>("filters", "how many channels come out", .atLeast(1)),
    Parameter<Value>("size", "of the window: a number, or one for each axis"),
    Parameter<Value>("stride", "steps of the window", default: Value(1)),
    Parameter<Value>("padding", "\"same\", \"valid\", or so many on every side", default: Value("same")),
    Parameter<Value>("dilation", "distance between the window's points", default: Value(1)),
    Parameter<Int>("groups", "groups of channels that do not mix", default: 1, .atLeast(1)),
    activationParameter, biasParameter, inputsParameter, initParameter,
    examples: [example]
  ) { filters, size, stride, pad, dilation, groups, function, bias, inputs, start in
    var layer = L()
    layer.filters = filters
    layer.size = try sizes(size, "size", argument: 1)
    layer.stride = try sizes(stride, "stride", argument: 2)
    layer.padding = try padding(pad, argument: 3)
    layer.dilation = try sizes(dilation, "dilation", argument: 4)
    layer.groups = groups
    layer.activation = try activation(function, argument: 6)
    layer.bias = bias
    layer.inputs = inputs
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  }
}

private let poolSize = Parameter<Value>("size", "of the window: a number, or one for each axis")
private let poolStride = Parameter<Value>("stride", "steps of the window; its size when left out", default: .none)
private let poolPadding = Parameter<Value>(
  "padding", "\"same\", \"valid\", or so many on every side", default: Value("valid"))

private let convolutionBuiltins: [Builtin] = [
  convolution(
    Conv2D.self, "conv2d", "Convolves images [n, h, w, c].",
    "(input(8, 8, 3) >> conv2d(4, 3))(zeros(2, 8, 8, 3)).shape" => "(2, 8, 8, 4)"),
  convolution(
    Conv1D.self, "conv1d", "Convolves sequences [n, t, c].",
    "(input(8, 3) >> conv1d(4, 3))(zeros(2, 8, 3)).shape" => "(2, 8, 4)"),
  Builtin(
    "max_pool2d", "The largest of each window of images [n, h, w, c].", poolSize, poolStride, poolPadding,
    examples: ["max_pool2d(2)(ones(1, 4, 4, 1)).shape" => "(1, 2, 2, 1)"]
  ) { size, stride, pad in
    try Model(
      MaxPool2D(
        size: sizes(size, "size", argument: 0), stride: stride.isNone ? nil : sizes(stride, "stride", argument: 1),
        padding: padding(pad, argument: 2)))
  },
  Builtin(
    "avg_pool2d", "The mean of each window of images [n, h, w, c].", poolSize, poolStride, poolPadding,
    examples: ["avg_pool2d(2)(ones(1, 4, 4, 1)).shape" => "(1, 2, 2, 1)"]
  ) { size, stride, pad in
    try Model(
      AveragePool2D(
        size: sizes(size, "size", argument: 0), stride: stride.isNone ? nil : sizes(stride, "stride", argument: 1),
        padding: padding(pad, argument: 2)))
  },
  Builtin(
    "global_avg_pool", "The mean of each channel over all positions.",
    examples: ["global_avg_pool()(ones(2, 4, 4, 3)).shape" => "(2, 3)"]
  ) { try Model(GlobalPooling(how: .average)) },
  Builtin(
    "global_max_pool", "The largest of each channel over all positions.",
    examples: ["global_max_pool()(ones(2, 4, 4, 3)).shape" => "(2, 3)"]
  ) { try Model(GlobalPooling(how: .maximum)) },
]

private let shapingBuiltins: [Builtin] = [
  Builtin("flatten", "Each example as one vector.", examples: ["flatten()(ones(2, 3, 4)).shape" => "(2, 12)"]) {
    try Model(Flatten())
  },
  Builtin(
    "reshape_to", "Each example in another shape.",
    Parameter<Rest<Value>>("shape", "sizes without the batch axis"),
    examples: ["reshape_to(2, 3)(ones(4, 6)).shape" => "(4, 2, 3)"]
  ) { shape in try Model(ReshapeTo(shape: Array(try shape.shape()))) },
  Builtin(
    "upsample", "Repeats each position of images or sequences along their axes.",
    Parameter<Int>("scale", "how often", default: 2, .between(1, 1024)),
    examples: ["upsample(2)(ones(1, 2, 2, 1)).shape" => "(1, 4, 4, 1)"]
  ) { scale in try Model(Upsample(scale: scale)) },
  Builtin(
    "dropout", "While training, sets each value to zero with a probability.",
    Parameter<Double>("p", "the probability", .between(0, 1)),
    examples: ["sum(dropout(0.5)(ones(1, 4)))" => "4"]
  ) { p in try Model(Dropout(rate: p)) },
  Builtin(
    "spatial_dropout", "While training, sets whole channels to zero with a probability.",
    Parameter<Double>("p", "the probability", .between(0, 1)),
    examples: ["spatial_dropout(0.5)(ones(1, 2, 2, 1)).shape" => "(1, 2, 2, 1)"]
  ) { p in try Model(SpatialDropout(rate: p)) },
  Builtin(
    "noise", "While training, adds normal noise.", Parameter<Double>("std", "its standard deviation", .atLeast(0)),
    examples: ["sum(noise(0.1)(ones(1, 4)))" => "4"]
  ) { deviation in try Model(Noise(deviation: deviation)) },
]

private func epsilon(_ value: Double) -> Parameter<Double> {
  Parameter<Double>("eps", "keeps the division finite", default: value, .above(0))
}

private let normalizationBuiltins: [Builtin] = [
  Builtin(
    "batch_norm", "Brings each channel to mean 0 and deviation 1 over the batch, then scales and shifts it.",
    Parameter<Double>("momentum", "the share of the batch in the running statistics", default: 0.1, .between(0, 1)),
    epsilon(1e-5), examples: ["(input(3) >> batch_norm)(ones(2, 3)).shape" => "(2, 3)"]
  ) { momentum, eps in try Model(BatchNorm(momentum: momentum, epsilon: eps)) },
  Builtin(
    "layer_norm", "Brings each example's last axis to mean 0 and deviation 1, then scales and shifts it.",
    epsilon(1e-5), examples: ["sum((input(3) >> layer_norm)(ones(1, 3)))" => "0"]
  ) { eps in try Model(LayerNorm(epsilon: eps)) },
  Builtin(
    "rms_norm", "Divides each example's last axis by its root mean square, then scales it.", epsilon(1e-6),
    examples: ["(input(2) >> rms_norm)(ones(1, 2)).shape" => "(1, 2)"]
  ) { eps in try Model(RMSNorm(epsilon: eps)) },
  Builtin(
    "group_norm", "Brings groups of channels of an example to mean 0 and deviation 1, then scales and shifts them.",
    Parameter<Int>("groups", "how many groups", .atLeast(1)), epsilon(1e-5),
    examples: ["(input(2, 2, 4) >> group_norm(2))(ones(1, 2, 2, 4)).shape" => "(1, 2, 2, 4)"]
  ) { groups, eps in try Model(GroupNorm(groups: groups, epsilon: eps)) },
]

private let layerParameter = Parameter<Value>("layer", "a layer, a chain or a function")

private let containerBuiltins: [Builtin] = [
  Builtin(
    "residual", "x + f(x).", Parameter<Value>("f", "a layer, a chain or a function"),
    examples: ["sum((input(2) >> residual(dense(2, init=\"zeros\")))(ones(1, 2)))" => "2"]
  ) { f in try Model.containing([model(f, argument: 0)]) { Residual($0[0]) } },
  Builtin(
    "parallel", "Several layers on the same input; what comes out is summed, or joined on the last axis.",
    Parameter<Rest<Value>>("fs", "layers, chains or functions"),
    Parameter<String>("join", "how the outputs come together", default: "sum", .oneOf("sum", "cat")),
    examples: ["(input(2) >> parallel(dense(3), dense(3), join=\"cat\"))(ones(1, 2)).shape" => "(1, 6)"]
  ) { fs, join in
    guard !fs.values.isEmpty else { throw Failure("missing-argument", "`parallel` needs at least one layer") }
    return try Model.containing(try fs.values.map { try model($0) }) {
      Parallel($0, join: Parallel.Join(rawValue: join) ?? .sum)
    }
  },
  Builtin(
    "chain", "The layers of a list, one after the other, as one element.",
    Parameter<[Value]>("layers", "a list of layers, chains or functions"),
    examples: ["keys(parameters(input(2) >> chain((dense(3), relu))))" => "(\"1.0.weight\", \"1.0.bias\")"]
  ) { layers in
    guard !layers.isEmpty else { throw Failure("missing-argument", "`chain` needs at least one layer", argument: 0) }
    return try Model.containing(try layers.map { try model($0) }) {
      Group($0.flatMap { ($0 as? Chain)?.elements ?? [$0] })
    }
  },
  Builtin(
    "named", "The layer under a name, which stands in paths instead of its number.",
    Parameter<String>("name", "letters, digits and `_`"), layerParameter,
    examples: ["keys(parameters(input(2) >> named(\"head\", dense(3))))" => "(\"head.weight\", \"head.bias\")"]
  ) { name, value in
    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }), Int(name) == nil else {
      throw Failure("argument-range", "a part's name has letters, digits and `_`, and is no number", argument: 0)
    }
    return try Model.containing([model(value, argument: 1)]) { Named(name, $0[0]) }
  },
  Builtin(
    "frozen", "The layer as it is: it learns nothing, and never trains.", layerParameter,
    examples: ["(input(2) >> frozen(dense(3))).parameter_count" => "9"]
  ) { value in try Model.containing([model(value, argument: 0)]) { Frozen($0[0]) } },
  Builtin(
    "param", "A tensor that a model block learns.", Parameter<Value>("shape", "a list of sizes, or one"),
    Parameter<String>("init", "how it starts", default: "he"),
    Parameter<String?>("name", "what stands in its path", default: nil),
    examples: ["param((2, 3)).parameter_count" => "6"]
  ) { shape, start, name in
    let layer = ParameterLayer(
      try Shape.checked(sizes(shape, "shape", argument: 0)), try Initializer(named: start))
    return try Model(name.map { Named($0, layer) as any Layer } ?? layer)
  },
  Builtin(
    "state", "A tensor that a model block keeps and does not learn.",
    Parameter<Value>("shape", "a list of sizes, or one"), Parameter<Double>("value", "where it starts", default: 0),
    examples: ["state((2,), 1).parameter_count" => "0"]
  ) { shape, value in try Model(StateLayer(try Shape.checked(sizes(shape, "shape", argument: 0)), value)) },
]
