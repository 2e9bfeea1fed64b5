package import Autodiff
import Diagnostics
import JSON
import Tensors

/// What becomes of the values in a window, and over how many axes it slides.
package protocol PoolingRule {
  static var kind: String { get }
  static var dimensions: Int { get }
  static var isLargest: Bool { get }
}

package enum LargestOf1: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("max_pool1d", 1, true)
}
package enum LargestOf2: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("max_pool2d", 2, true)
}
package enum LargestOf3: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("max_pool3d", 3, true)
}
package enum MeanOf1: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("avg_pool1d", 1, false)
}
package enum MeanOf2: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("avg_pool2d", 2, false)
}
package enum MeanOf3: PoolingRule {
  package static let (kind, dimensions, isLargest) = ("avg_pool3d", 3, false)
}

package typealias MaxPool1D = Pool<LargestOf1>
package typealias MaxPool2D = Pool<LargestOf2>
package typealias MaxPool3D = Pool<LargestOf3>
package typealias AveragePool1D = Pool<MeanOf1>
package typealias AveragePool2D = Pool<MeanOf2>
package typealias AveragePool3D = Pool<MeanOf3>

/// `max_pool2d(size)`, `avg_pool2d(size)` and the like: one value for each window.
///
/// Shape rule along each axis: `(size + 2 * padding - ((window - 1) * dilation + 1)) / stride + 1`, rounded down, or up with
/// `ceil`; `"same"` gives `size / stride`, rounded up. Padding is no number for the largest. In a mean it counts as zeros
/// where it was given as a number, as in PyTorch, and not at all with `"same"`, as in Keras; `count_padding` decides.
package struct Pool<Rule: PoolingRule>: DeclaredLayer {
  package static var kind: String { Rule.kind }
  package static var fields: [Field<Pool>] {
    [
      Field("size", \.size, positional: true, required: true, text: sizesText),
      Field("stride", \.stride, text: { $0.map(sizesText) ?? "none" }), Field("padding", \.padding),
      Field("ceil", \.roundsUp),
    ]
      + (Rule.isLargest
        ? [Field("dilation", \.dilation, text: sizesText)] : [Field("count_padding", \.countPadding)])
  }
  package var size = [2]
  package var stride: [Int]?
  package var padding = WindowPadding.valid
  package var roundsUp = false
  package var dilation = [1]
  package var countPadding: Bool?
  package init() {}
  package init(size: [Int], stride: [Int]? = nil, padding: WindowPadding = .valid) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(
      self, over: shape, size: size, stride: stride ?? size, padding: padding, dilation: dilation, roundsUp: roundsUp)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: Rule.dimensions + 1) else { return .unknown }
    return .sample(try window(shape).output(channels: shape[Rule.dimensions]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let window = try window(imageShape(of: x, rank: Rule.dimensions + 1))
    if Rule.isLargest { return .tensor(try Op.maxPool(x, window.axes)) }
    var counts = countPadding ?? false
    if countPadding == nil, case .sides = padding { counts = true }
    return .tensor(try Op.averagePool(x, window.axes, countPadding: counts, overhang: window.overhang))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    let area = size.count == 1 ? Array(repeating: size[0], count: Rule.dimensions) : size
    return Double(output.shape?.elementCount ?? 0) * Double(area.reduce(1, *))
  }
}

/// `adaptive_avg_pool(…)` and `adaptive_max_pool(…)`: as many windows along each axis as are asked for, whatever comes in.
///
/// Window `i` of `n` runs from `i * size / n`, rounded down, to `(i + 1) * size / n`, rounded up, as in PyTorch.
package struct AdaptivePool: Layer {
  package var isLargest: Bool
  package var sizes: [Int]

  package init(isLargest: Bool, sizes: [Int]) {
    self.isLargest = isLargest
    self.sizes = sizes
  }

  package var kind: String { isLargest ? "adaptive_max_pool" : "adaptive_avg_pool" }
  package var text: String { "\(kind)(\(sizes.map(String.init).joined(separator: ", ")))" }
  package var settings: [Setting] {
    [Setting(name: "sizes", json: sizes.json, text: sizes.text, isPositional: true, isDefault: false)]
  }

  /// One number for each axis of positions.
  private func sizes(_ rank: Int) throws -> [Int] {
    guard (2...4).contains(rank) else {
      throw Failure("layer-size", "`\(text)` takes sequences, images or volumes, channels last")
    }
    return try spread(sizes, "sizes", from: 1, rank - 1, self)
  }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, (2...4).contains(shape.rank), sizes.count == 1 || sizes.count == shape.rank - 1
    else {
      throw sizeFailure(
        sizes.count == 1
          ? "sequences `[t, c]`, images `[h, w, c]` or volumes" : "examples with \(sizes.count) axes and channels",
        input)
    }
    return .sample(Shape(try sizes(shape.rank) + [shape[shape.rank - 1]]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let sizes = try sizes(x.rank - 1)
    guard !x.shape.dropFirst().contains(0) else {
      throw sizeFailure("at least one position along each axis", .sample(Shape(x.shape.dropFirst())))
    }
    return .tensor(
      try isLargest ? Op.adaptiveMaxPool(x, sizes: sizes) : Op.adaptiveAveragePool(x, sizes: sizes))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { Double(input.shape?.elementCount ?? 0) }

  static var layerKinds: [LayerKind] {
    [false, true].map { isLargest in
      LayerKind(isLargest ? "adaptive_max_pool" : "adaptive_avg_pool") { reader in
        guard let sizes = reader.json["sizes"].flatMap([Int].init(json:)), !sizes.isEmpty else {
          throw reader.failure("an adaptive pool needs sizes")
        }
        return AdaptivePool(isLargest: isLargest, sizes: sizes)
      }
    }
  }
}

/// `global_avg_pool` and `global_max_pool`: each channel over all positions: `[n, …, c]` gives `[n, c]`.
package struct GlobalPooling: Layer {
  package enum How {
    case average, maximum
  }

  package var how: How
  package init(how: How) { self.how = how }

  package var kind: String { how == .average ? "global_avg_pool" : "global_max_pool" }
  package var settings: [Setting] { [] }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, shape.rank >= 2 else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", input)
    }
    return .sample([shape[shape.rank - 1]])
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 3 else {
      throw sizeFailure("images `[n, h, w, c]` or sequences `[n, t, c]`", .sample(x.shape))
    }
    let axes = Array(1..<(x.rank - 1))
    return .tensor(try how == .average ? Op.mean(x, axes: axes) : Op.max(x, axes: axes))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { Double(input.shape?.elementCount ?? 0) }

  static var layerKinds: [LayerKind] {
    [
      LayerKind("global_avg_pool") { _ in GlobalPooling(how: .average) },
      LayerKind("global_max_pool") { _ in GlobalPooling(how: .maximum) },
    ]
  }
}
