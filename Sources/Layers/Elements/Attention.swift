package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `attention(heads)`: multi-head attention of sequences `[n, t, d]` to themselves or to others (Vaswani et al., 2017).
///
/// `y = cat(head…) @ out_weight + out_bias`, each head `softmax(q kᵀ / sqrt(dim / heads)) v` with q, k, v three parts of
/// `x @ weight + bias`. Weight `[d, 3 * dim]`, out_weight `[dim, d]`; `dim` is d unless given.
///
/// A record `{query, key, value, padding, mask}` attends to other sequences: key `[n, s, e]` (the query itself unless given),
/// value `[n, s, f]` (the key), `padding` bools `[n, s]`, true where there is nothing to see, `mask` bools `[t, s]` or
/// `[n, t, s]`, true where a step sees another. Keys of another width have weights of their own: `query_weight`,
/// `key_weight`, `value_weight`. With `weights` a record `{y, weights}` comes out, weights `[n, heads, t, s]`.
package struct Attention: DeclaredLayer {
  package static let kind = "attention"
  package static var fields: [Field<Attention>] {
    [
      Field("heads", \.heads, positional: true, required: true), Field("dim", \.width), Field("causal", \.isCausal),
      Field("dropout", \.dropout), Field("bias", \.bias), Field("rotary", \.rotary), Field("weights", \.givesWeights),
      Field("inputs", \.inputs), Field("init", \.initializer),
    ]
  }
  package var heads = 1
  package var width: Int?
  package var isCausal = false
  package var dropout = 0.0
  package var bias = true
  /// Whether queries and keys are turned by their place.
  package var rotary = false
  package var givesWeights = false
  package var inputs: Int?
  package var initializer = Initializer.glorot
  package init() {}

  /// How wide queries, keys and values come in.
  private struct Widths: Equatable {
    var query: Int
    var key: Int
    var value: Int
    var isOne: Bool { query == key && key == value }
  }

  private func widths(_ input: Flow) throws -> Widths? {
    func width(_ shape: Shape) throws -> Int {
      guard shape.rank == 2 else { throw sizeFailure("sequences `[t, d]`", input) }
      return shape[1]
    }
    var found: Widths
    switch input {
    case .unknown:
      guard let inputs else { return nil }
      found = Widths(query: inputs, key: inputs, value: inputs)
    case .record(let fields):
      func shape(_ name: String) -> Shape? { fields.first { $0.name == name }?.shape }
      guard let query = shape("query") ?? shape("x") else {
        throw sizeFailure("a record with a `query`, sequences `[t, d]`", input)
      }
      let key = shape("key") ?? query
      found = Widths(query: try width(query), key: try width(key), value: try width(shape("value") ?? key))
    default:
      guard let shape = input.shape else { throw sizeFailure("sequences `[t, d]`", input) }
      let d = try width(shape)
      found = Widths(query: d, key: d, value: d)
    }
    if let inputs, inputs != found.query { throw sizeFailure("sequences `[t, \(inputs)]`", input) }
    let inner = self.width ?? found.query
    guard heads >= 1, inner % heads == 0 else {
      throw Failure(
        "layer-size", "`\(text)` shares \(inner) channels among \(heads) heads",
        facts: [.init("input", input.description)],
        why: "each head gets as many.")
    }
    if rotary, inner / heads % 2 != 0 { throw sizeFailure("an even number of channels for each head", input) }
    return found
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let widths = try widths(input) else { return nil }
    let inner = width ?? widths.query
    func spec(_ name: String, _ from: Int, _ to: Int) throws -> ParameterSpec {
      ParameterSpec(name, try Shape.checked([from, to]), initializer, fanIn: from, fanOut: to)
    }
    var specs =
      widths.isOne
      ? [try spec("weight", widths.query, 3 * inner)]
      : [
        try spec("query_weight", widths.query, inner), try spec("key_weight", widths.key, inner),
        try spec("value_weight", widths.value, inner),
      ]
    if bias { specs.append(specs[0].bias(3 * inner)) }
    let out = try spec("out_weight", inner, widths.query)
    return bias ? specs + [out, out.bias(widths.query, "out_bias")] : specs + [out]
  }

  package func output(for input: Flow) throws -> Flow {
    guard try widths(input) != nil else { return .unknown }
    guard case .record(let fields) = input else {
      guard givesWeights, let shape = input.shape else { return input }
      return .record([.init("y", shape), .init("weights", [heads, shape[0], shape[0]])])
    }
    guard let query = fields.first(where: { $0.name == "query" || $0.name == "x" }) else { return .unknown }
    let key = fields.first { $0.name == "key" } ?? query
    if !givesWeights { return .sample(query.shape) }
    return .record([.init("y", query.shape), .init("weights", [heads, query.shape[0], key.shape[0]])])
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? widths(input))??.query ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let sources = try AttentionSources(x, self)
    let (y, weights) = try attended(sources, (0..<place.parameterCount).map(place.parameter), place)
    if !givesWeights { return .tensor(y) }
    return .record(DatumRecord([("y", .tensor(y)), ("weights", .tensor(weights))]))
  }

  /// Attention with given parameters, in the order of `parameters`.
  func attended(_ given: AttentionSources, _ parameters: [Tensor], _ place: Place) throws -> (Tensor, Tensor) {
    let isOne = parameters.count == (bias ? 4 : 2)
    let out = bias ? parameters.count - 2 : parameters.count - 1
    let inner = parameters[out].shape[0]
    let shift = bias ? parameters[out - 1] : nil
    // Each part of the weights by itself: its gradient is small, where parts of the result would be large.
    func projected(_ x: Tensor, _ part: Int) throws -> Tensor {
      let weight =
        isOne
        ? try Op.slice(parameters[0], axis: 1, from: part * inner, count: inner) : parameters[part]
      guard x.rank == 3, x.shape[2] == weight.shape[0] else {
        throw sizeFailure("sequences `[n, t, \(weight.shape[0])]`", .sample(x.shape))
      }
      let bias = try shift.map { try Op.slice($0, axis: 0, from: part * inner, count: inner) }
      return try Op.heads(Op.dense(x, weight, bias), heads)
    }
    var (q, k) = (try projected(given.query, 0), try projected(given.key, 1))
    let v = try projected(given.value, 2)
    if rotary {
      q = try Op.rotated(q, base: 10000, isInterleaved: false)
      k = try Op.rotated(k, base: 10000, isInterleaved: false)
    }
    let (y, weights) = try Op.attention(q, k, v, mask: given.mask, isCausal: isCausal) { weights in
      dropout > 0 && place.isTraining ? try dropped(weights, mask: weights.shape, dropout, place) : weights
    }
    return (try Op.dense(Op.unheads(y), parameters[out], bias ? parameters[out + 1] : nil), weights)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let widths = (try? widths(input)) ?? nil, let shape = input.shape else { return 0 }
    let (t, inner) = (Double(shape[0]), Double(width ?? widths.query))
    return 2 * t * inner * (4 * Double(widths.query) + 2 * t)
  }
}

/// What attention is given: who asks, what is there to see, and what may be seen.
struct AttentionSources {
  let query: Tensor
  let key: Tensor
  let value: Tensor
  /// Bools that broadcast to `[n, heads, t, s]`, true where a step sees another.
  let mask: Tensor?

  init(_ x: Datum, _ layer: any Layer) throws {
    guard case .record(let record) = x else {
      query = try x.tensor(for: layer)
      (key, value, mask) = (query, query, nil)
      return
    }
    let known = ["x", "query", "key", "value", "padding", "mask"]
    if let other = record.keys.first(where: { !known.contains($0) }) {
      throw Failure(
        "unknown-name",
        "`\(layer.text)` takes a record of `query`, `key`, `value`, `padding` and `mask`, not `\(other)`",
        argument: 0, hint: nearMisses(other, among: known).first)
    }
    guard let asking = record["query"] ?? record["x"] else {
      throw Failure("missing-argument", "`\(layer.text)` takes a record with a `query`", argument: 0)
    }
    query = try asking.tensor(for: layer)
    key = try record["key"].map { try $0.tensor(for: layer) } ?? query
    value = try record["value"].map { try $0.tensor(for: layer) } ?? key
    guard query.rank == 3, key.rank == 3, value.rank == 3 else {
      throw layer.sizeFailure("sequences `[n, t, d]`", .sample(query.shape))
    }
    let (n, t, s) = (query.shape[0], query.shape[1], key.shape[1])
    guard key.shape[0] == n, value.shape[0] == n, value.shape[1] == s else {
      throw Failure(
        "layer-size", "`\(layer.text)` looks from each example at its own keys, and each key has a value", argument: 0,
        facts: [
          .init("query", "\(query.shape)"), .init("key", "\(key.shape)"), .init("value", "\(value.shape)"),
        ])
    }
    var seen: Tensor?
    if let padding = record["padding"] {
      let hidden = try AttentionSources.bools(padding.tensor(for: layer), "padding", [[n, s]], layer)
      seen = try Raw.reshape(Raw.logicalNot(hidden), [n, 1, 1, s])
    }
    if let given = record["mask"] {
      let visible = try AttentionSources.bools(given.tensor(for: layer), "mask", [[t, s], [n, t, s]], layer)
      let wide = visible.rank == 2 ? visible : try Raw.expandDims(visible, axis: 1)
      seen = try seen.map { try Raw.logicalAnd($0, wide) } ?? wide
    }
    mask = seen
  }

  private static func bools(_ x: Tensor, _ name: String, _ shapes: [Shape], _ layer: any Layer) throws -> Tensor {
    guard shapes.contains(x.shape) else {
      throw Failure(
        "layer-size", "`\(name)` of `\(layer.text)` is `\(shapes.map(\.description).joined(separator: "` or `"))`",
        argument: 0, facts: [.init(name, "\(x.dtype)\(x.shape)")])
    }
    return x.dtype == .bool ? x.detached : try Raw.notEqual(x.detached, Tensor(number: 0))
  }
}
