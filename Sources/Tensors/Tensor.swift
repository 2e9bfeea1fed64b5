import CKernels
import Diagnostics

/// What Autodiff hangs on a recorded tensor. Raw operations ignore it, and their results have none.
package typealias TapeNode = AnyObject

/// What a tensor is apart from its history: bytes, and how they are read. A new tensor's bytes are its own, so that it is
/// one object; those of a view are another storage's.
final class TensorBody: Storage, @unchecked Sendable {
  /// The storage that a view keeps alive.
  fileprivate final var viewed: Storage?
  /// The place of the first element, in elements.
  final let offset: Int
  /// The strides of a view that is not row-major.
  final let layout: Layout?
  final let shape: Shape
  /// The number of elements: exact for what has bytes of its own (a stretched view may be larger than any).
  final let count: Int
  final var dtype: DType
  final var isNumber: Bool

  final class Layout {
    let strides: Shape.Sizes

    init(_ strides: Shape.Sizes) { self.strides = strides }
  }

  /// New bytes for a row-major tensor. Error: `too-large`.
  init(_ shape: Shape, _ dtype: DType, count: Int, isNumber: Bool = false) throws {
    let byteCount = count * dtype.size
    let bytes = try Storage.allocate(byteCount)
    viewed = nil
    offset = 0
    layout = nil
    self.shape = shape
    self.count = count
    self.dtype = dtype
    self.isNumber = isNumber
    super.init(bytes, byteCount: byteCount, owner: nil, table: nil, .bytes)
  }

  init(viewing storage: Storage, offset: Int, _ layout: Layout?, _ shape: Shape, _ dtype: DType, isNumber: Bool) {
    viewed = storage
    self.offset = offset
    self.layout = layout
    self.shape = shape
    var n = 1
    for axis in 0..<shape.rank { n = n &* shape.sizes[axis] }
    count = n
    self.dtype = dtype
    self.isNumber = isNumber
    super.init(
      storage.bytes, byteCount: storage.byteCount, owner: storage.owner, table: storage.table, .nothing)
  }
}

/// A view of a storage: a value, like a number. Changing one never changes another.
///
/// Several tensors may share a storage, so whoever writes makes sure first that nobody else can see it. The struct is two
/// references, so that copies, optionals and arrays of tensors cost little.
package struct Tensor: @unchecked Sendable {
  var body: TensorBody
  package var node: TapeNode?

  package internal(set) var storage: Storage {
    @inline(__always) get { body.viewed ?? body }
    set { body = TensorBody(viewing: newValue, offset: offset, body.layout, shape, dtype, isNumber: isNumber) }
  }
  /// The place of the first element in the storage, in elements.
  @inline(__always) package var offset: Int { body.offset }
  @inline(__always) package var shape: Shape { body.shape }
  /// The sizes of the axes to where there is room for eight of them; returns how many there are.
  package func copySizes(to room: UnsafeMutablePointer<Int>) -> Int {
    let rank = body.shape.rank
    for axis in 0..<rank { room[axis] = body.shape.sizes[axis] }
    return rank
  }
  package internal(set) var dtype: DType {
    @inline(__always) get { body.dtype }
    set { if newValue != dtype { ownBody().dtype = newValue } }
  }
  /// A number of the language in a tensor's clothing: f64 without axes, takes the other operand's dtype.
  package var isNumber: Bool {
    @inline(__always) get { body.isNumber }
    set { if newValue != isNumber { ownBody().isNumber = newValue } }
  }

  /// The body, held by nobody else.
  private mutating func ownBody() -> TensorBody {
    if !isKnownUniquelyReferenced(&body) {
      body = TensorBody(viewing: storage, offset: offset, body.layout, shape, dtype, isNumber: isNumber)
    }
    return body
  }

  /// Steps between neighbours along each axis, in elements; 0 repeats, negative walks backwards.
  package var strides: Shape.Sizes { body.layout?.strides ?? shape.rowMajorStrides }
  /// Whether the elements lie row-major without gaps.
  @inline(__always) package var isContiguous: Bool { body.layout == nil }

  private init(_ body: TensorBody) { self.body = body }

  /// A tensor over a storage, row-major from `offset`.
  package init(storage: Storage, offset: Int = 0, shape: Shape, dtype: DType) {
    self.init(TensorBody(viewing: storage, offset: offset, nil, shape, dtype, isNumber: false))
  }

  /// A strided view of the same storage.
  init(viewing base: Tensor, offset: Int, shape: Shape, strides: Shape.Sizes) {
    let layout = Tensor.isRowMajor(shape, strides) ? nil : TensorBody.Layout(strides)
    self.init(TensorBody(viewing: base.storage, offset: offset, layout, shape, base.dtype, isNumber: false))
  }

  /// A tensor whose elements are yet to be written. Error: `too-large`.
  package static func uninitialized(_ shape: Shape, _ dtype: DType) throws -> Tensor {
    Tensor(try TensorBody(shape, dtype, count: try shape.checkedCount()))
  }

  /// A number's tensor, yet to be written.
  static func uninitializedNumber() throws -> Tensor {
    Tensor(try TensorBody(Shape(), .f64, count: 1, isNumber: true))
  }

  /// A row-major tensor of the same shape and dtype whose elements are yet to be written. Error: `too-large`.
  @inline(__always) static func uninitialized(like other: borrowing Tensor) throws -> Tensor {
    Tensor(try TensorBody(other.body.shape, other.body.dtype, count: other.body.count))
  }

  package var rank: Int { shape.rank }
  /// The number of elements: exact for what has a storage of its own (a stretched view may be larger than any).
  @inline(__always) package var count: Int { body.count }
  /// Whether the elements are bytes seen through a table (see `Storage`).
  @inline(__always) package var isLookup: Bool { body.table != nil }
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
      if isContiguous && !isLookup { return self }
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
    guard let table = body.table else {
      stridedCopy(from: rawPointer, strides, to: target, shape.rowMajorStrides, dtype.size)
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
    self.dtype == dtype && isContiguous && !isLookup
  }

  /// Whether the storage is seen by nobody else and holds exactly this (row-major) tensor, which may then be overwritten.
  @inline(__always) mutating func isOwnBuffer() -> Bool {
    body.offset == 0 && body.byteCount == body.count * body.dtype.size && isUnshared()
  }

  /// Whether nobody else can see the bytes.
  @inline(__always) mutating func isUnshared() -> Bool {
    isKnownUniquelyReferenced(&body) && (body.viewed == nil || isKnownUniquelyReferenced(&body.viewed))
  }

  // MARK: Pointers, for kernels. The caller keeps the tensor alive and knows that it is contiguous and no lookup.

  @inline(__always) var rawPointer: UnsafeMutableRawPointer { body.bytes + body.offset * body.dtype.size }
  @inline(__always) var bytePointer: UnsafeMutablePointer<UInt8> {
    (body.bytes + body.offset).assumingMemoryBound(to: UInt8.self)
  }
  @inline(__always) func pointer<T: BitwiseCopyable>(_ type: T.Type = T.self) -> UnsafeMutablePointer<T> {
    body.bytes.assumingMemoryBound(to: T.self) + body.offset
  }
}
