import Tensors

/// Text that is put together piece by piece, without a string for each piece.
package struct TextBuffer: ~Copyable {
  private var bytes: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var count = 0

  package init() {
    capacity = 256
    bytes = .allocate(capacity: capacity)
  }

  deinit { bytes.deallocate() }

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// What `print` shows of the value.
  package mutating func append(_ value: Value) {
    if value.isNumber, abs(value.number) < 1e15 {
      let n = Int(value.number)
      if n != 0, Double(n) == value.number { return append(whole: n) }
    }
    append(value.displayText)
  }

  /// The text so far; the buffer starts anew.
  package mutating func take() -> String {
    defer { count = 0 }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  private mutating func append(_ piece: UnsafeBufferPointer<UInt8>) {
    guard let start = piece.baseAddress else { return }
    reserve(piece.count)
    (bytes + count).update(from: start, count: piece.count)
    count += piece.count
  }

  private mutating func append(whole n: Int) {
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

  @inline(__always) private mutating func reserve(_ more: Int) { if count + more > capacity { grow(count + more) } }

  @inline(never) private mutating func grow(_ wanted: Int) {
    let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: max(wanted, capacity * 2))
    wider.update(from: bytes, count: count)
    bytes.deallocate()
    bytes = wider
    capacity = max(wanted, capacity * 2)
  }
}
