import Autodiff
import Diagnostics
import Layers
import Tensors

/// A model made ready to be differentiated with respect to its input: in inference mode, without the softmax at its
/// end.
struct Scorer {
  /// How many examples are differentiated at once; it bounds the memory.
  static let piece = 256

  let task: Model.Task?
  /// Whether the single output has gone through a sigmoid.
  let givesProbability: Bool
  private let architecture: Architecture
  private let parameters: [Tensor]
  private let states: [Tensor]

  /// - Throws: `dtype` unless `x` holds floats, `rank` without an axis that counts examples, what the model's layers
  /// throw.
  init(_ model: Model, _ x: Tensor) throws {
    try Scorer.check(x)
    let built = try model.built(for: .sample(Shape(x.shape.dropFirst())))
    let bare = try built.layer.beforeSoftmax.map { try built.placed($0, input: built.architecture.input) } ?? built
    architecture = bare.architecture
    // A model that is being differentiated brings recorded weights; what is asked for here is about the input alone.
    parameters = try bare.parameters.map(\.detached)
    states = bare.states.map(\.detached)
    task = model.task
    givesProbability = Scorer.endsInSigmoid(built)
  }

  private static func check(_ x: Tensor) throws {
    guard x.dtype.isFloat, !x.isNumber else {
      let isBytes = x.dtype == .u8 || x.dtype == .bool
      throw Failure(
        x.isNumber ? "rank" : "dtype",
        x.isNumber ? "`x` must be a batch of inputs, not a number" : "`x` holds \(x.dtype), which has no gradient",
        argument: 1, facts: [.init("x", "\(x.dtype) \(x.shape)", argument: 1)],
        why: x.isNumber ? nil : "a gradient asks what happens when a value changes by a little.",
        hint: isBytes ? "float(x)" : nil)
    }
    guard x.rank > 0, x.shape[0] > 0 else {
      throw Failure(
        "rank", "`x` must be a batch: its first axis counts the examples, at least one", argument: 1,
        facts: [.init("x", "\(x.dtype) \(x.shape)", argument: 1)])
    }
  }

  private static func endsInSigmoid(_ model: Model) -> Bool {
    switch model.elements.last {
    case let dense as Dense: dense.activation == .sigmoid
    case let layer as ActivationLayer: layer.function == .sigmoid
    default: false
    }
  }

  /// What the model gives for a batch, a row for each example: `[n, classes]`.
  func scores(_ x: Tensor) throws -> Tensor {
    let pass = Pass(isTraining: false)
    let output = try architecture.apply(.tensor(x), parameters: parameters, states: states, pass: pass)
    guard case .tensor(let y) = output, y.rank == 1 || y.rank == 2, y.shape[0] == x.shape[0] else {
      throw Failure(
        "argument-type", "the model must give one row of scores for each example", argument: 0,
        why: "a gradient starts from one score of each example.")
    }
    return y.rank == 2 ? y : try Op.unsqueeze(y, axis: 1)
  }

  /// The gradient with respect to `x` of a number that is a sum over examples.
  ///
  /// - Parameter total: of scores `[k, classes]` and the rows of `truth` that go with them.
  func gradient(_ x: Tensor, _ truth: Tensor, of total: (Tensor, Tensor) throws -> Tensor) throws -> Tensor {
    try pieces(x, truth) { x, truth in
      let leaf = try variable(x)
      let value = try recording { try total(scores(leaf), truth) }
      return try backward(value, leaves: [leaf])[0]?.detached ?? Tensor.zeros(x.shape, x.dtype)
    }
  }

  /// `body` of each piece of the batch, put together along the first axis.
  func pieces(_ x: Tensor, _ truth: Tensor? = nil, _ body: (Tensor, Tensor) throws -> Tensor) throws -> Tensor {
    var parts: [Tensor] = []
    for start in stride(from: 0, to: x.shape[0], by: Scorer.piece) {
      try Resources.check()
      let rows = try Raw.sequence(from: start, count: min(Scorer.piece, x.shape[0] - start))
      parts.append(try body(Raw.take(x.detached, rows), truth.map { try Raw.take($0, rows) } ?? rows).detached)
    }
    return parts.count == 1 ? parts[0] : try Raw.concat(parts, axis: 0)
  }

  /// The class of each example: `y` where it is given, one label for all or one for each; else what the model predicts.
  ///
  /// - Throws: `label-range`, `label-shape`.
  func classes(_ y: Tensor?, _ x: Tensor) throws -> Tensor {
    let count = x.shape[0]
    guard let y else {
      return try pieces(x) { x, _ in
        let scores = try scores(x)
        // One output alone is asked about as it is: as the score of yes.
        return scores.shape[1] == 1
          ? try Tensor.full([scores.shape[0]], 1, .int) : try Raw.argmax(scores, axis: -1)
      }
    }
    let width = try scores(Raw.take(x.detached, Raw.sequence(count: 1))).shape[1]
    return try labels(y, count: count, classes: max(width, 2))
  }

  /// `y` as whole numbers `[count]` below `classes`.
  func labels(_ y: Tensor, count: Int, classes: Int, argument: Int = 2) throws -> Tensor {
    var y = y.detached
    if y.rank == 2, y.shape[1] == 1 { y = try Raw.reshape(y, [y.shape[0]]) }
    if y.count == 1, y.rank <= 1 { y = try Tensor.full([count], y.doubles[0], y.dtype.isFloat ? .f64 : .int) }
    guard y.shape == [count] else {
      throw Failure(
        "label-shape", "`y` must be one label, or one for each of the \(count) examples", argument: argument,
        facts: [.init("y", "\(y.dtype) \(y.shape)", argument: argument)])
    }
    return try Raw.labels(y, classes: classes, argument: argument)
  }
}
