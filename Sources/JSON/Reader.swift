import Diagnostics

extension JSONValue {
  /// Reads one JSON text.
  ///
  /// - Throws: `file-format` that names what was expected and the byte at which something else stood.
  package init(parsing text: String) throws {
    var text = text
    self = try text.withUTF8 { try JSONValue(parsing: UnsafeRawBufferPointer($0)) }
  }

  /// Reads one JSON text from UTF-8 bytes.
  ///
  /// - Throws: `file-format` that names what was expected and the byte at which something else stood.
  package init(parsing bytes: UnsafeRawBufferPointer) throws {
    var reader = Reader(bytes: bytes)
    reader.skipSpace()
    self = try reader.value(depth: 0)
    reader.skipSpace()
    if reader.at < bytes.count { throw reader.expected("the end of the text") }
  }
}

private struct Reader {
  let bytes: UnsafeRawBufferPointer
  var at = 0

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  func expected(_ what: String) -> Failure {
    let found =
      at < bytes.count
      ? (bytes[at] > 32 && bytes[at] < 127 ? "`\(Character(Unicode.Scalar(bytes[at])))`" : "byte \(bytes[at])")
      : "the end"
    return Failure("file-format", "this is not JSON: expected \(what) at byte \(at), found \(found)")
  }

  mutating func skipSpace() {
    while let byte = next, byte == 32 || byte == 10 || byte == 13 || byte == 9 { at += 1 }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    at += 1
    return true
  }

  mutating func take(word: StaticString) throws {
    for offset in 0..<word.utf8CodeUnitCount where !take(word.utf8Start[offset]) { throw expected("`\(word)`") }
  }

  mutating func value(depth: Int) throws -> JSONValue {
    if depth > JSONValue.deepestNesting {
      throw Failure("file-format", "this JSON nests deeper than \(JSONValue.deepestNesting) levels, at byte \(at)")
    }
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try take(word: "true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try take(word: "false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try take(word: "null")
      return .null
    case UInt8(ascii: "-"): return .number(try number())
    case let digit? where digit >= UInt8(ascii: "0") && digit <= UInt8(ascii: "9"): return .number(try number())
    default: throw expected("a value")
    }
  }

  mutating func array(depth: Int) throws -> JSONValue {
    at += 1
    var items: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      skipSpace()
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw expected("`,` or `]`") }
    }
  }

  mutating func object(depth: Int) throws -> JSONValue {
    at += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw expected("a field's name in quotes") }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw expected("`:`") }
      skipSpace()
      members.append(JSONValue.Member(key, try value(depth: depth + 1)))
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw expected("`,` or `}`") }
    }
  }

  mutating func number() throws -> Double {
    let start = at
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { $0 >= 48 && $0 <= 57 } ?? false }
    _ = take(UInt8(ascii: "-"))
    guard isDigit(next) else { throw expected("a digit") }
    if take(UInt8(ascii: "0")) {
      if isDigit(next) { throw expected("no digit after a leading 0") }
    } else {
      while isDigit(next) { at += 1 }
    }
    if take(UInt8(ascii: ".")) {
      guard isDigit(next) else { throw expected("a digit") }
      while isDigit(next) { at += 1 }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      at += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { at += 1 }
      guard isDigit(next) else { throw expected("a digit") }
      while isDigit(next) { at += 1 }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    // An exponent beyond the range reads as infinity or zero, as it does everywhere else.
    return Double(text) ?? (text.hasPrefix("-") ? -Double.infinity : Double.infinity)
  }

  mutating func string() throws -> String {
    at += 1
    var units: [UInt8] = []
    while true {
      let start = at
      while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 32 {
        at += 1
      }
      units.append(contentsOf: bytes[start..<at])
      switch next {
      case UInt8(ascii: "\""):
        at += 1
        guard let text = String(validating: units, as: UTF8.self) else {
          throw Failure("file-format", "this is not JSON: the string that ends at byte \(at) is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        at += 1
        units.append(contentsOf: Array(String(try escape()).utf8))
      default: throw expected("`\"` to end the string")
      }
    }
  }

  mutating func escape() throws -> Unicode.Scalar {
    guard let byte = next else { throw expected("an escape") }
    at += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "u"):
      let high = try hex()
      if high >= 0xd800, high < 0xdc00, take(UInt8(ascii: "\\")) {
        guard take(UInt8(ascii: "u")) else { throw expected("the second half of a character") }
        let low = try hex()
        guard low >= 0xdc00, low < 0xe000 else { throw expected("the second half of a character") }
        return Unicode.Scalar(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)) ?? "\u{fffd}"
      }
      return Unicode.Scalar(high) ?? "\u{fffd}"
    default:
      at -= 1
      throw expected("one of the escapes `\\n \\t \\r \\b \\f \\\" \\\\ \\/ \\u`")
    }
  }

  private mutating func hex() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw expected("four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }
}
