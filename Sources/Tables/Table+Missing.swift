import Diagnostics

extension Table {
  /// How many values are missing in each column.
  package var missingCounts: [(name: String, count: Int)] {
    zip(names, columns).map { ($0, $1.missingCount) }
  }

  /// The rows without a missing value in the named columns, or in any.
  package func dropMissing(_ wanted: [String]? = nil) throws -> Table {
    gather(try completeRows(wanted))
  }

  /// The numbers of the rows that `dropMissing` keeps.
  package func completeRows(_ wanted: [String]? = nil) throws -> [Int] {
    let checked = try wanted.map { try $0.map { try column($0) } } ?? columns
    var complete = [Bool](repeating: true, count: rowCount)
    for column in checked {
      switch column {
      case .number(let x): for row in 0..<rowCount where x[row].isNaN { complete[row] = false }
      case .text(let x): for row in 0..<rowCount where x[row] == nil { complete[row] = false }
      case .bool(let x): for row in 0..<rowCount where x[row] == nil { complete[row] = false }
      }
    }
    return complete.indices.filter { complete[$0] }
  }
}
