package import Autodiff
import Diagnostics
import JSON
import Tensors

extension Interpolation: Configurable {}

/// `upsample(2)`: sequences `[n, t, c]`, images `[n, h, w, c]` or volumes brought to another size.
///
/// `scale` multiplies each axis (`size * scale`, rounded down), `size` says what comes out. `"nearest"` takes the position
/// at `i * size / n`, rounded down; `"linear"` (two or three axes: bilinear, trilinear) and `"cubic"` interpolate between the
/// middles of positions, or between the outermost with `align_corners`; `"area"` averages.
package struct Upsample: DeclaredLayer {
  package static let kind = "upsample"
  package static var fields: [Field<Upsample>] {
    [
      Field("scale", \.scale, positional: true, text: { $0.count == 1 ? $0[0].text : $0.text }), Field("mode", \.mode),
      Field("size", \.size, text: { $0.map(sizesText) ?? "none" }), Field("align_corners", \.alignCorners),
    ]
  }
  package var scale = [2.0]
  package var mode = Interpolation.nearest
  package var size: [Int]?
  package var alignCorners = false
  package init() {}
  package init(scale: Int) { self.scale = [Double(scale)] }

  private func sizes(_ shape: Shape) throws -> [Int] {
    let rank = shape.rank - 1
    if let size { return try spread(size, "size", from: 1, rank, self) }
    guard scale.count == 1 || scale.count == rank else {
      throw Failure("argument-range", "`scale` of `\(text)` is one number, or \(rank) of them")
    }
    return try (0..<rank).map { axis in
      let wanted = (Double(shape[axis]) * factor(axis)).rounded(.down)
      guard wanted >= 1, wanted < 1e12 else {
        throw Failure(
          wanted < 1 ? "argument-range" : "too-large",
          "`\(text)` makes \(formatNumber(wanted)) position\(wanted == 1 ? "" : "s") of \(shape[axis])")
      }
      return Int(wanted)
    }
  }

  private func factor(_ axis: Int) -> Double { scale.count == 1 ? scale[0] : scale[axis] }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, (2...4).contains(shape.rank) else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", input)
    }
    return .sample(try Shape.checked(sizes(shape) + [shape[shape.rank - 1]]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var x = try x.tensor(for: self)
    guard (3...5).contains(x.rank), !x.shape.dropFirst().contains(0) else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", .sample(Shape(x.shape.dropFirst())))
    }
    for (axis, size) in try sizes(Shape(x.shape.dropFirst())).enumerated() {
      x = try Op.resampled(
        x, axis: axis + 1, size: size, mode, alignCorners: alignCorners, scale: self.size == nil ? factor(axis) : nil)
    }
    return .tensor(x)
  }
}

/// `pixel_shuffle(r)`: channels become pixels, `[n, h, w, c * r²]` gives `[n, h * r, w * r, c]`; `pixel_unshuffle(r)` the way
/// back. Channels in PyTorch's order (Shi et al., 2016).
package struct PixelShuffle: Layer {
  package var factor: Int
  package var isBack: Bool

  package init(_ factor: Int, isBack: Bool = false) {
    self.factor = factor
    self.isBack = isBack
  }

  package var kind: String { isBack ? "pixel_unshuffle" : "pixel_shuffle" }
  package var settings: [Setting] {
    [Setting(name: "scale", json: factor.json, text: factor.text, isPositional: true, isDefault: false)]
  }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = try imageShape(input, rank: 3) else { return .unknown }
    let square = factor * factor
    if isBack {
      guard shape[0] % factor == 0, shape[1] % factor == 0 else {
        throw sizeFailure("images whose sides \(factor) divides", input)
      }
      return .sample([shape[0] / factor, shape[1] / factor, shape[2] * square])
    }
    guard shape[2] % square == 0 else { throw sizeFailure("channels that \(square) divides", input) }
    return .sample([shape[0] * factor, shape[1] * factor, shape[2] / square])
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    _ = try output(for: .sample(imageShape(of: x, rank: 3)))
    return .tensor(try isBack ? Op.pixelUnshuffle(x, by: factor) : Op.pixelShuffle(x, by: factor))
  }

  static var layerKinds: [LayerKind] {
    [false, true].map { isBack in
      LayerKind(isBack ? "pixel_unshuffle" : "pixel_shuffle") { reader in
        guard let factor = reader.json["scale"]?.int, factor >= 1, factor < 1 << 16 else {
          throw reader.failure("a pixel shuffle needs a whole number")
        }
        return PixelShuffle(factor, isBack: isBack)
      }
    }
  }
}
