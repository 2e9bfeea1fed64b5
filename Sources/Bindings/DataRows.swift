import Autodiff
import Diagnostics
import Evaluator
import Tables
import Tensors

/// The rows of a data set in a program's hands: a table, a tensor, a list, or a record of such.
struct DataRows {
  /// Borrowed.
  let value: Value
  let count: Int

  init(_ value: Value, argument: Int = 0) throws {
    self.value = value
    if let record = value.record {
      if let parts = record["train"], parts.record != nil, record["test"] != nil {
        throw Failure(
          "argument-type", "this data set comes in parts already: `train` and `test`", argument: argument,
          why: "each of them is a record {x, y}.", hint: "\u{1}append .train")
      }
      let counts = zip(record.keys, record.values).compactMap { key, field in
        DataRows.count(field).map { (name: key.name, rows: $0) }
      }
      guard let first = counts.first else {
        throw Failure("argument-type", "a record of data needs fields with rows, as in {x, y}", argument: argument)
      }
      if let other = counts.first(where: { $0.rows != first.rows }) {
        throw Failure(
          "label-shape", "`\(first.name)` has \(first.rows) rows, `\(other.name)` has \(other.rows)",
          argument: argument, why: "the fields of a data set go together row by row.")
      }
      count = first.rows
    } else if let rows = DataRows.count(value) {
      count = rows
    } else {
      throw Failure(
        "argument-type", "data are a table, a tensor, or a record {x, y}, not \(value.described)", argument: argument)
    }
  }

  private static func count(_ value: Value) -> Int? {
    if let tensor = value.tensor { return tensor.rank > 0 ? tensor.shape[0] : nil }
    if let table = value.foreign as? Table { return table.rowCount }
    return value.list?.length
  }

  /// The data at these rows; hands over its count.
  func gather(_ rows: [Int]) throws -> Value {
    let places = Tensor(rows)
    func part(_ value: Value) throws -> Value {
      if let tensor = value.tensor, tensor.rank > 0 { return Value(try Op.take(tensor, places)) }
      if let table = value.foreign as? Table { return Value(foreign: table.gather(rows)) }
      if let list = value.list { return Value(list: rows.map { list.values[$0].retained() }) }
      return value.retained()
    }
    guard let record = value.record else { return try part(value) }
    return Value(new: RecordObject(try zip(record.keys, record.values).map { ($0.name, try part($1)) }))
  }

  /// One code a row from a column's or field's name, or from labels of as many rows; nil for none.
  func codes(_ by: Value, _ name: String, argument: Int) throws -> [Int]? {
    if by.isNone { return nil }
    let column: Column
    if let field = by.string {
      if let table = value.foreign as? Table {
        column = try table.column(field)
      } else if let record = value.record {
        guard let found = record[field] else {
          let near = nearMisses(field, among: record.keys.map(\.name))
          throw Failure(
            "not-a-field", "the data have no field `\(field)`", argument: argument,
            why: near.first.map { "did you mean `\($0)`?" })
        }
        column = try Column(found, name: field, rows: nil)
      } else {
        throw Failure("argument-type", "`\(name)` names a field, but the data have none", argument: argument)
      }
    } else {
      column = try Column(by, name: name, rows: nil)
    }
    guard column.count == count else {
      throw Failure(
        "label-shape", "`\(name)` has \(column.count) values for \(count) rows", argument: argument)
    }
    return column.coded(sorted: true).codes
  }
}
