package import Autodiff
import Diagnostics
import JSON
import Tensors

/// What transposed convolutions have in common: the gradient of a convolution with respect to its input, as a layer.
///
/// Shape rule along each axis, with `reach = (window - 1) * dilation + 1`: a number gives
/// `(size - 1) * stride - 2 * padding + reach + output_padding`, as in PyTorch; `"same"` gives `size * stride` and `"valid"`
/// `(size - 1) * stride + max(reach, stride)`, as in Keras.
package protocol TransposedConvolutionLayer: DeclaredLayer {
  static var dimensions: Int { get }
  var filters: Int { get set }
  var size: [Int] { get set }
  var stride: [Int] { get set }
  var padding: WindowPadding { get set }
  /// What is added at the end; nil for what the rule says.
  var outputPadding: [Int]? { get set }
  var dilation: [Int] { get set }
  var groups: Int { get set }
  var activation: Activation? { get set }
  var bias: Bool { get set }
  var inputs: Int? { get set }
  var initializer: Initializer { get set }
}

extension TransposedConvolutionLayer {
  package static var fields: [Field<Self>] {
    [
      Field("filters", \.filters, positional: true, required: true),
      Field("size", \.size, positional: true, required: true, text: sizesText),
      Field("stride", \.stride, text: sizesText),
      Field("padding", \.padding),
      Field("output_padding", \.outputPadding, text: { $0.map(sizesText) ?? "none" }),
      Field("dilation", \.dilation, text: sizesText),
      Field("groups", \.groups),
      Field("activation", \.activation),
      Field("bias", \.bias),
      Field("inputs", \.inputs),
      Field("init", \.initializer),
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

  /// The windows of the convolution that this one turns round, and the sizes that it gives.
  private func window(_ shape: Shape) throws -> (axes: [WindowAxis], sizes: [Int]) {
    let rank = Self.dimensions
    let size = try spread(size, "size", from: 1, rank, self)
    let stride = try spread(stride, "stride", from: 1, rank, self)
    let dilation = try spread(dilation, "dilation", from: 1, rank, self)
    let extra = try outputPadding.map { try spread($0, "output_padding", from: 0, rank, self) }
    var (axes, sizes): ([WindowAxis], [Int]) = ([], [])
    for index in 0..<rank {
      var axis = WindowAxis(size: size[index], stride: stride[index], dilation: dilation[index])
      let whole = (shape[index] - 1) * axis.stride + axis.reach
      var length: Int
      switch padding {
      case .sides(let sides):
        axis.before = try spread(sides, "padding", from: 0, rank, self)[index]
        length = whole - 2 * axis.before + (extra?[index] ?? 0)
      case .same:
        let reach = axis.reach
        length = extra.map { whole - 2 * (reach / 2) + $0[index] } ?? shape[index] * axis.stride
        axis.before = max(whole - length, 0) / 2
      default: length = whole + (extra?[index] ?? max(axis.stride - axis.reach, 0))
      }
      guard length > 0 else { throw sizeFailure("more than the padding takes away", .sample(shape)) }
      guard extra.map({ $0[index] < max(axis.stride, axis.dilation) }) ?? true else {
        throw Failure(
          "argument-range", "`output_padding` of `\(text)` is smaller than the stride",
          why: "a convolution with this stride would give the same size with less.")
      }
      // Whatever makes the convolution that is turned round end where the input does.
      axis.after = max(whole - length - axis.before, 0)
      axes.append(axis)
      sizes.append(length)
    }
    return (axes, sizes)
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input) else { return nil }
    let sizes = try spread(size, "size", from: 1, Self.dimensions, self)
    let area = sizes.reduce(1, *)
    let weight = ParameterSpec(
      "weight", try Shape.checked(sizes + [filters / groups, channels]), initializer,
      fanIn: area * (channels / groups), fanOut: area * (filters / groups))
    return bias ? [weight, weight.bias(filters)] : [weight]
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: Self.dimensions + 1), try channels(input) != nil else {
      return .unknown
    }
    return .sample(try Shape.checked(window(shape).sizes + [filters]))
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let (axes, sizes) = try window(imageShape(of: x, rank: Self.dimensions + 1))
    var y = try Op.transposedConvolution(x, place.parameter(0), axes, sizes: sizes, groups: groups)
    if bias { y = try Op.add(y, place.parameter(1)) }
    return .tensor(try activation.map { try $0(y) } ?? y)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let count = input.shape?.elementCount else { return 0 }
    return 2 * Double(size.reduce(1, *)) * Double(filters / max(groups, 1)) * Double(count)
  }
}

/// `conv_transpose1d(filters, size)`: sequences `[n, t, c]`. Weight `[t, filters / groups, in]`.
package struct ConvTranspose1D: TransposedConvolutionLayer {
  package static let kind = "conv_transpose1d"
  package static let dimensions = 1
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var outputPadding: [Int]?
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package init() {}
}

/// `conv_transpose2d(filters, size)`: images `[n, h, w, c]`. Weight `[h, w, filters / groups, in]`.
package struct ConvTranspose2D: TransposedConvolutionLayer {
  package static let kind = "conv_transpose2d"
  package static let dimensions = 2
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var outputPadding: [Int]?
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package init() {}
}

/// `conv_transpose3d(filters, size)`: volumes `[n, d, h, w, c]`. Weight `[d, h, w, filters / groups, in]`.
package struct ConvTranspose3D: TransposedConvolutionLayer {
  package static let kind = "conv_transpose3d"
  package static let dimensions = 3
  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var outputPadding: [Int]?
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package init() {}
}
