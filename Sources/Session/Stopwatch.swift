import Glibc

/// Time from its making on, by the monotonic clock.
struct Stopwatch {
  private let start = Stopwatch.now

  private static var now: Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }

  var seconds: Double { Stopwatch.now - start }

  /// `1.2 s`, `340 ms`, `25 µs`
  var text: String {
    let s = seconds
    let (value, unit) = s >= 1 ? (s, "s") : s >= 1e-3 ? (s * 1e3, "ms") : (s * 1e6, "µs")
    let rounded =
      (value * (value < 10 ? 100 : value < 100 ? 10 : 1)).rounded() / (value < 10 ? 100 : value < 100 ? 10 : 1)
    return "\(rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)") \(unit)"
  }
}
