import CZlib
import Diagnostics

/// Undoes gzip and zlib compression, and passes through what is not compressed.
package enum Inflate {
  /// Whether the bytes start as a gzip file does.
  package static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.count > 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The decompressed bytes, or `bytes` themselves when they are not gzip.
  ///
  /// - Parameter limit: more decompressed bytes than this are refused while they come, not afterwards.
  /// - Throws: `file-format` for a broken or truncated stream, `file-too-large` beyond the limit.
  package static func expanded(_ bytes: [UInt8], name: String, limit: Int = Files.largest) throws -> [UInt8] {
    guard isCompressed(bytes) else { return bytes }
    var stream = z_stream()
    // 16 more than the largest window: expect a gzip header.
    guard
      inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw Failure("file-format", "`\(name)` cannot be decompressed", why: "zlib does not start.") }
    defer { inflateEnd(&stream) }

    var output: [UInt8] = []
    output.reserveCapacity(min(limit, bytes.count * 4))
    var offset = 0
    var ended = false
    try bytes.withUnsafeBufferPointer { input in
      while !ended || offset < input.count {
        if ended {
          // Members may follow one another; anything else behind the last one is padding.
          guard offset + 1 < input.count, input[offset] == 0x1f, input[offset + 1] == 0x8b else { return }
          inflateReset(&stream)
          ended = false
        }
        let feed = min(input.count - offset, 1 << 30)
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress! + offset)
        stream.avail_in = UInt32(feed)
        var code = Z_OK
        let chunk = 1 << 18
        let made = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, count in
          stream.next_out = buffer.baseAddress
          stream.avail_out = UInt32(chunk)
          code = CZlib.inflate(&stream, Z_NO_FLUSH)
          count = chunk - Int(stream.avail_out)
        }
        offset += feed - Int(stream.avail_in)
        guard output.count + made.count <= limit else {
          throw Failure("file-too-large", "`\(name)` holds more than \(limit >> 20) MiB once decompressed")
        }
        output += made
        if code == Z_STREAM_END {
          ended = true
        } else if code != Z_OK {
          let truncated = code == Z_BUF_ERROR && offset >= input.count
          throw Failure(
            "file-format", "`\(name)` is not a whole gzip file",
            why: truncated ? "it ends in the middle." : "its compressed data is damaged.")
        }
      }
    }
    return output
  }
}
