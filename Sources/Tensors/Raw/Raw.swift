import CKernels
import Diagnostics

/// The operations on tensors, without gradients: each takes and gives values, broadcasts by the suffix rule, and throws
/// a `Failure` for what it cannot do. Autodiff offers the same names as `Op`.
package enum Raw {}

extension Raw {
  /// The same elements in another dtype: floats are cut towards zero.
  ///
  /// More than a million bytes cast to f32 become a look-up over the same storage. Error: `integer-overflow`.
  package static func cast(_ x: Tensor, _ dtype: DType) throws -> Tensor {
    if x.dtype == dtype { return asTensor(x) }
    if dtype == .f32 && x.dtype == .u8 && x.storage.byteCount > lookupThreshold {
      let lookup = try Storage(lookup: x.storage) { table in
        for byte in 0..<256 { table[byte] = Float(byte) }
      }
      var result = Tensor(viewing: x, offset: x.offset, shape: x.shape, strides: x.strides)
      result.storage = lookup
      result.dtype = .f32
      return result
    }
    return try converted(x, dtype)
  }

  /// Bytes of a u8 tensor from which a cast to f32 keeps the bytes.
  package static let lookupThreshold = 1 << 20

  static func converted(_ x: Tensor, _ dtype: DType) throws -> Tensor {
    if x.dtype == dtype { return try x.contiguous }
    let source = try x.contiguous
    let result = try Tensor.uninitialized(source.shape, dtype)
    let bad = nns_convert(
      source.dtype.kernelType, source.rawPointer, dtype.kernelType, result.rawPointer, source.count)
    withExtendedLifetime(source) {}
    guard bad == 0 else { throw Tensor.doesNotFit(dtype) }
    return result
  }

  /// A number stops being one: a tensor without axes, f64.
  private static func asTensor(_ x: Tensor) -> Tensor {
    var result = x.detached
    result.isNumber = false
    return result
  }

  /// Contiguous, read through the table, of the given dtype: what a kernel takes.
  @inline(__always) static func kernelInput(_ x: Tensor, _ dtype: DType) throws -> Tensor {
    if x.dtype == dtype && x.isContiguous && x.storage.table == nil { return x }
    return try converted(x, dtype)
  }

  /// The float dtype in which a function of `x` is computed: ints in f32, half in f32.
  @inline(__always) static func floatType(_ x: Tensor) -> DType { x.dtype == .f64 ? .f64 : .f32 }

  /// Values copied row-major without gaps and without a table.
  package static func contiguous(_ x: Tensor) throws -> Tensor { try x.contiguous.detached }
}
