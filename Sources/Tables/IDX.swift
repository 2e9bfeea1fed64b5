import Diagnostics
package import Tensors

/// The format of the MNIST family: a magic number, big-endian sizes, then the elements.
package enum IDX {
  /// Reads an IDX file, compressed with gzip or not.
  ///
  /// - Throws: `file-missing`, `file-format` when the file is something else or ends early, `file-too-large`.
  package static func read(path: String) throws -> Tensor {
    try parse(Inflate.expanded(Files.read(path), name: path), name: path)
  }

  package static func parse(_ bytes: [UInt8], name: String) throws -> Tensor {
    func wrong(_ why: String) -> Failure { Failure("file-format", "`\(name)` is not a whole IDX file", why: why + ".") }
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw wrong(bytes.count < 4 ? "it ends before its sizes" : "it does not start with the IDX magic number")
    }
    guard let size = [0x08: 1, 0x09: 1, 0x0b: 2, 0x0c: 4, 0x0d: 4, 0x0e: 8][Int(bytes[2])] else {
      throw wrong("its element type \(bytes[2]) is unknown")
    }
    let rank = Int(bytes[3])
    guard rank <= Shape.maximumRank else {
      throw wrong("it claims \(rank) axes; at most \(Shape.maximumRank) are read")
    }
    let header = 4 + 4 * rank
    guard bytes.count >= header else { throw wrong("it ends before its sizes") }
    let sizes = (0..<rank).map { axis in (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) } }
    var count = 1
    for one in sizes {
      let (product, overflow) = count.multipliedReportingOverflow(by: one)
      guard !overflow, product <= Files.largest else { throw wrong("its sizes \(sizes) are larger than any file") }
      count = product
    }
    guard bytes.count - header == count * size else {
      let shape = Shape(sizes).description
      throw wrong("\(shape) needs \(count * size) bytes of data; there are \(bytes.count - header)")
    }
    let shape = Shape(sizes)
    func big<T: FixedWidthInteger>(_ at: Int, _ type: T.Type) -> T {
      bytes.withUnsafeBytes { T(bigEndian: $0.loadUnaligned(fromByteOffset: header + at * size, as: T.self)) }
    }
    switch bytes[2] {
    case 0x08: return Tensor(Array(bytes[header...]), shape)
    case 0x09: return Tensor(bytes[header...].map { Int8(bitPattern: $0) }, shape)
    case 0x0b: return Tensor((0..<count).map { Int(big($0, Int16.self)) }, shape)
    case 0x0c: return Tensor((0..<count).map { Int(big($0, Int32.self)) }, shape)
    case 0x0d: return Tensor((0..<count).map { Float(bitPattern: big($0, UInt32.self)) }, shape)
    default: return Tensor((0..<count).map { Double(bitPattern: big($0, UInt64.self)) }, shape)
    }
  }
}
