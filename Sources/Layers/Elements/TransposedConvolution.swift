package import Autodiff
import Diagnostics
import JSON
import Tensors

package typealias ConvTranspose1D = TransposedConvolution<OverSequences>
package typealias ConvTranspose2D = TransposedConvolution<OverImages>
package typealias ConvTranspose3D = TransposedConvolution<OverVolumes>

/// `conv_transpose1d(filters, size)`, `conv_transpose2d` and `conv_transpose3d`: the gradient of a convolution with respect to
/// its input, as a layer. Weight `[…window, filters / groups, in]`.
///
/// Shape rule along each axis, with `reach = (window - 1) * dilation + 1`: a number gives
/// `(size - 1) * stride - 2 * padding + reach + output_padding`, as in PyTorch; `"same"` gives `size * stride` and `"valid"`
/// `(size - 1) * stride + max(reach, stride)`, as in Keras.
package struct TransposedConvolution<Rank: WindowRank>: FilterLayer {
  package static var kind: String { "conv_transpose\(Rank.axes)d" }
  package static var fields: [Field<TransposedConvolution>] {
    commonFields + [Field("output_padding", \.outputPadding, text: { $0.map(sizesText) ?? "none" })]
  }

  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  /// What is added at the end; nil for what the rule says.
  package var outputPadding: [Int]?
  package var dilation = [1]
  package var groups = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package init() {}

  /// The windows of the convolution that this one turns round, and the sizes that it gives.
  private func window(_ shape: Shape) throws -> (axes: [WindowAxis], sizes: [Int]) {
    let rank = Rank.axes
    let size = try windowSizes()
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
    return try specs(channels, rows: filters / groups, columns: channels)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try example(input) else { return .unknown }
    return .sample(try Shape.checked(window(shape).sizes + [filters]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let (axes, sizes) = try window(imageShape(of: x, rank: Rank.axes + 1))
    var y = try Op.transposedConvolution(x, place.parameter(0), axes, sizes: sizes, groups: groups)
    if bias { y = try Op.add(y, place.parameter(1)) }
    return .tensor(try activation.map { try $0(y) } ?? y)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let count = input.shape?.elementCount else { return 0 }
    return 2 * windowArea * Double(filters / max(groups, 1)) * Double(count)
  }
}
