import Diagnostics

/// A table's rows in groups of equal keys.
package struct Grouping: Sendable {
  package let table: Table
  package let by: [String]
  /// The values of the key columns and the rows that hold them, in order of the keys.
  package let groups: [(key: [Cell], rows: [Int])]

  package func subtable(_ index: Int) -> Table { table.gather(groups[index].rows) }

  /// One row a group: the key columns, then a column for each computed value.
  ///
  /// - Parameter summaries: for each new column, its name and what it holds for a group's rows.
  package func aggregate(_ summaries: [(name: String, value: (Table) throws -> Cell)]) throws -> Table {
    var pairs: [(String, Column)] = []
    for name in by {
      pairs.append((name, try table.column(name).gather(groups.map { $0.rows[0] })))
    }
    let parts = groups.indices.map(subtable)
    for (name, value) in summaries {
      pairs.append((name, try Column(cells: try parts.map(value), name: name)))
    }
    return try Table(pairs)
  }
}

extension Table {
  /// Groups of rows with equal values in the named columns, in order of the keys; missing is a key of its own, last.
  package func group(by wanted: [String]) throws -> Grouping {
    guard !wanted.isEmpty else {
      throw Failure("missing-argument", "`group` needs at least one column to group by")
    }
    let keys = try wanted.map { try column($0) }
    let (codes, count) = rowCodes(keys)
    var rows = [[Int]](repeating: [], count: count)
    for (row, code) in codes.enumerated() { rows[code].append(row) }
    let order = Table.order(rowCount, by: keys, descending: false)
    var seen = [Bool](repeating: false, count: count)
    var groups: [(key: [Cell], rows: [Int])] = []
    for row in order where !seen[codes[row]] {
      seen[codes[row]] = true
      groups.append((keys.map { $0[row] }, rows[codes[row]]))
    }
    return Grouping(table: self, by: wanted, groups: groups)
  }
}
