import Autodiff
import Diagnostics
import Evaluator
import Layers
import Tensors

private let rows = Parameter<Int>("n", "how many rows", .atLeast(1))
private let width = Parameter<Int>("dim", "how long each is", .atLeast(1))
private let tableStart = Parameter<String>("init", "how the table starts", default: "normal")
private let paddingRow = Parameter<Int?>(
  "padding", "the index that stands for nothing: its row is zero and learns nothing", default: nil, .given(.atLeast(0)))
private let base = Parameter<Double>("base", "how slowly the slowest turns", default: 10000, .above(1))
private let headsParameter = Parameter<Int>("heads", "how many heads share the channels", .atLeast(1))
private let causal = Parameter<Bool>("causal", "whether a step sees earlier ones alone", default: false)
private let dropoutParameter = Parameter<Double>(
  "dropout", "while training, the probability that a value is dropped", default: 0, .between(0, 1))
private let rotaryParameter = Parameter<Bool>(
  "rotary", "whether queries and keys are turned by their place", default: false)
let glorotParameter = Parameter<String>("init", "how the weights start, such as \"he\"", default: "glorot")

let sequenceBuiltins: [Builtin] = [
  Builtin(
    "embedding", "The row of a learnt table for each index.", rows, width, tableStart, paddingRow,
    examples: ["embedding(10, 4)(int((1, 2))).shape" => "(2, 4)"]
  ) { rows, width, start, padding in
    try Model(Embedding(rows: rows, width: width, initializer: Initializer(named: start), padding: padding))
  },
  Builtin(
    "embedding_bag", "The mean, sum or largest of the rows that the last axis of indices names.", rows, width,
    Parameter<String>("mode", "what becomes of the rows", default: "mean", .oneOf("mean", "sum", "max")), tableStart,
    paddingRow, examples: ["embedding_bag(10, 4)(int(((1, 2, 2), (3, 3, 4)))).shape" => "(2, 4)"]
  ) { rows, width, mode, start, padding in
    var layer = EmbeddingBag()
    (layer.rows, layer.width, layer.padding) = (rows, width, padding)
    layer.mode = .init(rawValue: mode) ?? .mean
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  },
  Builtin(
    "positions", "Adds a learnt row for each place in a sequence.",
    Parameter<Int>("n", "the longest sequence", .atLeast(1)),
    width, tableStart, examples: ["(input(5, 4) >> positions(8, 4)).parameter_count" => "32"]
  ) { rows, width, start in
    var layer = Positions()
    (layer.rows, layer.width) = (rows, width)
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  },
  Builtin(
    "sinusoidal", "Adds sines and cosines of the place in a sequence: nothing to learn.", width, base,
    examples: ["ravel(sinusoidal(2)(zeros(1, 2, 2)))" => "f32 [4]  0.0000  1.0000  0.8415  0.5403"]
  ) { width, base in
    var layer = Sinusoidal()
    (layer.width, layer.base) = (width, base)
    return try Model(layer)
  },
  Builtin(
    "rotary", "Turns pairs of the last axis by angles that grow with the place in a sequence.", width, base,
    Parameter<String>("style", "which columns are pairs", default: "halves", .oneOf("halves", "interleaved")),
    examples: ["rotary(4)(ones(1, 3, 4)).shape" => "(1, 3, 4)"]
  ) { width, base, style in
    guard width % 2 == 0 else {
      throw Failure("argument-range", "`dim` is even, since columns are turned in pairs, not \(width)", argument: 0)
    }
    var layer = Rotary()
    (layer.width, layer.base) = (width, base)
    layer.style = .init(rawValue: style) ?? .halves
    return try Model(layer)
  },
  recurrent(.rnn, "Carries a state along sequences [n, t, c]: tanh(x W + h U + b)."),
  recurrent(.lstm, "Carries a state and a memory along sequences [n, t, c] through gates."),
  recurrent(.gru, "Carries a state along sequences [n, t, c] through gates."),
  Builtin(
    many: "attention", "Lets each step of sequences [n, t, d] look at all others, by several heads.", headsParameter,
    Parameter<Int?>(
      "dim", "channels of all heads together; none: as many as come in", default: nil, .given(.atLeast(1))),
    causal, dropoutParameter, biasParameter, rotaryParameter,
    Parameter<Bool>("weights", "whether who looks where comes out too: {y, weights}", default: false), inputsParameter,
    glorotParameter,
    examples: ["(input(5, 8) >> attention(2)).parameter_count" => "288"]
  ) { heads, width, causal, dropout, bias, rotary, weights, inputs, start in
    var layer = Attention()
    (layer.heads, layer.width, layer.isCausal, layer.dropout) = (heads, width, causal, dropout)
    (layer.bias, layer.rotary, layer.givesWeights, layer.inputs) = (bias, rotary, weights, inputs)
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  },
  Builtin(
    many: "transformer_block", "Attention and a small network on sequences [n, t, d], each with a way around it.",
    headsParameter,
    Parameter<Double>(
      "mlp", "how many times as wide the small network is", default: 4, .above(0),
      .between(0, 1024)),
    causal,
    Parameter<String>("norm", "before each part, or behind it", default: "pre", .oneOf("pre", "post")),
    Parameter<Value>("activation", "of the small network; none: gelu", default: .none), dropoutParameter,
    Parameter<Int?>("hidden", "the width of the small network itself", default: nil, .given(.atLeast(1))),
    Parameter<Double>("eps", "keeps the normalisation finite", default: 1e-5, .above(0)), biasParameter,
    rotaryParameter,
    inputsParameter, glorotParameter,
    examples: ["(input(5, 8) >> transformer_block(2)).parameter_count" => "872"]
  ) { heads, factor, causal, norm, function, dropout, hidden, eps, bias, rotary, inputs, start in
    var layer = TransformerBlock()
    (layer.heads, layer.factor, layer.isCausal, layer.dropout) = (heads, factor, causal, dropout)
    (layer.hidden, layer.epsilon, layer.bias, layer.rotary, layer.inputs) = (hidden, eps, bias, rotary, inputs)
    layer.order = .init(rawValue: norm) ?? .pre
    layer.activation = try activation(function) ?? .gelu
    layer.initializer = try Initializer(named: start)
    return try Model(layer)
  },
  Builtin(
    "scaled_dot_product_attention", "softmax(q @ k.T * scale) @ v over the last two axes.",
    Parameter<Tensor>("q", dims: "[..., t, d]", "queries"), Parameter<Tensor>("k", dims: "[..., s, d]", "keys"),
    Parameter<Tensor>("v", dims: "[..., s, e]", "values"),
    Parameter<Tensor?>("mask", dims: "[..., t, s]", "bools, true where a query sees a key", default: nil), causal,
    Parameter<Double?>("scale", "none: 1 / sqrt(d)", default: nil),
    examples: ["scaled_dot_product_attention(ones(1, 2), ones(3, 2), [[1], [2], [3]])" => "f32 [1, 1]  2"]
  ) { q, k, v, mask, causal, scale in
    try Op.attention(q, k, v, mask: mask, isCausal: causal, scale: scale).output
  },
]

private func recurrent(_ form: Recurrent.Kind, _ summary: String) -> Builtin {
  Builtin(
    many: form.rawValue, summary, Parameter<Int>("units", "how large the state is", .atLeast(1)),
    Parameter<Bool>("sequences", "whether the state after each step comes out, or the last", default: false),
    Parameter<Bool>("bidirectional", "whether a second one runs from the end", default: false),
    Parameter<Int>("layers", "how many on top of each other", default: 1, .between(1, 1000)),
    Parameter<Double>("dropout", "while training, what is dropped between layers", default: 0, .between(0, 1)),
    Parameter<Value>("activation", "of the state; none: tanh", default: .none), biasParameter,
    Parameter<Bool>("states", "whether the last states come out too: {y, h, c}", default: false),
    Parameter<Bool>("reset_after", "in a gru, whether r is applied behind the state's product", default: true),
    inputsParameter, glorotParameter,
    likeParameter("\"keras\": one bias for rnn and lstm, and a gru's gates as z r n"),
    examples: ["(input(5, 3) >> \(form)(4))(zeros(2, 5, 3)).shape" => "(2, 4)"]
  ) { units, sequences, both, layers, dropout, function, bias, states, after, inputs, start, like in
    var layer = Recurrent(form)
    (layer.units, layer.sequences, layer.bidirectional, layer.layers) = (units, sequences, both, layers)
    (layer.dropout, layer.bias, layer.states, layer.resetAfter, layer.inputs) = (dropout, bias, states, after, inputs)
    layer.activation = try activation(function) ?? .tanh
    layer.initializer = try Initializer(named: start)
    layer.like = Convention(rawValue: like) ?? .torch
    return try Model(layer)
  }
}
