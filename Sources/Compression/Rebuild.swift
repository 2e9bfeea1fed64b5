import Layers

/// The layers with every dense or quantised one replaced by what `change` makes of it in its place.
///
/// Settings of containers stay, so parameters of the other layers keep their paths.
func rebuilt(
  _ layer: any Layer, at node: Node, _ change: (any Layer, Node) throws -> (any Layer)?
) throws -> any Layer {
  // `frozen(named(…))` places what is inside the name.
  if let named = layer as? Named, !(node.layer is Named) {
    return Named(named.name, try rebuilt(named.layer, at: node, change))
  }
  if let other = try change(layer, node) { return other }
  let children = layer.children
  guard !children.isEmpty, children.count == node.children.count else { return layer }
  return layer.replacing(children: try zip(children, node.children).map { try rebuilt($0.layer, at: $1, change) })
}

/// The path of a layer's own parameter.
func path(_ node: Node, _ name: String) -> String { node.path.isEmpty ? name : "\(node.path).\(name)" }
