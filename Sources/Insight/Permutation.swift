import Diagnostics
package import Tensors

/// How much a score falls when one column's values are dealt out anew among the rows (Breiman, 2001), for each column.
///
/// - Parameters:
///   - columns: how many columns there are.
///   - repeats: how often each is shuffled; the falls are averaged.
///   - score: of the data whose column (the first argument) comes from these rows; nil for the data as they are.
/// - Returns: the falls' means and standard deviations, by column; and the score of the data as they are.
package func permutationImportance(
  columns: Int, rows: Int, repeats: Int, score: (_ shuffled: (column: Int, rows: Tensor)?) throws -> Double
) throws -> (base: Double, falls: [(mean: Double, deviation: Double)]) {
  let base = try score(nil)
  var stream = RandomSource.next()
  var falls: [(mean: Double, deviation: Double)] = []
  for column in 0..<columns {
    var found: [Double] = []
    for _ in 0..<repeats {
      try Resources.check()
      found.append(base - (try score((column, Raw.permutation(rows, &stream)))))
    }
    let mean = found.reduce(0, +) / Double(repeats)
    let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(repeats - 1, 1))
    falls.append((mean, variance.squareRoot()))
  }
  return (base, falls)
}
