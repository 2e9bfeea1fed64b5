import CKernels
import Diagnostics

/// The geometry of a window that slides over images [n, h, w, c].
package struct Window: Sendable, Hashable {
  package var strideY = 1, strideX = 1
  package var top = 0, bottom = 0, left = 0, right = 0
  package var dilationY = 1, dilationX = 1
  package var groups = 1

  package init(stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1), groups: Int = 1) {
    (strideY, strideX) = stride
    (dilationY, dilationX) = dilation
    self.groups = groups
  }

  /// The same with the padding that makes `output = ceil(input / stride)`, an odd pixel at the bottom and right.
  package func same(height: Int, width: Int, kernel: (Int, Int)) -> Window {
    var result = self
    func total(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> Int {
      let out = (size + stride - 1) / stride
      return Swift.max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size)
    }
    let y = total(height, kernel.0, strideY, dilationY)
    let x = total(width, kernel.1, strideX, dilationX)
    (result.top, result.bottom) = (y / 2, y - y / 2)
    (result.left, result.right) = (x / 2, x - x / 2)
    return result
  }

  /// The same with `y` rows and `x` columns of padding on each side.
  package func padded(_ y: Int, _ x: Int) -> Window {
    var result = self
    (result.top, result.bottom, result.left, result.right) = (y, y, x, x)
    return result
  }

  /// The output's height and width. Error: `layer-size` when the window does not fit.
  package func output(height: Int, width: Int, kernel: (Int, Int)) throws -> (Int, Int) {
    let values = [strideY, strideX, dilationY, dilationX, groups, kernel.0, kernel.1]
    guard values.allSatisfy({ $0 >= 1 && $0 < 1 << 31 }),
      [top, bottom, left, right].allSatisfy({ $0 >= 0 && $0 < 1 << 31 })
    else { throw Failure("argument-range", "sizes, strides and dilations start at 1, paddings at 0") }
    let y = height + top + bottom - ((kernel.0 - 1) * dilationY + 1)
    let x = width + left + right - ((kernel.1 - 1) * dilationX + 1)
    guard y >= 0, x >= 0 else {
      throw Failure(
        "layer-size", "a window of [\(kernel.0), \(kernel.1)] does not fit into an image of [\(height), \(width)]",
        argument: 0)
    }
    return (y / strideY + 1, x / strideX + 1)
  }
}

/// Convolution (cross-correlation, as in every framework) and pooling of images [n, h, w, c]; weights [h, w, in, out].
extension Raw {
  package static func conv2d(_ x: Tensor, _ w: Tensor, _ window: Window = Window()) throws -> Tensor {
    let dtype = try convType(x, w)
    var geometry = try convGeometry(x.shape, w.shape, window)
    let input = try kernelInput(x, dtype)
    let weights = try kernelInput(w, dtype)
    let result = try Tensor.uninitialized(
      try Shape.checked([geometry.batch, geometry.out_height, geometry.out_width, geometry.out]), dtype)
    try eachChunk(geometry, dtype) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      fill(&geometry, group, input, patches, first, last, dtype)
      var job = nns_product(
        m: rows, n: width, k: depth, a: patches, a_row: depth, a_column: 1,
        b: weights.rawPointer + group * width * dtype.size, b_row: geometry.out, b_column: 1,
        c: result.rawPointer + (first * geometry.out + group * width) * dtype.size, c_row: geometry.out, bias: nil,
        relu: 0, accumulate: 0)
      if dtype == .f32 { nns_product_f32(&job) } else { nns_product_f64(&job) }
    }
    withExtendedLifetime((input, weights)) {}
    return result
  }

  /// The gradient of `conv2d` for its input of shape `shape`, from that of its output.
  package static func conv2dInputGradient(
    _ g: Tensor, _ w: Tensor, inputShape shape: Shape, _ window: Window = Window()
  ) throws -> Tensor {
    let dtype = try convType(g, w)
    var geometry = try convGeometry(shape, w.shape, window)
    try checkGradient(g, geometry)
    let gradient = try kernelInput(g, dtype)
    let weights = try kernelInput(w, dtype)
    let result = try Tensor.zeros(shape, dtype)
    try eachChunk(geometry, dtype) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      var job = nns_product(
        m: rows, n: depth, k: width,
        a: gradient.rawPointer + (first * geometry.out + group * width) * dtype.size, a_row: geometry.out, a_column: 1,
        b: weights.rawPointer + group * width * dtype.size, b_row: 1, b_column: geometry.out, c: patches, c_row: depth,
        bias: nil, relu: 0, accumulate: 0)
      if dtype == .f32 {
        nns_product_f32(&job)
        nns_unpatch_f32(&geometry, group, patches.assumingMemoryBound(to: Float.self), result.pointer(), first, last)
      } else {
        nns_product_f64(&job)
        nns_unpatch_f64(&geometry, group, patches.assumingMemoryBound(to: Double.self), result.pointer(), first, last)
      }
    }
    withExtendedLifetime((gradient, weights)) {}
    return result
  }

  /// The gradient of `conv2d` for its weights of shape `shape`.
  package static func conv2dWeightGradient(
    _ x: Tensor, _ g: Tensor, weightShape shape: Shape, _ window: Window = Window()
  ) throws -> Tensor {
    let dtype = try convType(x, g)
    var geometry = try convGeometry(x.shape, shape, window)
    try checkGradient(g, geometry)
    let input = try kernelInput(x, dtype)
    let gradient = try kernelInput(g, dtype)
    let result = try Tensor.zeros(shape, dtype)
    try eachChunk(geometry, dtype) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      fill(&geometry, group, input, patches, first, last, dtype)
      var job = nns_product(
        m: depth, n: width, k: rows, a: patches, a_row: 1, a_column: depth,
        b: gradient.rawPointer + (first * geometry.out + group * width) * dtype.size, b_row: geometry.out, b_column: 1,
        c: result.rawPointer + group * width * dtype.size, c_row: geometry.out, bias: nil, relu: 0, accumulate: 1)
      if dtype == .f32 { nns_product_f32(&job) } else { nns_product_f64(&job) }
    }
    withExtendedLifetime((input, gradient)) {}
    return result
  }

  private static func fill(
    _ geometry: inout nns_conv, _ group: Int, _ x: Tensor, _ patches: UnsafeMutableRawPointer, _ first: Int,
    _ last: Int, _ dtype: DType
  ) {
    if dtype == .f32 {
      nns_patches_f32(&geometry, group, x.pointer(), patches.assumingMemoryBound(to: Float.self), first, last)
    } else {
      nns_patches_f64(&geometry, group, x.pointer(), patches.assumingMemoryBound(to: Double.self), first, last)
    }
  }

  /// Output pixels in chunks whose patches stay in the second-level cache.
  private static func eachChunk(
    _ geometry: nns_conv, _ dtype: DType, _ body: (UnsafeMutableRawPointer, Int, Int, Int) throws -> Void
  ) throws {
    let rows = geometry.batch * geometry.out_height * geometry.out_width
    let depth = geometry.patch
    guard rows > 0, depth > 0, geometry.out > 0 else { return }
    let chunk = Swift.max(16, Swift.min(rows, 65536 / Swift.max(depth, 1)))
    let patches = try Storage(byteCount: chunk * depth * dtype.size)
    for group in 0..<geometry.groups {
      var first = 0
      while first < rows {
        if nns_interrupted() != 0 { throw Failure("interrupted", "interrupted") }
        try body(patches.bytes, group, first, Swift.min(rows, first + chunk))
        first += chunk
      }
    }
    withExtendedLifetime(patches) {}
  }

  private static func convType(_ x: Tensor, _ w: Tensor) throws -> DType {
    let dtype = try DTypeRules.binary(x, w, .alwaysFloat)
    return dtype == .f64 ? .f64 : .f32
  }

  private static func checkGradient(_ g: Tensor, _ c: nns_conv) throws {
    guard g.shape == [c.batch, c.out_height, c.out_width, c.out] else {
      throw Failure(
        "broadcast",
        "a gradient of shape [\(c.batch), \(c.out_height), \(c.out_width), \(c.out)] is wanted, not \(g.shape)")
    }
  }

  static func convGeometry(_ x: Shape, _ w: Shape, _ window: Window) throws -> nns_conv {
    guard x.rank == 4 else {
      throw Failure("layer-size", "images [n, h, w, c] are wanted, not \(x)", argument: 0)
    }
    guard w.rank == 4 else {
      throw Failure("layer-size", "weights [h, w, in, out] are wanted, not \(w)", argument: 1)
    }
    let (height, width) = try window.output(height: x[1], width: x[2], kernel: (w[0], w[1]))
    guard window.groups >= 1, x[3] == w[2] * window.groups, w[3] % window.groups == 0 else {
      throw Failure(
        "layer-size", "\(x[3]) channels do not go with weights \(w) in \(window.groups) groups", argument: 0,
        facts: [.init("x", x.description, argument: 0), .init("weights", w.description, argument: 1)])
    }
    return nns_conv(
      batch: x[0], height: x[1], width: x[2], in: x[3], out_height: height, out_width: width, out: w[3],
      kernel_height: w[0], kernel_width: w[1], stride_y: window.strideY, stride_x: window.strideX, pad_top: window.top,
      pad_left: window.left, dilation_y: window.dilationY, dilation_x: window.dilationX, groups: window.groups)
  }
}

extension nns_conv {
  /// The length of one patch.
  var patch: Int { kernel_height * kernel_width * `in` / groups }
}
