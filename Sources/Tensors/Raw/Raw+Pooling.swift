import CKernels
import Diagnostics

/// Pooling of images [n, h, w, c] over windows of `size`.
extension Raw {
  /// The largest of each window, and where it lay (opaque: hand it to the gradient).
  package static func maxPool2d(
    _ x: Tensor, size: (Int, Int), _ window: Window
  ) throws -> (output: Tensor, places: PoolPlaces) {
    let geometry = try poolGeometry(x.shape, size, window)
    let dtype = floatType(x)
    let source = try kernelInput(x, dtype)
    let shape: Shape = [geometry.batch, geometry.out_height, geometry.out_width, geometry.in]
    let result = try Tensor.uninitialized(shape, dtype)
    let places = PoolPlaces(try Storage(byteCount: shape.checkedCount() * 4))
    let p = places.storage.bytes.assumingMemoryBound(to: Int32.self)
    Threads.share(geometry.batch, grain: 1) { first, last in
      var own = geometry
      if dtype == .f32 {
        nns_max_pool_f32(&own, source.pointer(), result.pointer(), p, first, last)
      } else {
        nns_max_pool_f64(&own, source.pointer(), result.pointer(), p, first, last)
      }
    }
    withExtendedLifetime(source) {}
    return (result, places)
  }

  package static func maxPool2dGradient(
    _ g: Tensor, _ places: PoolPlaces, inputShape: Shape, size: (Int, Int), _ window: Window
  ) throws -> Tensor {
    let geometry = try poolGeometry(inputShape, size, window)
    try checkPooled(g, geometry)
    let dtype = floatType(g)
    let source = try kernelInput(g, dtype)
    let result = try Tensor.uninitialized(inputShape, dtype)
    let p = places.storage.bytes.assumingMemoryBound(to: Int32.self)
    precondition(places.storage.byteCount == g.count * 4)
    Threads.share(geometry.batch, grain: 1) { first, last in
      var own = geometry
      if dtype == .f32 {
        nns_max_pool_gradient_f32(&own, source.pointer(), p, result.pointer(), first, last)
      } else {
        nns_max_pool_gradient_f64(&own, source.pointer(), p, result.pointer(), first, last)
      }
    }
    withExtendedLifetime((source, places)) {}
    return result
  }

  /// The elements that `maxPool2d` chose, gathered from another tensor of the input's shape (for second derivatives).
  package static func maxPool2dGather(
    _ x: Tensor, _ places: PoolPlaces, size: (Int, Int), _ window: Window
  ) throws -> Tensor {
    let c = try poolGeometry(x.shape, size, window)
    let source = try x.contiguous
    let shape: Shape = [c.batch, c.out_height, c.out_width, c.in]
    let result = try Tensor.uninitialized(shape, x.dtype)
    let p = places.storage.bytes.assumingMemoryBound(to: Int32.self)
    precondition(places.storage.byteCount == result.count * 4)
    let (from, to, bytes) = (source.rawPointer, result.rawPointer, x.dtype.size)
    let (image, out) = (c.height * c.width * c.in, c.out_height * c.out_width * c.in)
    for i in 0..<result.count {
      let at = (i / Swift.max(out, 1)) * image + Int(Swift.max(p[i], 0)) * c.in + i % c.in
      (to + i * bytes).copyMemory(from: from + at * bytes, byteCount: bytes)
    }
    withExtendedLifetime((source, places)) {}
    return result
  }

  /// The mean of each window: of the part inside the image, or with `countPadding` of all of it.
  package static func avgPool2d(
    _ x: Tensor, size: (Int, Int), _ window: Window, countPadding: Bool = false
  ) throws -> Tensor {
    var geometry = try poolGeometry(x.shape, size, window)
    let dtype = floatType(x)
    let source = try kernelInput(x, dtype)
    let result = try Tensor.uninitialized(
      [geometry.batch, geometry.out_height, geometry.out_width, geometry.in], dtype)
    if dtype == .f32 {
      nns_avg_pool_f32(&geometry, countPadding ? 1 : 0, source.pointer(), result.pointer())
    } else {
      nns_avg_pool_f64(&geometry, countPadding ? 1 : 0, source.pointer(), result.pointer())
    }
    withExtendedLifetime(source) {}
    return result
  }

  package static func avgPool2dGradient(
    _ g: Tensor, inputShape: Shape, size: (Int, Int), _ window: Window, countPadding: Bool = false
  ) throws -> Tensor {
    var geometry = try poolGeometry(inputShape, size, window)
    try checkPooled(g, geometry)
    let dtype = floatType(g)
    let source = try kernelInput(g, dtype)
    let result = try Tensor.uninitialized(inputShape, dtype)
    if dtype == .f32 {
      nns_avg_pool_gradient_f32(&geometry, countPadding ? 1 : 0, source.pointer(), result.pointer())
    } else {
      nns_avg_pool_gradient_f64(&geometry, countPadding ? 1 : 0, source.pointer(), result.pointer())
    }
    withExtendedLifetime(source) {}
    return result
  }

  private static func checkPooled(_ g: Tensor, _ c: nns_conv) throws {
    guard g.shape == [c.batch, c.out_height, c.out_width, c.in] else {
      throw Failure(
        "broadcast",
        "a gradient of shape [\(c.batch), \(c.out_height), \(c.out_width), \(c.in)] is wanted, not \(g.shape)")
    }
  }

  private static func poolGeometry(_ x: Shape, _ size: (Int, Int), _ window: Window) throws -> nns_conv {
    guard x.rank == 4 else { throw Failure("layer-size", "images [n, h, w, c] are wanted, not \(x)", argument: 0) }
    guard x[1] * x[2] < 1 << 31 else { throw Failure("too-large", "an image has fewer than 2**31 pixels", argument: 0) }
    var geometry = try convGeometry(x, [size.0, size.1, x[3], x[3]], window)
    geometry.groups = 1
    return geometry
  }
}

/// Where `maxPool2d` found its largest elements.
package final class PoolPlaces: @unchecked Sendable {
  let storage: Storage

  init(_ storage: Storage) { self.storage = storage }
}
