import Autodiff
import Diagnostics
package import JSON
import Tensors

/// What is put around an image before a window slides over it.
package enum WindowPadding: Configurable {
  /// As much as keeps the size at stride 1, the odd one at the end.
  case same
  case valid
  /// In front alone, as much as keeps the size: no step sees a later one.
  case causal
  /// So many on every side of every axis.
  case sides([Int])

  package var json: JSONValue {
    switch self {
    case .same: "same"
    case .valid: "valid"
    case .causal: "causal"
    case .sides(let sizes): sizes.json
    }
  }

  package init?(json: JSONValue) {
    switch json {
    case .string("same"): self = .same
    case .string("valid"): self = .valid
    case .string("causal"): self = .causal
    default:
      guard let sizes = [Int](json: json) else { return nil }
      self = .sides(sizes)
    }
  }

  package var text: String {
    switch self {
    case .same: "\"same\""
    case .valid: "\"valid\""
    case .causal: "\"causal\""
    case .sides(let sizes): Set(sizes).count == 1 ? String(sizes[0]) : sizes.text
    }
  }
}

/// `3`, or `(3, 5)` where the axes differ.
func sizesText(_ sizes: [Int]) -> String { sizes.count == 1 ? String(sizes[0]) : sizes.text }

/// Over how many axes a window slides: the layers of a family differ in nothing else.
package protocol WindowRank {
  static var axes: Int { get }
}

/// Sequences `[t, c]`.
package enum OverSequences: WindowRank {
  package static let axes = 1
}

/// Images `[h, w, c]`.
package enum OverImages: WindowRank {
  package static let axes = 2
}

/// Volumes `[d, h, w, c]`.
package enum OverVolumes: WindowRank {
  package static let axes = 3
}

/// A window that slides over one, two or three axes: sizes, steps, holes and padding, each one number or one for each axis.
struct SlidingWindow {
  let axes: [WindowAxis]
  let outputs: [Int]
  /// How far the last window along each axis reaches beyond the padding; above 0 only where the number of windows is rounded up.
  let overhang: [Int]

  /// The window over `shape` (`[t, c]`, `[h, w, c]` or `[d, h, w, c]`).
  ///
  /// - Throws: `layer-size` when the window is larger than what it slides over, `argument-range` for settings that make
  ///   no window.
  init(
    _ layer: any Layer, over shape: Shape, size: [Int], stride: [Int], padding: WindowPadding, dilation: [Int] = [1],
    roundsUp: Bool = false
  ) throws {
    let rank = shape.rank - 1
    let size = try spread(size, "size", from: 1, rank, layer)
    let stride = try spread(stride, "stride", from: 1, rank, layer)
    let dilation = try spread(dilation, "dilation", from: 1, rank, layer)
    var (axes, outputs, overhang): ([WindowAxis], [Int], [Int]) = ([], [], [])
    for index in 0..<rank {
      var axis = WindowAxis(size: size[index], stride: stride[index], dilation: dilation[index])
      let length = shape[index]
      switch padding {
      case .valid: break
      case .sides(let sides):
        axis.before = try spread(sides, "padding", from: 0, rank, layer)[index]
        axis.after = axis.before
      case .causal: axis.before = axis.reach - 1
      case .same:
        let steps = (length + axis.stride - 1) / axis.stride
        let total = max((steps - 1) * axis.stride + axis.reach - length, 0)
        (axis.before, axis.after) = (total / 2, total - total / 2)
      }
      let room = length + axis.before + axis.after - axis.reach
      guard room >= 0 else { throw layer.sizeFailure("at least \(axis.reach) along each axis", .sample(shape)) }
      var count = room / axis.stride + 1
      // A last window that does not fit counts if it starts on the axis or on the padding before it.
      if roundsUp, room % axis.stride > 0, count * axis.stride < length + axis.before { count += 1 }
      let beyond = max((count - 1) * axis.stride - room, 0)
      axis.after += beyond
      axes.append(axis)
      outputs.append(count)
      overhang.append(beyond)
    }
    (self.axes, self.outputs, self.overhang) = (axes, outputs, overhang)
  }

  func output(channels: Int) -> Shape { Shape(outputs + [channels]) }
}

/// One number for each axis.
func spread(_ values: [Int], _ name: String, from least: Int, _ rank: Int, _ layer: any Layer) throws -> [Int] {
  guard values.count == 1 || values.count == rank, values.allSatisfy({ $0 >= least && $0 <= 1 << 20 }) else {
    throw Failure(
      "argument-range",
      "`\(name)` of `\(layer.text)` is one number of at least \(least)\(rank > 1 ? ", or \(rank) of them" : "")")
  }
  return values.count == rank ? values : [Int](repeating: values[0], count: rank)
}

extension Layer {
  /// The shape of one sequence `[t, c]`, image `[h, w, c]` or volume `[d, h, w, c]`; nil while it is not known.
  func imageShape(_ input: Flow, rank: Int) throws -> Shape? {
    if input == .unknown { return nil }
    guard let shape = input.shape, shape.rank == rank else { throw sizeFailure(kinds[rank - 2], input) }
    return shape
  }

  func imageShape(of x: Tensor, rank: Int) throws -> Shape {
    guard x.rank == rank + 1 else {
      throw sizeFailure(kinds[rank - 2].replacing("`[", with: "`[n, "), .sample(x.shape))
    }
    return Shape(x.shape.dropFirst())
  }
}

private let kinds = ["sequences `[t, c]`", "images `[h, w, c]`", "volumes `[d, h, w, c]`"]
