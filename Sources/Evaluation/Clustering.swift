import Diagnostics
import Glibc

/// Scores of groupings, which do not mind what the groups are called.
package enum Clustering {
  /// The Rand index corrected for chance: 1 for equal groupings, 0 on average for random ones.
  package static func adjustedRand(_ prediction: [Int], _ truth: [Int]) throws -> Double {
    let (table, rows, columns) = try contingency(prediction, truth)
    func pairs(_ x: Double) -> Double { x * (x - 1) / 2 }
    let n = rows.reduce(0, +)
    let both = table.reduce(0) { $0 + $1.reduce(0) { $0 + pairs($1) } }
    let (a, b) = (rows.reduce(0) { $0 + pairs($1) }, columns.reduce(0) { $0 + pairs($1) })
    let expected = pairs(n) == 0 ? 0 : a * b / pairs(n)
    let most = (a + b) / 2
    return most == expected ? 1 : (both - expected) / (most - expected)
  }

  /// Mutual information over the mean of the two entropies.
  package static func normalizedMutualInformation(_ prediction: [Int], _ truth: [Int]) throws -> Double {
    let (shared, p, t) = try information(prediction, truth)
    let mean = (p + t) / 2
    return mean == 0 ? 1 : shared / mean
  }

  /// How far each predicted group holds one class only.
  package static func homogeneity(_ prediction: [Int], _ truth: [Int]) throws -> Double {
    let (shared, _, t) = try information(prediction, truth)
    return t == 0 ? 1 : shared / t
  }

  /// How far each class lies in one predicted group only.
  package static func completeness(_ prediction: [Int], _ truth: [Int]) throws -> Double {
    try homogeneity(truth, prediction)
  }

  /// The harmonic mean of homogeneity and completeness.
  package static func vMeasure(_ prediction: [Int], _ truth: [Int]) throws -> Double {
    let (h, c) = (try homogeneity(prediction, truth), try completeness(prediction, truth))
    return h + c == 0 ? 0 : 2 * h * c / (h + c)
  }

  /// The mean of `(b - a) / max(a, b)`: a is the mean distance to the own group, b to the nearest other one.
  ///
  /// - Parameter x: `width` numbers a row, row-major.
  package static func silhouette(_ x: [Double], width: Int, _ labels: [Int]) throws -> Double {
    try checkPair(labels.count, width == 0 ? 0 : x.count / width)
    let (codes, count) = Folds.inOrder(labels)
    guard count >= 2, count < labels.count else {
      throw Failure("argument-range", "the silhouette needs from 2 to \(labels.count - 1) groups, not \(count)")
    }
    var sizes = [Double](repeating: 0, count: count)
    for code in codes { sizes[code] += 1 }
    var sum = 0.0
    var distances = [Double](repeating: 0, count: count)
    for row in codes.indices where sizes[codes[row]] > 1 {
      for code in 0..<count { distances[code] = 0 }
      for other in codes.indices {
        var square = 0.0
        for at in 0..<width {
          let difference = x[row * width + at] - x[other * width + at]
          square += difference * difference
        }
        distances[codes[other]] += square.squareRoot()
      }
      let own = distances[codes[row]] / (sizes[codes[row]] - 1)
      let nearest = (0..<count).filter { $0 != codes[row] }.reduce(Double.infinity) {
        min($0, distances[$1] / sizes[$1])
      }
      if max(own, nearest) > 0 { sum += (nearest - own) / max(own, nearest) }
    }
    return sum / Double(codes.count)
  }

  private static func contingency(
    _ prediction: [Int], _ truth: [Int]
  ) throws -> (table: [[Double]], rows: [Double], columns: [Double]) {
    try checkPair(prediction.count, truth.count)
    let (p, pCount) = Folds.inOrder(prediction)
    let (t, tCount) = Folds.inOrder(truth)
    guard pCount * tCount <= 10_000_000 else { throw Failure("label-range", "there are too many different labels") }
    var table = [[Double]](repeating: [Double](repeating: 0, count: pCount), count: tCount)
    for row in p.indices { table[t[row]][p[row]] += 1 }
    let columns = (0..<pCount).map { at in table.reduce(0) { $0 + $1[at] } }
    return (table, table.map { $0.reduce(0, +) }, columns)
  }

  private static func information(
    _ prediction: [Int], _ truth: [Int]
  ) throws -> (shared: Double, prediction: Double, truth: Double) {
    let (table, rows, columns) = try contingency(prediction, truth)
    let n = rows.reduce(0, +)
    func entropy(_ x: [Double]) -> Double { x.reduce(0) { $1 == 0 ? $0 : $0 - $1 / n * log($1 / n) } }
    var shared = 0.0
    for (t, line) in table.enumerated() {
      for (p, count) in line.enumerated() where count > 0 {
        shared += count / n * log(count * n / (rows[t] * columns[p]))
      }
    }
    return (max(0, shared), entropy(columns), entropy(rows))
  }
}
