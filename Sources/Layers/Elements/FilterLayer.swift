import Diagnostics
import JSON
import Tensors

/// What layers that learn filters over windows have in common: the settings, the channels, the weights' scale.
package protocol FilterLayer: DeclaredLayer {
  associatedtype Rank: WindowRank
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
}

extension FilterLayer {
  static var commonFields: [Field<Self>] {
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
    ]
  }

  /// The shape of one example whose channels fit; nil while it is not known.
  func example(_ input: Flow) throws -> Shape? {
    guard let shape = try imageShape(input, rank: Rank.axes + 1), try channels(input) != nil else { return nil }
    return shape
  }

  func channels(_ input: Flow) throws -> Int? {
    guard let shape = try imageShape(input, rank: Rank.axes + 1) else { return inputs }
    let channels = shape[Rank.axes]
    if let inputs, inputs != channels { throw sizeFailure("\(inputs) channels", input) }
    guard groups >= 1, channels % groups == 0, filters % groups == 0 else {
      throw sizeFailure("channels that `groups=\(groups)` divides, as it must the filters", input)
    }
    return channels
  }

  /// One size for each axis.
  func windowSizes() throws -> [Int] { try spread(size, "size", from: 1, Rank.axes, self) }

  /// The weight `[…window, rows, columns]` and, where there is one, the bias.
  func specs(_ channels: Int, rows: Int, columns: Int) throws -> [ParameterSpec] {
    let sizes = try windowSizes()
    let area = sizes.reduce(1, *)
    let weight = ParameterSpec(
      "weight", try Shape.checked(sizes + [rows, columns]), initializer, fanIn: area * (channels / groups),
      fanOut: area * (filters / groups))
    return bias ? [weight, weight.bias(filters)] : [weight]
  }

  /// How many numbers a window holds.
  var windowArea: Double { Double((try? windowSizes())?.reduce(1, *) ?? 0) }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? channels(input)) ?? inputs
    return copy
  }
}
