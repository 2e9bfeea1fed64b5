import Diagnostics
package import Tensors

/// Weights of a PyTorch network in a safetensors file, for a model that is written the same way.
///
/// Layers with weights are met in their order, modules of the file in the natural order of their names (`2` before `10`),
/// unless `names` says which module is which path. Each tensor is turned into our layout: dense and convolution weights
/// `[out, in, …]`, what a flattened image feeds from channels first, recurrent and attention weights by their names.
extension Model {
  /// - Throws: `layer-size` where a tensor does not fit, `unknown-name` for what is missing or left over.
  package mutating func takeTorch(_ tensors: [(name: String, tensor: Tensor)], names: [(module: String, path: String)])
    throws
  {
    guard isBuilt else { throw unbuiltFailure(.none) }
    // How many batches a batch norm has seen is no weight.
    var left = Dictionary(
      tensors.filter { !$0.name.hasSuffix("num_batches_tracked") }.map { ($0.name, $0.tensor) },
      uniquingKeysWith: { first, _ in first })
    var given: [(path: String, value: Tensor)] = []
    for (node, flattened) in torchNodes(architecture.root) {
      let entries = try torchEntries(node, flattened)
      guard let first = entries.first else { continue }
      let chosen = names.first { $0.path == node.path }.map(\.module)
      let modules = left.keys.compactMap { TorchEntry.module($0, first.theirs) }.sorted(by: isBefore)
        .filter { module in !names.contains { $0.module == module && $0.path != node.path } }
      guard let module = chosen ?? modules.first else {
        throw Failure(
          "unknown-name", "the file has no weights left for `\(node.layer.text)` at `\(node.path)`", argument: 1,
          facts: [.init("left in the file", TorchEntry.list(left))])
      }
      for entry in entries {
        let name = module.isEmpty ? entry.theirs : "\(module).\(entry.theirs)"
        guard let tensor = left.removeValue(forKey: name) else {
          throw Failure(
            "unknown-name", "the file has no `\(name)` for `\(node.layer.text)` at `\(node.path)`", argument: 1,
            facts: [.init("left in the file", TorchEntry.list(left))])
        }
        let path = node.path.isEmpty ? entry.ours : "\(node.path).\(entry.ours)"
        guard tensor.shape == entry.theirShape, let turned = try? entry.turn(tensor) else {
          throw Failure(
            "layer-size", "`\(name)` does not fit `\(path)`", argument: 1,
            facts: [
              .init("in the file", "\(tensor.shape)"), .init("`\(node.layer.text)` needs", "\(entry.theirShape)"),
            ],
            why: "modules are met in the order of their names; `names` says which is which.")
        }
        given.append((path, turned))
      }
    }
    guard left.isEmpty else {
      throw Failure(
        "unknown-name", "the file has more weights than the model", argument: 1,
        facts: [.init("left in the file", TorchEntry.list(left))])
    }
    try setWeights(given)
  }

  /// The layers with tensors of their own in order, and what was flattened in front of them.
  private func torchNodes(_ root: Node) -> [(node: Node, flattened: Shape?)] {
    var found: [(node: Node, flattened: Shape?)] = []
    var flattened: Shape?
    for node in root.leaves {
      if node.layer is Flatten { flattened = node.input.shape }
      guard !node.ownParameters.isEmpty || !node.ownStates.isEmpty else { continue }
      found.append((node, node.layer is Dense ? flattened : nil))
      flattened = nil
    }
    return found
  }

  private func torchEntries(_ node: Node, _ flattened: Shape?) throws -> [TorchEntry] {
    let own = node.ownParameters.map { (architecture.parameters[$0].spec.name, architecture.parameters[$0].spec.shape) }
    let kept = node.ownStates.map { (architecture.states[$0].spec.name, architecture.states[$0].spec.initial.shape) }
    return try (own + kept).map { try TorchEntry($0, $1, of: node.layer, flattened) }
  }
}

/// One tensor of a layer and its counterpart in a PyTorch module.
private struct TorchEntry {
  let ours: String
  let theirs: String
  /// The shape that it has to have in the file.
  let theirShape: Shape
  let turn: (Tensor) throws -> Tensor

  init(_ name: String, _ shape: Shape, of layer: any Layer, _ flattened: Shape?) throws {
    ours = name
    var theirs = name
    var isTurned = false
    switch layer {
    case let recurrent as Recurrent:
      guard recurrent.like == .torch else {
        throw Failure("not-a-model", "`\(layer.text)` has Keras's weights, which PyTorch has not")
      }
      isTurned = shape.rank == 2
      theirs = TorchEntry.recurrent(name)
    case is Attention:
      isTurned = shape.rank == 2
      theirs = TorchEntry.attention(name)
    case is TransformerBlock:
      isTurned = shape.rank == 2
      theirs = TorchEntry.block(name)
    case is Dense, is any FilterLayer, is DepthwiseConv2D: isTurned = shape.rank > 1
    case is SeparableConv2D:
      isTurned = shape.rank > 1
      theirs = name == "depth_weight" ? "0.weight" : name == "bias" ? "1.bias" : "1.weight"
    case is Bilinear: isTurned = shape.rank > 1
    default: break
    }
    self.theirs = theirs
    theirShape =
      !isTurned
      ? shape
      : layer is Bilinear ? [shape[2], shape[0], shape[1]] : Shape(shape.suffix(2).reversed() + shape.dropLast(2))
    turn = { tensor in
      guard isTurned else { return tensor }
      if layer is Bilinear { return try Raw.permute(tensor, [1, 2, 0]) }
      if let flattened, flattened.rank > 1, tensor.rank == 2 {
        // [out, channels, …positions] to […positions, channels, out]
        let (positions, channels) = (Array(flattened.dropLast()), flattened[flattened.rank - 1])
        let apart = try Raw.reshape(tensor, [tensor.shape[0], channels] + positions)
        let turned = try Raw.permute(apart, Array(2..<apart.rank) + [1, 0])
        return try Raw.reshape(turned.contiguous, [flattened.elementCount, tensor.shape[0]])
      }
      return try Raw.permute(tensor, Array(2..<tensor.rank) + [1, 0])
    }
  }

  private static func recurrent(_ name: String) -> String {
    var (kind, rest) = ("weight_ih", Substring(name))
    for (ours, theirs) in [
      ("recurrent_weight", "weight_hh"), ("recurrent_bias", "bias_hh"), ("weight", "weight_ih"), ("bias", "bias_ih"),
    ] where name.hasPrefix(ours) {
      (kind, rest) = (theirs, name.dropFirst(ours.count))
      break
    }
    return kind + (rest.hasPrefix("_l") ? "" : "_l0") + rest
  }

  private static func attention(_ name: String) -> String {
    switch name {
    case "weight": "in_proj_weight"
    case "bias": "in_proj_bias"
    case "out_weight": "out_proj.weight"
    case "out_bias": "out_proj.bias"
    case "query_weight": "q_proj_weight"
    case "key_weight": "k_proj_weight"
    default: "v_proj_weight"
    }
  }

  private static func block(_ name: String) -> String {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return name }
    switch parts[0] {
    case "attention": return "self_attn." + attention(parts[1])
    case "up": return "linear1." + parts[1]
    case "down": return "linear2." + parts[1]
    default: return name
    }
  }

  /// The module of a tensor with this name in it; nil where the name ends otherwise.
  static func module(_ name: String, _ entry: String) -> String? {
    if name == entry { return "" }
    return name.hasSuffix("." + entry) ? String(name.dropLast(entry.count + 1)) : nil
  }

  static func list(_ tensors: [String: Tensor]) -> String {
    let names = tensors.keys.sorted(by: isBefore)
    return names.isEmpty ? "nothing" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }
}

/// The natural order of names: numbers in them count as numbers.
private func isBefore(_ a: String, _ b: String) -> Bool {
  for (x, y) in zip(a.split(separator: "."), b.split(separator: ".")) where x != y {
    if let m = Int(x), let n = Int(y) { return m < n }
    return x < y
  }
  return a.count < b.count
}

extension Model {
  /// Reads a safetensors file: by our paths, or with `torch` as PyTorch wrote it.
  ///
  /// - Throws: `file-missing`, `not-a-model` for a file of another kind, and what `setWeights` and `takeTorch` throw.
  package mutating func loadWeights(
    from path: String, torch: Bool, names: [(module: String, path: String)] = []
  ) throws {
    let tensors = try FileBytes.read(path).withUnsafeBytes { try Safetensors(decoding: $0).tensors }
    if torch { return try takeTorch(tensors, names: names) }
    try setWeights(tensors.filter { !$0.name.contains(":") }.map { (path: $0.name, value: $0.tensor) })
  }
}
