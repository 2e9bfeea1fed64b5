/// Dividing row numbers.
package enum Splitting {
  /// The rows of two parts: `share` of the rows, rounded, and the rest.
  ///
  /// - Parameters:
  ///   - codes: a class for each row; every class is then divided by the same share.
  ///   - order: the rows in the order in which they are dealt; nil keeps them as they stand.
  package static func divide(
    _ count: Int, share: Double, codes: [Int]?, order: [Int]?
  ) -> (first: [Int], rest: [Int]) {
    let order = order ?? Array(0..<count)
    guard let codes else {
      let size = Int((Double(count) * share).rounded())
      return (Array(order[..<size]), Array(order[size...]))
    }
    var total: [Int: Int] = [:]
    for code in codes { total[code, default: 0] += 1 }
    // The whole first part has the size asked for: what rounding the classes leaves over goes to the largest remainders.
    let classes = total.keys.sorted()
    var quota = classes.map { Int((Double(total[$0] ?? 0) * share).rounded(.down)) }
    let wanted = Int((Double(count) * share).rounded())
    let remainders = classes.indices.sorted {
      let a = Double(total[classes[$0]] ?? 0) * share - Double(quota[$0])
      let b = Double(total[classes[$1]] ?? 0) * share - Double(quota[$1])
      return (-a, $0) < (-b, $1)
    }
    for at in remainders.prefix(max(0, wanted - quota.reduce(0, +))) { quota[at] += 1 }
    var left = Dictionary(uniqueKeysWithValues: zip(classes, quota))
    var (first, rest) = ([Int](), [Int]())
    for row in order {
      if let open = left[codes[row]], open > 0 {
        left[codes[row]] = open - 1
        first.append(row)
      } else {
        rest.append(row)
      }
    }
    return (first, rest)
  }
}
