package import Autodiff
import Diagnostics
package import JSON
package import Tensors

/// The `fn (x) …` at the end of a `model` block.
package protocol BlockBody: Callable {
  /// Calls the body with the fields' present values: tensors for `param` and `state`, functions for layers, lists of
  /// these, and what else the block binds as it is.
  func call(fields: DatumRecord, inputs: [Datum]) throws -> Datum
}

/// A `model` block: fields that are layers, parameters and lists of them, and a body that uses them.
///
/// A field that the body uses twice has one set of weights.
package struct Block: Layer {
  package indirect enum Part {
    case layer(any Layer)
    case list([Part])
    /// A value that is no part of the model: a number, a string.
    case value(Datum)
  }

  package var name: String
  package var fields: [(name: String, part: Part)]
  package var body: any BlockBody

  package init(_ name: String, fields: [(name: String, part: Part)], body: any BlockBody) {
    self.name = name
    self.fields = fields
    self.body = body
  }

  package var kind: String { "model" }
  package var text: String { name }

  package var children: [Child] { fields.flatMap { Block.layers($0.part, $0.name) } }

  private static func layers(_ part: Part, _ path: String) -> [Child] {
    switch part {
    case .layer(let layer): [(name: path, layer: layer)]
    case .list(let parts): parts.enumerated().flatMap { layers($0.element, "\(path).\($0.offset)") }
    case .value: []
    }
  }

  package func replacing(children: [any Layer]) -> any Layer {
    var copy = self
    var next = 0
    for index in copy.fields.indices { copy.fields[index].part = replacing(copy.fields[index].part, children, &next) }
    return copy
  }

  private func replacing(_ part: Part, _ children: [any Layer], _ next: inout Int) -> Part {
    switch part {
    case .layer:
      next += 1
      return .layer(children[next - 1])
    case .list(let parts): return .list(parts.map { replacing($0, children, &next) })
    case .value: return part
    }
  }

  /// What goes into each layer is known only when the body runs, so the layers have to know their sizes, or the body is
  /// tried on zeros to learn them.
  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    let known = try inputs(for: input)
    for (index, child) in children.enumerated() { _ = try site.place(child.layer, child.name, known[index]) }
    return try trial(known, input).output
  }

  /// The size of what goes into each layer, found by running the body on zeros as far as it goes, again and again.
  private func inputs(for input: Flow) throws -> [Flow] {
    var known = [Flow](repeating: .unknown, count: children.count)
    guard try input.zeros() != nil, !known.isEmpty else { return known }
    for _ in 0...known.count {
      let next = try trial(known, input).inputs
      if next == known { break }
      known = next
    }
    return known
  }

  private func trial(_ known: [Flow], _ input: Flow) throws -> (inputs: [Flow], output: Flow) {
    guard let zeros = try input.zeros() else { return (known, .unknown) }
    let probes = try zip(children, known).map { try Probe($0.layer, $1) }
    var next = 0
    let record = DatumRecord(
      fields.map {
        (
          $0.name,
          value($0.part, &next) {
            .object(probes[$0])
          } tensor: {
            probes[$0].tensor
          }
        )
      })
    var output = Flow.unknown
    do {
      output = Flow(of: try body.call(fields: record, inputs: [zeros]), batch: 2)
    } catch let failure as Failure {
      // Stopped at a layer that has only now learnt its size: go on from there. Anything else is the body's own error.
      if failure.id != Probe.stopped { throw failure }
    }
    return (probes.map(\.input), output)
  }

  private func value(
    _ part: Part, _ next: inout Int, layer: (Int) -> Datum, tensor: (Int) -> Tensor?
  ) -> Datum {
    switch part {
    case .layer:
      next += 1
      return tensor(next - 1).map(Datum.tensor) ?? layer(next - 1)
    case .list(let parts): return .list(parts.map { value($0, &next, layer: layer, tensor: tensor) })
    case .value(let datum): return datum
    }
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var next = 0
    let record = DatumRecord(
      fields.map { field in
        (
          field.name,
          value(field.part, &next) {
            .object(place.function($0))
          } tensor: {
            place.tensor($0)
          }
        )
      })
    return try body.call(fields: record, inputs: [x])
  }

  package func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member] {
    func encode(_ part: Part) throws -> JSONValue {
      switch part {
      case .layer: "layer"
      case .list(let parts): .array(try parts.map(encode))
      case .value(let datum): ["value": try writer.datum(datum)]
      }
    }
    return [
      JSONValue.Member("name", .string(name)),
      JSONValue.Member("fields", .object(try fields.map { JSONValue.Member($0.name, try encode($0.part)) })),
      JSONValue.Member("body", try writer.function(body, without: Set(fields.map(\.name)))),
    ]
  }

  static var layerKind: LayerKind {
    LayerKind("model") { reader in
      guard let name = reader.json["name"]?.string, let fields = reader.json["fields"]?.members,
        let json = reader.json["body"], let body = try reader.function(json) as? any BlockBody
      else { throw reader.failure("a `model` block needs a name, fields and a body") }
      var layers = reader.children.map(\.layer)[...]
      func decode(_ json: JSONValue) throws -> Part {
        switch json {
        case .string("layer"):
          guard let layer = layers.popFirst() else { throw reader.failure("a field of `\(name)` has no layer") }
          return .layer(layer)
        case .array(let items): return .list(try items.map(decode))
        default:
          guard let value = json["value"] else { throw reader.failure("a field of `\(name)` is not valid") }
          return .value(try reader.datum(value))
        }
      }
      return Block(name, fields: try fields.map { (name: $0.key, part: try decode($0.value)) }, body: body)
    }
  }
}

extension Place {
  /// The tensor of a `param` or `state` field at `index`; nil for a layer.
  func tensor(_ index: Int) -> Tensor? {
    let child = node.children[index]
    let place = Place(node: child, pass: pass, values: values, isTraining: isTraining)
    if child.layer is ParameterLayer { return place.parameter(0) }
    return child.layer is StateLayer ? place.state(0) : nil
  }
}

/// Stands in for a layer while the body of a block is tried on zeros: notes the size of what comes in.
private final class Probe: Callable {
  static let stopped = "probe-stopped"

  let layer: any Layer
  var input: Flow
  var output: Flow
  let tensor: Tensor?

  init(_ layer: any Layer, _ input: Flow) throws {
    self.layer = layer
    self.input = input
    var site = Site()
    output = try site.place(layer, "", input)
    if let parameter = layer as? ParameterLayer {
      tensor = try .zeros(parameter.shape, .f32)
    } else {
      tensor = try (layer as? StateLayer)?.initial()
    }
  }

  var name: String { layer.kind }

  func call(_ arguments: [Datum]) throws -> Datum {
    var first = arguments.first
    if case .record(let record)? = first { first = record.values.first }
    guard case .tensor(let x)? = first, x.rank > 0 else {
      throw Failure(Probe.stopped, "this layer was not given a tensor")
    }
    let given = arguments.first.map { Flow(of: $0, batch: x.shape[0]) } ?? .unknown
    guard given.isKnown else { throw Failure(Probe.stopped, "this layer was not given a batch") }
    if !input.isKnown {
      input = given
      var site = Site()
      output = try site.place(layer, "", input)
    }
    guard let zeros = try output.zeros(x.shape[0]) else {
      throw Failure(Probe.stopped, "the size of `\(layer.text)` is not known")
    }
    return zeros
  }
}

/// `param(shape, init="he")`: a tensor that a `model` block learns.
package struct ParameterLayer: Layer {
  package var shape: Shape
  package var initializer: Initializer

  package init(_ shape: Shape, _ initializer: Initializer = .he) {
    self.shape = shape
    self.initializer = initializer
  }

  package var kind: String { "param" }
  package var settings: [Setting] {
    [
      Setting(
        name: "shape", json: Array(shape).json, text: Array(shape).text, isPositional: true, isDefault: false),
      Setting(
        name: "init", json: initializer.json, text: initializer.text, isPositional: false,
        isDefault: initializer == .he),
    ]
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    let fanIn = shape.dropLast().reduce(1, *)
    return [ParameterSpec("", shape, initializer, fanIn: max(fanIn, 1), fanOut: shape.last ?? 1)]
  }

  /// Applied to anything, it gives its tensor.
  package func apply(_ x: Datum, _ place: Place) throws -> Datum { .tensor(place.parameter(0)) }

  static var layerKind: LayerKind {
    LayerKind("param") { reader in
      guard let shape = reader.json["shape"].flatMap([Int].init(json:)), let shape = try? Shape.checked(shape) else {
        throw reader.failure("`param` needs a shape")
      }
      let initializer = reader.json["init"].flatMap(Initializer.init(json:)) ?? .he
      return ParameterLayer(shape, initializer)
    }
  }
}

/// `state(shape, value=0)`: a tensor that a `model` block keeps and does not learn.
package struct StateLayer: Layer {
  package var shape: Shape
  package var value: Double

  package init(_ shape: Shape, _ value: Double = 0) {
    self.shape = shape
    self.value = value
  }

  func initial() throws -> Tensor { try .full(shape, value, .f32) }
  package var kind: String { "state" }
  package var settings: [Setting] {
    [
      Setting(
        name: "shape", json: Array(shape).json, text: Array(shape).text, isPositional: true, isDefault: false),
      Setting(name: "value", json: value.json, text: value.text, isPositional: false, isDefault: value == 0),
    ]
  }

  package func state(for input: Flow) throws -> [StateSpec]? { [StateSpec("", try initial())] }
  package func apply(_ x: Datum, _ place: Place) throws -> Datum { .tensor(place.state(0)) }

  static var layerKind: LayerKind {
    LayerKind("state") { reader in
      guard let shape = reader.json["shape"].flatMap([Int].init(json:)), let shape = try? Shape.checked(shape) else {
        throw reader.failure("`state` needs a shape")
      }
      return StateLayer(shape, reader.json["value"]?.number ?? 0)
    }
  }
}
