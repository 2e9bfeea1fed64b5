package import Tensors

/// One recorded operation: what was computed, from which tensors, so that a gradient can walk back through it.
///
/// A tensor computed from a variable holds its node, the node holds the input tensors, and they hold theirs: the graph
/// lives as long as something that was computed with it.
package class Node {
  package let operation: AnyOperation
  @exclusivity(unchecked) package fileprivate(set) var inputs: [Tensor]
  /// The result without its node (it would be a cycle), where the pullback asks for it.
  let output: Tensor?
  /// Counts up over all nodes, so that descending order visits a result before what it was computed from.
  let sequence: UInt64

  /// Scratch of one backward pass: which pass it is, the sum of what came in, and whether a leaf lies below.
  @exclusivity(unchecked) var pass: UInt64 = 0
  @exclusivity(unchecked) var gradient: Tensor?
  @exclusivity(unchecked) var isActive = false

  init(_ operation: AnyOperation, inputs: [Tensor], output: Tensor?) {
    self.operation = operation
    self.inputs = inputs
    self.output = output
    Recording.sequence += 1
    sequence = Recording.sequence
  }

  /// The output that a pullback asks for, with its history where that is still being recorded.
  var keptOutput: Tensor {
    guard var output else { preconditionFailure("\(operation.name) does not keep its output") }
    if !Recording.isPaused { output.node = self }
    return output
  }

  /// Adds a gradient of input `index` to what has come in for it, if somebody wants it.
  func give(_ gradient: consuming Tensor, to index: Int) throws {
    guard let input = inputs[index].recorded, input.isActive, input.pass == pass else { return }
    if Autopsy.isActive { try Autopsy.inspectGradient(operation.name, inputs[index], gradient) }
    // Whatever a pullback hands through unchanged brings no history of the pass that has been recorded.
    if Recording.isPaused { gradient.node = nil }
    if let sum = input.gradient.take() {
      input.gradient = try Op.add(sum, gradient)
    } else {
      input.gradient = gradient
    }
  }

  /// Whether the pass at hand wants the gradient of input `index`.
  func needs(_ index: Int) -> Bool {
    guard let node = inputs[index].recorded else { return false }
    return node.isActive && node.pass == pass
  }

  deinit { Teardown.release(&inputs) }
}

/// A place where a gradient is asked for: the identity on a tensor, so that an enclosing gradient flows on through it.
package final class Leaf: Node {
  init(_ x: Tensor) { super.init(Identity.shared, inputs: x.node == nil ? [] : [x], output: nil) }
}

/// A node of an operation that has more to it than its inputs: axes, a shape, a stride.
final class ParametricNode<Attributes: Sendable>: Node {
  let attributes: Attributes

  init(_ operation: AnyOperation, inputs: [Tensor], output: Tensor?, attributes: Attributes) {
    self.attributes = attributes
    super.init(operation, inputs: inputs, output: output)
  }
}

extension Tensor {
  /// The node that recorded this tensor; every `TapeNode` is one of ours.
  @inline(__always)
  var recorded: Node? { node.map { unsafeDowncast($0, to: Node.self) } }

  /// Whether an operation on it goes onto the tape.
  @inline(__always)
  var isToBeRecorded: Bool { node != nil && !Recording.isPaused }
}

/// Frees a graph without recursion: a chain of 100,000 operations would otherwise overflow the stack.
private enum Teardown {
  @exclusivity(unchecked) nonisolated(unsafe) static var pending: [TapeNode] = []
  @exclusivity(unchecked) nonisolated(unsafe) static var isDraining = false

  /// Moves the last references to nodes out of `inputs`, and frees them one by one from a single loop.
  static func release(_ inputs: inout [Tensor]) {
    for index in inputs.indices {
      if let node = inputs[index].node {
        inputs[index].node = nil
        pending.append(node)
      }
    }
    guard !isDraining, !pending.isEmpty else { return }
    isDraining = true
    while let node = pending.popLast() { _ = node }
    pending = []
    isDraining = false
  }
}
