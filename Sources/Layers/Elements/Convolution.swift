package import Autodiff
import Diagnostics
import JSON
import Tensors

/// What convolutions have in common: the settings, the sizes and the product.
///
/// `y[…, f] = activation(bias[f] + sum over window and channels of x * weight)`. Shape rule: along each axis
/// `(size + before + after - ((window - 1) * dilation + 1)) / stride + 1`, rounded down; `"same"` gives
/// `size / stride`, rounded up.
package protocol ConvolutionLayer: DeclaredLayer {
  /// 1 for sequences `[t, c]`, 2 for images `[h, w, c]`, 3 for volumes `[d, h, w, c]`.
  static var dimensions: Int { get }
  var filters: Int { get set }
  var size: [Int] { get set }
  var stride: [Int] { get set }
  var padding: WindowPadding { get set }
  var dilation: [Int] { get set }
  var groups: Int { get set }
  var activation: Activation? { get set }
  var bias: Bool { get set }
  /// Channels that come in, where no `input(…)` says so.
  var inputs: Int? { get set }
  var initializer: Initializer { get set }
  /// What stands around the input where it is padded.
  var surround: Surround { get set }
}

extension Surround: Configurable {}

extension ConvolutionLayer {
  package static var fields: [Field<Self>] {
    [
      Field("filters", \.filters, positional: true, required: true),
      Field("size", \.size, positional: true, required: true, text: sizesText),
      Field("stride", \.stride, text: sizesText),
      Field("padding", \.padding),
      Field("dilation", \.dilation, text: sizesText),
      Field("groups", \.groups),
      Field("activation", \.activation),
      Field("bias", \.bias),
      Field("inputs", \.inputs),
      Field("init", \.initializer),
      Field("pad_mode", \.surround),
    ]
  }

  private func channels(_ input: Flow) throws -> Int? {
    guard let shape = try imageShape(input, rank: Self.dimensions + 1) else { return inputs }
    let channels = shape[shape.rank - 1]
    if let inputs, inputs != channels { throw sizeFailure("\(inputs) channels", input) }
    guard groups >= 1, channels % groups == 0, filters % groups == 0 else {
      throw sizeFailure("channels that `groups=\(groups)` divides, as it must the filters", input)
    }
    return channels
  }

  private var windowSizes: [Int] {
    size.count == Self.dimensions ? size : [Int](repeating: size[0], count: Self.dimensions)
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input) else { return nil }
    let sizes = windowSizes
    guard sizes.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }) else {
      throw Failure("argument-range", "`size` of `\(text)` is at least 1")
    }
    let shape = try Shape.checked(sizes + [channels / groups, filters])
    let area = sizes.reduce(1, *)
    let weight = ParameterSpec(
      "weight", shape, initializer, fanIn: area * (channels / groups), fanOut: area * (filters / groups))
    return bias ? [weight, weight.bias(filters)] : [weight]
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: Self.dimensions + 1), try channels(input) != nil else {
      return .unknown
    }
    return .sample(try window(shape).output(channels: filters))
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(self, over: shape, size: size, stride: stride, padding: padding, dilation: dilation)
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var x = try x.tensor(for: self)
    var axes = try window(imageShape(of: x, rank: Self.dimensions + 1)).axes
    if surround != .constant {
      x = try Op.pad(x, [(0, 0)] + axes.map { ($0.before, $0.after) } + [(0, 0)], how: surround)
      for index in axes.indices { (axes[index].before, axes[index].after) = (0, 0) }
    }
    let isRectified = activation == .relu
    let y = try Op.convolution(
      x, place.parameter(0), axes, groups: groups, bias: bias ? place.parameter(1) : nil, relu: isRectified)
    return .tensor(try isRectified ? y : activation.map { try $0(y) } ?? y)
  }
  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let channels = input.shape?.last, let count = output.shape?.elementCount else { return 0 }
    return 2 * Double(windowSizes.reduce(1, *)) * Double(channels / max(groups, 1)) * Double(count)
  }
}

/// `conv1d(filters, size)`: sequences `[n, t, c]`. Weight `[t, in / groups, filters]`.
package struct Conv1D: ConvolutionLayer {
  package static let kind = "conv1d"
  package static let dimensions = 1
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package var surround = Surround.constant
  package init() {}
}

/// `conv2d(filters, size)`: images `[n, h, w, c]`. Weight `[h, w, in / groups, filters]`.
package struct Conv2D: ConvolutionLayer {
  package static let kind = "conv2d"
  package static let dimensions = 2
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package var surround = Surround.constant
  package init() {}
}

/// `conv3d(filters, size)`: volumes `[n, d, h, w, c]`. Weight `[d, h, w, in / groups, filters]`.
package struct Conv3D: ConvolutionLayer {
  package static let kind = "conv3d"
  package static let dimensions = 3
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package var surround = Surround.constant
  package init() {}
}
