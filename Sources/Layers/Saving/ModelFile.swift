import Diagnostics
import JSON
import Tensors

/// A model in a file: a safetensors file whose metadata holds the architecture. Loading runs nothing but the functions
/// that the model itself contains, when it is applied.
extension Model {
  private static let format = "nnm"
  private static let version = 1

  /// Writes the model to `path`, all of it or nothing.
  ///
  /// - Throws: `not-saveable` for a function without source, `file-unwritable` when the file cannot be written.
  package func save(to path: String) throws {
    try FileBytes.write(try encoded(), to: path)
  }

  package func encoded() throws -> [UInt8] {
    guard isBuilt else { throw unbuiltFailure(.none) }
    var writer = LayerWriter()
    let root = try Model.encode(layer, &writer)
    var tensors: [(name: String, tensor: Tensor)] = []
    for (parameter, value) in zip(architecture.parameters, try parameters) {
      tensors.append((parameter.path, value.detached))
    }
    for (state, value) in zip(architecture.states, states) { tensors.append((state.path, value.detached)) }
    for (index, mask) in masks.enumerated() {
      if let mask { tensors.append(("mask:" + architecture.parameters[index].path, mask)) }
    }
    tensors += writer.tensors
    let still = zip(architecture.parameters, trainable).filter { $0.isFrozen == $1 }.map { JSONValue.string($0.0.path) }
    let description: JSONValue = [
      "input": Model.encode(architecture.input), "task": task.map { .string($0.rawValue) } ?? nil,
      "toggled": .array(still), "root": root,
    ]
    return try Safetensors(
      metadata: [("format", Model.format), ("version", String(Model.version)), ("architecture", description.text())],
      tensors: tensors
    ).encoded()
  }

  /// Reads a model.
  ///
  /// - Throws: `file-missing`, `file-unreadable`; `not-a-model` that says what is wrong with the file.
  package init(
    loading path: String, _ registry: LayerRegistry = .core, functions: FunctionLoading = .none
  ) throws {
    let bytes = try FileBytes.read(path)
    do {
      self = try bytes.withUnsafeBytes { try Model(decoding: $0, registry, functions: functions) }
    } catch var failure as Failure where failure.id == "not-a-model" {
      failure.facts.insert(.init("file", path), at: 0)
      throw failure
    }
  }

  package init(decoding bytes: UnsafeRawBufferPointer, _ registry: LayerRegistry, functions: FunctionLoading = .none)
    throws
  {
    func damaged(_ what: String) -> Failure { Failure("not-a-model", "this model file is damaged: \(what)") }
    let file = try Safetensors(decoding: bytes)
    let metadata = Dictionary(file.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard metadata["format"] == Model.format, let text = metadata["architecture"] else {
      throw Failure(
        "not-a-model", "this file holds \(file.tensors.count) tensors but no architecture",
        why: "it was not written by `save`.")
    }
    guard let version = metadata["version"].flatMap(Int.init), version <= Model.version else {
      throw Failure("not-a-model", "this model file was written by a newer NNS")
    }
    let tensors = Dictionary(file.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    do {
      let description = try JSONValue(parsing: text)
      guard let root = description["root"] else { throw damaged("it has no layers") }
      let layer = try Model.decode(root, registry, tensors, functions, depth: 0)
      let input = try Model.decodeFlow(description["input"] ?? .null)
      try self.init(layer, input: input, stream: RandomStream(seed: 0, stream: 0))
      task = description["task"]?.string.flatMap(Task.init(rawValue:))
      try take(tensors, toggled: description["toggled"]?.array ?? [])
    } catch let failure as Failure where failure.id != "not-a-model" {
      throw damaged(failure.message)
    }
  }

  private mutating func take(_ tensors: [String: Tensor], toggled: [JSONValue]) throws {
    func found(_ path: String, _ shape: Shape) throws -> Tensor {
      guard let tensor = tensors[path] else {
        throw Failure("not-a-model", "this model file is damaged: `\(path)` is missing")
      }
      guard tensor.shape == shape else {
        throw Failure(
          "not-a-model", "this model file is damaged: `\(path)` is `\(tensor.shape)`, but its layer needs `\(shape)`")
      }
      return tensor
    }
    var values: [Tensor] = []
    for (index, parameter) in architecture.parameters.enumerated() {
      let value = try found(parameter.path, parameter.spec.shape)
      guard value.dtype.isFloat else {
        throw Failure("not-a-model", "this model file is damaged: `\(parameter.path)` is \(value.dtype)")
      }
      values.append(value)
      if let mask = tensors["mask:" + parameter.path] {
        guard mask.shape == parameter.spec.shape else {
          throw Failure("not-a-model", "this model file is damaged: the mask of `\(parameter.path)` is `\(mask.shape)`")
        }
        setMask(mask, at: index)
      }
    }
    set(parameters: values)
    for (index, state) in architecture.states.enumerated() {
      states[index] = try found(state.path, state.spec.initial.shape)
    }
    for path in toggled.compactMap(\.string) {
      if let index = architecture.parameterIndex(path) { trainable[index].toggle() }
    }
    markTouched()
  }

  private static func encode(_ layer: any Layer, _ writer: inout LayerWriter) throws -> JSONValue {
    var members = [JSONValue.Member("kind", .string(layer.kind))]
    for setting in layer.settings where !setting.isDefault { members.append(.init(setting.name, setting.json)) }
    members += try layer.encode(&writer)
    var constants: [JSONValue.Member] = []
    for (name, tensor) in layer.constants {
      let key = "constant.\(writer.tensors.count)"
      writer.add(key, tensor)
      constants.append(.init(name, .string(key)))
    }
    if !constants.isEmpty { members.append(.init("constants", .object(constants))) }
    var children: [JSONValue] = []
    for child in layer.children { children.append([.string(child.name), try encode(child.layer, &writer)]) }
    if !children.isEmpty { members.append(.init("children", .array(children))) }
    return .object(members)
  }

  private static func decode(
    _ json: JSONValue, _ registry: LayerRegistry, _ tensors: [String: Tensor], _ functions: FunctionLoading, depth: Int
  ) throws -> any Layer {
    guard depth < Site.deepestNesting else {
      throw Failure("not-a-model", "this model file is damaged: layers nest more than \(Site.deepestNesting) deep")
    }
    guard let name = json["kind"]?.string else {
      throw Failure("not-a-model", "this model file is damaged: a layer has no kind")
    }
    guard let kind = registry[name] else {
      throw Failure("not-a-model", "this model file has a layer `\(name)` that this NNS does not know")
    }
    var children: [(name: String, layer: any Layer)] = []
    for child in json["children"]?.array ?? [] {
      guard let pair = child.array, pair.count == 2, let path = pair[0].string else {
        throw Failure("not-a-model", "this model file is damaged: a part of `\(name)` is not valid")
      }
      children.append((path, try decode(pair[1], registry, tensors, functions, depth: depth + 1)))
    }
    return try kind.decode(LayerReader(json: json, children: children, tensors: tensors, functions: functions))
  }

  private static func encode(_ flow: Flow) -> JSONValue {
    switch flow {
    case .unknown: nil
    case .sample(let shape): Array(shape).json
    case .record(let fields): .object(fields.map { .init($0.name, Array($0.shape).json) })
    case .table: "table"
    }
  }

  private static func decodeFlow(_ json: JSONValue) throws -> Flow {
    switch json {
    case .null: return .unknown
    case .string: return .table
    case .object(let members):
      return .record(
        try members.map { member in
          guard let sizes = [Int](json: member.value) else {
            throw Failure("not-a-model", "this model file is damaged: its input is not valid")
          }
          return Flow.Field(member.key, try Shape.checked(sizes))
        })
    default:
      guard let sizes = [Int](json: json) else {
        throw Failure("not-a-model", "this model file is damaged: its input is not valid")
      }
      return .sample(try Shape.checked(sizes))
    }
  }
}
