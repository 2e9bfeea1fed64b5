import CKernels
import Diagnostics

/// Making tensors of Swift values, and reading them back.
extension Tensor {
  private init<T: Element>(elements values: [T], _ shape: Shape, _ dtype: DType) {
    precondition(values.count == shape.elementCount, "\(values.count) values for \(shape)")
    guard let made = try? Tensor.uninitialized(shape, dtype) else {
      preconditionFailure("no memory for a copy of an array")
    }
    self = made
    values.withUnsafeBytes { source in
      if let base = source.baseAddress { rawPointer.copyMemory(from: base, byteCount: source.count) }
    }
  }

  /// Values in row-major order; without a shape, a vector.
  package init(_ values: [Float], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .f32)
  }
  package init(_ values: [Double], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .f64)
  }
  package init(_ values: [Int], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .int)
  }
  package init(_ values: [UInt8], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .u8)
  }
  package init(_ values: [Int8], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .i8)
  }
  package init(_ values: [Bool], _ shape: Shape? = nil) {
    self.init(elements: values, shape ?? [values.count], .bool)
  }

  /// A number of the language: takes the dtype of the tensor it meets.
  package init(number value: Double) {
    guard let made = try? Tensor.uninitializedNumber() else { preconditionFailure("no memory for a number") }
    self = made
    rawPointer.storeBytes(of: value, as: Double.self)
  }

  /// A tensor without axes of the given type.
  package init(scalar value: Double, _ dtype: DType) throws {
    self = try Tensor.full([], value, dtype)
  }

  package static func full(_ shape: Shape, _ value: Double, _ dtype: DType = .f32) throws -> Tensor {
    let result = try uninitialized(shape, dtype)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { bytes.deallocate() }
    var source = value
    guard nns_convert(NNS_F64, &source, dtype.kernelType, bytes, 1) == 0 else {
      throw Failure("integer-overflow", "\(formatNumber(value)) does not fit in \(dtype)")
    }
    copy(shape, dtype.size, from: bytes, Shape.Sizes(repeating: 0), to: result.rawPointer, result.strides)
    return result
  }

  package static func zeros(_ shape: Shape, _ dtype: DType = .f32) throws -> Tensor { try full(shape, 0, dtype) }
  package static func ones(_ shape: Shape, _ dtype: DType = .f32) throws -> Tensor { try full(shape, 1, dtype) }

  /// A contiguous tensor filled by the closure, which is handed all of its elements.
  package static func filled<T: Element>(
    _ shape: Shape, _ type: T.Type = T.self, dtype: DType? = nil, _ body: (UnsafeMutableBufferPointer<T>) throws -> Void
  ) throws -> Tensor {
    let result = try uninitialized(shape, dtype ?? T.dtype)
    try body(UnsafeMutableBufferPointer(start: result.pointer(T.self), count: result.count))
    return result
  }

  /// The only element, as a number. Error: `argument-type` when there are several.
  package var item: Double {
    get throws {
      if isNumber { return pointer(Double.self)[0] }
      guard count == 1 else {
        throw Failure(
          "argument-type", "a number is wanted here, not a tensor of \(count) elements",
          facts: [.init("x", shape.description, argument: 0)])
      }
      if dtype == .f64 && storage.table == nil { return pointer(Double.self)[0] }
      if dtype == .f32 && storage.table == nil { return Double(pointer(Float.self)[0]) }
      return try elements(Double.self)[0]
    }
  }

  /// The elements as doubles, row-major, whatever the dtype.
  package var doubles: [Double] { get throws { try elements(Double.self) } }
  package var floats: [Float] { get throws { try elements(Float.self) } }
  /// The elements cut towards zero. Error: `integer-overflow` for nan and what 64 bits cannot hold.
  package var ints: [Int] { get throws { try elements(Int.self) } }
  package var bools: [Bool] { get throws { try elements(Bool.self) } }
  package var bytes: [UInt8] { get throws { try elements(UInt8.self) } }

  /// The elements row-major as `T`.
  package func elements<T: Element>(_ type: T.Type) throws -> [T] {
    let source = try contiguous
    _ = try Storage.check(source.count * MemoryLayout<T>.stride)
    var fits = true
    let result = [T](unsafeUninitializedCapacity: source.count) { buffer, filled in
      if let base = buffer.baseAddress {
        fits = nns_convert(source.dtype.kernelType, source.rawPointer, T.dtype.kernelType, base, source.count) == 0
      }
      filled = source.count
    }
    withExtendedLifetime(source) {}
    guard fits else { throw Tensor.doesNotFit(T.dtype) }
    return result
  }

  /// The elements where they lie, for reading: contiguous, of the tensor's own type (`UInt8` reads bool too).
  package func withElements<T: Element, R>(_ type: T.Type, _ body: (UnsafeBufferPointer<T>) throws -> R) throws -> R {
    let source = try contiguous
    precondition(
      T.dtype == source.dtype || (T.self == UInt8.self && source.dtype == .bool), "\(source.dtype) read as \(T.self)")
    defer { withExtendedLifetime(source) {} }
    return try body(UnsafeBufferPointer(start: source.pointer(T.self), count: source.count))
  }

  /// The elements for changing in place: copied first when anything else can see them.
  package mutating func withMutableElements<T: Element, R>(
    _ type: T.Type, _ body: (UnsafeMutableBufferPointer<T>) throws -> R
  ) throws -> R {
    precondition(T.dtype == dtype || (T.self == UInt8.self && dtype == .bool), "\(dtype) changed as \(T.self)")
    try makeUnique()
    return try body(UnsafeMutableBufferPointer(start: pointer(T.self), count: count))
  }

  /// Makes the storage this tensor's own: contiguous, no lookup, seen by nobody else.
  package mutating func makeUnique() throws {
    node = nil
    if isContiguous && !isLookup && isUnshared() { return }
    let copy = try Tensor.uninitialized(shape, dtype)
    try copyElements(to: copy.rawPointer)
    let number = isNumber
    self = copy
    isNumber = number
  }

  static func doesNotFit(_ dtype: DType) -> Failure {
    Failure(
      "integer-overflow", "a value does not fit in \(dtype)", argument: 0,
      why: dtype == .u8
        ? "u8 holds 0 to 255." : dtype == .i8 ? "i8 holds -128 to 127." : "int holds whole numbers up to 2**63.")
  }
}

extension Storage {
  /// Error: `too-large` when that many bytes cannot be had.
  package static func check(_ byteCount: Int) throws -> Int {
    try Resources.require(byteCount)
    return byteCount
  }
}
