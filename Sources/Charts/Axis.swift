import Glibc

/// What one axis shows.
package struct Axis: Sendable {
  package var label: String?
  package var isLog: Bool
  /// A fixed range, such as 0…1 for rates; found from the data otherwise.
  package var range: ClosedRange<Double>?
  /// Ticks on whole numbers only, whatever the data.
  package var isWhole: Bool

  package init(_ label: String? = nil, isLog: Bool = false, range: ClosedRange<Double>? = nil, isWhole: Bool = false) {
    self.label = label
    self.isLog = isLog
    self.range = range
    self.isWhole = isWhole
  }
}

/// An axis with its numbers settled: where a value lies between 0 and 1, and the ticks.
struct AxisScale {
  let isLog: Bool
  var low: Double
  var high: Double
  var ticks: Ticks

  /// Numbers beyond this are drawn as little as infinity is: their differences overflow.
  static let largest = 1e300

  static func canShow(_ x: Double, isLog: Bool) -> Bool { x.isFinite && abs(x) < largest && (!isLog || x > 0) }

  /// - Parameters:
  ///   - bounds: the smallest and largest value that can be shown, or nil when there is none.
  ///   - isLoose: widen the range to the ticks around it.
  init(_ axis: Axis, bounds: (Double, Double)?, isInteger: Bool, limit: Int, isLoose: Bool) {
    isLog = axis.isLog
    var (low, high) = axis.range.map { ($0.lowerBound, $0.upperBound) } ?? bounds ?? (axis.isLog ? (1, 10) : (0, 1))
    if isLog {
      low = log10(max(low, 1e-300))
      high = log10(max(high, 1e-300))
      if high - low < 1e-9 { (low, high) = (low.rounded(.down), low.rounded(.down) + 1) }
    } else if high - low <= max(abs(low), abs(high)) * 1e-12 {
      // A constant: some room on both sides.
      let room = isInteger && abs(low) < 1e6 ? 1 : low == 0 ? 1 : abs(low) * 0.1
      (low, high) = (low - room, high + room)
    }
    if isLoose, axis.range == nil {
      if isLog {
        if high - low > 0.7 { (low, high) = ((low + 1e-9).rounded(.down), (high - 1e-9).rounded(.up)) }
      } else {
        var step = niceStep((high - low) / Double(max(1, limit - 1)))
        if isInteger { step = max(1, step) }
        low = (low / step + 1e-9).rounded(.down) * step
        high = (high / step - 1e-9).rounded(.up) * step
      }
    }
    self.low = low
    self.high = high
    ticks =
      isLog
      ? logTicks(low, high, limit: limit)
      : linearTicks(low, high, limit: limit, isInteger: isInteger && high - low >= 1)
  }

  /// The value's place: 0 at the low end, 1 at the high end.
  @inline(__always)
  func place(_ x: Double) -> Double { ((isLog ? log10(x) : x) - low) / (high - low) }

  /// A tick's place.
  func place(ofTick x: Double) -> Double { (x - low) / (high - low) }
}
