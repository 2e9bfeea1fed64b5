package import Autodiff
import Diagnostics
import JSON
package import Tensors

/// What becomes of the values in a window.
package protocol PoolingRule {
  static var kind: String { get }
  static func pooled(_ x: Tensor, size: (Int, Int), _ window: Window) throws -> Tensor
}

/// The largest of each window.
package enum LargestOfWindow: PoolingRule {
  package static let kind = "max_pool2d"
  package static func pooled(_ x: Tensor, size: (Int, Int), _ window: Window) throws -> Tensor {
    try Op.maxPool2d(x, size: size, window)
  }
}

/// The mean of each window; padding does not count.
package enum MeanOfWindow: PoolingRule {
  package static let kind = "avg_pool2d"
  package static func pooled(_ x: Tensor, size: (Int, Int), _ window: Window) throws -> Tensor {
    try Op.avgPool2d(x, size: size, window)
  }
}

package typealias MaxPool2D = Pool2D<LargestOfWindow>
package typealias AveragePool2D = Pool2D<MeanOfWindow>

/// `max_pool2d(size)` and `avg_pool2d(size)`: one value for each window.
package struct Pool2D<Rule: PoolingRule>: DeclaredLayer {
  package static var kind: String { Rule.kind }
  package static var fields: [Field<Pool2D>] {
    [
      Field("size", \.size, positional: true, required: true, text: sizesText),
      Field("stride", \.stride, text: { $0.map(sizesText) ?? "none" }), Field("padding", \.padding),
    ]
  }
  package var size = [2]
  package var stride: [Int]?
  package var padding = WindowPadding.valid
  package init() {}
  package init(size: [Int], stride: [Int]? = nil, padding: WindowPadding = .valid) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  private func window(_ shape: Shape) throws -> SlidingWindow {
    try SlidingWindow(self, over: shape, size: size, stride: stride ?? size, padding: padding)
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: 3) else { return .unknown }
    return .sample(try window(shape).output(channels: shape[2]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    let pool = try window(imageShape(of: x, rank: 3)).images()
    return .tensor(try Rule.pooled(x, size: pool.size, pool.window))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    Double(output.shape?.elementCount ?? 0) * Double(size.reduce(1, *))
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
