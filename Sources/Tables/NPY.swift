import Diagnostics
package import Tensors

/// NumPy's `.npy` arrays: bool, integers and floats, either byte order and either memory order. No pickled objects.
package enum NPY {
  package static func read(path: String) throws -> Tensor { try parse(Files.read(path), name: path) }

  /// - Throws: `file-format` when the bytes are no whole array of numbers; `integer-overflow` for u64 beyond 2^63.
  package static func parse(_ bytes: [UInt8], name: String) throws -> Tensor {
    func wrong(_ why: String) -> Failure {
      Failure("file-format", "`\(name)` is not an NPY file of numbers", why: why + ".")
    }
    guard bytes.starts(with: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]) else { throw wrong("it does not start as one") }
    guard bytes.count >= 10 else { throw wrong("it ends in its header") }
    let isLong = bytes[6] >= 2
    guard (1...3).contains(bytes[6]) else { throw wrong("its version \(bytes[6]) is unknown") }
    guard bytes.count >= 12 else { throw wrong("it ends in its header") }
    let length = (0..<(isLong ? 4 : 2)).reversed().reduce(0) { $0 << 8 | Int(bytes[8 + $1]) }
    let start = (isLong ? 12 : 10) + length
    guard length <= 1 << 20, bytes.count >= start else { throw wrong("it ends in its header") }
    let header = String(decoding: bytes[(start - length)..<start], as: UTF8.self)
    guard let descriptor = value(of: "descr", in: header).flatMap(quoted),
      let order = value(of: "fortran_order", in: header),
      let sizes = value(of: "shape", in: header).flatMap(tuple)
    else { throw wrong("its header cannot be read") }
    guard let kind = kinds[String(descriptor.dropFirst())], let mark = descriptor.first, "<>|=".contains(mark) else {
      throw wrong("its element type `\(descriptor)` is not a number")
    }
    let shape = try Shape.checked(sizes)
    let count = shape.elementCount
    guard count <= Files.largest, bytes.count - start == count * kind.size else {
      throw wrong("\(shape) of \(descriptor) does not match its \(bytes.count - start) bytes of data")
    }
    var data = Array(bytes[start...])
    if mark == ">", kind.size > 1 {
      for element in 0..<count {
        var (low, high) = (element * kind.size, element * kind.size + kind.size - 1)
        while low < high {
          data.swapAt(low, high)
          low += 1
          high -= 1
        }
      }
    }
    if order.hasPrefix("True"), shape.rank > 1 { data = rowMajor(data, sizes, kind.size) }
    return try tensor(data, kind, shape, name)
  }

  private enum Element { case bool, u8, i8, i16, u16, i32, u32, i64, u64, f16, f32, f64 }

  private static let kinds: [String: (element: Element, size: Int)] = [
    "b1": (.bool, 1), "u1": (.u8, 1), "i1": (.i8, 1), "i2": (.i16, 2), "u2": (.u16, 2), "i4": (.i32, 4),
    "u4": (.u32, 4), "i8": (.i64, 8), "u8": (.u64, 8), "f2": (.f16, 2), "f4": (.f32, 4), "f8": (.f64, 8),
  ]

  private static func tensor(
    _ data: [UInt8], _ kind: (element: Element, size: Int), _ shape: Shape, _ name: String
  ) throws -> Tensor {
    func all<T: BitwiseCopyable>(_ type: T.Type) -> [T] {
      data.withUnsafeBytes { bytes in
        (0..<shape.elementCount).map { bytes.loadUnaligned(fromByteOffset: $0 * kind.size, as: T.self) }
      }
    }
    switch kind.element {
    case .bool: return Tensor(data.map { $0 != 0 }, shape)
    case .u8: return Tensor(data, shape)
    case .i8: return Tensor(all(Int8.self), shape)
    case .i16: return Tensor(all(Int16.self).map { Int($0) }, shape)
    case .u16: return Tensor(all(UInt16.self).map { Int($0) }, shape)
    case .i32: return Tensor(all(Int32.self).map { Int($0) }, shape)
    case .u32: return Tensor(all(UInt32.self).map { Int($0) }, shape)
    case .i64: return Tensor(all(Int.self), shape)
    case .u64:
      return Tensor(
        try all(UInt64.self).map { value in
          guard let whole = Int(exactly: value) else {
            throw Failure("integer-overflow", "`\(name)` holds \(value), which does not fit in int")
          }
          return whole
        }, shape)
    case .f16: return Tensor(all(UInt16.self).map(half), shape)
    case .f32: return Tensor(all(Float.self), shape)
    case .f64: return Tensor(all(Double.self), shape)
    }
  }

  /// The value of a half-precision number: Swift's own Float16 is not on every platform.
  private static func half(_ bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }

  /// The elements of an array whose first axis runs fastest, put in row-major order.
  private static func rowMajor(_ data: [UInt8], _ sizes: [Int], _ size: Int) -> [UInt8] {
    var strides = [Int](repeating: 1, count: sizes.count)
    for axis in 1..<sizes.count { strides[axis] = strides[axis - 1] * sizes[axis - 1] }
    var result: [UInt8] = []
    result.reserveCapacity(data.count)
    var index = [Int](repeating: 0, count: sizes.count)
    for _ in 0..<(data.count / size) {
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } * size
      result += data[place..<place + size]
      var axis = sizes.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < sizes[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  /// What follows a key of the header's dictionary.
  private static func value(of key: String, in header: String) -> Substring? {
    let mark = Array("'\(key)':".utf8)
    let bytes = Array(header.utf8)
    guard bytes.count > mark.count else { return nil }
    for at in 0...(bytes.count - mark.count) where bytes[at..<at + mark.count].elementsEqual(mark) {
      let rest = String(decoding: bytes[(at + mark.count)...], as: UTF8.self)
      return rest.drop { $0 == " " }
    }
    return nil
  }

  private static func quoted(_ text: Substring) -> String? {
    guard text.first == "'", let end = text.dropFirst().firstIndex(of: "'") else { return nil }
    return String(text[text.index(after: text.startIndex)..<end])
  }

  private static func tuple(_ text: Substring) -> [Int]? {
    guard text.first == "(", let end = text.firstIndex(of: ")") else { return nil }
    let parts = text[text.index(after: text.startIndex)..<end].split(separator: ",")
    let sizes = parts.map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }.map { Int($0) }
    return sizes.contains { $0 == nil || $0! < 0 } ? nil : sizes.compactMap { $0 }
  }
}
