/// The candidates closest to a misspelt name, best first, or none when nothing is close.
///
/// Distance is the optimal string alignment distance (edits and swaps of neighbours); a candidate counts when it is
/// within a third of the name's length. A candidate that differs only by case, or starts with the name, comes first.
package func nearMisses(_ name: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
  let target = Array(name.lowercased().unicodeScalars)
  guard !target.isEmpty, target.count <= 64 else { return [] }
  let allowed = max(1, target.count / 3)
  var found: [(distance: Int, name: String)] = []
  for candidate in Set(candidates) where candidate != name {
    let other = Array(candidate.lowercased().unicodeScalars)
    if abs(other.count - target.count) > allowed {
      if target.count >= 3, other.starts(with: target) { found.append((allowed, candidate)) }
      continue
    }
    let distance = alignmentDistance(target, other)
    // A name of one or two letters is near everything: ask for the same first letter then.
    if distance <= allowed, target.count > 2 || other.first == target.first { found.append((distance, candidate)) }
  }
  found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
  // Beside a slip of one letter nothing else is meant.
  let reach = 2 * (found.first?.distance ?? 0)
  return found.prefix(limit).prefix { $0.distance <= reach }.map(\.name)
}

private func alignmentDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var twoBack = [Int](repeating: 0, count: b.count + 1)
  var back = Array(0...b.count)
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(row[j] + 1, back[j + 1] + 1, back[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, twoBack[j - 1] + 1) }
      row.append(best)
    }
    (twoBack, back) = (back, row)
  }
  return back[b.count]
}
