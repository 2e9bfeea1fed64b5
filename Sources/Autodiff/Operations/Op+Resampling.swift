import Diagnostics
package import Tensors

/// What stands around an axis where a tensor ends.
package enum Surround: String, Sendable, CaseIterable {
  case constant, reflect, replicate, circular
}

/// How values between the positions of an axis are found.
package enum Interpolation: String, Sendable, CaseIterable {
  case nearest
  case nearestExact = "nearest_exact"
  case linear, cubic, area
}

extension Op {
  /// Puts values from inside around a tensor: mirrored without the edge, the edge itself, or from the other end.
  ///
  /// - Throws: `argument-range` where there are not enough of them.
  package static func pad(_ x: Tensor, _ widths: [(before: Int, after: Int)], how: Surround) throws -> Tensor {
    if how == .constant { return try pad(x, widths) }
    var y = x
    for (axis, width) in widths.enumerated() where width.before + width.after > 0 {
      let size = x.shape[axis]
      let most = how == .reflect ? size - 1 : how == .circular ? size : size > 0 ? Int.max : 0
      guard width.before <= most, width.after <= most else {
        throw Failure(
          "argument-range",
          "an axis of \(size) cannot be padded by \(Swift.max(width.before, width.after)) with \"\(how.rawValue)\"",
          facts: [.init("x", "\(x.shape)", argument: 0)],
          why: how == .reflect
            ? "the edge itself is not mirrored, so \(Swift.max(size - 1, 0)) values are there."
            : "\(size) values are there.")
      }
      let places = (-width.before..<size + width.after).map { place -> Int in
        switch how {
        case .constant, .replicate: return Swift.min(Swift.max(place, 0), size - 1)
        case .circular: return (place + size) % size
        case .reflect:
          let up = Swift.abs(place)
          return up < size ? up : 2 * (size - 1) - up
        }
      }
      y = try take(y, Tensor(places, [places.count]), axis: axis)
    }
    return y
  }

  /// An axis brought to another size by interpolation, as PyTorch's `interpolate` has it.
  ///
  /// With `alignCorners` the first and last positions keep their places, otherwise positions are the middles of equal
  /// parts. `scale` is what positions are counted in where the size alone does not say it.
  package static func resampled(
    _ x: Tensor, axis: Int, size: Int, _ how: Interpolation, alignCorners: Bool = false, scale: Double? = nil
  ) throws -> Tensor {
    let length = x.shape[axis]
    if how == .area {
      let ranges = (0..<size).map { $0 * length / size..<(($0 + 1) * length + size - 1) / size }
      var shares = [Double](repeating: 0, count: size * length)
      for (place, range) in ranges.enumerated() {
        for at in range { shares[place * length + at] = 1 / Double(range.count) }
      }
      return try mixed(x, axis: axis, Raw.cast(Tensor(shares, [size, length]), x.dtype))
    }
    let step = scale.map { 1 / $0 } ?? Double(length) / Double(size)
    if how == .nearest || how == .nearestExact {
      let half = how == .nearest ? 0 : 0.5
      let places = (0..<size).map { Swift.min(Int((Double($0) + half) * step), length - 1) }
      return try take(x, Tensor(places, [size]), axis: axis)
    }
    let positions = (0..<size).map { place -> Double in
      if alignCorners { return size > 1 ? Double(place) * Double(length - 1) / Double(size - 1) : 0 }
      let position = (Double(place) + 0.5) * step - 0.5
      return how == .linear ? Swift.max(position, 0) : position
    }
    let reach = how == .linear ? 0..<2 : -1..<3
    var total: Tensor?
    for tap in reach {
      let places = positions.map { Swift.min(Swift.max(Int($0.rounded(.down)) + tap, 0), length - 1) }
      let shares = positions.map { position -> Double in
        let distance = Swift.abs(position - position.rounded(.down) - Double(tap))
        return how == .linear ? 1 - distance : cubic(distance)
      }
      var shape = Shape(x.shape.map { _ in 1 })
      shape[axis] = size
      let part = try multiply(
        take(x, Tensor(places, [size]), axis: axis), Raw.cast(Tensor(shares, shape), x.dtype))
      total = try total.map { try add($0, part) } ?? part
    }
    return total ?? x
  }

  /// Keys' cubic with a = -0.75 (Keys, 1981).
  private static func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  /// Channels become pixels: `[n, h, w, c * r²]` gives `[n, h * r, w * r, c]` (Shi et al., 2016), channels in PyTorch's order.
  package static func pixelShuffle(_ x: Tensor, by r: Int) throws -> Tensor {
    let s = x.shape
    let c = s[3] / (r * r)
    let apart = try permute(reshape(x, [s[0], s[1], s[2], c, r, r]), [0, 1, 4, 2, 5, 3])
    return try reshape(apart, [s[0], s[1] * r, s[2] * r, c])
  }

  /// Pixels become channels: the way back.
  package static func pixelUnshuffle(_ x: Tensor, by r: Int) throws -> Tensor {
    let s = x.shape
    let apart = try permute(reshape(x, [s[0], s[1] / r, r, s[2] / r, r, s[3]]), [0, 1, 3, 5, 2, 4])
    return try reshape(apart, [s[0], s[1] / r, s[2] / r, s[3] * r * r])
  }
}
