package import Autodiff
package import Diagnostics
package import JSON
package import Tensors

/// An element of a model: a value that knows its settings, its sizes, its parameters, and how it is applied.
///
/// A layer holds no weights. A `Model` holds them, by path; a layer only says which it needs for an input of a given
/// size (`parameters`) and finds them in its `Place` when it is applied. A new layer is one file: a struct that conforms
/// to `DeclaredLayer`, and an entry in its module's list of kinds.
package protocol Layer {
  /// The name in print and in model files, such as `dense`.
  var kind: String { get }
  /// As it is written in NNS: `dense(128, relu)`.
  var text: String { get }
  /// The settings in order, from which printing and saving are derived.
  var settings: [Setting] { get }
  /// The layers within, by the name that each adds to the path.
  var children: [Child] { get }
  /// The same layer with other layers within, in the order of `children`.
  func replacing(children: [any Layer]) -> any Layer
  /// Tensors that belong to the layer's value and never learn: statistics of a preprocessor, quantised weights.
  var constants: [Constant] { get }

  /// What is learnt, for an input of this size; nil while that is not known.
  func parameters(for input: Flow) throws -> [ParameterSpec]?
  /// What is kept up to date but does not learn, such as running means; nil while its size is not known.
  func state(for input: Flow) throws -> [StateSpec]?
  /// What comes out.
  ///
  /// - Throws: `layer-size` for an input that the layer cannot take.
  func output(for input: Flow) throws -> Flow
  /// Where the layers within stand and what comes out of them; containers alone have to say.
  func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow
  /// The layer with the size of its input written into it, so that it keeps its weights anywhere.
  func pinned(to input: Flow) -> any Layer

  /// Applies the layer to a batch.
  func apply(_ x: Datum, _ place: Place) throws -> Datum

  /// Floating-point operations for one example, its own alone.
  func flops(_ input: Flow, _ output: Flow) -> Double
  /// Whether the parameters below are kept as they are.
  var isFrozen: Bool { get }
  /// What takes its place in the path instead of a number: see `named`.
  var pathName: String? { get }
  /// The layer without a softmax at its end, nil where there is none.
  var beforeSoftmax: (any Layer)? { get }
  /// What has to be written beside settings, children and constants; functions write their source.
  func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member]
}

extension Layer {
  package typealias Child = (name: String, layer: any Layer)
  package typealias Constant = (name: String, tensor: Tensor)

  package var settings: [Setting] { [] }
  package var children: [Child] { [] }
  package func replacing(children: [any Layer]) -> any Layer { self }
  package var constants: [Constant] { [] }
  package func parameters(for input: Flow) throws -> [ParameterSpec]? { [] }
  package func state(for input: Flow) throws -> [StateSpec]? { [] }
  package func output(for input: Flow) throws -> Flow { input }
  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow { try output(for: input) }
  package func pinned(to input: Flow) -> any Layer { self }
  package func flops(_ input: Flow, _ output: Flow) -> Double { 0 }
  package var isFrozen: Bool { false }
  package var pathName: String? { nil }
  package var beforeSoftmax: (any Layer)? { nil }
  package func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member] { [] }

  /// Settings at their defaults are left out.
  package var text: String {
    var arguments: [String] = children.map(\.layer.text)
    var positional = true
    for setting in settings {
      if setting.isDefault {
        positional = false
        continue
      }
      arguments.append(setting.isPositional && positional ? setting.text : "\(setting.name)=\(setting.text)")
    }
    return arguments.isEmpty ? kind : "\(kind)(\(arguments.joined(separator: ", ")))"
  }

  /// An error about the size of what comes in.
  package func sizeFailure(_ what: String, _ input: Flow, why: String? = nil) -> Failure {
    Failure(
      "layer-size", "`\(text)` takes \(what), not `\(input)`", facts: [.init("input", input.description)], why: why)
  }
}

/// A tensor that a layer learns.
package struct ParameterSpec {
  package let name: String
  package let shape: Shape
  package let initializer: Initializer
  /// How many inputs feed one output, and how many outputs one input feeds; for the scale of the draw.
  package let fanIn: Int
  package let fanOut: Int
  /// Entries of the first axis that start at one number whatever the others do.
  package let fixed: Fixed?

  package struct Fixed {
    package let rows: Range<Int>
    package let value: Double
  }

  package init(
    _ name: String, _ shape: Shape, _ initializer: Initializer, fanIn: Int = 1, fanOut: Int = 1, fixed: Fixed? = nil
  ) {
    self.fixed = fixed
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.fanIn = fanIn
    self.fanOut = fanOut
  }
}

extension ParameterSpec {
  /// The shift behind this weight: zeros, or with PyTorch's initialiser numbers of the weight's scale.
  func bias(_ width: Int, _ name: String = "bias") -> ParameterSpec {
    ParameterSpec(name, [width], initializer == .torch ? .torch : .zeros, fanIn: fanIn, fanOut: fanOut)
  }
}

/// A tensor that a layer keeps up to date while it trains, without learning it.
package struct StateSpec {
  package let name: String
  package let initial: Tensor

  package init(_ name: String, _ initial: Tensor) {
    self.name = name
    self.initial = initial
  }
}

/// A layer made of declared fields alone: everything but its mathematics is derived.
package protocol DeclaredLayer: Layer {
  static var kind: String { get }
  /// The settings; each once, for printing, saving and loading.
  static var fields: [Field<Self>] { get }
  /// The layer with every setting at its default.
  init()
}

extension DeclaredLayer {
  package var kind: String { Self.kind }

  package var settings: [Setting] {
    let plain = Self()
    return Self.fields.map { field in
      let json = field.json(self)
      return Setting(
        name: field.name, json: json, text: field.text(self), isPositional: field.isPositional,
        isDefault: !field.isRequired && json == field.json(plain))
    }
  }

  /// The layer that a model file describes.
  package init(reading reader: LayerReader) throws {
    self.init()
    for field in Self.fields {
      guard let json = reader.json[field.name] else { continue }
      guard field.set(&self, json) else { throw reader.failure("`\(field.name)` of `\(Self.kind)` is not valid") }
    }
  }

  /// The entry for the list of kinds.
  package static var layerKind: LayerKind { LayerKind(kind) { try Self(reading: $0) } }
}
