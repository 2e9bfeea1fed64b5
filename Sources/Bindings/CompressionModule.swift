import Autodiff
import Compression
import Diagnostics
import Evaluator
import Layers
import Tensors

/// Smaller models, and what they weigh.
let compressionModule = Module(
  "compression", "smaller models: pruning, integers instead of floats",
  [
    Builtin(
      "prune", "The model with the least of its weights fixed at zero, also while it trains on.",
      Parameter<Model>("net", "a model"),
      Parameter<Double>("sparsity", "the share that is zero afterwards", default: 0.5, .between(0, 1)),
      Parameter<String>("by", "the smallest first, or by chance", default: "magnitude", .oneOf("magnitude", "random")),
      Parameter<String>(
        "scope", "the share of all weights, or in each layer", default: "global", .oneOf("global", "layer")),
      Parameter<String?>("structure", "whole units instead of single weights", default: nil, .given(.oneOf("unit"))),
      examples: [
        "sparsity(prune(input(4) >> dense(8, relu) >> dense(2), sparsity=0.75))" => "0.75",
        "net = input(4) >> dense(10); small = prune(net); (sparsity(net), sparsity(small))" => "(0, 0.5)",
      ]
    ) { net, sparsity, by, scope, structure in
      var pruning = Pruning()
      pruning.sparsity = sparsity
      pruning.isRandom = by == "random"
      pruning.isPerLayer = scope == "layer"
      pruning.cutsUnits = structure == "unit"
      return try net.pruned(pruning)
    },
    Builtin(
      "sparsity", "The share of zeros among weights of rank 2 and more.", Parameter<Model>("net", "a model"),
      examples: ["sparsity(prune(input(4) >> dense(5), 0.9))" => "0.9"]
    ) { net in try net.sparsity() },
    Builtin(
      "size", "What a model takes: bytes in a file and in memory, parameters, and those that are not zero.",
      Parameter<Model>("net", "a model"),
      examples: ["s = size(input(4) >> dense(3)); (s.memory, s.parameters)" => "(60, 15)"]
    ) { net in
      let size = try net.size()
      return Value(
        new: RecordObject([
          ("bytes", Value(Double(size.bytes))), ("memory", Value(Double(size.memory))),
          ("parameters", Value(Double(size.parameters))), ("nonzero", Value(Double(size.nonzero))),
        ]))
    },
    Builtin(
      "quantize", "The model with its dense layers in 8-bit integers, or their weights in 16-bit floats.",
      Parameter<Model>("net", "a model"),
      Parameter<String>("dtype", "what weights become", default: "int8", .oneOf("int8", "f16")),
      Parameter<String>(
        "how", "input ranges from examples, from each batch, or weights alone in integers", default: "static",
        .oneOf("static", "dynamic", "weights")),
      Parameter<Value>("calibrate", "inputs like those to come, for how=\"static\"", default: .none),
      Parameter<String>(
        "per", "a scale for each unit, or one for a layer", default: "channel", .oneOf("channel", "tensor")),
      examples: [
        "net = quantize(input(4) >> dense(8, relu) >> dense(2), how=\"dynamic\"); net(ones(3, 4)).shape" => "(3, 2)",
        "x = normal(0, 1, shape=(64, 4)); net = input(4) >> dense(3); max(abs(quantize(net, calibrate=x)(x) - net(x))) < 0.1"
          => "true",
      ]
    ) { net, dtype, how, examples, per in
      if dtype == "f16" { return try net.halved() }
      var inputs: Datum?
      if !examples.isNone {
        // A data set stands for its inputs.
        let x = examples.record?[Symbol("y")] == nil ? nil : examples.record?[Symbol("x")]
        inputs = try Datum(x ?? examples)
      }
      return try net.quantized(
        how: QuantizedDense.Method(rawValue: how) ?? .static, calibrate: inputs, perChannel: per == "channel")
    },
    Builtin(
      "dequantize", "The model with dense layers that can learn in place of quantised ones.",
      Parameter<Model>("net", "a model"),
      examples: ["dequantize(quantize(input(4) >> dense(3), how=\"dynamic\")).parameter_count" => "15"]
    ) { net in try net.dequantized() },
    Builtin(
      "quantize_tensor", "A tensor as integers and their scale: values * scale is near the original.",
      Parameter<Tensor>("x", "any shape"), Parameter<Int>("bits", "of each integer", default: 8, .between(2, 8)),
      Parameter<String>(
        "per", "one scale, or one for each place of the last axis", default: "tensor", .oneOf("tensor", "channel")),
      examples: ["quantize_tensor([-1, 0, 1]).values" => "i8 [3]  -127     0   127"]
    ) { x, bits, per in
      guard try Raw.allFinite(Raw.cast(x.detached, .f32)) else {
        throw Failure("argument-range", "`x` must be finite to be made of integers", argument: 0)
      }
      let quantized = try SymmetricTensor(x, bits: bits, perChannel: per == "channel")
      return record([("values", quantized.values), ("scale", quantized.scale)])
    },
    Builtin(
      "dequantize_tensor", "The real numbers of what quantize_tensor gave.",
      Parameter<RecordObject>("q", "a record of values and scale"),
      examples: ["round(dequantize_tensor(quantize_tensor([-1, 0, 1])))" => "f32 [3]  -1   0   1"]
    ) { q in
      guard let values = q[Symbol("values")]?.tensor, let scale = q[Symbol("scale")]?.tensor else {
        throw Failure("argument-type", "`q` must be a record of the tensors `values` and `scale`", argument: 0)
      }
      return try SymmetricTensor(values: values, scale: Raw.cast(scale, .f32)).dequantized()
    },
  ])
