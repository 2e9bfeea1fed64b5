import Tensors

/// Text that is put together piece by piece, without a string for each piece. Making a piece may put together another text
/// in the same buffer, behind what stands there.
package final class TextBuffer {
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  package private(set) var count = 0
  private static var usualCapacity: Int { 256 }

  package init() {
    capacity = TextBuffer.usualCapacity
    bytes = .allocate(capacity: capacity)
  }

  deinit { bytes.deallocate() }

  package func append(_ text: String) {
    if text.utf8.withContiguousStorageIfAvailable({ append($0) }) == nil {
      var text = text
      text.withUTF8 { append($0) }
    }
  }

  /// What `print` shows of the value.
  package func append(_ value: Value) {
    if value.isNumber, abs(value.number) < 1e15 {
      let n = Int(value.number)
      if n != 0, Double(n) == value.number { return append(whole: n) }
    }
    if value.isObject(.string) {
      value.unchecked(StringObject.self)._withUnsafeGuaranteedRef { append($0.text) }
    } else {
      append(value.displayText)
    }
  }

  /// Takes out the text from a position on.
  package func take(from start: Int) -> String {
    defer { drop(from: start) }
    return String(decoding: UnsafeBufferPointer(start: bytes + start, count: count - start), as: UTF8.self)
  }

  /// Forgets the text from a position on.
  package func drop(from start: Int) {
    count = start
    // Room that one long text took is given back.
    if start == 0, capacity > TextBuffer.usualCapacity * 4096 { resize(to: TextBuffer.usualCapacity) }
  }

  func append(_ piece: UnsafeBufferPointer<UInt8>) {
    guard let start = piece.baseAddress else { return }
    reserve(piece.count)
    (bytes + count).update(from: start, count: piece.count)
    count += piece.count
  }

  private func append(whole n: Int) {
    reserve(20)
    var rest = n.magnitude
    var digits = 1
    var power: UInt = 10
    while rest >= power {
      digits += 1
      power *= 10
    }
    if n < 0 {
      bytes[count] = UInt8(ascii: "-")
      count += 1
    }
    var at = count + digits
    count = at
    repeat {
      at -= 1
      bytes[at] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
      rest /= 10
    } while rest > 0
  }

  @inline(__always) private func reserve(_ more: Int) {
    if count + more > capacity { resize(to: max(count + more, capacity * 2)) }
  }

  @inline(never) private func resize(to wanted: Int) {
    if !Resources.fits(wanted) { Resources.raiseMemory() }
    let room = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    room.update(from: bytes, count: count)
    bytes.deallocate()
    bytes = room
    capacity = wanted
  }
}
