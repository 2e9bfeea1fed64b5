package import Autodiff
import Diagnostics
import JSON
import Tensors

package typealias Conv1D = Convolution<OverSequences>
package typealias Conv2D = Convolution<OverImages>
package typealias Conv3D = Convolution<OverVolumes>

extension Surround: Configurable {}

/// `conv1d(filters, size)`, `conv2d` and `conv3d`: sequences `[n, t, c]`, images `[n, h, w, c]`, volumes `[n, d, h, w, c]`.
///
/// `y[…, f] = activation(bias[f] + sum over window and channels of x * weight)`, weight `[…window, in / groups, filters]`.
/// Shape rule: along each axis `(size + before + after - ((window - 1) * dilation + 1)) / stride + 1`, rounded down; `"same"`
/// gives `size / stride`, rounded up.
package struct Convolution<Rank: WindowRank>: FilterLayer {
  package static var kind: String { "conv\(Rank.axes)d" }
  package static var fields: [Field<Convolution>] { commonFields + [Field("pad_mode", \.surround)] }

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
  /// What stands around the input where it is padded.
  package var surround = Surround.constant
  package init() {}

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input) else { return nil }
    return try specs(channels, rows: channels / groups, columns: filters)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try example(input) else { return .unknown }
    return .sample(try window(shape).output(channels: filters))
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(self, over: shape, size: size, stride: stride, padding: padding, dilation: dilation)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var x = try x.tensor(for: self)
    var axes = try window(imageShape(of: x, rank: Rank.axes + 1)).axes
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
    return 2 * windowArea * Double(channels / max(groups, 1)) * Double(count)
  }
}
