package import Tensors

/// Convolution and pooling of images `[n, h, w, c]`; weights are `[h, w, in / groups, out]`.
extension Op {
  /// With `bias`, one number for each of the filters is added; with `relu`, what is below 0 becomes 0.
  package static func conv2d(
    _ x: Tensor, _ w: Tensor, _ window: Window = Window(), bias: Tensor? = nil, relu: Bool = false
  ) throws -> Tensor {
    try convolving(bias.map { [x, w, $0] } ?? [x, w], Convolution(window: window, relu: relu))
  }

  struct Convolution: Sendable {
    let window: Window
    var relu = false
  }

  // A convolution is linear in each operand, and so are its two gradients: each is made of the other two.

  static let convolving: Operation<Convolution> = Operation("conv2d", keepsOutput: true) { inputs, how in
    try Raw.conv2d(inputs[0], inputs[1], how.window, bias: inputs.count > 2 ? inputs[2] : nil, relu: how.relu)
  } pullback: { pull in
    let (x, w, window) = (pull.inputs[0], pull.inputs[1], pull.attributes.window)
    let g = pull.attributes.relu ? try reluMask(pull.gradient, pull.output) : pull.gradient
    var gradients = [
      try pull.need(0) { try spreading([g, w], Adjoint(window: window, shape: x.shape)) },
      try pull.need(1) { try correlating([x, g], Adjoint(window: window, shape: w.shape)) },
    ]
    if pull.inputs.count > 2 { gradients.append(try pull.need(2) { try sum(rows(g), axes: [0]) }) }
    return gradients
  } samples: {
    let x = Domain.line.sample([2, 4, 4, 2])
    var strided = Window(stride: (2, 1), dilation: (1, 2), groups: 2)
    strided.top = 1
    strided.right = 1
    let (w, bias) = (Domain.otherLine.sample([3, 2, 2, 3]), Domain.line.sample([3]))
    return [
      ([x, w], Convolution(window: Window().padded(1, 0))),
      ([x, w, bias], Convolution(window: Window(), relu: true)),
      ([x, Domain.otherLine.sample([2, 2, 1, 4])], Convolution(window: strided)),
    ]
  }

  struct Adjoint: Sendable {
    let window: Window
    let shape: Shape
  }

  /// The transposed convolution: `[n, h', w', out]` back to images of the given shape.
  package static func conv2dTransposed(
    _ g: Tensor, _ w: Tensor, _ window: Window, shape: Shape
  ) throws -> Tensor {
    try spreading([g, w], Adjoint(window: window, shape: shape))
  }

  static let spreading: Operation<Adjoint> = Operation("conv2d input gradient") { inputs, adjoint in
    try Raw.conv2dInputGradient(inputs[0], inputs[1], inputShape: adjoint.shape, adjoint.window)
  } pullback: { pull in
    let (g, w, h, window) = (pull.inputs[0], pull.inputs[1], pull.gradient, pull.attributes.window)
    return [
      try pull.need(0) { try convolving([h, w], Convolution(window: window)) },
      try pull.need(1) { try correlating([h, g], Adjoint(window: window, shape: w.shape)) },
    ]
  } samples: {
    [
      (
        [Domain.line.sample([1, 2, 2, 2]), Domain.otherLine.sample([2, 2, 1, 2])],
        Adjoint(window: Window(), shape: [1, 3, 3, 1])
      )
    ]
  }

  static let correlating: Operation<Adjoint> = Operation("conv2d weight gradient") { inputs, adjoint in
    try Raw.conv2dWeightGradient(inputs[0], inputs[1], weightShape: adjoint.shape, adjoint.window)
  } pullback: { pull in
    let (x, g, h, window) = (pull.inputs[0], pull.inputs[1], pull.gradient, pull.attributes.window)
    return [
      try pull.need(0) { try spreading([g, h], Adjoint(window: window, shape: x.shape)) },
      try pull.need(1) { try convolving([x, h], Convolution(window: window)) },
    ]
  } samples: {
    [
      (
        [Domain.line.sample([1, 3, 3, 1]), Domain.otherLine.sample([1, 2, 2, 2])],
        Adjoint(window: Window(), shape: [2, 2, 1, 2])
      )
    ]
  }

  /// The largest of each window.
  package static func maxPool2d(_ x: Tensor, size: (Int, Int), _ window: Window) throws -> Tensor {
    guard x.node != nil else { return try Raw.maxPool2d(x, size: size, window).output }
    return try poolingMax([x], Pooling(size: size, window: window))
  }

  /// Where the largest lay is found by the forward pass and kept for the way back.
  final class Pooling: @unchecked Sendable {
    let size: (Int, Int)
    let window: Window
    var places: PoolPlaces?

    init(size: (Int, Int), window: Window) {
      self.size = size
      self.window = window
    }
  }

  static let poolingMax: Operation<Pooling> = Operation("max_pool2d") { inputs, pooling in
    let (output, places) = try Raw.maxPool2d(inputs[0], size: pooling.size, pooling.window)
    pooling.places = places
    return output
  } pullback: { pull in
    let pooling = pull.attributes
    guard let places = pooling.places else { preconditionFailure("a pooling that never ran") }
    let places2 = Places(places: places, size: pooling.size, window: pooling.window, shape: pull.inputs[0].shape)
    return [try unpooling([pull.gradient], places2)]
  } samples: {
    [([Domain.line.sample([2, 4, 4, 2])], Pooling(size: (2, 2), window: Window(stride: (2, 2))))]
  }

  struct Places: @unchecked Sendable {
    let places: PoolPlaces
    let size: (Int, Int)
    let window: Window
    let shape: Shape
  }

  static let unpooling: Operation<Places> = Operation("max_pool2d gradient") { inputs, at in
    try Raw.maxPool2dGradient(inputs[0], at.places, inputShape: at.shape, size: at.size, at.window)
  } pullback: { pull in
    [try picking([pull.gradient], pull.attributes)]
  } samples: {
    samplePlaces.map { [([Domain.line.sample([1, 2, 2, 1])], $0)] } ?? []
  }

  static let picking: Operation<Places> = Operation("max_pool2d pick") { inputs, at in
    try Raw.maxPool2dGather(inputs[0], at.places, size: at.size, at.window)
  } pullback: { pull in
    [try unpooling([pull.gradient], pull.attributes)]
  } samples: {
    samplePlaces.map { [([Domain.line.sample([1, 4, 4, 1])], $0)] } ?? []
  }

  private static var samplePlaces: Places? {
    let (x, window) = (Domain.line.sample([1, 4, 4, 1]), Window(stride: (2, 2)))
    guard let places = try? Raw.maxPool2d(x, size: (2, 2), window).places else { return nil }
    return Places(places: places, size: (2, 2), window: window, shape: x.shape)
  }

  /// The mean of each window: of what lies inside the image, or with `countPadding` of all of it.
  package static func avgPool2d(
    _ x: Tensor, size: (Int, Int), _ window: Window, countPadding: Bool = false
  ) throws -> Tensor {
    try poolingMean([x], Averaging(size: size, window: window, countPadding: countPadding, shape: x.shape))
  }

  struct Averaging: Sendable {
    let size: (Int, Int)
    let window: Window
    let countPadding: Bool
    let shape: Shape
  }

  static let poolingMean: Operation<Averaging> = Operation("avg_pool2d") { inputs, how in
    try Raw.avgPool2d(inputs[0], size: how.size, how.window, countPadding: how.countPadding)
  } pullback: { pull in
    [try unpoolingMean([pull.gradient], pull.attributes)]
  } samples: {
    let how = Averaging(
      size: (2, 2), window: Window(stride: (2, 2)).padded(1, 1), countPadding: false, shape: [2, 4, 4, 2])
    return [([Domain.line.sample([2, 4, 4, 2])], how)]
  }

  static let unpoolingMean: Operation<Averaging> = Operation("avg_pool2d gradient") { inputs, how in
    try Raw.avgPool2dGradient(
      inputs[0], inputShape: how.shape, size: how.size, how.window, countPadding: how.countPadding)
  } pullback: { pull in
    [try poolingMean([pull.gradient], pull.attributes)]
  } samples: {
    let how = Averaging(size: (2, 2), window: Window(stride: (2, 2)), countPadding: true, shape: [1, 4, 4, 1])
    return [([Domain.line.sample([1, 2, 2, 1])], how)]
  }

  static let images: [AnyOperation] = [
    convolving, spreading, correlating, poolingMax, unpooling, picking, poolingMean, unpoolingMean,
  ]
}
