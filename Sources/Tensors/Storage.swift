import CKernels
import Diagnostics

/// A block of bytes, 64-byte aligned, from the free lists of its thread; freed with its last reference.
///
/// A *lookup* storage owns no bytes of its own: it reads another storage's bytes through a table of 256 floats.
package class Storage: @unchecked Sendable {
  package final let bytes: UnsafeMutableRawPointer
  package final let byteCount: Int
  /// The storage whose bytes these are, where `table` is set.
  package final let owner: Storage?
  /// 256 floats: the element of a byte `b` is `table[b]`.
  package final let table: UnsafeMutablePointer<Float>?
  /// What is freed with this object.
  private final let belonging: Belonging

  enum Belonging { case bytes, table, nothing }

  init(
    _ bytes: UnsafeMutableRawPointer, byteCount: Int, owner: Storage?, table: UnsafeMutablePointer<Float>?,
    _ belonging: Belonging
  ) {
    self.bytes = bytes
    self.byteCount = byteCount
    self.owner = owner
    self.table = table
    self.belonging = belonging
  }

  /// Uninitialised bytes. Error: `too-large`.
  package convenience init(byteCount: Int) throws {
    self.init(try Storage.allocate(byteCount), byteCount: byteCount, owner: nil, table: nil, .bytes)
  }

  /// The bytes of `base` seen through a table.
  package convenience init(lookup base: Storage, table fill: (UnsafeMutablePointer<Float>) -> Void) throws {
    let table = try Storage.allocate(256 * MemoryLayout<Float>.size).bindMemory(to: Float.self, capacity: 256)
    fill(table)
    self.init(base.bytes, byteCount: base.byteCount, owner: base, table: table, .table)
  }

  @inline(__always) static func allocate(_ byteCount: Int) throws -> UnsafeMutableRawPointer {
    guard nns_memory_fits(byteCount) != 0, let block = nns_allocate(byteCount) else {
      throw Resources.tooLarge(byteCount)
    }
    return block
  }

  @inline(__always) var floats: UnsafeMutablePointer<Float> { bytes.assumingMemoryBound(to: Float.self) }

  deinit {
    switch belonging {
    case .bytes: nns_release(bytes, byteCount)
    case .table: nns_release(table, 256 * MemoryLayout<Float>.size)
    case .nothing: break
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
