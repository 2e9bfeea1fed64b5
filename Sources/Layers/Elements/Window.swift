import Diagnostics
package import JSON
import Tensors

/// What is put around an image before a window slides over it.
package enum WindowPadding: Configurable {
  /// As much as keeps the size at stride 1, the odd one at the end.
  case same
  case valid
  /// So many on every side of every axis.
  case sides([Int])

  package var json: JSONValue {
    switch self {
    case .same: "same"
    case .valid: "valid"
    case .sides(let sizes): sizes.json
    }
  }

  package init?(json: JSONValue) {
    switch json {
    case .string("same"): self = .same
    case .string("valid"): self = .valid
    default:
      guard let sizes = [Int](json: json) else { return nil }
      self = .sides(sizes)
    }
  }

  package var text: String {
    switch self {
    case .same: "\"same\""
    case .valid: "\"valid\""
    case .sides(let sizes): Set(sizes).count == 1 ? String(sizes[0]) : sizes.text
    }
  }
}

/// `3`, or `(3, 5)` where the axes differ.
func sizesText(_ sizes: [Int]) -> String { sizes.count == 1 ? String(sizes[0]) : sizes.text }

/// A window that slides over one or two axes: sizes, steps, holes and padding, each one number or one for each axis.
struct SlidingWindow {
  struct Axis {
    let size: Int
    let stride: Int
    let dilation: Int
    let before: Int
    let after: Int
    let output: Int
  }

  let axes: [Axis]

  /// The window over `shape` (`[h, w, c]` or `[t, c]`).
  ///
  /// - Throws: `layer-size` when the window is larger than what it slides over, `argument-range` for settings that make
  ///   no window.
  init(
    _ layer: any Layer, over shape: Shape, size: [Int], stride: [Int], padding: WindowPadding, dilation: [Int] = [1]
  ) throws {
    let rank = shape.rank - 1
    func spread(_ values: [Int], _ name: String, from least: Int) throws -> [Int] {
      guard values.count == 1 || values.count == rank, values.allSatisfy({ $0 >= least && $0 <= 1 << 20 }) else {
        throw Failure(
          "argument-range", "`\(name)` of `\(layer.text)` is one number of at least \(least), or \(rank) of them")
      }
      return values.count == rank ? values : [Int](repeating: values[0], count: rank)
    }
    let size = try spread(size, "size", from: 1)
    let stride = try spread(stride, "stride", from: 1)
    let dilation = try spread(dilation, "dilation", from: 1)
    axes = try (0..<rank).map { axis in
      let reach = (size[axis] - 1) * dilation[axis] + 1
      let length = shape[axis]
      var (before, after) = (0, 0)
      switch padding {
      case .valid: break
      case .sides(let sides):
        before = try spread(sides, "padding", from: 0)[axis]
        after = before
      case .same:
        let steps = (length + stride[axis] - 1) / stride[axis]
        let total = max((steps - 1) * stride[axis] + reach - length, 0)
        (before, after) = (total / 2, total - total / 2)
      }
      guard length + before + after >= reach else {
        throw layer.sizeFailure("at least \(reach) along each axis", .sample(shape))
      }
      return Axis(
        size: size[axis], stride: stride[axis], dilation: dilation[axis], before: before, after: after,
        output: (length + before + after - reach) / stride[axis] + 1)
    }
  }

  func output(channels: Int) -> Shape { Shape(axes.map(\.output) + [channels]) }

  /// The window as the operations on images take it; a sequence is an image one pixel high.
  func images(groups: Int = 1) -> (size: (Int, Int), window: Window) {
    let x = axes[axes.count - 1]
    let y = axes.count > 1 ? axes[0] : Axis(size: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1)
    var window = Window(stride: (y.stride, x.stride), dilation: (y.dilation, x.dilation), groups: groups)
    (window.top, window.bottom, window.left, window.right) = (y.before, y.after, x.before, x.after)
    return (size: (y.size, x.size), window: window)
  }
}

extension Layer {
  /// The shape of one image `[h, w, c]` or sequence `[t, c]`; nil while it is not known.
  func imageShape(_ input: Flow, rank: Int) throws -> Shape? {
    if input == .unknown { return nil }
    let what = rank == 3 ? "images `[h, w, c]`" : "sequences `[t, c]`"
    guard let shape = input.shape, shape.rank == rank else { throw sizeFailure(what, input) }
    return shape
  }

  func imageShape(of x: Tensor, rank: Int) throws -> Shape {
    guard x.rank == rank + 1 else {
      let what = rank == 3 ? "images `[n, h, w, c]`" : "sequences `[n, t, c]`"
      throw sizeFailure(what, .sample(x.shape))
    }
    return Shape(x.shape.dropFirst())
  }
}
