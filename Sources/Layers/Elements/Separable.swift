package import Autodiff
import Diagnostics
import JSON
import Tensors

/// Whether the channels of a pixel are mixed behind the convolution of each.
package protocol SeparableRule {
  static var kind: String { get }
  static var mixes: Bool { get }
}
package enum Unmixed: SeparableRule {
  package static let (kind, mixes) = ("depthwise_conv2d", false)
}
package enum Mixed: SeparableRule {
  package static let (kind, mixes) = ("separable_conv2d", true)
}

package typealias DepthwiseConv2D = SeparableConvolution<Unmixed>
package typealias SeparableConv2D = SeparableConvolution<Mixed>

/// `depthwise_conv2d(size)`: each channel of images `[n, h, w, c]` convolved for itself, with `multiplier` filters.
///
/// Weight `[h, w, 1, c * multiplier]`; the filters of a channel stand together, as in PyTorch's groups and in Keras.
/// In `separable_conv2d(filters, size)` a 1 by 1 convolution `[1, 1, c * multiplier, filters]` follows, and the bias
/// and the activation stand behind it (Chollet, 2017).
package struct SeparableConvolution<Rule: SeparableRule>: DeclaredLayer {
  package static var kind: String { Rule.kind }
  package static var fields: [Field<SeparableConvolution>] {
    (Rule.mixes ? [Field("filters", \.filters, positional: true, required: true)] : []) + [
      Field("size", \.size, positional: true, required: true, text: sizesText),
      Field("stride", \.stride, text: sizesText), Field("padding", \.padding),
      Field("dilation", \.dilation, text: sizesText), Field("multiplier", \.multiplier),
      Field("activation", \.activation), Field("bias", \.bias), Field("inputs", \.inputs),
      Field("init", \.initializer),
    ]
  }

  package var filters = 1
  package var size = [3]
  package var stride = [1]
  package var padding = WindowPadding.same
  package var dilation = [1]
  package var multiplier = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he
  package init() {}

  private func channels(_ input: Flow) throws -> Int? {
    guard let shape = try imageShape(input, rank: 3) else { return inputs }
    if let inputs, inputs != shape[2] { throw sizeFailure("\(inputs) channels", input) }
    return shape[2]
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let channels = try channels(input) else { return nil }
    let sizes = try spread(size, "size", from: 1, 2, self)
    let (area, wide) = (sizes.reduce(1, *), try Shape.checked([channels, multiplier]).elementCount)
    let depth = ParameterSpec(
      Rule.mixes ? "depth_weight" : "weight", try Shape.checked(sizes + [1, wide]), initializer, fanIn: area,
      fanOut: area * multiplier)
    var specs = [depth]
    if Rule.mixes {
      specs.append(
        ParameterSpec(
          "point_weight", try Shape.checked([1, 1, wide, filters]), initializer, fanIn: wide, fanOut: filters))
    }
    return bias ? specs + [specs[specs.count - 1].bias(Rule.mixes ? filters : wide)] : specs
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(self, over: shape, size: size, stride: stride, padding: padding, dilation: dilation)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: 3), try channels(input) != nil else { return .unknown }
    return .sample(try window(shape).output(channels: Rule.mixes ? filters : shape[2] * multiplier))
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let shape = try imageShape(of: x, rank: 3)
    var y = try Op.convolution(
      x, place.parameter(0), window(shape).axes, groups: shape[2], bias: bias && !Rule.mixes ? place.parameter(1) : nil)
    if Rule.mixes {
      let point = place.parameter(1)
      y = try Op.dense(y, Op.reshape(point, [point.shape[2], point.shape[3]]), bias ? place.parameter(2) : nil)
    }
    return .tensor(try activation.map { try $0(y) } ?? y)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let channels = input.shape?.last, let shape = output.shape else { return 0 }
    let positions = Double(shape[0] * shape[1])
    let wide = Double(channels * multiplier)
    let area = Double(size.count == 2 ? size[0] * size[1] : size[0] * size[0])
    return 2 * positions * wide * (area + Double(Rule.mixes ? filters : 0))
  }
}
