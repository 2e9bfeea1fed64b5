import CZlib
import Diagnostics
import JSON
package import Tensors

/// The safetensors format: eight bytes of header length, a JSON header, and the tensors one after the other.
///
/// The metadata say the CRC-32 of the tensors, which is compared where a file has it.
///
/// Source: https://github.com/huggingface/safetensors. Everything the header says is checked before it is believed.
package struct Safetensors {
  package var metadata: [(key: String, value: String)]
  package var tensors: [(name: String, tensor: Tensor)]

  package init(metadata: [(key: String, value: String)], tensors: [(name: String, tensor: Tensor)]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// A header larger than this is not read; the reference implementation has the same limit.
  static let longestHeader = 100_000_000

  private static let names: [(dtype: DType, name: String)] = [
    (.bool, "BOOL"), (.u8, "U8"), (.i8, "I8"), (.int, "I64"), (.f16, "F16"), (.f32, "F32"), (.f64, "F64"),
  ]

  /// The bytes of a file that holds these tensors.
  package func encoded() throws -> [UInt8] {
    var members: [JSONValue.Member] = []
    var offset = 0
    var parts: [Tensor] = []
    var checksum = crc32(0, nil, 0)
    for (name, tensor) in tensors {
      let part = try tensor.contiguous
      guard let type = Safetensors.names.first(where: { $0.dtype == part.dtype })?.name else { continue }
      let end = offset + part.count * part.dtype.size
      members.append(
        .init(
          name,
          [
            "dtype": .string(type), "shape": Array(part.shape).json,
            "data_offsets": [.number(Double(offset)), .number(Double(end))],
          ]))
      offset = end
      parts.append(part)
      checksum = crc32_z(checksum, part.bytes.baseAddress, part.bytes.count)
      withExtendedLifetime(part) {}
    }
    let metadata = self.metadata + [("crc32", String(checksum, radix: 16))]
    members.insert(.init("__metadata__", .object(metadata.map { .init($0.key, .string($0.value)) })), at: 0)
    var header = Array(JSONValue.object(members).text().utf8)
    // The tensors start at a multiple of 8.
    while (header.count + 8) % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    bytes.append(contentsOf: header)
    for part in parts {
      bytes.append(contentsOf: part.bytes)
      withExtendedLifetime(part) {}
    }
    return bytes
  }

  /// - Throws: `not-a-model` that says what is wrong and where.
  package init(decoding bytes: UnsafeRawBufferPointer) throws {
    func damaged(_ what: String) -> Failure { Failure("not-a-model", "this is not a model file: \(what)") }
    guard bytes.count >= 8 else { throw damaged("it has \(bytes.count) bytes, and its header alone needs more") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(Safetensors.longestHeader, bytes.count - 8)) else {
      throw damaged("its header claims \(length) bytes, but \(bytes.count - 8) follow")
    }
    let body = UnsafeRawBufferPointer(rebasing: bytes[(8 + Int(length))...])
    let header: JSONValue
    do {
      header = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<(8 + Int(length))]))
    } catch let failure as Failure {
      throw damaged("its header cannot be read (\(failure.message))")
    }
    guard let members = header.members else { throw damaged("its header is not an object") }
    metadata = []
    tensors = []
    var ranges: [(start: Int, end: Int)] = []
    for member in members {
      if member.key == "__metadata__" {
        metadata = (member.value.members ?? []).compactMap { field in field.value.string.map { (field.key, $0) } }
        continue
      }
      guard let type = member.value["dtype"]?.string,
        let dtype = Safetensors.names.first(where: { $0.name == type })?.dtype
      else { throw damaged("`\(member.key)` has a type that NNS does not know") }
      guard let sizes = member.value["shape"].flatMap([Int].init(json:)),
        let offsets = member.value["data_offsets"].flatMap([Int].init(json:)), offsets.count == 2
      else { throw damaged("`\(member.key)` has no shape or no place") }
      let (start, end) = (offsets[0], offsets[1])
      guard start >= 0, start <= end, end <= body.count else {
        throw damaged("`\(member.key)` should lie at \(start)..\(end), but \(body.count) bytes are there")
      }
      guard sizes.count <= Shape.maximumRank, sizes.allSatisfy({ $0 >= 0 }) else {
        throw damaged("`\(member.key)` has an impossible shape")
      }
      var count = 1
      for size in sizes {
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, product <= 1 << 46 else { throw damaged("`\(member.key)` has an impossible shape") }
        count = product
      }
      guard count * dtype.size == end - start else {
        throw damaged("`\(member.key)` has \(end - start) bytes, but its shape needs \(count * dtype.size)")
      }
      ranges.append((start, end))
      let tensor = try Tensor.uninitialized(Shape(sizes), dtype)
      if dtype == .bool, body[start..<end].contains(where: { $0 > 1 }) {
        throw damaged("`\(member.key)` holds something else than bools")
      }
      if end > start, let base = body.baseAddress {
        tensor.storage.bytes.copyMemory(from: base + start, byteCount: end - start)
      }
      tensors.append((member.key, tensor))
    }
    ranges.sort { $0.start < $1.start }
    var at = 0
    for range in ranges {
      guard range.start == at else { throw damaged("its tensors overlap or leave a gap at byte \(at)") }
      at = range.end
    }
    guard at == body.count else { throw damaged("\(body.count - at) bytes follow its last tensor") }
    if let written = metadata.first(where: { $0.key == "crc32" })?.value {
      metadata.removeAll { $0.key == "crc32" }
      let found = crc32_z(crc32(0, nil, 0), body.bindMemory(to: UInt8.self).baseAddress, body.count)
      guard String(found, radix: 16) == written else {
        throw damaged("its numbers are not those that were written (their checksum differs)")
      }
    }
  }
}

extension Tensor {
  /// The elements as they lie in memory, of a tensor that is contiguous and outlives the use.
  fileprivate var bytes: UnsafeBufferPointer<UInt8> {
    let start = storage.bytes + offset * dtype.size
    return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: count * dtype.size)
  }
}
