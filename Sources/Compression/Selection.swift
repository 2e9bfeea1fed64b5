/// Which of the scores are the smallest: exactly `count` of them, the first among equal ones.
///
/// Scores are at least 0, so their bits are in the order of their values: two counts over half of the bits each find the
/// limit without sorting.
func smallest(_ scores: [Float], count: Int) -> [Bool] {
  guard count > 0 else { return [Bool](repeating: false, count: scores.count) }
  guard count < scores.count else { return [Bool](repeating: true, count: scores.count) }
  var counts = [Int](repeating: 0, count: 1 << 16)
  for score in scores { counts[Int(score.bitPattern >> 16)] += 1 }
  let (high, before) = place(of: count, in: counts)
  counts = [Int](repeating: 0, count: 1 << 16)
  for score in scores where Int(score.bitPattern >> 16) == high { counts[Int(score.bitPattern & 0xFFFF)] += 1 }
  let (low, lower) = place(of: count - before, in: counts)
  let limit = UInt32(high) << 16 | UInt32(low)
  var equal = count - before - lower
  return scores.map { score in
    if score.bitPattern == limit, equal > 0 {
      equal -= 1
      return true
    }
    return score.bitPattern < limit
  }
}

/// Where the running total reaches `count`, and the total before that.
private func place(of count: Int, in counts: [Int]) -> (index: Int, before: Int) {
  var total = 0
  for (index, here) in counts.enumerated() {
    if total + here >= count { return (index, total) }
    total += here
  }
  preconditionFailure("there are fewer scores than asked for")
}
