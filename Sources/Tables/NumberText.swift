/// Reads decimal numbers from bytes, without a locale and without an allocation in the usual case.
enum NumberText {
  /// What a field holds when read as a number.
  enum Reading {
    case number(Double)
    /// A whole number beyond 2^53, which a Double would change: an identifier, most likely.
    case inexact(Double)
    case notANumber
  }

  /// - Parameter point: the byte of the decimal point.
  static func read(_ field: UnsafeBufferPointer<UInt8>, point: UInt8) -> Reading {
    var at = 0
    var end = field.count
    while at < end, field[at] == 32 || field[at] == 9 { at += 1 }
    while end > at, field[end - 1] == 32 || field[end - 1] == 9 { end -= 1 }
    guard at < end else { return .notANumber }
    let start = at
    var negative = false
    if field[at] == 43 || field[at] == 45 {
      negative = field[at] == 45
      at += 1
    }
    var mantissa: UInt64 = 0
    var digits = 0
    var significant = 0
    var scale = 0
    var sawPoint = false
    while at < end {
      let byte = field[at]
      if byte >= 48, byte <= 57 {
        digits += 1
        if significant < 19 {
          mantissa = mantissa * 10 + UInt64(byte - 48)
          if mantissa > 0 { significant += 1 }
          if sawPoint { scale -= 1 }
        } else {
          significant += 1
          if !sawPoint { scale += 1 }
        }
      } else if byte == point, !sawPoint {
        sawPoint = true
      } else {
        break
      }
      at += 1
    }
    guard digits > 0 else { return special(field, start, end) }
    var hasExponent = false
    if at < end, field[at] == 101 || field[at] == 69 {
      hasExponent = true
      at += 1
      var down = false
      if at < end, field[at] == 43 || field[at] == 45 {
        down = field[at] == 45
        at += 1
      }
      guard at < end else { return .notANumber }
      var exponent = 0
      while at < end, field[at] >= 48, field[at] <= 57 {
        exponent = min(100_000, exponent * 10 + Int(field[at] - 48))
        at += 1
      }
      scale += down ? -exponent : exponent
    }
    guard at == end else { return .notANumber }

    // Exact when the mantissa and the power of ten both are: one rounding then gives the nearest Double.
    if significant <= 19, mantissa <= 1 << 53, scale >= -22, scale <= 22 {
      let magnitude = scale < 0 ? Double(mantissa) / powers[-scale] : Double(mantissa) * powers[scale]
      return .number(negative ? -magnitude : magnitude)
    }
    var text = String(decoding: UnsafeBufferPointer(rebasing: field[start..<end]), as: UTF8.self)
    if point != 46 { text = String(text.map { $0 == Character(Unicode.Scalar(point)) ? "." : $0 }) }
    guard let value = Double(text) ?? tolerant(text) else { return .notANumber }
    return !sawPoint && !hasExponent ? .inexact(value) : .number(value)
  }

  /// `.5` and `5.`, which Swift's own reader may refuse, beyond the exact range.
  private static func tolerant(_ text: String) -> Double? {
    var digits = text
    let sign = digits.hasPrefix("-") ? -1.0 : 1
    if digits.hasPrefix("-") || digits.hasPrefix("+") { digits.removeFirst() }
    let parts = digits.split(separator: "e", maxSplits: 1).flatMap { $0.split(separator: "E", maxSplits: 1) }
    guard var mantissa = parts.first.map(String.init) else { return nil }
    if mantissa.hasPrefix(".") { mantissa = "0" + mantissa }
    if mantissa.hasSuffix(".") { mantissa += "0" }
    return Double(parts.count > 1 ? "\(mantissa)e\(parts[1])" : mantissa).map { sign * $0 }
  }

  private static func special(_ field: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Reading {
    guard end - start <= 9 else { return .notANumber }
    switch String(decoding: UnsafeBufferPointer(rebasing: field[start..<end]), as: UTF8.self).lowercased() {
    case "nan": return .number(.nan)
    case "inf", "+inf", "infinity", "+infinity": return .number(.infinity)
    case "-inf", "-infinity": return .number(-.infinity)
    default: return .notANumber
    }
  }

  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
