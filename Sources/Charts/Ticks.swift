import Glibc

/// Places on an axis with their labels, all in one precision.
struct Ticks: Sendable, Equatable {
  var values: [Double]
  var labels: [String]

  static let none = Ticks(values: [], labels: [])

  var labelWidth: Int { labels.map(\.count).max() ?? 0 }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `size`.
func niceStep(_ size: Double) -> Double {
  guard size > 0, size.isFinite else { return 1 }
  let power = pow(10, Double(exponent10(size)))
  let share = size / power
  return power * (share <= 1.000001 ? 1 : share <= 2.000001 ? 2 : share <= 5.000001 ? 5 : 10)
}

/// At most `limit` ticks on round numbers between `low` and `high`; steps of whole numbers where `isInteger`.
func linearTicks(_ low: Double, _ high: Double, limit: Int, isInteger: Bool) -> Ticks {
  guard high > low, limit > 0 else { return .none }
  var step = niceStep((high - low) / Double(max(1, limit)))
  if isInteger { step = max(1, step) }
  for _ in 0..<4 {
    let slack = step * 1e-9
    let first = ((low - slack) / step).rounded(.up)
    let last = ((high + slack) / step).rounded(.down)
    if last - first + 1 <= Double(limit) {
      guard last >= first else { return .none }
      let values = (0...Int(last - first)).map { (first + Double($0)) * step }
      return Ticks(values: values, labels: tickLabels(values, step: step))
    }
    step = niceStep(step * 1.5)
  }
  return .none
}

/// Labels with just the decimals that the step needs; exponents when those are shorter.
func tickLabels(_ values: [Double], step: Double) -> [String] {
  let decimals = max(0, -exponent10(step * 1.0000001))
  let plain = values.map { fixed($0, decimals) }
  guard (plain.map(\.count).max() ?? 0) > 7 else { return plain }
  let largest = values.map { abs($0) }.max() ?? 0
  let digits = max(0, exponent10(largest) - exponent10(step * 1.0000001))
  // One exponent for all, so that the mantissas have one precision too; whole mantissas where they stay short.
  let exponent = digits <= 1 ? exponent10(step * 1.0000001) : exponent10(largest)
  let scale = pow(10, Double(exponent))
  guard scale.isFinite, scale > 0 else { return values.map { scientific($0, digits) } }
  let short = values.map { $0 == 0 ? "0" : fixed($0 / scale, digits <= 1 ? 0 : digits) + "e\(exponent)" }
  return (short.map(\.count).max() ?? 0) < (plain.map(\.count).max() ?? 0) ? short : plain
}

/// Decades between two powers of ten; where there is less than one, 1, 2 and 5 of each. Bounds and values are log10.
func logTicks(_ low: Double, _ high: Double, limit: Int) -> Ticks {
  guard high > low, limit > 0 else { return .none }
  let first = Int((low - 1e-9).rounded(.up))
  let last = Int((high + 1e-9).rounded(.down))
  if last - first >= 1 {
    let stride = max(1, (last - first + limit) / limit)
    let powers = Swift.stride(from: first, through: last, by: stride).map { $0 }
    let isPlain = powers.allSatisfy { (-3...4).contains($0) }
    let labels = powers.map { isPlain ? fixed(pow(10, Double($0)), max(0, -$0)) : "1e\($0)" }
    return Ticks(values: powers.map(Double.init), labels: labels)
  }
  var values: [Double] = []
  for power in Int(low.rounded(.down))...Int(high.rounded(.up)) {
    for factor in [1.0, 2, 5] {
      let at = Double(power) + log10(factor)
      if at >= low - 1e-9, at <= high + 1e-9 { values.append(at) }
    }
  }
  if values.count < 2 {
    // A short stretch: round numbers, unevenly spaced.
    let plain = linearTicks(pow(10, low), pow(10, high), limit: limit, isInteger: false)
    if plain.values.count >= 2 { return Ticks(values: plain.values.map { log10($0) }, labels: plain.labels) }
  }
  values = Array(values.prefix(limit))
  return Ticks(values: values, labels: values.map { shortNumber(pow(10, $0)) })
}
