package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Leaves out rows with missing values while training; applied, it changes nothing.
package struct DropMissing: Transform {
  package static let kind = "drop_missing"
  /// The columns that are looked at; none for all.
  package var columns = ColumnNames()
  package var isFitted: Bool { true }

  package init() {}

  package static var fields: [Field<Self>] { [Field("columns", \.columns, positional: true)] }
  package static var learntFields: [Field<Self>] { [] }
  package func output(for input: Flow) throws -> Flow { input }
  package func learn(_ x: Features, y: Datum?) throws -> Self { self }
  package func change(_ x: Features) throws -> Features { x }

  package func changeTraining(_ data: DataSet) throws -> DataSet {
    switch data.x {
    case .table(let table): return try data.gather(table.completeRows(columns.names.isEmpty ? nil : columns.names))
    case .tensor(let x):
      let values = try x.doubles
      let width = max(1, values.count / max(1, data.x.rowCount))
      return try data.gather(
        (0..<data.x.rowCount).filter { row in !(0..<width).contains { values[row * width + $0].isNaN } })
    }
  }
}

/// Leaves out rows that repeat an earlier one while training; applied, it changes nothing.
package struct DropDuplicates: Transform {
  package static let kind = "drop_duplicates"
  package var by: [String] = []
  package var isFitted: Bool { true }

  package init() {}

  package static var fields: [Field<Self>] { [Field("by", \.by)] }
  package static var learntFields: [Field<Self>] { [] }
  package func output(for input: Flow) throws -> Flow { input }
  package func learn(_ x: Features, y: Datum?) throws -> Self { self }
  package func change(_ x: Features) throws -> Features { x }

  package func changeTraining(_ data: DataSet) throws -> DataSet {
    switch data.x {
    case .table(let table): return try data.gather(table.distinctRows(by: by.isEmpty ? nil : by))
    case .tensor(let x):
      let values = try x.doubles
      let width = values.count / max(1, data.x.rowCount)
      var seen = Set<[UInt64]>()
      return try data.gather(
        (0..<data.x.rowCount).filter { row in
          seen.insert(values[row * width..<(row + 1) * width].map { $0.isNaN ? ~0 : ($0 + 0).bitPattern }).inserted
        })
    }
  }
}
