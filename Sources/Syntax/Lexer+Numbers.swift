/// Numbers: `42 1_000 0.5 1e-3 0xff`, never `.5` or `5.`, so that `0..10` is a range.
extension Lexer {
  mutating func number(_ start: Int) {
    var end = start
    if bytes[start] == 0x30, byte(start + 1) | 0x20 == 0x78 { return hexadecimal(start) }
    if bytes[start] == 0x30, byte(start + 1) | 0x20 == 0x62 || byte(start + 1) | 0x20 == 0x6F,
      isDigit(byte(start + 2))
    {
      end = skipWord(start)
      return fault(.numberBase, start, end)
    }
    end = digits(start)
    if byte(end) == 0x2E {
      if isDigit(byte(end + 1)) {
        end = digits(end + 1)
      } else if byte(end + 1) != 0x2E {
        // `5.` and `5.e3`, but also `5.name`: none of them is a number.
        if !isWordStart(end + 1) { return fault(.trailingPoint, start, end + 1) }
        if byte(end + 1) | 0x20 == 0x65, isDigit(byte(end + 2)) || byte(end + 2) == 0x2D {
          return fault(.trailingPoint, start, end + 1)
        }
      }
    }
    if byte(end) | 0x20 == 0x65 {
      var exponent = end + 1
      if byte(exponent) == 0x2B || byte(exponent) == 0x2D { exponent += 1 }
      if isDigit(byte(exponent)) {
        end = digits(exponent)
      } else if exponent > end + 1 || !isWordStart(exponent) {
        return fault(.emptyExponent, start, exponent)
      }
    }
    if bytes[end - 1] == 0x5F { return fault(.trailingUnderscore, start, end) }
    if isWordStart(end) { return fault(.numberThenName(end), start, skipWord(end)) }
    emit(.number, start, end)
  }

  private mutating func hexadecimal(_ start: Int) {
    let end = skipWord(start)
    var digitCount = 0
    for i in (start + 2)..<max(end, start + 2) {
      let c = bytes[i] | 0x20
      if isDigit(bytes[i]) || (c >= 0x61 && c <= 0x66) {
        digitCount += 1
      } else if bytes[i] != 0x5F {
        return fault(.hexadecimal, start, end)
      }
    }
    if digitCount == 0 || bytes[end - 1] == 0x5F { return fault(.hexadecimal, start, end) }
    emit(.number, start, end)
  }

  /// Whether the point at `offset` opens a number (`.5`) and is not the field of something before it (`x.5`).
  func isFractionStart(_ offset: Int) -> Bool {
    guard let last = output.tokens.last, pending.isEmpty else { return true }
    switch last.kind {
    case .name, .rightParen, .rightBracket, .rightBrace, .string, .rawString, .stringTail, .number: return false
    default: return true
    }
  }

  mutating func leadingPoint(_ start: Int) {
    var end = digits(start + 1)
    if byte(end) | 0x20 == 0x65, isDigit(byte(end + 1)) || isDigit(byte(end + 2)) { end = digits(end + 2) }
    fault(.leadingPoint, start, min(end, count))
  }

  func isDigit(_ c: UInt8) -> Bool { c >= 0x30 && c <= 0x39 }

  private func digits(_ start: Int) -> Int {
    var end = start
    while end < count, isDigit(bytes[end]) || (bytes[end] == 0x5F && end > start) { end += 1 }
    return end
  }

  private func isWordStart(_ offset: Int) -> Bool {
    let c = byte(offset)
    return (c | 0x20 >= 0x61 && c | 0x20 <= 0x7A) || c == 0x5F
      || (c >= 0x80 && (scalar(offset)?.0.properties.isXIDStart ?? false))
  }

  private func skipWord(_ start: Int) -> Int {
    var end = start
    while end < count, isWordStart(end) || isDigit(bytes[end]) || (bytes[end] >= 0x80 && bytes[end] < 0xC0) {
      end += 1
    }
    return end
  }
}
