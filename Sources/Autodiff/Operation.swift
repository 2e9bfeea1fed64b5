package import Tensors

/// What every differentiable operation has: a name that messages use, a pullback, and samples for the gradient test.
package class AnyOperation: @unchecked Sendable {
  package let name: String
  let keepsOutput: Bool

  init(_ name: String, keepsOutput: Bool) {
    self.name = name
    self.keepsOutput = keepsOutput
  }

  /// Gives the inputs of `node` their gradients, where `gradient` is that of its output.
  func pull(_ node: Node, _ gradient: Tensor) throws {
    preconditionFailure("\(name) has no pullback")
  }

  /// The calls on which the gradient test compares pullbacks with central differences.
  package var gradientCases: [GradientCase] { [] }
}

/// One call to check: values away from kinks, in f64, and the operation with everything but them filled in.
package struct GradientCase: Sendable {
  package let name: String
  package let inputs: [Tensor]
  package let apply: @Sendable ([Tensor]) throws -> Tensor
}

/// The identity of a leaf.
final class Identity: AnyOperation, @unchecked Sendable {
  static let shared = Identity("variable", keepsOutput: false)

  override func pull(_ node: Node, _ gradient: Tensor) throws {
    if !node.inputs.isEmpty { try node.give(gradient, to: 0) }
  }
}

/// A function of one tensor and nothing else.
package final class UnaryOperation: AnyOperation, @unchecked Sendable {
  package typealias Forward = @Sendable (consuming Tensor) throws -> Tensor
  /// x, y = f(x) and the gradient of y give the gradient of x.
  package typealias Pullback = @Sendable (_ x: Tensor, _ y: Tensor, _ g: Tensor) throws -> Tensor

  let forward: Forward
  let pullback: Pullback
  let domain: Domain

  init(_ name: String, _ domain: Domain, _ forward: @escaping Forward, pullback: @escaping Pullback) {
    self.forward = forward
    self.pullback = pullback
    self.domain = domain
    super.init(name, keepsOutput: true)
  }

  /// What nobody else holds of `x` may be used for the result.
  package func callAsFunction(_ x: consuming Tensor) throws -> Tensor {
    guard x.isToBeRecorded else { return try forward(x) }
    let y = try forward(copy x)
    return try record(y, Node(self, inputs: [x], output: y))
  }

  override func pull(_ node: Node, _ gradient: Tensor) throws {
    let x = node.inputs[0]
    try node.give(fitted(pullback(x, node.keptOutput, gradient), to: x), to: 0)
  }

  package override var gradientCases: [GradientCase] {
    [GradientCase(name: name, inputs: [domain.sample([2, 3])]) { [self] in try self($0[0]) }]
  }
}

/// A function of two tensors that broadcast; each pullback may give the broadcast shape, it is summed back.
package final class BinaryOperation: AnyOperation, @unchecked Sendable {
  package typealias Forward = @Sendable (consuming Tensor, consuming Tensor) throws -> Tensor
  package typealias Pullback = @Sendable (_ a: Tensor, _ b: Tensor, _ y: Tensor, _ g: Tensor) throws -> Tensor

  let forward: Forward
  let left: Pullback
  let right: Pullback
  let domains: (Domain, Domain)

  init(
    _ name: String, domains: (Domain, Domain) = (.line, .otherLine), keepsOutput: Bool = false,
    _ forward: @escaping Forward, left: @escaping Pullback, right: @escaping Pullback
  ) {
    self.forward = forward
    self.left = left
    self.right = right
    self.domains = domains
    super.init(name, keepsOutput: keepsOutput)
  }

  /// What nobody else holds of the operands may be used for the result.
  package func callAsFunction(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    guard a.isToBeRecorded || b.isToBeRecorded else { return try forward(a, b) }
    let y = try forward(copy a, copy b)
    return try record(y, Node(self, inputs: [a, b], output: keepsOutput ? y : nil))
  }

  override func pull(_ node: Node, _ gradient: Tensor) throws {
    let a = node.inputs[0]
    let b = node.inputs[1]
    let y = keepsOutput ? node.keptOutput : gradient
    if node.needs(0) { try node.give(fitted(left(a, b, y, gradient), to: a), to: 0) }
    if node.needs(1) { try node.give(fitted(right(a, b, y, gradient), to: b), to: 1) }
  }

  package override var gradientCases: [GradientCase] {
    let shapes: [(Shape, Shape)] = [([2, 3], [2, 3]), ([2, 3], [3]), ([2, 1], [2, 3]), ([], [2, 2]), ([3], [])]
    return shapes.map { first, second in
      GradientCase(
        name: "\(name) \(first) \(second)", inputs: [domains.0.sample(first), domains.1.sample(second)]
      ) { [self] in try self($0[0], $0[1]) }
    }
  }
}

/// A function of any number of tensors and of attributes that are not differentiated: axes, a shape, a stride.
package final class Operation<Attributes: Sendable>: AnyOperation, @unchecked Sendable {
  package typealias Forward = @Sendable ([Tensor], Attributes) throws -> Tensor
  package typealias Pullback = @Sendable (Pull<Attributes>) throws -> [Tensor?]

  let forward: Forward
  let pullback: Pullback
  let samples: @Sendable () -> [([Tensor], Attributes)]

  init(
    _ name: String, keepsOutput: Bool = false, _ forward: @escaping Forward, pullback: @escaping Pullback,
    samples: @escaping @Sendable () -> [([Tensor], Attributes)]
  ) {
    self.forward = forward
    self.pullback = pullback
    self.samples = samples
    super.init(name, keepsOutput: keepsOutput)
  }

  package func callAsFunction(_ inputs: [Tensor], _ attributes: Attributes) throws -> Tensor {
    let y = try forward(inputs, attributes)
    guard inputs.contains(where: { $0.isToBeRecorded }) else { return y }
    return try record(
      y, ParametricNode(self, inputs: inputs, output: keepsOutput ? y : nil, attributes: attributes))
  }

  override func pull(_ node: Node, _ gradient: Tensor) throws {
    let node = unsafeDowncast(node, to: ParametricNode<Attributes>.self)
    for (index, found) in try pullback(Pull(node: node, gradient: gradient)).enumerated() {
      if let found { try node.give(cast(found, like: node.inputs[index]), to: index) }
    }
  }

  package override var gradientCases: [GradientCase] {
    samples().map { inputs, attributes in
      GradientCase(name: "\(name) \(attributes)", inputs: inputs) { [self] in try self($0, attributes) }
    }
  }
}

/// What a pullback of an `Operation` works from.
package struct Pull<Attributes: Sendable> {
  fileprivate let node: ParametricNode<Attributes>
  /// The gradient of the output.
  package let gradient: Tensor

  package var inputs: [Tensor] { node.inputs }
  package var attributes: Attributes { node.attributes }
  package var output: Tensor { node.keptOutput }
  /// Whether an enclosing gradient is recording: then the pullback has to be made of operations.
  package var isRecording: Bool { !Recording.isPaused }

  package func needs(_ index: Int) -> Bool { node.needs(index) }

  /// The gradient of input `index` if somebody wants it.
  package func need(_ index: Int, _ gradient: () throws -> Tensor) rethrows -> Tensor? {
    needs(index) ? try gradient() : nil
  }
}

/// `y` with its history, after the check for bad values that runs during an autopsy.
@inline(__always)
private func record(_ y: Tensor, _ node: Node) throws -> Tensor {
  if Autopsy.isActive { try Autopsy.inspect(node.operation.name, inputs: node.inputs, output: y) }
  guard y.dtype.isFloat else { return y }
  var result = y
  result.node = node
  return result
}

/// A gradient of the shape and dtype of `x`: what broadcasting spread out is summed back.
func fitted(_ g: Tensor, to x: Tensor) throws -> Tensor {
  try cast(g.shape == x.shape ? g : Op.unbroadcast(g, to: x.shape), like: x)
}

/// A gradient in the dtype of `x`; that of a language number is one again.
private func cast(_ g: Tensor, like x: Tensor) throws -> Tensor {
  var g = g.dtype == x.dtype ? g : try Op.cast(g, to: x.dtype)
  if g.isNumber != x.isNumber { g.isNumber = x.isNumber }
  return g
}
