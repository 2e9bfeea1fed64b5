package import Tensors

/// A window along one axis: its points, its steps, and what is put around the axis first.
package struct WindowAxis: Sendable {
  package var size: Int
  package var stride: Int
  package var dilation: Int
  package var before: Int
  package var after: Int

  package init(size: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
  }

  /// From the first to the last point.
  package var reach: Int { (size - 1) * dilation + 1 }
}

/// Windows over one, two or three axes: `[n, t, c]`, `[n, h, w, c]`, `[n, d, h, w, c]`. Two are what the kernels know; a
/// sequence is an image one pixel high, and a volume's depth is brought among the channels.
extension Op {
  /// Convolution, with bias and relu where asked; weights `[…window, in / groups, out]`.
  package static func convolution(
    _ x: Tensor, _ w: Tensor, _ axes: [WindowAxis], groups: Int = 1, bias: Tensor? = nil, relu: Bool = false
  ) throws -> Tensor {
    switch axes.count {
    case 1:
      let y = try conv2d(unsqueeze(x, axis: 1), unsqueeze(w, axis: 0), flat(axes, groups), bias: bias, relu: relu)
      return try squeeze(y, axes: [1])
    case 2: return try conv2d(x, w, flat(axes, groups), bias: bias, relu: relu)
    default: return try conv3d(x, w, axes, groups, bias, relu)
    }
  }

  /// Transposed convolution to positions of the given sizes; weights `[…window, out / groups, in]`.
  package static func transposedConvolution(
    _ x: Tensor, _ w: Tensor, _ axes: [WindowAxis], sizes: [Int], groups: Int = 1
  ) throws -> Tensor {
    let channels = w.shape[w.rank - 2] * groups
    switch axes.count {
    case 1:
      let shape = try Shape.checked([x.shape[0], 1, sizes[0], channels])
      let y = try conv2dTransposed(unsqueeze(x, axis: 1), unsqueeze(w, axis: 0), flat(axes, groups), shape: shape)
      return try squeeze(y, axes: [1])
    case 2:
      return try conv2dTransposed(
        x, w, flat(axes, groups), shape: Shape.checked([x.shape[0]] + sizes + [channels]))
    default: return try conv3dTransposed(x, w, axes, sizes, groups)
    }
  }

  private static func flat(_ axes: [WindowAxis], _ groups: Int) -> Window {
    let x = axes[axes.count - 1]
    let y = axes.count > 1 ? axes[axes.count - 2] : WindowAxis(size: 1)
    var window = Window(stride: (y.stride, x.stride), dilation: (y.dilation, x.dilation), groups: groups)
    (window.top, window.bottom, window.left, window.right) = (y.before, y.after, x.before, x.after)
    return window
  }

  /// The planes under the window's depth become channels of one image: then it is a convolution of images, one product.
  private static func conv3d(
    _ x: Tensor, _ w: Tensor, _ axes: [WindowAxis], _ groups: Int, _ bias: Tensor?, _ relu: Bool
  ) throws -> Tensor {
    let depth = axes[0]
    let (n, c) = (x.shape[0], x.shape[4])
    let padded =
      depth.before + depth.after == 0 ? x : try pad(x, [(0, 0), (depth.before, depth.after), (0, 0), (0, 0), (0, 0)])
    let planes = (padded.shape[1] - depth.reach) / depth.stride + 1
    var parts: [Tensor] = []
    for k in 0..<depth.size {
      var strides = padded.shape.map { Stride(start: 0, count: $0) }
      strides[1] = Stride(start: k * depth.dilation, count: planes, step: depth.stride)
      parts.append(try slice(padded, strides))
    }
    // Channels run by group, then by depth.
    var image = try stack(parts, axis: 4)
    let (h, width) = (x.shape[2], x.shape[3])
    if groups > 1 {
      image = try permute(
        reshape(image, [n, planes, h, width, depth.size, groups, c / groups]), [0, 1, 2, 3, 5, 4, 6])
    }
    image = try reshape(image, [n * planes, h, width, depth.size * c])
    let weights = try reshape(
      permute(w, [1, 2, 0, 3, 4]), [w.shape[1], w.shape[2], w.shape[0] * w.shape[3], w.shape[4]])
    let y = try conv2d(image, weights, flat(axes, groups), bias: bias, relu: relu)
    return try reshape(y, [n, planes, y.shape[1], y.shape[2], y.shape[3]])
  }

  /// Each plane gives as many as the window is deep, which are added up where they belong.
  private static func conv3dTransposed(
    _ x: Tensor, _ w: Tensor, _ axes: [WindowAxis], _ sizes: [Int], _ groups: Int
  ) throws -> Tensor {
    let depth = axes[0]
    let (n, planes, share) = (x.shape[0], x.shape[1], w.shape[3])
    let weights = try reshape(
      permute(w, [1, 2, 0, 3, 4]), [w.shape[1], w.shape[2], depth.size * share, w.shape[4]])
    let image = try reshape(x, [n * planes, x.shape[2], x.shape[3], x.shape[4]])
    let all = depth.size * share * groups
    let y = try conv2dTransposed(
      image, weights, flat(axes, groups), shape: Shape.checked([n * planes, sizes[1], sizes[2], all]))
    let parts = try reshape(y, [n, planes, sizes[1], sizes[2], groups, depth.size, share])
    let whole = try Shape.checked([
      n, Swift.max((planes - 1) * depth.stride + depth.reach, sizes[0] + depth.before), sizes[1], sizes[2],
      groups * share,
    ])
    var total: Tensor?
    for k in 0..<depth.size {
      let part = try reshape(
        slice(parts, axis: 5, from: k, count: 1), [n, planes, sizes[1], sizes[2], groups * share])
      var strides = whole.map { Stride(start: 0, count: $0) }
      strides[1] = Stride(start: k * depth.dilation, count: planes, step: depth.stride)
      let placed = try unslice(part, strides, shape: whole)
      total = try total.map { try add($0, placed) } ?? placed
    }
    return try slice(total ?? zerosLike(x), axis: 1, from: depth.before, count: sizes[0])
  }

  // MARK: Pooling

  /// The largest of each window; of several the first.
  package static func maxPool(_ x: Tensor, _ axes: [WindowAxis]) throws -> Tensor {
    try pooled(x, axes) { try maxPool2d($0, size: $1, $2) }
  }

  /// The mean of each window, of what lies inside or with `countPadding` of all of it.
  ///
  /// `overhang` says how far the last window along each axis reaches beyond the padding, which never counts.
  package static func averagePool(
    _ x: Tensor, _ axes: [WindowAxis], countPadding: Bool, overhang: [Int]? = nil
  ) throws -> Tensor {
    var y = try pooled(x, axes) { try avgPool2d($0, size: $1, $2, countPadding: countPadding) }
    guard countPadding, let overhang, overhang.contains(where: { $0 > 0 }) else { return y }
    for (index, axis) in axes.enumerated() {
      let end = x.shape[index + 1] + axis.before + axis.after - overhang[index]
      let shares = (0..<y.shape[index + 1]).map { place in
        Double(axis.size) / Double(Swift.min(axis.size, end - place * axis.stride))
      }
      var shape = Shape(y.shape.map { _ in 1 })
      shape[index + 1] = shares.count
      y = try multiply(y, Raw.cast(Tensor(shares, shape), y.dtype))
    }
    return y
  }

  private static func pooled(
    _ x: Tensor, _ axes: [WindowAxis], _ pool: (Tensor, (Int, Int), Window) throws -> Tensor
  ) throws -> Tensor {
    switch axes.count {
    case 1: return try squeeze(pool(unsqueeze(x, axis: 1), (1, axes[0].size), flat(axes, 1)), axes: [1])
    case 2: return try pool(x, (axes[0].size, axes[1].size), flat(axes, 1))
    default:
      // Planes first, then along the depth: what is first in its plane and first of the planes is first of all.
      let s = x.shape
      let planes = try pool(
        reshape(x, [s[0] * s[1], s[2], s[3], s[4]]), (axes[1].size, axes[2].size), flat(Array(axes.dropFirst()), 1))
      let (h, w) = (planes.shape[1], planes.shape[2])
      let y = try pool(
        reshape(planes, [s[0], s[1], h * w, s[4]]), (axes[0].size, 1), flat([axes[0], WindowAxis(size: 1)], 1))
      return try reshape(y, [s[0], y.shape[1], h, w, s[4]])
    }
  }

  /// The mean of as many windows along each axis as are asked for; window `i` of `n` runs from `i * size / n`, rounded down,
  /// to `(i + 1) * size / n`, rounded up.
  package static func adaptiveAveragePool(_ x: Tensor, sizes: [Int]) throws -> Tensor {
    var y = x
    for (index, count) in sizes.enumerated() {
      let length = x.shape[index + 1]
      var shares = [Double](repeating: 0, count: count * length)
      for (place, range) in adaptiveRanges(length, count).enumerated() {
        for at in range { shares[place * length + at] = 1 / Double(range.count) }
      }
      y = try mixed(y, axis: index + 1, Raw.cast(Tensor(shares, [count, length]), x.dtype))
    }
    return y
  }

  /// The largest of the same windows; of several the first.
  package static func adaptiveMaxPool(_ x: Tensor, sizes: [Int]) throws -> Tensor {
    // The positions in each window, row-major, its first repeated to make them equally many.
    var windows: [[Int]] = [[0]]
    for (index, count) in sizes.enumerated() {
      let length = x.shape[index + 1]
      let ranges = adaptiveRanges(length, count)
      windows = windows.flatMap { outer in
        ranges.map { range in outer.flatMap { start in range.map { start * length + $0 } } }
      }
    }
    let longest = windows.map(\.count).max() ?? 1
    let places = windows.flatMap { $0 + [Int](repeating: $0[0], count: longest - $0.count) }
    let (n, c) = (x.shape[0], x.shape[x.rank - 1])
    let flat = try reshape(x, [n, x.shape.dropFirst().dropLast().reduce(1, *), c])
    let taken = try take(flat, Tensor(places, [windows.count, longest]), axis: 1)
    let largest = try Raw.argmax(taken.detached, axis: 2, keep: true)
    let y = try squeeze(gather(taken, largest, axis: 2), axes: [2])
    return try reshape(y, Shape.checked([n] + sizes + [c]))
  }

  private static func adaptiveRanges(_ length: Int, _ count: Int) -> [Range<Int>] {
    (0..<count).map { $0 * length / count..<(($0 + 1) * length + count - 1) / count }
  }

  /// Sums along an axis by the rows of a matrix `[to, from]`: one product.
  static func mixed(_ x: Tensor, axis: Int, _ matrix: Tensor) throws -> Tensor {
    let before = x.shape.prefix(axis).reduce(1, *)
    let after = x.shape.dropFirst(axis + 1).reduce(1, *)
    let flat = try reshape(x, [before, x.shape[axis], after])
    return try reshape(matmul(matrix, flat), x.shape.replacing(axis, with: matrix.shape[0]))
  }
}
