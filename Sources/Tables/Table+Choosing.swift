import Diagnostics

// Choosing columns and rows.
extension Table {
  /// The named columns, in the order asked for.
  package func select(_ wanted: [String]) throws -> Table {
    try Table(wanted.map { ($0, try column($0)) })
  }

  /// All columns but the named ones.
  package func drop(_ unwanted: [String]) throws -> Table {
    let gone = Set(try unwanted.map { try index(of: $0) })
    let kept = columns.indices.filter { !gone.contains($0) }
    return Table(names: kept.map { names[$0] }, columns: kept.map { columns[$0] }, rowCount: rowCount)
  }

  /// Columns renamed, as pairs of old and new name.
  package func rename(_ pairs: [(old: String, new: String)]) throws -> Table {
    var renamed = names
    for (old, new) in pairs { renamed[try index(of: old)] = new }
    return try Table(Array(zip(renamed, columns)))
  }

  /// The rows for which `keep` is true.
  package func filter(_ keep: [Bool]) throws -> Table {
    guard keep.count == rowCount else {
      throw Failure("column-length", "the mask has \(keep.count) values where the table has \(rowCount) rows")
    }
    return gather(keep.indices.filter { keep[$0] })
  }

  /// The first `count` rows, or all there are.
  package func take(_ count: Int) -> Table { gather(Array(0..<max(0, min(count, rowCount)))) }

  /// The last `count` rows, or all there are.
  package func tail(_ count: Int) -> Table { gather(Array(max(0, rowCount - max(0, count))..<rowCount)) }

  package func reversed() -> Table { gather(Array((0..<rowCount).reversed())) }

  /// Tables under one another, matched by column name.
  ///
  /// - Throws: `unknown-column` when a table lacks a column of the first, `column-type` when kinds differ.
  package static func concatenated(_ tables: [Table]) throws -> Table {
    guard let first = tables.first else { return try Table([]) }
    for (at, table) in tables.enumerated().dropFirst() {
      if let extra = table.names.first(where: { !first.names.contains($0) }) {
        throw Failure("unknown-column", "table \(at) has a column `\(extra)` that the first one lacks")
      }
    }
    return try Table(
      first.names.map { name in
        (name, try Column.joined(try tables.map { try $0.column(name) }, name: name))
      })
  }
}
