package import Tensors

/// The gradients of `output` with respect to `leaves`, which `variable` made; nil for one that it does not depend on.
///
/// `seed` is the gradient of something further on with respect to `output`; ones without it. Reverse mode: every node
/// between the leaves and the output is visited once, newest first, without recursion. The result carries history
/// itself only while an enclosing gradient is being recorded.
package func backward(_ output: Tensor, seed: Tensor? = nil, leaves: [Tensor]) throws -> [Tensor?] {
  guard let root = output.recorded else { return [Tensor?](repeating: nil, count: leaves.count) }
  Recording.pass += 1
  let pass = Recording.pass
  let targets = leaves.map(\.recorded)
  var oldest = UInt64.max
  for leaf in targets {
    guard let leaf else { continue }
    leaf.pass = pass
    leaf.isActive = true
    oldest = min(oldest, leaf.sequence)
  }
  let nodes = path(from: root, pass: pass, oldest: oldest)
  let wasPaused = Recording.isPaused
  Recording.isPaused = Recording.depth == 0
  defer {
    Recording.isPaused = wasPaused
    for node in nodes { node.gradient = nil }
    for leaf in targets { leaf?.gradient = nil }
  }

  root.gradient = try seed ?? Op.onesLike(output)
  for node in nodes.reversed() {
    guard node.isActive, let gradient = node.gradient.take() else { continue }
    try node.operation.pull(node, gradient)
  }
  return targets.map { $0?.gradient }
}

/// The nodes from `root` down to the leaves, which are not among them, oldest first, each knowing whether a leaf is below.
private func path(from root: Node, pass: UInt64, oldest: UInt64) -> [Node] {
  guard root.pass != pass else { return [] }
  var nodes: [Node] = []
  var stack = [root]
  root.pass = pass
  while let node = stack.popLast() {
    nodes.append(node)
    for input in node.inputs {
      // What is older than every leaf cannot depend on one.
      guard let below = input.recorded, below.pass != pass, below.sequence > oldest else { continue }
      below.pass = pass
      stack.append(below)
    }
  }
  nodes.sort { $0.sequence < $1.sequence }
  for node in nodes {
    node.isActive = node.inputs.contains { input in
      guard let below = input.recorded else { return false }
      return below.pass == pass && below.isActive
    }
  }
  return nodes
}
