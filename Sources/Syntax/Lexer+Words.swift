/// Names, keywords and characters outside ASCII.
extension Lexer {
  mutating func name(_ start: Int) {
    var end = start
    while end < count {
      let c = bytes[end]
      if wordByte(c) {
        end += 1
      } else if c >= 0x80, let length = wordScalarLength(end, starts: false) {
        end += length
      } else {
        break
      }
    }
    emit(wordKind(start, end), start, end)
  }

  private func wordByte(_ c: UInt8) -> Bool {
    (c >= 0x61 && c <= 0x7A) || (c >= 0x41 && c <= 0x5A) || (c >= 0x30 && c <= 0x39) || c == 0x5F
  }

  private func wordKind(_ start: Int, _ end: Int) -> Token.Kind {
    let length = end - start
    if length == 1 { return bytes[start] == 0x5F ? .underscore : .name }
    guard length <= 8 else { return .name }
    switch bytes[start] {
    case 0x61: return matches(start, length, "and") ? .keywordAnd : .name
    case 0x62: return matches(start, length, "break") ? .keywordBreak : .name
    case 0x63:
      return matches(start, length, "catch")
        ? .keywordCatch : matches(start, length, "continue") ? .keywordContinue : .name
    case 0x65: return matches(start, length, "else") ? .keywordElse : .name
    case 0x66:
      return matches(start, length, "fn")
        ? .keywordFn
        : matches(start, length, "for") ? .keywordFor : matches(start, length, "false") ? .keywordFalse : .name
    case 0x69:
      return matches(start, length, "if") ? .keywordIf : matches(start, length, "in") ? .keywordIn : .name
    case 0x6E:
      return matches(start, length, "not") ? .keywordNot : matches(start, length, "none") ? .keywordNone : .name
    case 0x6F: return matches(start, length, "or") ? .keywordOr : .name
    case 0x72: return matches(start, length, "return") ? .keywordReturn : .name
    case 0x74:
      return matches(start, length, "try") ? .keywordTry : matches(start, length, "true") ? .keywordTrue : .name
    case 0x77: return matches(start, length, "while") ? .keywordWhile : .name
    default: return .name
    }
  }

  func matches(_ start: Int, _ length: Int, _ word: StaticString) -> Bool {
    guard word.utf8CodeUnitCount == length, start + length <= count else { return false }
    for i in 0..<length where bytes[start + i] != word.utf8Start[i] { return false }
    return true
  }

  /// The scalar at `offset` and its length in bytes; the source is known to be valid UTF-8.
  func scalar(_ offset: Int) -> (Unicode.Scalar, Int)? {
    let c = UInt32(bytes[offset])
    func next(_ i: Int) -> UInt32 { UInt32(byte(offset + i)) & 0x3F }
    switch c {
    case 0..<0x80: return Unicode.Scalar(c).map { ($0, 1) }
    case 0xC2..<0xE0: return Unicode.Scalar((c & 0x1F) << 6 | next(1)).map { ($0, 2) }
    case 0xE0..<0xF0: return Unicode.Scalar((c & 0xF) << 12 | next(1) << 6 | next(2)).map { ($0, 3) }
    case 0xF0..<0xF5:
      return Unicode.Scalar((c & 7) << 18 | next(1) << 12 | next(2) << 6 | next(3)).map { ($0, 4) }
    default: return nil
    }
  }

  private func wordScalarLength(_ offset: Int, starts: Bool) -> Int? {
    guard let (scalar, length) = scalar(offset), offset + length <= count else { return nil }
    let properties = scalar.properties
    return (starts ? properties.isXIDStart : properties.isXIDContinue) && !isLookalike(scalar) ? length : nil
  }

  /// Full-width letters and digits look like ASCII ones and are not.
  private func isLookalike(_ scalar: Unicode.Scalar) -> Bool { (0xFF01...0xFF5E).contains(scalar.value) }

  mutating func nonASCII(_ start: Int) {
    if wordScalarLength(start, starts: true) != nil { return name(start) }
    guard let (scalar, length) = scalar(start) else { return fault(.character("?"), start, start + 1) }
    let end = min(start + length, count)
    if let meant = meantInstead(of: scalar) {
      // A whole run of them is one mistake: `“text”` is corrected as one.
      if meant == "\"" || meant == "'" { return smartString(start, end, meant) }
      fault(.lookalike(String(Character(scalar)), meant), start, end)
    } else {
      fault(.character(String(Character(scalar))), start, end)
    }
  }

  private mutating func smartString(_ start: Int, _ firstEnd: Int, _ quote: String) {
    var end = firstEnd
    while end < count, bytes[end] != 0x0A, bytes[end] != 0x0D {
      if bytes[end] >= 0x80, let (closing, length) = scalar(end), meantInstead(of: closing) == quote {
        return fault(.smartQuotes(quote, closingStart: end), start, end + length)
      }
      if bytes[end] == quote.utf8.first { break }
      end += 1
    }
    fault(.lookalike(String(decoding: bytes[start..<firstEnd], as: UTF8.self), quote), start, firstEnd)
  }

  /// The character of the language that one from a word processor, a formula or another keyboard stands for.
  private func meantInstead(of scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x201C, 0x201D, 0x201E, 0x00AB, 0x00BB: return "\""
    case 0x2018, 0x2019, 0x201A, 0x2039, 0x203A, 0x00B4: return "'"
    case 0x00D7, 0x22C5, 0x00B7: return "*"
    case 0x00F7, 0x2215, 0x2044: return "/"
    case 0x2212, 0x2013, 0x2014: return "-"
    case 0x2264: return "<="
    case 0x2265: return ">="
    case 0x2260: return "!="
    case 0x2192: return "->"
    case 0x21D2: return "=>"
    case 0x2026: return "..."
    case 0x2208: return "in"
    case 0x2209: return "not in"
    case 0x2227: return "and"
    case 0x2228: return "or"
    case 0x00AC: return "not"
    case 0x00B2: return "** 2"
    case 0x00B3: return "** 3"
    case 0x221E: return "inf"
    case 0xFF01...0xFF5E: return String(Character(Unicode.Scalar(UInt8(scalar.value - 0xFEE0))))
    case 0x3001: return ","
    case 0x3002: return "."
    case 0x3010: return "["
    case 0x3011: return "]"
    default: return nil
    }
  }
}
