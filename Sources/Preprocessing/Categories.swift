package import Autodiff
import Diagnostics
package import Layers
import Tables

/// The categories that a column had in training, in order, and where an unseen one goes.
struct Vocabulary {
  var column: String
  var categories: [String]

  /// - Throws: `unknown-category` with the value and what is near it.
  func code(_ cell: Cell, _ layer: any Layer) throws -> Int? {
    guard let name = Vocabulary.name(cell) else { return nil }
    return categories.firstIndex(of: name)
  }

  func unseen(_ cell: Cell, row: Int, _ layer: any Layer) -> Failure {
    guard let name = Vocabulary.name(cell) else {
      return Failure(
        "unknown-category", "column `\(column)` has a missing value in row \(row)",
        why: "`\(layer.text)` has seen none in training; `impute` before it fills them.")
    }
    let near = nearMisses(name, among: categories)
    let known = categories.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return Failure(
      "unknown-category", "`\(layer.text)` has not seen \"\(name)\" of column `\(column)` in training",
      facts: [.init("row", "\(row)")],
      why: near.isEmpty
        ? "it knows \(known)\(categories.count > 8 ? ", …" : "")" : "did you mean \"\(near[0])\"?")
  }

  /// A category as text; nil for a missing value.
  static func name(_ cell: Cell) -> String? {
    if case .text(let text) = cell { return text }
    return cell.isMissing ? nil : cell.shown
  }

  /// The vocabulary of a column; missing values are no category.
  init(_ column: Column, named name: String) {
    self.column = name
    categories = column.coded(sorted: true).values.compactMap(Vocabulary.name)
  }
}

extension Transform {
  /// The columns meant: the named ones, or else all that hold text.
  func meant(_ asked: [String], _ x: Features) throws -> (table: Table, columns: [String]) {
    guard case .table(let table) = x else { throw Features.needsTable(self) }
    for name in asked { _ = try table.index(of: name) }
    return (
      table,
      asked.isEmpty ? table.names.indices.filter { table.columns[$0].kind == .text }.map { table.names[$0] } : asked
    )
  }
}

/// A 0/1 column for each category of a column, named `column_category`, in its place.
package struct OneHot: Transform {
  package static let kind = "onehot"
  package static let unknowns = ["error", "other", "zero"]

  /// The columns; none for all that hold text.
  package var columns = ColumnNames()
  /// What becomes of a category that training did not have: an error, a column `column_other`, or zeros.
  package var unknown = "error"

  var learntColumns: [String] = []
  var categories: [[String]] = []
  package private(set) var isFitted = false

  package init() {}

  package static var fields: [Field<Self>] {
    [Field("columns", \.columns, positional: true), Field("unknown", \.unknown)]
  }
  package static var learntFields: [Field<Self>] {
    [Field("columns", \.learntColumns), Field("categories", \.categories), Field("fitted", \.isFitted)]
  }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    let (table, names) = try meant(columns.names, x)
    copy.learntColumns = names
    copy.categories = try names.map { Vocabulary(try table.column($0), named: $0).categories }
    for (name, known) in zip(names, copy.categories) where known.count > 10_000 {
      throw Failure(
        "argument-range", "column `\(name)` has \(known.count) categories",
        why: "`onehot` makes a column of each; `ordinal` numbers them.")
    }
    copy.isFitted = true
    return copy
  }

  package func change(_ x: Features) throws -> Features {
    guard case .table(let table) = x else { throw Features.needsTable(self) }
    for name in learntColumns { _ = try table.index(of: name) }
    var pairs: [(String, Column)] = []
    for (name, column) in zip(table.names, table.columns) {
      guard let at = learntColumns.firstIndex(of: name) else {
        pairs.append((name, column))
        continue
      }
      let known = categories[at] + (unknown == "other" ? ["other"] : [])
      var made = [[Double]](repeating: [Double](repeating: 0, count: column.count), count: known.count)
      var vocabulary = Vocabulary(column, named: name)
      vocabulary.categories = categories[at]
      for row in 0..<column.count {
        if let code = try vocabulary.code(column[row], self) {
          made[code][row] = 1
        } else if unknown == "other" {
          made[known.count - 1][row] = 1
        } else if unknown == "error" {
          throw vocabulary.unseen(column[row], row: row, self)
        }
      }
      for (category, values) in zip(known, made) { pairs.append(("\(name)_\(category)", .number(values))) }
    }
    return .table(try Table(pairs))
  }
}

/// The place of each category in order, from 0, in the column's place; a missing value stays missing.
package struct Ordinal: Transform {
  package static let kind = "ordinal"

  package var columns = ColumnNames()
  /// What becomes of a category that training did not have: an error, or -1.
  package var unknown = "error"

  var learntColumns: [String] = []
  var categories: [[String]] = []
  package private(set) var isFitted = false

  package init() {}

  package static var fields: [Field<Self>] {
    [Field("columns", \.columns, positional: true), Field("unknown", \.unknown)]
  }
  package static var learntFields: [Field<Self>] {
    [Field("columns", \.learntColumns), Field("categories", \.categories), Field("fitted", \.isFitted)]
  }
  package func output(for input: Flow) throws -> Flow { input }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    let (table, names) = try meant(columns.names, x)
    copy.learntColumns = names
    copy.categories = try names.map { Vocabulary(try table.column($0), named: $0).categories }
    copy.isFitted = true
    return copy
  }

  package func change(_ x: Features) throws -> Features {
    guard case .table(var table) = x else { throw Features.needsTable(self) }
    for (at, name) in learntColumns.enumerated() {
      let column = try table.column(name)
      var vocabulary = Vocabulary(.text([]), named: name)
      vocabulary.categories = categories[at]
      let codes = try (0..<column.count).map { row -> Double in
        let cell = column[row]
        if cell.isMissing { return .nan }
        if let code = try vocabulary.code(cell, self) { return Double(code) }
        guard unknown == "other" else { throw vocabulary.unseen(cell, row: row, self) }
        return -1
      }
      table = try table.setting(name, to: .number(codes))
    }
    return .table(table)
  }
}
