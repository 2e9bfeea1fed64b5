import Diagnostics

/// Named columns of equal length, in order. A value: every operation gives a new table, and columns are shared until changed.
package struct Table: Sendable {
  package private(set) var names: [String]
  package private(set) var columns: [Column]
  package private(set) var rowCount: Int

  /// - Throws: `column-length` when lengths differ, `duplicate-column` when a name comes twice.
  package init(_ pairs: [(String, Column)]) throws {
    rowCount = pairs.first?.1.count ?? 0
    names = pairs.map(\.0)
    columns = pairs.map(\.1)
    var seen = Set<String>()
    for (name, column) in pairs {
      guard column.count == rowCount else {
        throw Failure(
          "column-length", "column `\(name)` has \(column.count) rows where `\(names[0])` has \(rowCount)")
      }
      guard seen.insert(name).inserted else {
        throw Failure("duplicate-column", "two columns are called `\(name)`")
      }
    }
  }

  /// Columns that are known to be named and sized right.
  init(names: [String], columns: [Column], rowCount: Int) {
    self.names = names
    self.columns = columns
    self.rowCount = rowCount
  }

  package var columnCount: Int { columns.count }

  /// The place of a column.
  ///
  /// - Throws: `unknown-column` with the near misses.
  package func index(of name: String) throws -> Int {
    if let at = names.firstIndex(of: name) { return at }
    let near = nearMisses(name, among: names)
    let all = names.prefix(12).map { "`\($0)`" }.joined(separator: ", ")
    throw Failure(
      "unknown-column", "there is no column `\(name)`",
      why: near.isEmpty
        ? "the columns are \(all)\(names.count > 12 ? ", …" : "")"
        : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
  }

  package func column(_ name: String) throws -> Column { columns[try index(of: name)] }

  package subscript(row: Int) -> [Cell] { columns.map { $0[row] } }

  /// The rows named by `rows`, in that order; a negative index gives a row of missing values.
  package func gather(_ rows: [Int]) -> Table {
    Table(names: names, columns: columns.map { $0.gather(rows) }, rowCount: rows.count)
  }

  /// This table with one column replaced, or added at the end.
  package func setting(_ name: String, to column: Column) throws -> Table {
    guard column.count == rowCount || columns.isEmpty else {
      throw Failure("column-length", "column `\(name)` has \(column.count) rows where the table has \(rowCount)")
    }
    var copy = self
    if columns.isEmpty { copy.rowCount = column.count }
    if let at = names.firstIndex(of: name) {
      copy.columns[at] = column
    } else {
      copy.names.append(name)
      copy.columns.append(column)
    }
    return copy
  }

  /// This table with each column passed through `change`.
  package func mappingColumns(_ change: (String, Column) throws -> Column) rethrows -> Table {
    var copy = self
    for at in columns.indices { copy.columns[at] = try change(names[at], columns[at]) }
    return copy
  }
}

extension Table: Equatable {
  /// Whole tables: same names in the same order and same cells; two missing values are equal.
  package static func == (a: Table, b: Table) -> Bool {
    guard a.names == b.names, a.rowCount == b.rowCount else { return false }
    return zip(a.columns, b.columns).allSatisfy { x, y in
      switch (x, y) {
      case (.number(let p), .number(let q)): zip(p, q).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
      case (.text(let p), .text(let q)): p == q
      case (.bool(let p), .bool(let q)): p == q
      default: false
      }
    }
  }
}
