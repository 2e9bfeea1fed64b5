import Glibc

/// `x` with a fixed number of decimals.
func fixed(_ x: Double, _ decimals: Int) -> String {
  let value = x == 0 ? 0 : x
  var buffer = [CChar](repeating: 0, count: 400)
  let count = withVaList([Int32(clamping: max(0, min(30, decimals))), value]) {
    vsnprintf(&buffer, buffer.count, "%.*f", $0)
  }
  let text = String(decoding: buffer.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  // Rounding may leave a zero with a sign.
  return text.first == "-" && !text.contains { $0 >= "1" && $0 <= "9" } ? String(text.dropFirst()) : text
}

/// `x` as mantissa and exponent, `1.5e-9`.
func scientific(_ x: Double, _ decimals: Int) -> String {
  if x == 0 { return "0" }
  var exponent = exponent10(x)
  var mantissa = fixed(scaled(x, -exponent), decimals)
  if mantissa.hasPrefix("10") || mantissa.hasPrefix("-10") {
    exponent += 1
    mantissa = fixed(scaled(x, -exponent), decimals)
  }
  return "\(mantissa)e\(exponent)"
}

/// `x × 10^n` without an overflow on the way.
private func scaled(_ x: Double, _ n: Int) -> Double {
  n > 300
    ? x * pow(10, 300) * pow(10, Double(n - 300))
    : n < -300 ? x / pow(10, 300) / pow(10, Double(-n - 300)) : n < 0 ? x / pow(10, Double(-n)) : x * pow(10, Double(n))
}

/// The exponent of the first significant digit.
func exponent10(_ x: Double) -> Int {
  guard x != 0, x.isFinite else { return 0 }
  let e = Int(log10(abs(x)).rounded(.down))
  // log10 can land a hair beside a power of ten.
  if abs(x) >= pow(10, Double(e + 1)) { return e + 1 }
  if abs(x) < pow(10, Double(e)) { return e - 1 }
  return e
}

/// A number on its own, with at most `significant` digits and no trailing zeros.
package func shortNumber(_ x: Double, significant: Int = 4) -> String {
  if x.isNaN { return "nan" }
  if x.isInfinite { return x < 0 ? "-inf" : "inf" }
  if x == x.rounded(), abs(x) < 1e7 { return fixed(x, 0) }
  let e = exponent10(x)
  if e >= 7 || e < -4 { return withoutTrailingZeros(scientific(x, significant - 1)) }
  return withoutTrailingZeros(fixed(x, max(0, significant - 1 - e)))
}

private func withoutTrailingZeros(_ text: String) -> String {
  let parts = text.split(separator: "e", maxSplits: 1)
  var mantissa = parts.first.map(String.init) ?? text
  if mantissa.contains(".") {
    while mantissa.last == "0" { mantissa.removeLast() }
    if mantissa.last == "." { mantissa.removeLast() }
  }
  return parts.count > 1 ? mantissa + "e" + parts[1] : mantissa
}

/// One way of writing for a whole column (or tensor), so that the digits line up.
package struct ColumnFormat: Sendable {
  private enum Way { case fixed(Int), scientific(Int) }
  private let way: Way

  /// Chooses the decimals that show `significant` digits of the values, one precision for all.
  ///
  /// A column of whole numbers has none. A column that spans many sizes keeps two digits more than its largest value
  /// needs; one with very large or very small values is written with exponents.
  package init(_ values: some Sequence<Double>, significant: Int = 4) {
    var largest = 0.0
    var smallest = Double.infinity
    var decimals = 0
    var allWhole = true
    for x in values where x.isFinite && x != 0 {
      let size = abs(x)
      largest = max(largest, size)
      smallest = min(smallest, size)
      if size != size.rounded() { allWhole = false }
    }
    if allWhole {
      way = largest < 1e15 ? .fixed(0) : .scientific(significant - 1)
      return
    }
    let top = exponent10(largest)
    if top >= 7 || top < -3 || (exponent10(smallest) < -5 && top - exponent10(smallest) > 5) {
      way = .scientific(significant - 1)
      return
    }
    for x in values where x.isFinite && x != 0 {
      let wanted = max(0, significant - 1 - exponent10(x))
      if wanted <= decimals { continue }
      let text = withoutTrailingZeros(fixed(x, wanted))
      if let point = text.firstIndex(of: ".") {
        decimals = max(decimals, text.distance(from: point, to: text.endIndex) - 1)
      }
    }
    way = .fixed(min(decimals, max(0, significant - 1 - top) + 2))
  }

  package func text(_ x: Double) -> String {
    if x.isNaN { return "nan" }
    if x.isInfinite { return x < 0 ? "-inf" : "inf" }
    switch way {
    case .fixed(let decimals): return fixed(x, decimals)
    case .scientific(let decimals): return scientific(x, decimals)
    }
  }
}

/// A whole number with its thousands apart: `60,000`.
package func grouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  var result = count < 0 ? "-" : ""
  for (i, digit) in digits.enumerated() {
    if i > 0, (digits.count - i) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return result
}
