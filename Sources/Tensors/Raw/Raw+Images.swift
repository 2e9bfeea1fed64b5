import CKernels
import COneDNN
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

/// Convolution (cross-correlation, as in every framework) of images [n, h, w, c]; weights [h, w, in / groups, out].
///
/// oneDNN does it where it is installed. Otherwise the patches under the window are copied out, a chunk of output pixels
/// at a time, and multiplied. Images are shared among threads; sums over the batch stay in one order.
extension Raw {
  /// With `bias`, one number for each of the filters is added; with `relu`, what is below 0 becomes 0.
  package static func conv2d(
    _ x: Tensor, _ w: Tensor, _ window: Window = Window(), bias: Tensor? = nil, relu: Bool = false
  ) throws -> Tensor {
    let dtype = try convType(x, w)
    let geometry = try convGeometry(x.shape, w.shape, window)
    if let bias, bias.shape != [geometry.out] {
      throw Failure("layer-size", "a bias of [\(geometry.out)] is wanted, not \(bias.shape)", argument: 2)
    }
    let input = try kernelInput(x, dtype)
    let weights = try kernelInput(w, dtype)
    let offsets = try bias.map { try kernelInput($0, dtype) }
    let result = try Tensor.uninitialized(
      try Shape.checked([geometry.batch, geometry.out_height, geometry.out_width, geometry.out]), dtype)
    defer { withExtendedLifetime((input, weights, offsets)) {} }
    if dtype == .f32, Backend.convolvesWithOneDNN {
      let done = eachPart(geometry) { part, image in
        let out: UnsafeMutablePointer<Float> = result.pointer() + image * geometry.outputSize
        let status = nnd_conv_forward(
          &part, input.pointer() + image * geometry.inputSize, weights.pointer(), offsets?.pointer(), out)
        // While it is near; oneDNN's own relu would turn nan into 0.
        if relu, status == 0 { nns_unary_f32(NNS_RELU, out, out, part.batch * geometry.outputSize, 0) }
        return status
      }
      if done { return result }
    }
    try eachChunk(geometry, dtype) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      fill(geometry, group, input, patches, first, last, dtype)
      run(
        nns_product(
          m: rows, n: width, k: depth, a: patches, a_row: depth, a_column: 1,
          b: weights.rawPointer + group * width * dtype.size, b_row: geometry.out, b_column: 1,
          c: result.rawPointer + (first * geometry.out + group * width) * dtype.size, c_row: geometry.out,
          bias: offsets.map { UnsafeRawPointer($0.rawPointer) + group * width * dtype.size }, relu: relu ? 1 : 0,
          accumulate: 0), dtype)
    }
    return result
  }

  /// The gradient of `conv2d` for its input of shape `shape`, from that of its output.
  package static func conv2dInputGradient(
    _ g: Tensor, _ w: Tensor, inputShape shape: Shape, _ window: Window = Window()
  ) throws -> Tensor {
    let dtype = try convType(g, w)
    let geometry = try convGeometry(shape, w.shape, window)
    try checkGradient(g, geometry)
    let gradient = try kernelInput(g, dtype)
    let weights = try kernelInput(w, dtype)
    defer { withExtendedLifetime((gradient, weights)) {} }
    if dtype == .f32, Backend.convolvesWithOneDNN {
      let result = try Tensor.uninitialized(shape, dtype)
      let done = eachPart(geometry) { part, image in
        nnd_conv_backward_data(
          &part, gradient.pointer() + image * geometry.outputSize, weights.pointer(),
          result.pointer() + image * geometry.inputSize)
      }
      if done { return result }
    }
    let result = try Tensor.zeros(shape, dtype)
    try eachChunk(geometry, dtype) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      run(
        nns_product(
          m: rows, n: depth, k: width,
          a: gradient.rawPointer + (first * geometry.out + group * width) * dtype.size, a_row: geometry.out,
          a_column: 1,
          b: weights.rawPointer + group * width * dtype.size, b_row: 1, b_column: geometry.out, c: patches,
          c_row: depth,
          bias: nil, relu: 0, accumulate: 0), dtype)
      var c = geometry
      if dtype == .f32 {
        nns_unpatch_f32(&c, group, patches.assumingMemoryBound(to: Float.self), result.pointer(), first, last)
      } else {
        nns_unpatch_f64(&c, group, patches.assumingMemoryBound(to: Double.self), result.pointer(), first, last)
      }
    }
    return result
  }

  /// The gradient of `conv2d` for its weights of shape `shape`.
  package static func conv2dWeightGradient(
    _ x: Tensor, _ g: Tensor, weightShape shape: Shape, _ window: Window = Window()
  ) throws -> Tensor {
    let dtype = try convType(x, g)
    let geometry = try convGeometry(x.shape, shape, window)
    try checkGradient(g, geometry)
    let input = try kernelInput(x, dtype)
    let gradient = try kernelInput(g, dtype)
    defer { withExtendedLifetime((input, gradient)) {} }
    let result = try Tensor.zeros(shape, dtype)
    if dtype == .f32, Backend.convolvesWithOneDNN {
      var c = geometry.oneDNN
      if nnd_conv_backward_weights(&c, input.pointer(), gradient.pointer(), result.pointer()) == 0 { return result }
    }
    try eachChunk(geometry, dtype, shared: false) { patches, group, first, last in
      let (rows, depth, width) = (last - first, geometry.patch, geometry.out / geometry.groups)
      fill(geometry, group, input, patches, first, last, dtype)
      run(
        nns_product(
          m: depth, n: width, k: rows, a: patches, a_row: 1, a_column: depth,
          b: gradient.rawPointer + (first * geometry.out + group * width) * dtype.size, b_row: geometry.out,
          b_column: 1,
          c: result.rawPointer + group * width * dtype.size, c_row: geometry.out, bias: nil, relu: 0, accumulate: 1),
        dtype)
    }
    return result
  }

  private static func run(_ job: nns_product, _ dtype: DType) {
    var job = job
    if dtype == .f32 { nns_product_f32(&job) } else { nns_product_f64(&job) }
  }

  private static func fill(
    _ geometry: nns_conv, _ group: Int, _ x: Tensor, _ patches: UnsafeMutableRawPointer, _ first: Int, _ last: Int,
    _ dtype: DType
  ) {
    var c = geometry
    if dtype == .f32 {
      nns_patches_f32(&c, group, x.pointer(), patches.assumingMemoryBound(to: Float.self), first, last)
    } else {
      nns_patches_f64(&c, group, x.pointer(), patches.assumingMemoryBound(to: Double.self), first, last)
    }
  }

  /// Runs of images, one for each thread, given to oneDNN; false when it refused one.
  private static func eachPart(_ c: nns_conv, _ body: (inout nnd_conv, Int) -> Int32) -> Bool {
    let refused = UnsafeMutablePointer<Int32>.allocate(capacity: c.batch + 1)
    defer { refused.deallocate() }
    refused.initialize(repeating: 0, count: c.batch + 1)
    Threads.share(c.batch, grain: 1) { first, last in
      var part = c.oneDNN
      part.batch = last - first
      refused[first] = body(&part, first)
    }
    return !UnsafeBufferPointer(start: refused, count: c.batch + 1).contains { $0 != 0 }
  }

  /// Whole images in chunks whose patches stay in the second-level cache, or parts of one large image. The cut depends on
  /// the shapes alone. Shared chunks must write to places of their own images only.
  private static func eachChunk(
    _ c: nns_conv, _ dtype: DType, shared: Bool = true, _ body: (UnsafeMutableRawPointer, Int, Int, Int) -> Void
  ) throws {
    let pixels = c.out_height * c.out_width
    let depth = c.patch
    guard c.batch > 0, pixels > 0, depth > 0, c.out > 0 else { return }
    let rows = Swift.max(16, 65536 / depth)
    let images = Swift.max(1, rows / pixels)
    let chunk = Swift.min(rows, images * pixels)
    let bytes = chunk * depth * dtype.size
    func work(_ first: Int, _ last: Int) {
      guard let patches = nns_allocate(bytes) else { return }
      defer { nns_release(patches, bytes) }
      var image = first
      while image < last, nns_interrupted() == 0 {
        let end = Swift.min(last, image + images) * pixels
        var row = image * pixels
        while row < end {
          let next = Swift.min(end, row + chunk)
          for group in 0..<c.groups { body(patches, group, row, next) }
          row = next
        }
        image += images
      }
    }
    // Whether there is room is found out before, so that no chunk can be left out.
    _ = try Storage(byteCount: bytes)
    if shared { Threads.share(c.batch, grain: images, work) } else { work(0, c.batch) }
    try Resources.check()
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
  var inputSize: Int { height * width * `in` }
  var outputSize: Int { out_height * out_width * out }
  var oneDNN: nnd_conv {
    nnd_conv(
      batch: batch, height: height, width: width, in: `in`, out_height: out_height, out_width: out_width, out: out,
      kernel_height: kernel_height, kernel_width: kernel_width, stride_y: stride_y, stride_x: stride_x,
      pad_top: pad_top, pad_left: pad_left, dilation_y: dilation_y, dilation_x: dilation_x, groups: groups)
  }

  /// The length of one patch.
  var patch: Int { kernel_height * kernel_width * `in` / groups }
}
