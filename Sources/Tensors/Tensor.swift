import CKernels
import Diagnostics

/// What Autodiff hangs on a recorded tensor. Raw operations ignore it, and their results have none.
package typealias TapeNode = AnyObject

/// A view of a storage: a value, like a number. Changing one never changes another.
///
/// Several tensors may share a storage, so whoever writes makes sure first that nobody else can see it.
package struct Tensor: @unchecked Sendable {
  package internal(set) var storage: Storage
  /// The place of the first element in the storage, in elements.
  package internal(set) var offset: Int
  package var node: TapeNode?
  /// The strides of a view that is not row-major. Most tensors are, and a small struct is copied in a few instructions.
  private var layout: Layout?
  package internal(set) var shape: Shape
  package internal(set) var dtype: DType
  /// A number of the language in a tensor's clothing: f64 without axes, takes the other operand's dtype.
  package var isNumber: Bool

  private final class Layout {
    let strides: Shape.Sizes

    init(_ strides: Shape.Sizes) { self.strides = strides }
  }

  /// Steps between neighbours along each axis, in elements; 0 repeats, negative walks backwards.
  package var strides: Shape.Sizes { layout?.strides ?? shape.rowMajorStrides }
  /// Whether the elements lie row-major without gaps.
  @inline(__always) package var isContiguous: Bool { layout == nil }

  /// A tensor over a storage, row-major from `offset`.
  package init(storage: Storage, offset: Int = 0, shape: Shape, dtype: DType) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.dtype = dtype
    isNumber = false
  }

  /// A strided view of the same storage.
  init(viewing base: Tensor, offset: Int, shape: Shape, strides: Shape.Sizes) {
    storage = base.storage
    self.offset = offset
    self.shape = shape
    layout = Tensor.isRowMajor(shape, strides) ? nil : Layout(strides)
    dtype = base.dtype
    isNumber = false
  }

  /// A tensor whose elements are yet to be written. Error: `too-large`.
  package static func uninitialized(_ shape: Shape, _ dtype: DType) throws -> Tensor {
    let count = try shape.checkedCount()
    return Tensor(storage: try Storage(byteCount: count * dtype.size), shape: shape, dtype: dtype)
  }

  package var rank: Int { shape.rank }
  /// The number of elements: exact for what has a storage of its own (a stretched view may be larger than any).
  @inline(__always) package var count: Int {
    var n = 1
    var axis = 0
    while axis < shape.rank {
      n = n &* shape.sizes[axis]
      axis += 1
    }
    return n
  }
  /// Whether the elements are bytes seen through a table (see `Storage`).
  package var isLookup: Bool { storage.table != nil }
  /// Bytes that the elements take where they lie.
  package var byteCount: Int { count * (isLookup ? 1 : dtype.size) }

  static func isRowMajor(_ shape: Shape, _ strides: Shape.Sizes) -> Bool {
    var step = 1
    var axis = shape.rank - 1
    while axis >= 0 {
      let size = shape.sizes[axis]
      if size != 1 {
        if size == 0 { return true }
        if strides[axis] != step { return false }
        step *= size
      }
      axis -= 1
    }
    return true
  }

  /// The same value without its place on the tape.
  package var detached: Tensor {
    var result = self
    result.node = nil
    return result
  }

  /// The same elements row-major without gaps, read through the table if there is one. Error: `too-large`.
  package var contiguous: Tensor {
    get throws {
      if isContiguous && storage.table == nil { return self }
      return try materialized()
    }
  }

  private func materialized() throws -> Tensor {
    var result = try Tensor.uninitialized(shape, dtype)
    result.isNumber = isNumber
    try copyElements(to: result.rawPointer)
    return result
  }

  /// Writes the elements row-major to `target`, through the table if there is one.
  package func copyElements(to target: UnsafeMutableRawPointer) throws {
    guard let table = storage.table else {
      stridedCopy(from: storage.bytes + offset * dtype.size, strides, to: target, shape.rowMajorStrides, dtype.size)
      return
    }
    let count = self.count
    let floats = target.assumingMemoryBound(to: Float.self)
    if isContiguous {
      nns_lookup_f32(bytePointer, table, floats, count)
    } else {
      let bytes = try Storage(byteCount: count)
      stridedCopy(from: bytePointer, strides, to: bytes.bytes, shape.rowMajorStrides, 1)
      nns_lookup_f32(bytes.bytes.assumingMemoryBound(to: UInt8.self), table, floats, count)
      withExtendedLifetime(bytes) {}
    }
    withExtendedLifetime(storage) {}
  }

  private func stridedCopy(
    from source: UnsafeRawPointer, _ sourceStrides: Shape.Sizes, to target: UnsafeMutableRawPointer,
    _ targetStrides: Shape.Sizes, _ size: Int
  ) {
    Tensor.copy(shape, size, from: source, sourceStrides, to: target, targetStrides)
  }

  /// Copies between two strided layouts of one shape.
  static func copy(
    _ shape: Shape, _ size: Int, from source: UnsafeRawPointer, _ sourceStrides: Shape.Sizes,
    to target: UnsafeMutableRawPointer, _ targetStrides: Shape.Sizes
  ) {
    withUnsafePointer(to: shape.sizes) { sizes in
      withUnsafePointer(to: sourceStrides) { from in
        withUnsafePointer(to: targetStrides) { to in
          nns_copy(
            Int32(size), Int32(shape.rank), UnsafeRawPointer(sizes).assumingMemoryBound(to: Int.self), source,
            UnsafeRawPointer(from).assumingMemoryBound(to: Int.self), target,
            UnsafeRawPointer(to).assumingMemoryBound(to: Int.self))
        }
      }
    }
  }

  /// Whether a kernel can read the elements where they lie.
  @inline(__always) func isKernelReady(_ dtype: DType) -> Bool {
    self.dtype == dtype && isContiguous && storage.table == nil
  }

  /// Whether the storage is seen by nobody else and holds exactly this (row-major) tensor, which may then be overwritten.
  @inline(__always) mutating func isOwnBuffer() -> Bool {
    offset == 0 && isKnownUniquelyReferenced(&storage) && storage.byteCount == count * dtype.size
  }

  /// A tensor of the same shape and dtype over another storage.
  @inline(__always) init(rowMajorLike other: borrowing Tensor, _ storage: Storage) {
    self.storage = storage
    offset = 0
    shape = other.shape
    dtype = other.dtype
    isNumber = false
  }

  // MARK: Pointers, for kernels. The caller keeps the tensor alive and knows that it is contiguous and no lookup.

  @inline(__always) var rawPointer: UnsafeMutableRawPointer { storage.bytes + offset * dtype.size }
  @inline(__always) var bytePointer: UnsafeMutablePointer<UInt8> {
    (storage.bytes + offset).assumingMemoryBound(to: UInt8.self)
  }
  @inline(__always) func pointer<T: BitwiseCopyable>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    storage.bytes.assumingMemoryBound(to: T.self) + offset
  }
}
