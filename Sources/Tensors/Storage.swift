import CKernels
import Diagnostics

/// A block of bytes, 64-byte aligned, from the free lists of its thread; freed with its last reference.
///
/// A *lookup* storage owns no bytes of its own: it reads another storage's bytes through a table of 256 floats.
package final class Storage: @unchecked Sendable {
  package let bytes: UnsafeMutableRawPointer
  package let byteCount: Int
  /// The storage whose bytes these are, where `table` is set.
  package let owner: Storage?
  /// 256 floats: the element of a byte `b` is `table[b]`.
  package let table: UnsafeMutablePointer<Float>?

  /// Uninitialised bytes. Error: `too-large`.
  package init(byteCount: Int) throws {
    guard nns_memory_fits(byteCount) != 0, let block = nns_allocate(byteCount) else {
      throw Resources.tooLarge(byteCount)
    }
    bytes = block
    self.byteCount = byteCount
    owner = nil
    table = nil
  }

  /// The bytes of `base` seen through a table.
  package init(lookup base: Storage, table fill: (UnsafeMutablePointer<Float>) -> Void) throws {
    guard let block = nns_allocate(256 * MemoryLayout<Float>.size) else {
      throw Failure("too-large", "there is no memory left")
    }
    bytes = base.bytes
    byteCount = base.byteCount
    owner = base
    let table = block.bindMemory(to: Float.self, capacity: 256)
    fill(table)
    self.table = table
  }

  @inline(__always) var floats: UnsafeMutablePointer<Float> { bytes.assumingMemoryBound(to: Float.self) }

  deinit {
    if let table {
      nns_release(table, 256 * MemoryLayout<Float>.size)
    } else {
      nns_release(bytes, byteCount)
    }
  }

  /// Bytes that living storages hold.
  package static var bytesInUse: Int { nns_memory_in_use() }
}

/// `12.3 MB`, `800 bytes`: for people.
package func formatBytes(_ count: Int) -> String {
  let units = ["KB", "MB", "GB", "TB", "PB"]
  var value = Double(count)
  guard value >= 1000 else { return "\(count) bytes" }
  var unit = -1
  while value >= 1000, unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  return formatNumber(value, significant: 3) + " " + units[unit]
}
