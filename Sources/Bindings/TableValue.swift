package import Charts
import Diagnostics
package import Evaluator
package import Tables
import Tensors

/// Tables as programs hold them: `t.age`, `t["odd name"]`, `t[0]`, `t[0..10]`, `t[mask]`.
extension Table: Foreign, Convertible, Displayable {
  package static var typeName: String { "table" }

  package var summary: String {
    "table of \(rowCount) \(rowCount == 1 ? "row" : "rows"): \(names.prefix(8).joined(separator: ", "))"
      + (names.count > 8 ? ", …" : "")
  }

  package var fieldNames: [String] { names }
  package var length: Int? { rowCount }

  package func field(_ name: String) throws -> Value? {
    guard let at = names.firstIndex(of: name) else { return nil }
    return Value(columns[at])
  }

  package func indexed(by indices: [IndexValue]) throws -> Value? {
    // A column's name may stand beside the rows, on either side.
    var wanted = self
    var rows = indices
    if let at = indices.firstIndex(where: { if case .text = $0 { true } else { false } }),
      case .text(let name) = indices[at]
    {
      rows.remove(at: at)
      guard !rows.isEmpty else { return Value(try column(name)) }
      wanted = try select([name])
    }
    guard rows.count == 1 else {
      throw Failure("index-range", "a table is indexed by rows, by a column's name, or by both", argument: 1)
    }
    let chosen = try Machine.current.positions(rows[0], in: rowCount, of: "table")
    let isColumn = indices.count == 2
    if case .at = rows[0] {
      return isColumn ? Value(wanted.columns[0][chosen[0]], in: wanted.columns[0]) : wanted.record(chosen[0])
    }
    return isColumn ? Value(wanted.columns[0].gather(chosen)) : Value(foreign: wanted.gather(chosen))
  }

  package func isSame(as other: any Foreign, tolerance: Double) -> Bool {
    guard let other = other as? Table, names == other.names, rowCount == other.rowCount else { return false }
    return zip(columns, other.columns).allSatisfy { a, b in
      guard case .number(let x) = a, case .number(let y) = b else { return a.cells == b.cells }
      return zip(x, y).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance }
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    TextTable(
      zip(names, columns).map { name, column in
        TextTable.Column(name, isNumeric: column.kind == .number) { row in
          switch column[row] {
          case .missing: .missing
          case .number(let x): .number(x)
          case .text(let text): .text(text)
          case .bool(let b): .text(b ? "true" : "false")
          }
        }
      }, rowCount: rowCount
    ).text(style)
  }

  /// A row as a record; hands over its count.
  func record(_ row: Int) -> Value {
    Value(new: RecordObject(zip(names, columns).map { ($0, Value($1[row], in: $1)) }))
  }
}

extension Value {
  /// A number column as a tensor, a bool column without missing values too, anything else as a list.
  package init(_ column: Column) {
    if let tensor = column.tensor {
      self.init(tensor)
    } else {
      self.init(list: column.cells.map { Value($0, in: column) })
    }
  }

  init(_ cell: Cell, in column: Column) {
    switch cell {
    case .missing: self = column.kind == .number ? Value(Double.nan) : .none
    case .number(let x): self.init(x)
    case .text(let text): self.init(text)
    case .bool(let b): self.init(b)
    }
  }

  /// A plain value as a table's cell: a number, string, bool, none, or a tensor without axes; nil for anything else.
  var cell: Cell? {
    if isNumber { return Cell(number) }
    if isBool { return .bool(isTrue) }
    if isNone { return .missing }
    if let string { return .text(string) }
    if let tensor, tensor.rank == 0, let x = try? tensor.item { return tensor.dtype == .bool ? .bool(x != 0) : Cell(x) }
    return nil
  }
}

extension Column {
  /// A column of what a program gave: a vector, a list of plain values, a range, or one value for all `rows`.
  init(_ value: Value, name: String, rows: Int?) throws {
    if let tensor = value.tensor, tensor.rank > 0 {
      self = try Column(tensor, name: name)
      return
    }
    if let cell = value.cell, let rows {
      self = try Column(cells: Array(repeating: cell, count: rows), name: name)
      return
    }
    guard value.list != nil || value.range != nil else {
      throw Failure("argument-type", "column `\(name)` must be a vector or a list, not \(value.described)")
    }
    var cells: [Cell] = []
    try forEach(value) { item in
      guard let cell = item.cell else {
        throw Failure(
          "argument-type", "column `\(name)` holds \(item.described) in row \(cells.count)",
          why: "a table's cells are numbers, strings, bools and none.")
      }
      cells.append(cell)
    }
    self = try Column(cells: cells, name: name)
  }
}

/// What a table literal makes: the cells row by row, borrowed.
func makeTableValue(_ names: [String], _ cells: [Value]) throws -> Value {
  let width = names.count
  let pairs = try names.enumerated().map { at, name in
    let own = try stride(from: at, to: cells.count, by: width).map { index -> Cell in
      guard let cell = cells[index].cell else {
        throw Failure(
          "argument-type", "a table's cells are numbers, strings, bools and none, not \(cells[index].described)")
      }
      return cell
    }
    return (name, try Column(cells: own, name: name))
  }
  return Value(foreign: try Table(pairs))
}
