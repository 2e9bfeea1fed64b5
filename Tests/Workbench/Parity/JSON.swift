/// A JSON value that keeps what the file says: numbers as written, keys in order.
indirect enum JSON {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  subscript(key: String) -> JSON? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.key == key }?.value
  }

  var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  var double: Double? {
    switch self {
    case .number(let text): return Double(text)
    case .string("NaN"): return .nan
    case .string("Infinity"): return .infinity
    case .string("-Infinity"): return -.infinity
    default: return nil
    }
  }

  var items: [JSON] {
    if case .array(let items) = self { return items }
    return []
  }

  var fields: [(key: String, value: JSON)] {
    if case .object(let fields) = self { return fields }
    return []
  }

  /// The text as a value; nothing when it is not JSON.
  static func parse(_ text: String) -> JSON? {
    var reader = Reader(bytes: Array(text.utf8))
    let value = reader.value()
    reader.skipSpace()
    return reader.at == reader.bytes.count ? value : nil
  }

  private struct Reader {
    var bytes: [UInt8]
    var at = 0

    mutating func skipSpace() {
      while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
    }

    mutating func take(_ character: Character) -> Bool {
      skipSpace()
      guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
      at += 1
      return true
    }

    mutating func word(_ word: String) -> Bool {
      guard bytes[at...].starts(with: word.utf8) else { return false }
      at += word.utf8.count
      return true
    }

    mutating func value() -> JSON? {
      skipSpace()
      guard at < bytes.count else { return nil }
      switch bytes[at] {
      case UInt8(ascii: "{"): return object()
      case UInt8(ascii: "["): return array()
      case UInt8(ascii: "\""): return string().map(JSON.string)
      case UInt8(ascii: "t"): return word("true") ? .bool(true) : nil
      case UInt8(ascii: "f"): return word("false") ? .bool(false) : nil
      case UInt8(ascii: "n"): return word("null") ? .null : nil
      default:
        let start = at
        while at < bytes.count, "+-.eE0123456789".utf8.contains(bytes[at]) { at += 1 }
        return at > start ? .number(String(decoding: bytes[start..<at], as: UTF8.self)) : nil
      }
    }

    mutating func array() -> JSON? {
      guard take("[") else { return nil }
      var items: [JSON] = []
      if take("]") { return .array([]) }
      repeat {
        guard let item = value() else { return nil }
        items.append(item)
      } while take(",")
      return take("]") ? .array(items) : nil
    }

    mutating func object() -> JSON? {
      guard take("{") else { return nil }
      var fields: [(key: String, value: JSON)] = []
      if take("}") { return .object([]) }
      repeat {
        skipSpace()
        guard let key = string(), take(":"), let item = value() else { return nil }
        fields.append((key, item))
      } while take(",")
      return take("}") ? .object(fields) : nil
    }

    mutating func string() -> String? {
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return nil }
      at += 1
      var text: [UInt8] = []
      while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
        guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
          text.append(bytes[at])
          at += 1
          continue
        }
        let escape = bytes[at + 1]
        at += 2
        switch escape {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "u"):
          guard at + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
          else { return nil }
          at += 4
          text += Array(String(Unicode.Scalar(code).map(Character.init) ?? "\u{FFFD}").utf8)
        default: text.append(escape)
        }
      }
      guard at < bytes.count else { return nil }
      at += 1
      return String(decoding: text, as: UTF8.self)
    }
  }
}
