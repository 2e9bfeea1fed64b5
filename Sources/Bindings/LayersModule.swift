import Diagnostics
import Evaluator
import Layers
import Tensors

/// Layers: values that `>>` composes and that apply to a batch.
let layersModule = Module(
  "layers", "layers, which `>>` composes into models",
  denseBuiltins + convolutionBuiltins + poolingBuiltins + shapingBuiltins + normalizationBuiltins + sequenceBuiltins
    + containerBuiltins)

let unitsParameter = Parameter<Int>("units", "how many come out", .atLeast(1))
let activationParameter = Parameter<Value>("activation", "a function such as relu", default: .none)
let biasParameter = Parameter<Bool>("bias", "whether something is added", default: true)
let inputsParameter = Parameter<Int?>(
  "inputs", "how many come in, where no `input` says so", default: nil, .given(.atLeast(1)))
let initParameter = Parameter<String>("init", "how the weights start, such as \"glorot\"", default: "he")

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
          fields: zip(record.keys, record.values).map {
            (name: $0.name, sizes: try sizes($1, $0.name, parameter: "shape"))
          }))
    }
    if shape.values.isEmpty { return try Model(Input([])) }
    return try Model(Input(Array(try shape.shape())))
  },
  Builtin(
    "dense", "activation(x @ weight + bias) over the last axis.", unitsParameter, activationParameter, biasParameter,
    inputsParameter, initParameter,
    examples: ["(input(4) >> dense(3, relu)).parameter_count" => "15"]
  ) { units, function, bias, inputs, start in
    try Model(
      Dense(
        units: units, activation: activation(function), bias: bias, inputs: inputs,
        initializer: Initializer(named: start)))
  },
  Builtin(
    "bilinear", "sum over i, j of a[i] * weight[i, j] * b[j] + bias, for a record of two tensors.", unitsParameter,
    activationParameter, biasParameter, initParameter,
    examples: ["(input({a: 2, b: 3}) >> bilinear(4)).parameter_count" => "28"]
  ) { units, function, bias, start in
    var layer = Bilinear()
    layer.units = units
    layer.activation = try activation(function)
    layer.bias = bias
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  },
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
      try Shape.checked(sizes(shape, "shape")), try Initializer(named: start))
    return try Model(name.map { Named($0, layer) as any Layer } ?? layer)
  },
  Builtin(
    "state", "A tensor that a model block keeps and does not learn.",
    Parameter<Value>("shape", "a list of sizes, or one"), Parameter<Double>("value", "where it starts", default: 0),
    examples: ["state((2,), 1).parameter_count" => "0"]
  ) { shape, value in try Model(StateLayer(try Shape.checked(sizes(shape, "shape")), value)) },
]
