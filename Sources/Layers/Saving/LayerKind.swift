package import Autodiff
package import Diagnostics
package import JSON
package import Tensors

/// A kind of layer as a model file names it, and how to make one from what the file says.
package struct LayerKind {
  package let name: String
  package let decode: (LayerReader) throws -> any Layer

  package init(_ name: String, decode: @escaping (LayerReader) throws -> any Layer) {
    self.name = name
    self.decode = decode
  }
}

/// The kinds that a model file may hold: those of this module, and those that others add, each once.
package struct LayerRegistry {
  private var kinds: [String: LayerKind] = [:]

  package init(_ kinds: [LayerKind] = []) { add(kinds) }

  package mutating func add(_ more: [LayerKind]) {
    for kind in more {
      precondition(kinds[kind.name] == nil, "the layer kind \(kind.name) is registered twice")
      kinds[kind.name] = kind
    }
  }

  package subscript(name: String) -> LayerKind? { kinds[name] }

  /// The layers of this module.
  package static var core: LayerRegistry {
    LayerRegistry(
      [
        Input.layerKind, Dense.layerKind, Bilinear.layerKind, Conv1D.layerKind, Conv2D.layerKind, Conv3D.layerKind,
        ConvTranspose1D.layerKind, ConvTranspose2D.layerKind, ConvTranspose3D.layerKind, DepthwiseConv2D.layerKind,
        SeparableConv2D.layerKind, MaxPool1D.layerKind,
        MaxPool2D.layerKind, MaxPool3D.layerKind, AveragePool1D.layerKind, AveragePool2D.layerKind,
        AveragePool3D.layerKind, Flatten.layerKind, ReshapeTo.layerKind, Upsample.layerKind, Embedding.layerKind,
        EmbeddingBag.layerKind, Positions.layerKind, Sinusoidal.layerKind, Rotary.layerKind, Attention.layerKind,
        TransformerBlock.layerKind, Dropout.layerKind, SpatialDropout.layerKind, Noise.layerKind, BatchNorm.layerKind,
        LayerNorm.layerKind, RMSNorm.layerKind, GroupNorm.layerKind, InstanceNorm.layerKind,
        LocalResponseNorm.layerKind,
        Identity.layerKind, Chain.layerKind, Group.layerKind, Residual.layerKind, Parallel.layerKind, Named.layerKind,
        Frozen.layerKind, FunctionLayer.layerKind, Block.layerKind, ParameterLayer.layerKind, StateLayer.layerKind,
      ] + GlobalPooling.layerKinds + AdaptivePool.layerKinds + PixelShuffle.layerKinds
        + Recurrent.layerKinds + Activation.layerKinds)
  }
}

extension Activation {
  static var layerKinds: [LayerKind] { ActivationLayer.layerKinds }
}

/// How functions come back from a model file; the language provides both.
package struct FunctionLoading {
  /// Makes a function of its source and the values that it captured. The source runs without files or environment.
  package var compile: (_ name: String, _ source: String, _ captures: DatumRecord) throws -> any Callable
  /// The function of the library called so.
  package var library: (_ name: String) -> (any Callable)?

  package init(
    compile: @escaping (_ name: String, _ source: String, _ captures: DatumRecord) throws -> any Callable,
    library: @escaping (_ name: String) -> (any Callable)?
  ) {
    self.compile = compile
    self.library = library
  }

  /// For a program that has no language around it: models with functions in them are refused.
  package static var none: FunctionLoading {
    FunctionLoading(
      compile: { name, _, _ in throw Failure("not-a-model", "the function `\(name)` cannot be loaded here") },
      library: { _ in nil })
  }
}

/// What a layer is made of while a model file is read.
package struct LayerReader {
  package let json: JSONValue
  package let children: [(name: String, layer: any Layer)]
  let tensors: [String: Tensor]
  let functions: FunctionLoading

  /// The constant that the layer wrote under `name`; nil where there is none.
  package func constant(_ name: String) -> Tensor? {
    json["constants"]?[name]?.string.flatMap { tensors[$0] }
  }

  package func failure(_ what: String) -> Failure { Failure("not-a-model", "this model file is damaged: \(what)") }

  /// A value as `LayerWriter.datum` writes it.
  package func datum(_ json: JSONValue) throws -> Datum {
    switch json {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .string(let text): return .text(text)
    case .array(let items): return .list(try items.map(datum))
    case .object(let members):
      guard let first = members.first else { throw failure("a captured value is not valid") }
      switch first.key {
      case "tensor":
        guard let name = first.value.string, let tensor = tensors[name] else {
          throw failure("a captured tensor is missing")
        }
        return .tensor(tensor)
      case "number": return .number(first.value.string.flatMap(Double.init) ?? .nan)
      case "record":
        return .record(DatumRecord(try (first.value.members ?? []).map { ($0.key, try datum($0.value)) }))
      case "function": return .object(try function(first.value))
      default: throw failure("a captured value is not valid")
      }
    }
  }

  /// A function as `LayerWriter.function` writes it.
  package func function(_ json: JSONValue) throws -> any Callable {
    if let name = json["library"]?.string {
      guard let function = functions.library(name) else { throw failure("the library has no function `\(name)`") }
      return function
    }
    guard let name = json["name"]?.string, let source = json["source"]?.string,
      case .record(let captures) = try datum(["record": json["captures"] ?? .object([])])
    else { throw failure("a function is not valid") }
    return try functions.compile(name, source, captures)
  }
}

/// Collects what a model file holds beside settings.
package struct LayerWriter {
  /// Tensors by the name that the file gives them.
  package private(set) var tensors: [(name: String, tensor: Tensor)] = []

  package init() {}

  mutating func add(_ name: String, _ tensor: Tensor) { tensors.append((name, tensor)) }

  /// A captured value: `{"tensor": name}`, `{"record": {…}}` and so on; simple values as themselves.
  ///
  /// - Throws: `not-saveable` for a value that has no form in a file.
  package mutating func datum(_ value: Datum) throws -> JSONValue {
    switch value {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .number(let value): return value.isFinite ? .number(value) : ["number": .string(String(value))]
    case .text(let text): return .string(text)
    case .list(let items):
      var written: [JSONValue] = []
      for item in items { written.append(try datum(item)) }
      return .array(written)
    case .record(let record):
      var members: [JSONValue.Member] = []
      for (key, value) in zip(record.keys, record.values) { members.append(.init(key, try datum(value))) }
      return ["record": .object(members)]
    case .tensor(let tensor):
      let name = "captured.\(tensors.count)"
      add(name, tensor.detached)
      return ["tensor": .string(name)]
    case .object(let object):
      guard let function = object as? any Callable else {
        throw Failure(
          "not-saveable", "a function in this model captured \(value.kindForPeople), which a file cannot hold")
      }
      return ["function": try self.function(function)]
    }
  }

  /// A function: the library's by name, one of the language as source with what it captured.
  ///
  /// - Parameter names: captured names that are left out, since the layer itself hands them in.
  package mutating func function(_ function: any Callable, without names: Set<String> = []) throws -> JSONValue {
    if function is any LibraryFunction { return ["library": .string(function.name)] }
    guard let carrying = function as? any SourceCarrying else {
      throw Failure("not-saveable", "the function `\(function.name)` in this model has no source to save")
    }
    var captures: [JSONValue.Member] = []
    let carried = try carrying.captures
    for (key, value) in zip(carried.keys, carried.values) where !names.contains(key) {
      captures.append(.init(key, try datum(value)))
    }
    return [
      "name": .string(function.name), "source": .string(carrying.sourceText), "captures": .object(captures),
    ]
  }
}
