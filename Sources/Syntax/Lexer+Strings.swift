/// Strings. A string with code in it becomes a head, the code's own tokens, middles and a tail.
extension Lexer {
  mutating func string(_ start: Int) {
    let isTriple = byte(start + 1) == 0x22 && byte(start + 2) == 0x22
    stringBody(start, from: start + (isTriple ? 3 : 1), isTriple: isTriple, whole: .string, part: .stringHead)
  }

  /// After the `}` that ends code.
  mutating func stringRest(_ start: Int, isTriple: Bool) {
    stringBody(start, from: start + 1, isTriple: isTriple, whole: .stringTail, part: .stringMiddle)
  }

  private mutating func stringBody(
    _ start: Int, from: Int, isTriple: Bool, whole: Token.Kind, part: Token.Kind
  ) {
    let flags: Token.Flags = isTriple ? .triple : []
    var i = from
    while i < count {
      switch bytes[i] {
      case 0x5C:
        // The brace of `\u{…}` opens no code.
        let escape = byte(i + 1)
        i += escape == 0x75 && byte(i + 2) == 0x7B ? 3 : escape == 0x0A || escape == 0x0D ? 1 : 2
      case 0x22:
        if !isTriple { return emit(whole, start, i + 1) }
        if byte(i + 1) == 0x22, byte(i + 2) == 0x22 { return emit(whole, start, i + 3, flags) }
        i += 1
      case 0x7B:
        if byte(i + 1) == 0x7B { return doubledBrace(start, i, isTriple: isTriple) }
        if frames.count >= Self.nestingLimit { return fault(.nesting, i, i + 1) }
        frames.append(isTriple ? .tripleCode : .code)
        if !isTriple { openCode.append(whole == .string ? start : i) }
        return emit(part, start, i + 1, flags)
      case 0x0A, 0x0D:
        if !isTriple { return openString(start, i) }
        i += 1
      case 0x00: return fault(.nul, i, i + 1)
      default: i += 1
      }
    }
    if isTriple { fault(.openTripleString, start, count) } else { openString(start, count) }
  }

  /// A line ended inside the code of a one-line string: the string was never closed.
  mutating func abandonString(_ end: Int) {
    let start = openCode.first ?? end
    openCode = []
    if let index = frames.firstIndex(of: .code) { frames.removeSubrange(index...) }
    fault(.openString, start, end)
  }

  private mutating func openString(_ start: Int, _ end: Int) { fault(.openString, start, end) }

  /// `{{a}}`: the fault covers both braces on either side, where the second pair is on the same line.
  private mutating func doubledBrace(_ start: Int, _ brace: Int, isTriple: Bool) {
    var i = brace + 2
    while i < count, bytes[i] != 0x0A, bytes[i] != 0x22, bytes[i] != 0x7B {
      if bytes[i] == 0x7D, byte(i + 1) == 0x7D { break }
      i += 1
    }
    let closing = byte(i) == 0x7D && byte(i + 1) == 0x7D ? i : nil
    fault(.doubledBrace(brace, closing: closing), brace, closing.map { $0 + 2 } ?? brace + 2)
  }

  mutating func rawString(_ start: Int) {
    var i = start + 1
    while i < count, bytes[i] != 0x27, bytes[i] != 0x0A, bytes[i] != 0x0D, bytes[i] != 0x00 { i += 1 }
    if byte(i) == 0x27 {
      emit(.rawString, start, i + 1)
    } else if i < count, bytes[i] == 0x00 {
      fault(.nul, i, i + 1)
    } else {
      fault(.openString, start, i)
    }
  }

  /// `:spec` up to the brace that ends the code.
  mutating func formatSpec(_ start: Int) {
    var i = start + 1
    while i < count, bytes[i] != 0x7D, bytes[i] != 0x22, bytes[i] != 0x0A, bytes[i] != 0x0D { i += 1 }
    emit(.formatSpec, start, i)
  }
}
