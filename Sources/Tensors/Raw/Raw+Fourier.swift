import CKernels
import Diagnostics

/// Fourier transforms over the last axis.
extension Raw {
  /// `x` is `[2, …, n]`, the real parts and the imaginary ones; so is the result. Not scaled by 1/n.
  package static func fourier(_ x: Tensor, inverse: Bool) throws -> Tensor {
    guard x.rank >= 2, x.shape[0] == 2 else { throw Failure("rank", "a pair of tensors is wanted, not \(x.shape)") }
    let n = x.shape[x.rank - 1]
    let count = x.count / 2
    let source = try cast(x, .f64).contiguous
    let result = try Tensor.uninitialized(x.shape, .f64)
    guard count > 0 else { return try cast(result, x.dtype) }
    let (from, to): (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) = (source.pointer(), result.pointer())
    let room = nns_fourier_room(n)
    // Found out before, so that no thread is left without.
    _ = try Storage(byteCount: (2 * n + room) * 8)
    Threads.share(count / n, grain: Swift.max(1, 4096 / n)) { first, last in
      let line = UnsafeMutablePointer<Double>.allocate(capacity: 2 * n + room)
      defer { line.deallocate() }
      for row in first..<last {
        for i in 0..<n { (line[2 * i], line[2 * i + 1]) = (from[row * n + i], from[count + row * n + i]) }
        nns_fourier(n, inverse ? 1 : 0, line, line + 2 * n)
        for i in 0..<n { (to[row * n + i], to[count + row * n + i]) = (line[2 * i], line[2 * i + 1]) }
      }
    }
    withExtendedLifetime(source) {}
    return x.dtype == .f64 ? result : try cast(result, .f32)
  }
}
