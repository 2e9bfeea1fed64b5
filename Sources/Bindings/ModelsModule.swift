import Compression
import Diagnostics
import Evaluator
import Layers
import Preprocessing
import Tables
import Tensors

/// What there is to do with a model apart from training it.
let modelsModule = Module(
  "models", "looking into models, and keeping them",
  [
    Builtin(
      "init_scale", "What an initialiser draws from: {fan_in, fan_out} with {limit}, {std} or {value}.",
      Parameter<Value>("shape", "of a weight [..., in, out]; the axes in front are a window"),
      Parameter<String>("init", "such as \"glorot\"", default: "he"),
      Parameter<Double>("gain", "what it is multiplied by", default: 1, .above(0)),
      examples: ["init_scale((50, 8))" => "{fan_in: 50, fan_out: 8, std: 0.2}"]
    ) { shape, start, gain in
      let shape = try Shape.checked(sizes(shape, "shape"))
      let (fanIn, fanOut) = Initializer.fans(shape)
      let spread = try Initializer(named: start).spread(fanIn: Double(max(fanIn, 1)), fanOut: Double(max(fanOut, 1)))
      let (name, value): (String, Double) =
        switch spread {
        case .constant(let value): ("value", value)
        case .normal(let deviation), .truncated(let deviation): ("std", deviation)
        case .uniform(let limit): ("limit", limit)
        }
      return Value(
        new: RecordObject([
          ("fan_in", Value(Double(fanIn))), ("fan_out", Value(Double(fanOut))), (name, Value(value * gain)),
        ]))
    },
    Builtin(
      "init_gain", "The factor that keeps the deviation of what comes through an activation.",
      Parameter<String>("activation", "its name, such as \"relu\""),
      Parameter<Double>("slope", "of leaky_relu", default: 0.01),
      examples: ["init_gain(\"tanh\") == 5 / 3" => "true"]
    ) { name, slope in try Initializer.gain(name, slope: slope) },
    Builtin(
      "generate", "A sequence of tokens with n more behind it, drawn from what the model gives for those before.",
      Parameter<Model>("net", "gives scores [n, t, tokens] for ids [n, t]"),
      Parameter<Tensor>("prompt", "ids: a vector of at least one"), Parameter<Int>("n", "how many more", .atLeast(0)),
      Parameter<Double>(
        "temperature", "below 1 the likely gets likelier; 0 takes the likeliest", default: 1, .atLeast(0)),
      Parameter<Int?>("top_k", "draw from the so many likeliest", default: nil, .given(.atLeast(1))),
      Parameter<Double?>("top_p", "draw from the likeliest with this share together", default: nil, .given(.above(0))),
      examples: ["generate(embedding(3, 4) >> dense(3, inputs=4), [0, 1], 5, top_k=2).shape" => "(7,)"]
    ) { net, prompt, count, temperature, topK, topP in
      guard prompt.rank == 1, prompt.count > 0, !prompt.dtype.isFloat || prompt.isWhole else {
        throw Failure(
          "argument-type", "`generate` starts from a vector of ids, whole numbers", argument: 1,
          facts: [.init("prompt", "\(prompt.dtype)\(prompt.shape)", argument: 1)])
      }
      let how = Sampling(temperature: temperature, topK: topK, topP: topP)
      let built = net.isBuilt ? net : try net.built(for: .sample(prompt.shape))
      return Tensor(try built.generated(prompt.ints, count, how, RandomSource.next()))
    },
    Builtin(
      "summary", "The layers with what comes out of them, their parameters, operations and bytes.",
      Parameter<Model>("net", "a model"), Parameter<Int>("batch", "examples in a batch", default: 1, .atLeast(1)),
      examples: ["summary(input(4) >> dense(3)).layer" => "(\"input(4)\", \"dense(3)\")"]
    ) { net, batch in
      let rows = try net.summary(batch: batch)
      return Value(
        foreign: try Table([
          ("layer", .text(rows.map(\.layer))), ("output", .text(rows.map(\.output))),
          ("parameters", .number(rows.map { Double($0.parameters) })), ("flops", .number(rows.map(\.flops))),
          ("bytes", .number(rows.map { Double($0.bytes) })),
        ]))
    },
    Builtin(
      "parameters", "What the model learns, by path.", Parameter<Model>("net", "a model, or its gradient"),
      examples: ["keys(parameters(input(4) >> dense(3)))" => "(\"1.weight\", \"1.bias\")"]
    ) { net in record(try net.named.map { ($0.path, $0.value) }) },
    Builtin(
      "weights", "What the model learns and keeps, by path: parameters, then running statistics.",
      Parameter<Model>("net", "a model"),
      examples: ["len(keys(weights(input(4) >> batch_norm)))" => "4"]
    ) { net in
      record(try net.named.map { ($0.path, $0.value) } + zip(net.architecture.states.map(\.path), net.states))
    },
    Builtin(
      "set_weights", "Sets parameters by path; they stay when the model becomes part of another.",
      Parameter<Inout<Model>>("net", "a model"), Parameter<RecordObject>("values", "a record of tensors by path"),
      examples: ["net = input(2) >> dense(1); set_weights(&net, {\"1.bias\": [5]}); sum(net[\"1.bias\"])" => "5"]
    ) { net, values in
      let given = try zip(values.keys, values.values).map { key, value in
        if let tensor = value.tensor { return (path: key.name, value: tensor) }
        guard value.isNumber else {
          throw Failure("argument-type", "`\(key.name)` must be a tensor, not \(value.described)", argument: 1)
        }
        return (path: key.name, value: Tensor([Float(value.number)], []))
      }
      try net.mutate { try $0.setWeights(given) }
      return Value.none
    },
    Builtin(
      "freeze", "Stops parameters from learning.", Parameter<Inout<Model>>("net", "a model"),
      Parameter<String>("pattern", "which paths; * stands for anything", default: "*"),
      examples: ["net = input(2) >> dense(1); freeze(&net, \"1.*\")" => ""]
    ) { net, pattern in
      try net.mutate { _ = try $0.freeze(pattern) }
      return Value.none
    },
    Builtin(
      "unfreeze", "Lets parameters learn again.", Parameter<Inout<Model>>("net", "a model"),
      Parameter<String>("pattern", "which paths; * stands for anything", default: "*"),
      examples: ["net = input(2) >> dense(1); freeze(&net); unfreeze(&net)" => ""]
    ) { net, pattern in
      try net.mutate { _ = try $0.freeze(pattern, false) }
      return Value.none
    },
    Builtin(
      "fresh", "The model as if it had just been written: weights drawn anew, statistics forgotten; frozen parts stay.",
      Parameter<Model>("net", "a model"), examples: ["fresh(input(2) >> dense(1)).parameter_count" => "3"]
    ) { net in try net.fresh() },
    Builtin(
      "build", "Finds the sizes of a model from what goes in.", Parameter<Inout<Model>>("net", "a model"),
      Parameter<Value>("x", "a batch of inputs, or a record of them"),
      examples: ["net = dense(3) >> dense(1); build(&net, ones(5, 4)); net.parameter_count" => "19"]
    ) { net, x in
      let flow: Flow
      if let tensor = x.tensor, tensor.rank > 0 {
        flow = .sample(Shape(tensor.shape.dropFirst()))
      } else if let fields = x.record {
        flow = .record(
          try zip(fields.keys, fields.values).map { key, value in
            guard let tensor = value.tensor, tensor.rank > 0 else {
              throw Failure("argument-type", "`\(key.name)` must be a tensor, not \(value.described)", argument: 1)
            }
            return Flow.Field(key.name, Shape(tensor.shape.dropFirst()))
          })
      } else {
        throw Failure("argument-type", "`x` must be a tensor or a record of them, not \(x.described)", argument: 1)
      }
      try net.mutate { $0 = try $0.built(for: flow) }
      return Value.none
    },
    Builtin(
      "save", "Writes a model or a chart to a file, all of it or nothing.",
      Parameter<Value>("x", "a model or a chart"), Parameter<String>("path", "such as \"net.nnm\""),
      examples: [
        "save(input(2) >> dense(1), \"/tmp/nns-example.nnm\"); load(\"/tmp/nns-example.nnm\").parameter_count" => "3"
      ]
    ) { x, path in
      switch x.foreign {
      case let model as Model: try model.save(to: path)
      case let saveable as any Saveable: try saveable.save(to: path)
      default:
        throw Failure(
          "argument-type", "`save` writes models and charts, not \(x.described)", argument: 0,
          why: "write_text, write_json and write_csv write other values.")
      }
      return Value.none
    },
    Builtin(
      "load_weights", "Sets a model's weights from a safetensors file, by path or as PyTorch wrote them.",
      Parameter<Inout<Model>>("net", "a model whose layers have those sizes"),
      Parameter<String>("path", "such as \"net.safetensors\""),
      Parameter<String>(
        "like", "\"torch\": modules in the order of their names, each tensor turned into our layout", default: "nns",
        .oneOf("nns", "torch")),
      Parameter<RecordObject?>(
        "names", "which module is which path, where the order does not say so: {\"fc\": \"3\"}", default: nil),
      examples: [
        "net = input(2) >> dense(1); save(net, \"/tmp/nns-example.nnm\"); load_weights(&net, \"/tmp/nns-example.nnm\")"
          => ""
      ]
    ) { net, path, like, names in
      let pairs = try names.map { names in
        try zip(names.keys, names.values).map { key, value -> (module: String, path: String) in
          guard let path = value.string else {
            throw Failure("argument-type", "`names` gives a path for each module, not \(value.described)", argument: 3)
          }
          return (module: key.name, path: path)
        }
      }
      try net.mutate { try $0.loadWeights(from: path, torch: like == "torch", names: pairs ?? []) }
      return Value.none
    },
    Builtin(
      "load", "Reads a model that `save` wrote; nothing of it runs until it is applied.",
      Parameter<String>("path", "such as \"net.nnm\""),
      examples: [
        "save(input(2) >> dense(1), \"/tmp/nns-example.nnm\"); sum(load(\"/tmp/nns-example.nnm\")[\"1.bias\"])" => "0"
      ]
    ) { path in try Model(loading: path, layerRegistry(), functions: functionLoading()) },
  ])

/// A value with a file form of its own: a chart.
protocol Saveable: Foreign {
  func save(to path: String) throws
}

/// The kinds of layers that a model file may hold.
func layerRegistry() -> LayerRegistry {
  var registry = LayerRegistry.core
  registry.add(preprocessorKinds + quantizedKinds)
  return registry
}

extension Tensor {
  fileprivate var isWhole: Bool { (try? doubles.allSatisfy { $0.rounded() == $0 }) ?? false }
}
