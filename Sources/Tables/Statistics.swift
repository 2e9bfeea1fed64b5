/// Plain statistics of numbers; every one leaves missing values out and gives nan where there is nothing to count.
package enum Statistics {
  package static func mean(_ values: [Double]) -> Double {
    var sum = 0.0
    var count = 0
    for value in values where !value.isNaN {
      sum += value
      count += 1
    }
    return count == 0 ? .nan : sum / Double(count)
  }

  /// The mean of squared distances from the mean, over `n - ddof`.
  package static func variance(_ values: [Double], ddof: Int) -> Double {
    let mean = mean(values)
    var sum = 0.0
    var count = 0
    for value in values where !value.isNaN {
      sum += (value - mean) * (value - mean)
      count += 1
    }
    return count > ddof ? sum / Double(count - ddof) : .nan
  }

  /// The values in order, without the missing ones.
  package static func sorted(_ values: [Double]) -> [Double] { values.filter { !$0.isNaN }.sorted() }

  /// The quantile of sorted values by linear interpolation between the two nearest ranks (`(n - 1) q`).
  package static func quantile(sorted values: [Double], _ q: Double) -> Double {
    guard let last = values.last else { return .nan }
    let place = q * Double(values.count - 1)
    let below = Int(place)
    guard below + 1 < values.count else { return last }
    let share = place - Double(below)
    return share == 0 ? values[below] : values[below] + share * (values[below + 1] - values[below])
  }

  package static func median(_ values: [Double]) -> Double { quantile(sorted: sorted(values), 0.5) }

  /// The correlation of two columns, over the rows that have both.
  package static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let both = zip(x, y).filter { !$0.0.isNaN && !$0.1.isNaN }
    let (meanX, meanY) = (mean(both.map(\.0)), mean(both.map(\.1)))
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (a, b) in both {
      xx += (a - meanX) * (a - meanX)
      yy += (b - meanY) * (b - meanY)
      xy += (a - meanX) * (b - meanY)
    }
    return both.count < 2 ? .nan : max(-1, min(1, xy / (xx * yy).squareRoot()))
  }

  /// Ranks from 1, equal values sharing the mean of their ranks.
  package static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for at in start..<end { ranks[order[at]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }
}
