import Diagnostics

/// Strings: escapes, interpolation and the dedent of `"""`.
extension Parser {
  mutating func string() throws(Stop) -> Expression {
    let first = start
    switch kind {
    case .rawString:
      let text = source.text(token.start + 1..<token.end - 1)
      advance()
      return Expression(.string(text.isEmpty ? [] : [.text(text)]), span(from: first))
    case .string:
      let quotes = token.flags.contains(.triple) ? 3 : 1
      let range = token.start + quotes..<token.end - quotes
      let text = quotes == 3 ? try dedented([range])[0] : try unescaped(Array(bytes[range]), at: range.lowerBound)
      advance()
      return Expression(.string(text.isEmpty ? [] : [.text(text)]), span(from: first))
    default: return try interpolatedString(first)
    }
  }

  private mutating func interpolatedString(_ first: Int) throws(Stop) -> Expression {
    let isTriple = token.flags.contains(.triple)
    let quotes = isTriple ? 3 : 1
    var texts = [token.start + quotes..<token.end - 1]
    var values: [StringPart] = []
    var tall = 0
    try enter()
    while true {
      let brace = tokens[at].end - 1
      let saved = open(ignoringNewlines: true)
      if kind == .stringMiddle || kind == .stringTail || kind == .formatSpec {
        throw fail(emptyInterpolation(brace))
      }
      let value = try expression()
      tall = max(tall, height)
      var spec: FormatSpec?
      if kind == .formatSpec {
        spec = FormatSpec(source.text(token.start + 1..<token.end))
        if spec == nil { throw fail(badFormat()) }
        advance()
      }
      guard kind == .stringMiddle || kind == .stringTail else { throw unexpected("`}`, the end of this value") }
      values.append(.value(value, spec: spec, Span(brace, token.start + 1)))
      brackets.removeLast()
      let isTail = kind == .stringTail
      texts.append(token.start + 1..<token.end - (isTail ? quotes : 1))
      if isTail {
        ignoresNewlines = saved
        advance()
        break
      }
      ignoresNewlines = saved
    }
    leave()
    try grow(tall, at: span(from: first))
    var decoded: [String] = []
    if isTriple {
      decoded = try dedented(texts)
    } else {
      for range in texts { decoded.append(try unescaped(Array(bytes[range]), at: range.lowerBound)) }
    }
    var parts: [StringPart] = []
    for (index, text) in decoded.enumerated() {
      if !text.isEmpty { parts.append(.text(text)) }
      if index < values.count { parts.append(values[index]) }
    }
    return Expression(.string(parts), span(from: first))
  }

  /// A string that must be known when parsed: a path, a field's name.
  mutating func plainString(_ role: String) throws(Stop) -> String {
    if kind == .stringHead { throw fail(interpolatedName(role)) }
    let expression = try string()
    guard case .string(let parts) = expression.kind else { return "" }
    guard case .text(let text)? = parts.first else { return "" }
    return text
  }

  // MARK: Escapes

  /// The text of some bytes with escapes resolved; `at` is where they stand, for errors.
  private func unescaped(_ raw: [UInt8], at offset: Int, positions: [Int]? = nil) throws(Stop) -> String {
    guard raw.contains(0x5C) else { return String(decoding: raw, as: UTF8.self) }
    var result: [UInt8] = []
    result.reserveCapacity(raw.count)
    var i = 0
    func place(_ index: Int) -> Int {
      positions.map { index < $0.count ? $0[index] : ($0.last ?? offset) + 1 } ?? offset + index
    }
    while i < raw.count {
      guard raw[i] == 0x5C else {
        result.append(raw[i])
        i += 1
        continue
      }
      let escape = i + 1 < raw.count ? raw[i + 1] : 0
      switch escape {
      case 0x6E: result.append(0x0A)
      case 0x74: result.append(0x09)
      case 0x72: result.append(0x0D)
      case 0x5C, 0x22, 0x7B, 0x7D: result.append(escape)
      case 0x75:
        guard let (scalar, length) = unicodeEscape(raw, i) else { throw fail(badUnicodeEscape(place(i))) }
        result += Array(String(Character(scalar)).utf8)
        i += length
        continue
      default: throw fail(unknownEscape(place(i)))
      }
      i += 2
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `\u{1F600}` at `index`: its character and length.
  private func unicodeEscape(_ raw: [UInt8], _ index: Int) -> (Unicode.Scalar, Int)? {
    guard index + 2 < raw.count, raw[index + 2] == 0x7B, let end = raw[(index + 3)...].firstIndex(of: 0x7D),
      end > index + 3, end <= index + 9,
      let value = UInt32(String(decoding: raw[index + 3..<end], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value), raw[index + 3] != 0x2B
    else { return nil }
    return (scalar, end + 1 - index)
  }

  // MARK: Dedent

  /// The texts between the values of a `"""` string, without the first and last newline and the common indentation.
  private func dedented(_ texts: [Range<Int>]) throws(Stop) -> [String] {
    var texts = texts
    dropFirstLine(&texts)
    dropLastLine(&texts)
    let startsLine = texts.first.map { $0.lowerBound > 0 && isNewline($0.lowerBound - 1) } ?? false
    let common = commonIndentation(texts, startsLine: startsLine)
    var result: [String] = []
    for (index, range) in texts.enumerated() {
      var raw: [UInt8] = []
      var positions: [Int] = []
      var isLineStart = index == 0 && startsLine
      var i = range.lowerBound
      while i < range.upperBound {
        if isLineStart {
          isLineStart = false
          var skipped = 0
          while skipped < common, i < range.upperBound, bytes[i] == 0x20 || bytes[i] == 0x09 {
            skipped += 1
            i += 1
          }
          continue
        }
        if bytes[i] == 0x0D, i + 1 < range.upperBound, bytes[i + 1] == 0x0A {
          i += 1
          continue
        }
        raw.append(bytes[i])
        positions.append(i)
        isLineStart = bytes[i] == 0x0A
        i += 1
      }
      result.append(try unescaped(raw, at: range.lowerBound, positions: positions))
    }
    return result
  }

  private func isNewline(_ offset: Int) -> Bool { bytes[offset] == 0x0A || bytes[offset] == 0x0D }

  private func dropFirstLine(_ texts: inout [Range<Int>]) {
    let range = texts[0]
    var i = range.lowerBound
    while i < range.upperBound, bytes[i] == 0x20 || bytes[i] == 0x09 || bytes[i] == 0x0D { i += 1 }
    if i < range.upperBound, bytes[i] == 0x0A { texts[0] = i + 1..<range.upperBound }
  }

  private func dropLastLine(_ texts: inout [Range<Int>]) {
    let range = texts[texts.count - 1]
    var i = range.upperBound
    while i > range.lowerBound, bytes[i - 1] == 0x20 || bytes[i - 1] == 0x09 { i -= 1 }
    guard i > range.lowerBound, bytes[i - 1] == 0x0A else { return }
    i -= 1
    if i > range.lowerBound, bytes[i - 1] == 0x0D { i -= 1 }
    texts[texts.count - 1] = range.lowerBound..<i
  }

  /// The number of blanks that every line with something on it starts with.
  private func commonIndentation(_ texts: [Range<Int>], startsLine: Bool) -> Int {
    var common: Int?
    for (index, range) in texts.enumerated() {
      var isLineStart = index == 0 && startsLine
      var i = range.lowerBound
      while i < range.upperBound {
        if isLineStart {
          let first = i
          while i < range.upperBound, bytes[i] == 0x20 || bytes[i] == 0x09 { i += 1 }
          let isBlank = i < range.upperBound ? isNewline(i) : index == texts.count - 1
          if !isBlank { common = min(common ?? Int.max, i - first) }
          isLineStart = false
          continue
        }
        isLineStart = bytes[i] == 0x0A
        i += 1
      }
      // A value right at the start of a line: no indentation.
      if isLineStart, index < texts.count - 1 { common = 0 }
    }
    return common ?? 0
  }

  // MARK: Numbers

  func number() throws(Stop) -> Double {
    let token = token
    let length = token.end - token.start
    if length <= 15 {
      var value = 0
      var i = token.start
      while i < token.end, bytes[i] >= 0x30, bytes[i] <= 0x39 {
        value = value * 10 + Int(bytes[i] - 0x30)
        i += 1
      }
      if i == token.end { return Double(value) }
    }
    let digits = bytes[token.start..<token.end].filter { $0 != 0x5F }
    if length > 2, bytes[token.start] == 0x30, bytes[token.start + 1] | 0x20 == 0x78 {
      return digits.dropFirst(2).reduce(0.0) { total, digit in
        total * 16 + Double(digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57)
      }
    }
    guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
      throw fail(Problem("this number is too large", span, why: "the largest is about 1.8e308; `inf` is infinity."))
    }
    return value
  }
}
