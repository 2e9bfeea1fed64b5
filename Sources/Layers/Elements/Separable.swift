package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `depthwise_conv2d(size)`: each channel of images `[n, h, w, c]` convolved for itself, with `multiplier` filters.
///
/// Weight `[h, w, 1, c * multiplier]`; the filters of a channel stand together, as in PyTorch's groups and in Keras.
/// With `filters` it is `separable_conv2d`: a 1 by 1 convolution `[1, 1, c * multiplier, filters]` follows, and the bias
/// and the activation stand behind it (Chollet, 2017).
package struct SeparableConv: Layer {
  package var filters: Int?
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

  package var kind: String { filters == nil ? "depthwise_conv2d" : "separable_conv2d" }

  package var settings: [Setting] {
    func setting(_ name: String, _ value: some Configurable, _ text: String, positional: Bool = false, _ isPlain: Bool)
      -> Setting
    {
      Setting(name: name, json: value.json, text: text, isPositional: positional, isDefault: isPlain)
    }
    let first = filters.map { [setting("filters", $0, $0.text, positional: true, false)] } ?? []
    return first + [
      setting("size", size, sizesText(size), positional: true, false),
      setting("stride", stride, sizesText(stride), stride == [1]),
      setting("padding", padding, padding.text, padding == .same),
      setting("dilation", dilation, sizesText(dilation), dilation == [1]),
      setting("multiplier", multiplier, multiplier.text, multiplier == 1),
      setting("activation", activation, activation.text, activation == nil),
      setting("bias", bias, bias.text, bias), setting("inputs", inputs, inputs.text, inputs == nil),
      setting("init", initializer, initializer.text, initializer == .he),
    ]
  }

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
      filters == nil ? "weight" : "depth_weight", try Shape.checked(sizes + [1, wide]), initializer, fanIn: area,
      fanOut: area * multiplier)
    var specs = [depth]
    if let filters {
      specs.append(
        ParameterSpec(
          "point_weight", try Shape.checked([1, 1, wide, filters]), initializer, fanIn: wide, fanOut: filters))
    }
    return bias ? specs + [specs[specs.count - 1].bias(filters ?? wide)] : specs
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(self, over: shape, size: size, stride: stride, padding: padding, dilation: dilation)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: 3), try channels(input) != nil else { return .unknown }
    return .sample(try window(shape).output(channels: filters ?? shape[2] * multiplier))
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let shape = try imageShape(of: x, rank: 3)
    let isLast = filters == nil
    var y = try Op.convolution(
      x, place.parameter(0), window(shape).axes, groups: shape[2], bias: isLast && bias ? place.parameter(1) : nil)
    if filters != nil {
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
    return 2 * positions * wide * (area + Double(filters ?? 0))
  }

  static var layerKinds: [LayerKind] { [kind("depthwise_conv2d"), kind("separable_conv2d")] }

  private static func kind(_ name: String) -> LayerKind {
    LayerKind(name) { reader in
      var layer = SeparableConv()
      func read<Value: Configurable>(_ name: String, _ path: WritableKeyPath<SeparableConv, Value>) throws {
        guard let json = reader.json[name] else { return }
        guard let value = Value(json: json) else { throw reader.failure("`\(name)` of `\(layer.kind)` is not valid") }
        layer[keyPath: path] = value
      }
      try read("filters", \.filters)
      try read("size", \.size)
      try read("stride", \.stride)
      try read("padding", \.padding)
      try read("dilation", \.dilation)
      try read("multiplier", \.multiplier)
      try read("activation", \.activation)
      try read("bias", \.bias)
      try read("inputs", \.inputs)
      try read("init", \.initializer)
      return layer
    }
  }
}
