import Diagnostics

extension Table {
  /// One row a column: its kind, how many values it has and lacks, and the usual statistics of numbers.
  package func described() throws -> Table {
    let numbers = columns.map { column -> [Double]? in if case .number(let x) = column { x } else { nil } }
    let sorted = numbers.map { $0.map(Statistics.sorted) }
    func statistic(_ of: ([Double]) -> Double) -> Column { .number(numbers.map { $0.map(of) ?? .nan }) }
    func quantile(_ q: Double) -> Column {
      .number(sorted.map { $0.map { Statistics.quantile(sorted: $0, q) } ?? .nan })
    }
    return try Table([
      ("column", .text(names)),
      ("kind", .text(columns.map(\.kind.rawValue))),
      ("missing", .number(columns.map { Double($0.missingCount) })),
      ("unique", .number(columns.map { column in Double(column.coded(sorted: false).values.count { !$0.isMissing }) })),
      ("mean", statistic(Statistics.mean)),
      ("std", statistic { Statistics.variance($0, ddof: 1).squareRoot() }),
      ("min", quantile(0)), ("median", quantile(0.5)), ("max", quantile(1)), ("q25", quantile(0.25)),
      ("q75", quantile(0.75)), ("count", .number(columns.map { Double($0.count - $0.missingCount) })),
    ])
  }

  /// The correlations of all number columns, as a table with a `column` column.
  ///
  /// - Parameter ranked: Spearman's (of ranks) instead of Pearson's.
  package func correlations(ranked: Bool = false) throws -> Table {
    let wanted = columns.indices.filter { columns[$0].kind == .number }
    let values = wanted.map { at -> [Double] in
      let numbers = columns[at].numbers ?? []
      guard ranked else { return numbers }
      // Ranks among the values that are there; a missing one stays missing.
      let present = numbers.indices.filter { !numbers[$0].isNaN }
      let ranks = Statistics.ranks(present.map { numbers[$0] })
      var placed = [Double](repeating: .nan, count: numbers.count)
      for (rank, row) in zip(ranks, present) { placed[row] = rank }
      return placed
    }
    let label = names.contains("column") ? "correlation with" : "column"
    var pairs: [(String, Column)] = [(label, .text(wanted.map { names[$0] }))]
    for (at, own) in zip(wanted, values) {
      pairs.append((names[at], .number(values.map { Statistics.correlation(own, $0) })))
    }
    return try Table(pairs)
  }
}
