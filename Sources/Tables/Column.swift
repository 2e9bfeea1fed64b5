import Diagnostics
import Tensors

/// The values of one column, all of one kind; nan or nil is a missing value.
package enum Column: Sendable {
  case number([Double])
  case text([String?])
  case bool([Bool?])

  package enum Kind: String, Sendable, CaseIterable { case number, text, bool }

  package var kind: Kind {
    switch self {
    case .number: .number
    case .text: .text
    case .bool: .bool
    }
  }

  package var count: Int {
    switch self {
    case .number(let x): x.count
    case .text(let x): x.count
    case .bool(let x): x.count
    }
  }

  package subscript(row: Int) -> Cell {
    switch self {
    case .number(let x): Cell(x[row])
    case .text(let x): x[row].map(Cell.text) ?? .missing
    case .bool(let x): x[row].map(Cell.bool) ?? .missing
    }
  }

  package var cells: [Cell] { (0..<count).map { self[$0] } }

  package var missingCount: Int {
    switch self {
    case .number(let x): x.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
    case .text(let x): x.reduce(0) { $0 + ($1 == nil ? 1 : 0) }
    case .bool(let x): x.reduce(0) { $0 + ($1 == nil ? 1 : 0) }
    }
  }

  package func isMissing(_ row: Int) -> Bool {
    switch self {
    case .number(let x): x[row].isNaN
    case .text(let x): x[row] == nil
    case .bool(let x): x[row] == nil
    }
  }

  /// The rows named by `rows`, in that order; a negative index gives a missing value.
  package func gather(_ rows: [Int]) -> Column {
    switch self {
    case .number(let x): .number(rows.map { $0 < 0 ? .nan : x[$0] })
    case .text(let x): .text(rows.map { $0 < 0 ? nil : x[$0] })
    case .bool(let x): .bool(rows.map { $0 < 0 ? nil : x[$0] })
    }
  }

  /// The numbers of a number column, 0 and 1 of a bool column, or nil for text.
  package var numbers: [Double]? {
    switch self {
    case .number(let x): x
    case .bool(let x): x.map { $0.map { $0 ? 1 : 0 } ?? .nan }
    case .text: nil
    }
  }

  package static func missing(_ kind: Kind, count: Int) -> Column {
    switch kind {
    case .number: .number(Array(repeating: .nan, count: count))
    case .text: .text(Array(repeating: nil, count: count))
    case .bool: .bool(Array(repeating: nil, count: count))
    }
  }

  /// A column of the kind that all `cells` share; all missing makes a number column.
  ///
  /// - Throws: `column-type` when two cells differ in kind.
  package init(cells: [Cell], name: String) throws {
    guard let first = cells.first(where: { !$0.isMissing }) else {
      self = .missing(.number, count: cells.count)
      return
    }
    if let row = cells.firstIndex(where: { !$0.isMissing && $0.kindName != first.kindName }) {
      throw Failure(
        "column-type", "column `\(name)` mixes \(first.kindName) and \(cells[row].kindName)",
        facts: [.init("row \(row)", cells[row].shown)])
    }
    switch first {
    case .number, .missing: self = .number(cells.map { $0.number ?? .nan })
    case .text: self = .text(cells.map(\.text))
    case .bool: self = .bool(cells.map { if case .bool(let b) = $0 { b } else { nil } })
    }
  }

  /// Joins columns of one kind end to end.
  package static func joined(_ parts: [Column], name: String) throws -> Column {
    // A column that holds nothing takes the kind of the others.
    let kind = parts.first { $0.missingCount < $0.count }?.kind ?? parts.first?.kind ?? .number
    for part in parts where part.kind != kind && part.missingCount < part.count {
      throw Failure("column-type", "column `\(name)` is \(kind) in one table and \(part.kind) in another")
    }
    let same = parts.map { $0.kind == kind ? $0 : .missing(kind, count: $0.count) }
    return same.dropFirst().reduce(same.first ?? .number([])) { sum, part in
      switch (sum, part) {
      case (.number(let x), .number(let y)): .number(x + y)
      case (.text(let x), .text(let y)): .text(x + y)
      case (.bool(let x), .bool(let y)): .bool(x + y)
      default: sum
      }
    }
  }

  /// Numbers the distinct values from 0: each row's code and, by code, the value.
  ///
  /// - Parameter sorted: codes follow the order of the values, otherwise of their first appearance. Missing counts as a value.
  package func coded(sorted: Bool) -> (codes: [Int], values: [Cell]) {
    var numbering: [Cell: Int] = [:]
    var values: [Cell] = []
    var codes = [Int](repeating: 0, count: count)
    for row in 0..<count {
      let cell = self[row]
      if let code = numbering[cell] {
        codes[row] = code
      } else {
        numbering[cell] = values.count
        codes[row] = values.count
        values.append(cell)
      }
    }
    guard sorted else { return (codes, values) }
    let order = values.indices.sorted { values[$0] < values[$1] }
    var renumbered = [Int](repeating: 0, count: values.count)
    for (new, old) in order.enumerated() { renumbered[old] = new }
    return (codes.map { renumbered[$0] }, order.map { values[$0] })
  }
}

extension Cell {
  /// The value as a message shows it.
  package var shown: String {
    switch self {
    case .missing: "none"
    case .number(let x): formatNumber(x)
    case .text(let x): "\"\(x)\""
    case .bool(let x): x ? "true" : "false"
    }
  }
}
