import Glibc

/// A number as people read it: whole ones without `.0`, else the shortest text that reads back.
package func formatNumber(_ x: Double) -> String {
  if x.isNaN { return "nan" }
  if x.isInfinite { return x < 0 ? "-inf" : "inf" }
  if x == x.rounded(), abs(x) < 1e16 { return x == 0 ? (x.sign == .minus ? "-0" : "0") : String(Int(x)) }
  return tidy(x.description)
}

/// The shortest text that reads back as a single-precision number.
package func formatNumber(_ x: Float) -> String {
  if x.isNaN { return "nan" }
  if x.isInfinite { return x < 0 ? "-inf" : "inf" }
  if x == x.rounded(), abs(x) < 1e16 { return x == 0 ? (x.sign == .minus ? "-0" : "0") : String(Int(x)) }
  return tidy(x.description)
}

/// A number with at most so many significant digits: `0.1235`, `1.235e-07`, without closing zeros; a whole number with
/// all of its digits.
package func formatNumber(_ x: Double, significant digits: Int) -> String {
  if x.isNaN || x.isInfinite { return formatNumber(x) }
  if x == 0 { return "0" }
  if x == x.rounded(), abs(x) < 1e16 { return String(Int(x)) }
  let text = printf("%.*e", max(1, min(digits, 17)) - 1, x)
  guard let e = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: e)...]) else { return text }
  if exponent < -5 || exponent >= max(digits, 16) {
    var mantissa = text[..<e]
    if mantissa.contains(".") {
      while mantissa.last == "0" { mantissa.removeLast() }
      if mantissa.last == "." { mantissa.removeLast() }
    }
    return mantissa + "e" + (exponent < 0 ? "-" : "") + (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
  }
  if exponent >= digits - 1 {
    // Whole at this precision: the digits past the last significant one are zeros.
    return printf("%.0f", 0, strtod(text, nil), precise: false)
  }
  var fixed = printf("%.*f", digits - 1 - exponent, x)
  if fixed.contains(".") {
    while fixed.last == "0" { fixed.removeLast() }
    if fixed.last == "." { fixed.removeLast() }
  }
  return fixed == "-0" ? "0" : fixed
}

/// A number with a fixed number of decimals.
package func formatFixed(_ x: Double, decimals: Int) -> String {
  if x.isNaN || x.isInfinite { return formatNumber(x) }
  return printf("%.*f", max(0, min(decimals, 60)), x)
}

private func printf(_ format: String, _ precision: Int, _ x: Double, precise: Bool = true) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
    let length = withVaList(precise ? [Int32(precision), x] : [x]) { vsnprintf(buffer.baseAddress!, 400, format, $0) }
    return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

private func tidy(_ text: String) -> String {
  // Swift writes 1e-07 as "1e-07" and 1e+20 as "1e+20": the language reads `1e20`.
  var result = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  if let plus = result.firstIndex(of: "+") { result.remove(at: plus) }
  if let dot = result.range(of: ".0e") { result.replaceSubrange(dot, with: "e") }
  return result
}

extension String {
  fileprivate func range(of pattern: String) -> Range<String.Index>? {
    var at = startIndex
    while at < endIndex {
      if self[at...].hasPrefix(pattern) { return at..<index(at, offsetBy: pattern.count) }
      at = index(after: at)
    }
    return nil
  }
}
