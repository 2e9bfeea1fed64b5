import Autodiff
import Diagnostics
import JSON
import Tensors

/// `rnn(units)`, `lstm(units)`, `gru(units)`: a state that is carried along sequences `[n, t, c]`.
///
/// What comes out is the last state `[n, units]`, or with `sequences` the state after each step `[n, t, units]`; twice as wide
/// with `bidirectional`, forwards first. Weights `[c, gates * units]` and `[units, gates * units]`, biases of both; of layer l
/// behind the first with `_l1` and so on at the end of their names, backwards with `_reverse`.
///
/// - rnn: `h = tanh(x W + b + h U + r)`
/// - lstm, gates i f g o: `c = f * c + i * g; h = o * tanh(c)`, the gates by sigmoid, g by tanh (Hochreiter and Schmidhuber, 1997)
/// - gru, gates r z n: `n = tanh(x_n + r * (h U_n + r_n)); h = (1 - z) * n + z * h` (Cho et al., 2014)
///
/// `like="keras"`: one bias for rnn and lstm; a gru's gates stand as z r n, and with `reset_after=false` r is applied to h
/// before its product.
///
/// A record `{x, h, c, lengths}` gives first states `[n, units]` (or `[n, layers * directions, units]`) and how many steps of each
/// example count: further ones give zeros. With `states` a record `{y, h, c}` comes out.
package struct Recurrent: Layer {
  package enum Kind: String, Sendable, CaseIterable {
    case rnn, lstm, gru
  }

  package var form: Kind
  package var units = 1
  package var sequences = false
  package var bidirectional = false
  package var layers = 1
  package var dropout = 0.0
  package var activation = Activation.tanh
  package var bias = true
  package var states = false
  package var resetAfter = true
  package var inputs: Int?
  package var initializer = Initializer.glorot
  package var like = Convention.torch

  package init(_ form: Kind) { self.form = form }

  package var kind: String { form.rawValue }

  package var settings: [Setting] {
    let plain = Recurrent(form)
    return Recurrent.fields.map { field in
      let json = field.json(self)
      return Setting(
        name: field.name, json: json, text: field.text(self), isPositional: field.isPositional,
        isDefault: !field.isRequired && json == field.json(plain))
    }
  }

  private static var fields: [Field<Recurrent>] {
    [
      Field("units", \.units, positional: true, required: true), Field("sequences", \.sequences),
      Field("bidirectional", \.bidirectional), Field("layers", \.layers), Field("dropout", \.dropout),
      Field("activation", \.activation), Field("bias", \.bias), Field("states", \.states),
      Field("reset_after", \.resetAfter), Field("inputs", \.inputs), Field("init", \.initializer),
      Field("like", \.like),
    ]
  }

  var gates: Int { form == .rnn ? 1 : form == .lstm ? 4 : 3 }
  var directions: Int { bidirectional ? 2 : 1 }
  /// Whether the state has a bias of its own.
  var hasStateBias: Bool { bias && (like == .torch || (form == .gru && resetAfter)) }
  private var specsEach: Int { 2 + (bias ? 1 : 0) + (hasStateBias ? 1 : 0) }

  private func sequence(_ input: Flow) throws -> Shape? {
    switch input {
    case .unknown: return nil
    case .record(let fields):
      guard let x = fields.first(where: { $0.name == "x" }), x.shape.rank == 2 else {
        throw sizeFailure("a record whose `x` are sequences `[t, c]`", input)
      }
      return x.shape
    default:
      guard let shape = input.shape, shape.rank == 2 else { throw sizeFailure("sequences `[t, c]`", input) }
      return shape
    }
  }

  private func channels(_ input: Flow) throws -> Int? {
    guard let shape = try sequence(input) else { return inputs }
    if let inputs, inputs != shape[1] { throw sizeFailure("sequences `[t, \(inputs)]`", input) }
    return shape[1]
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input) else { return nil }
    guard units >= 1, layers >= 1 else {
      throw Failure("argument-range", "`\(text)` needs at least one unit and layer")
    }
    let width = gates * units
    var specs: [ParameterSpec] = []
    for layer in 0..<layers {
      for direction in 0..<directions {
        let name = (layer > 0 ? "_l\(layer)" : "") + (direction > 0 ? "_reverse" : "")
        let wide = layer == 0 ? channels : units * directions
        // PyTorch draws everything by the number of units.
        let isTorch = initializer == .torch
        let (own, state) = isTorch ? (units, Initializer.torch) : (wide, .orthogonal)
        specs.append(
          ParameterSpec("weight\(name)", try Shape.checked([wide, width]), initializer, fanIn: own, fanOut: width))
        specs.append(
          ParameterSpec(
            "recurrent_weight\(name)", try Shape.checked([units, width]), state, fanIn: units, fanOut: width))
        let start: Initializer = isTorch ? .torch : .zeros
        // Keras starts by remembering: the forget gate's bias is 1.
        let remembers = like == .keras && form == .lstm && !isTorch
        if bias {
          specs.append(
            ParameterSpec(
              "bias\(name)", [width], start, fanIn: units,
              fixed: remembers ? .init(rows: units..<2 * units, value: 1) : nil))
        }
        if hasStateBias { specs.append(ParameterSpec("recurrent_bias\(name)", [width], start, fanIn: units)) }
      }
    }
    return specs
  }

  package func output(for input: Flow) throws -> Flow {
    guard try channels(input) != nil, let shape = try sequence(input) else { return .unknown }
    let y: Shape = sequences ? [shape[0], units * directions] : [units * directions]
    guard states else { return .sample(y) }
    let state: Shape = layers * directions == 1 ? [units] : [layers * directions, units]
    let fields = [Flow.Field("y", y), Flow.Field("h", state)]
    return .record(form == .lstm ? fields + [Flow.Field("c", state)] : fields)
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let shape = (try? sequence(input)) ?? nil else { return 0 }
    var total = 0.0
    for layer in 0..<layers {
      total += 2 * Double(shape[0] * gates * units) * Double((layer == 0 ? shape[1] : units * directions) + units)
    }
    return total * Double(directions)
  }

  /// The tensors of one layer and direction.
  struct Weights {
    let input: Tensor
    let state: Tensor
    let bias: Tensor?
    let stateBias: Tensor?
  }

  func weights(_ place: Place, _ layer: Int, _ direction: Int) -> Weights {
    let first = (layer * directions + direction) * specsEach
    return Weights(
      input: place.parameter(first), state: place.parameter(first + 1), bias: bias ? place.parameter(first + 2) : nil,
      stateBias: hasStateBias ? place.parameter(first + 3) : nil)
  }

  static var layerKinds: [LayerKind] {
    Kind.allCases.map { form in
      LayerKind(form.rawValue) { reader in
        var layer = Recurrent(form)
        for field in fields {
          guard let json = reader.json[field.name] else { continue }
          guard field.set(&layer, json) else { throw reader.failure("`\(field.name)` of `\(form)` is not valid") }
        }
        return layer
      }
    }
  }
}
