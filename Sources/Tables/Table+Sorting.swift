import Diagnostics

extension Table {
  /// The rows in order of the named columns, the first counting most; stable, missing values last either way.
  package func sorted(by wanted: [String], descending: Bool = false) throws -> Table {
    let keys = try wanted.map { try column($0) }
    return gather(Table.order(rowCount, by: keys, descending: descending))
  }

  /// The rows in order of one computed key for each.
  package func sorted(byKeys keys: Column, descending: Bool = false) -> Table {
    gather(Table.order(rowCount, by: [keys], descending: descending))
  }

  /// Row numbers in the order of `keys`.
  static func order(_ count: Int, by keys: [Column], descending: Bool) -> [Int] {
    // Ranks compare as integers, which spares the sort from comparing texts over and over.
    let ranks = keys.map { key -> [Int] in
      let (codes, values) = key.coded(sorted: true)
      guard descending else { return codes }
      return codes.map { values[$0].isMissing ? values.count : -$0 }
    }
    return (0..<count).sorted { a, b in
      for rank in ranks where rank[a] != rank[b] { return rank[a] < rank[b] }
      return a < b
    }
  }

  /// The first row of each group of equal rows, by all columns or the named ones; two missing values are equal.
  package func dropDuplicates(by wanted: [String]? = nil) throws -> Table {
    gather(try distinctRows(by: wanted))
  }

  /// The numbers of the rows that `dropDuplicates` keeps.
  package func distinctRows(by wanted: [String]? = nil) throws -> [Int] {
    let (codes, count) = rowCodes(try wanted.map { try $0.map { try column($0) } } ?? columns)
    var seen = [Bool](repeating: false, count: count)
    return (0..<rowCount).filter { row in
      defer { seen[codes[row]] = true }
      return !seen[codes[row]]
    }
  }

  /// Numbers the distinct combinations of values in `keys`, from 0 in order of appearance.
  func rowCodes(_ keys: [Column]) -> (codes: [Int], count: Int) {
    var codes = [Int](repeating: 0, count: rowCount)
    var count = rowCount == 0 ? 0 : 1
    for key in keys {
      let other = key.coded(sorted: false).codes
      var numbering: [Pair: Int] = [:]
      for row in 0..<rowCount {
        let pair = Pair(a: codes[row], b: other[row])
        if let code = numbering[pair] {
          codes[row] = code
        } else {
          codes[row] = numbering.count
          numbering[pair] = numbering.count
        }
      }
      count = numbering.count
    }
    return (codes, count)
  }

  private struct Pair: Hashable {
    var a: Int
    var b: Int
  }
}

extension Column {
  /// The distinct values and how often each comes, most frequent first, ties in order of the values.
  package var valueCounts: [(value: Cell, count: Int)] {
    let (codes, values) = coded(sorted: true)
    var counts = [Int](repeating: 0, count: values.count)
    for code in codes { counts[code] += 1 }
    return values.indices.sorted { (-counts[$0], $0) < (-counts[$1], $1) }.map { (values[$0], counts[$0]) }
  }
}
