package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `transformer_block(heads)`: attention and a small network, each with a way around it (Vaswani et al., 2017).
///
/// `norm="pre"`: `x = x + attention(norm1(x)); x = x + down(activation(up(norm2(x))))`; `norm="post"`:
/// `x = norm1(x + attention(x)); x = norm2(x + down(activation(up(x))))`. Sequences `[n, t, d]` keep their shape; `up` is
/// `[d, mlp * d]`, or `[d, hidden]`.
///
/// A record `{x, padding, mask}` goes through with its `x` replaced, so that blocks behind see the same; see `attention`.
package struct TransformerBlock: DeclaredLayer {
  package enum Order: String, Configurable, CaseIterable {
    case pre, post
  }

  package static let kind = "transformer_block"
  package static var fields: [Field<TransformerBlock>] {
    [
      Field("heads", \.heads, positional: true, required: true), Field("mlp", \.factor), Field("causal", \.isCausal),
      Field("norm", \.order), Field("activation", \.activation), Field("dropout", \.dropout),
      Field("hidden", \.hidden), Field("eps", \.epsilon), Field("bias", \.bias), Field("rotary", \.rotary),
      Field("inputs", \.inputs), Field("init", \.initializer),
    ]
  }
  package var heads = 1
  package var factor = 4.0
  package var isCausal = false
  package var order = Order.pre
  package var activation = Activation.gelu
  package var dropout = 0.0
  package var hidden: Int?
  package var epsilon = 1e-5
  package var bias = true
  package var rotary = false
  package var inputs: Int?
  package var initializer = Initializer.glorot
  package init() {}

  private var attention: Attention {
    var attention = Attention()
    attention.heads = heads
    attention.isCausal = isCausal
    attention.dropout = dropout
    attention.bias = bias
    attention.rotary = rotary
    attention.initializer = initializer
    return attention
  }

  private func sequence(_ input: Flow) throws -> Shape? {
    var shape = input.shape
    if case .record(let fields) = input { shape = fields.first { $0.name == "x" }?.shape }
    if input == .unknown { return inputs.map { [1, $0] } }
    guard let shape, shape.rank == 2, inputs == nil || inputs == shape[1] else {
      throw sizeFailure("sequences `[t, \(inputs.map(String.init) ?? "d")]`", input)
    }
    guard heads >= 1, shape[1] % heads == 0 else {
      throw sizeFailure("channels that \(heads) heads can share", input)
    }
    return shape
  }

  private func parts(_ shape: Shape) throws -> [(name: String, specs: [ParameterSpec])] {
    let flow = Flow.sample(shape)
    let width = shape[1]
    var norm = LayerNorm(epsilon: epsilon)
    norm.shifts = bias
    let wide = hidden ?? Int((Double(width) * factor).rounded())
    let up = Dense(units: wide, bias: bias, initializer: initializer)
    let down = Dense(units: width, bias: bias, initializer: initializer)
    let specs = [
      ("norm1", try norm.parameters(for: flow)), ("attention", try attention.parameters(for: flow)),
      ("norm2", try norm.parameters(for: flow)), ("up", try up.parameters(for: flow)),
      ("down", try down.parameters(for: .sample([shape[0], wide]))),
    ]
    return specs.map { (name: $0, specs: $1 ?? []) }
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let shape = try sequence(input) else { return nil }
    return try parts(shape).flatMap { part in
      part.specs.map {
        ParameterSpec("\(part.name).\($0.name)", $0.shape, $0.initializer, fanIn: $0.fanIn, fanOut: $0.fanOut)
      }
    }
  }

  package func output(for input: Flow) throws -> Flow {
    _ = try sequence(input)
    return input
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? sequence(input))??[1] ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let given = try AttentionSources(x, self)
    let x0 = given.query
    guard x0.rank == 3, x0.shape[2] == place.parameter(0).shape[0] else {
      throw sizeFailure("sequences `[n, t, \(place.parameter(0).shape[0])]`", .sample(x0.shape))
    }
    var groups: [String: [Tensor]] = [:]
    var next = 0
    for part in try parts([x0.shape[1], x0.shape[2]]) {
      groups[part.name] = part.specs.indices.map { place.parameter(next + $0) }
      next += part.specs.count
    }
    func of(_ name: String) -> [Tensor] { groups[name] ?? [] }
    func norm(_ x: Tensor, _ name: String) throws -> Tensor {
      let affine = of(name)
      return try Op.layerNorm(x, scale: affine[0], shift: bias ? affine[1] : nil, eps: epsilon)
    }
    func dense(_ x: Tensor, _ name: String, relu: Bool = false) throws -> Tensor {
      let weights = of(name)
      return try Op.dense(x, weights[0], bias ? weights[1] : nil, relu: relu)
    }
    func drop(_ x: Tensor) throws -> Tensor {
      dropout > 0 && place.isTraining ? try dropped(x, mask: x.shape, dropout, place) : x
    }
    func attend(_ x: Tensor) throws -> Tensor {
      try drop(attention.attended(given.replacing(x), of("attention"), place).0)
    }
    func mix(_ x: Tensor) throws -> Tensor {
      let isRelu = activation == .relu
      let inner = try dense(x, "up", relu: isRelu)
      return try drop(dense(drop(isRelu ? inner : activation(inner)), "down"))
    }
    let y: Tensor
    switch order {
    case .pre:
      let middle = try Op.add(x0, attend(norm(x0, "norm1")))
      y = try Op.add(middle, mix(norm(middle, "norm2")))
    case .post:
      let middle = try norm(Op.add(x0, attend(x0)), "norm1")
      y = try norm(Op.add(middle, mix(middle)), "norm2")
    }
    guard case .record(let record) = x else { return .tensor(y) }
    return .record(
      DatumRecord(zip(record.keys, record.values).map { ($0, $0 == "x" || $0 == "query" ? .tensor(y) : $1) }))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let shape = (try? sequence(input)) ?? nil else { return 0 }
    let (t, d) = (Double(shape[0]), Double(shape[1]))
    let wide = hidden.map(Double.init) ?? d * factor
    return 2 * t * d * (4 * d + 2 * t) + 4 * t * d * wide
  }
}

extension AttentionSources {
  /// The same for sequences that attend to themselves, with others in their place.
  func replacing(_ x: Tensor) -> AttentionSources { AttentionSources(query: x, key: x, value: x, mask: mask) }

  private init(query: Tensor, key: Tensor, value: Tensor, mask: Tensor?) {
    (self.query, self.key, self.value, self.mask) = (query, key, value, mask)
  }
}
