import Diagnostics

/// Areas and average precisions of `k` scores a row, row-major, for labels from 0 to k - 1.
package enum Multiclass {
  package enum Scheme: String, CaseIterable, Sendable {
    /// Each class against all others.
    case ovr
    /// Each pair of classes (Hand and Till 2001).
    case ovo
  }

  package enum Average: String, CaseIterable, Sendable { case macro, weighted, micro }

  package static func area(
    _ scores: [Double], classes k: Int, _ truth: [Int], _ scheme: Scheme, _ average: Average
  ) throws -> Double {
    try check(scores, k, truth)
    if scheme == .ovr { return try combined(scores, k, truth, average) { $0.area() } }
    guard average != .micro else {
      throw Failure("argument-range", "`average=\"micro\"` goes with `multi=\"ovr\"` only")
    }
    let counts = try presentCounts(k, truth)
    var (sum, weight) = (0.0, 0.0)
    for a in 0..<k {
      for b in (a + 1)..<max(k, a + 1) {
        let rows = truth.indices.filter { truth[$0] == a || truth[$0] == b }
        let one = try RankingCurve(rows.map { scores[$0 * k + a] }, rows.map { truth[$0] == a }).area()
        let other = try RankingCurve(rows.map { scores[$0 * k + b] }, rows.map { truth[$0] == b }).area()
        let share = average == .weighted ? counts[a] + counts[b] : 1
        sum += share * (one + other) / 2
        weight += share
      }
    }
    return sum / weight
  }

  /// The area of each class against all others.
  package static func areas(_ scores: [Double], classes k: Int, _ truth: [Int]) throws -> [Double] {
    try check(scores, k, truth)
    return try (0..<k).map { try curve(scores, k, truth, $0).area() }
  }

  package static func averagePrecision(
    _ scores: [Double], classes k: Int, _ truth: [Int], _ average: Average
  ) throws -> Double {
    try check(scores, k, truth)
    return try combined(scores, k, truth, average) { $0.averagePrecision }
  }

  private static func combined(
    _ scores: [Double], _ k: Int, _ truth: [Int], _ average: Average, _ score: (RankingCurve) -> Double
  ) throws -> Double {
    if average == .micro {
      return score(try RankingCurve(scores, scores.indices.map { truth[$0 / k] == $0 % k }))
    }
    let counts = try presentCounts(k, truth)
    var (sum, weight) = (0.0, 0.0)
    for c in 0..<k {
      let share = average == .weighted ? counts[c] : 1
      sum += share * score(try curve(scores, k, truth, c))
      weight += share
    }
    return sum / weight
  }

  private static func curve(_ scores: [Double], _ k: Int, _ truth: [Int], _ c: Int) throws -> RankingCurve {
    try RankingCurve(truth.indices.map { scores[$0 * k + c] }, truth.map { $0 == c })
  }

  private static func presentCounts(_ k: Int, _ truth: [Int]) throws -> [Double] {
    var counts = [Double](repeating: 0, count: k)
    for c in truth { counts[c] += 1 }
    if let absent = counts.firstIndex(of: 0) {
      throw Failure(
        "one-class", "class \(absent) does not occur in the truth", argument: 1,
        why: "its curve needs rows of the class and rows of others.")
    }
    return counts
  }

  private static func check(_ scores: [Double], _ k: Int, _ truth: [Int]) throws {
    try checkPair(k == 0 ? 0 : scores.count / k, truth.count)
    if let stray = truth.first(where: { $0 < 0 || $0 >= k }) {
      throw Failure(
        "label-range", "label \(stray) is out of range for \(k) classes", argument: 1, why: "classes count from 0.")
    }
  }
}
