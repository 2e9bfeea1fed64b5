import Diagnostics
import JSON

/// JSON lines: one object a line, a column for every key.
package enum JSONLines {
  package static func read(path: String) throws -> Table {
    try parse(Inflate.expanded(Files.read(path), name: path), name: path)
  }

  /// - Throws: `file-format` with the line for what is no object of plain values, `column-type` for mixed kinds.
  package static func parse(_ bytes: [UInt8], name: String) throws -> Table {
    var names: [String] = []
    var place: [String: Int] = [:]
    var cells: [[Cell]] = []
    var rows = 0
    for (number, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      guard line.contains(where: { $0 != 32 && $0 != 13 && $0 != 9 }) else { continue }
      func wrong(_ why: String) -> Failure {
        Failure("file-format", "line \(number + 1) of `\(name)` is not an object of plain values", why: why + ".")
      }
      let value: JSONValue
      do {
        value = try Array(line).withUnsafeBytes { try JSONValue(parsing: $0) }
      } catch let failure as Failure {
        throw wrong(failure.message)
      }
      guard let members = value.members else { throw wrong("it is no object") }
      for member in members {
        let at: Int
        if let known = place[member.key] {
          at = known
        } else {
          at = names.count
          place[member.key] = at
          names.append(member.key)
          cells.append([])
        }
        // Keys that earlier lines lacked are missing there; a key that comes twice counts once.
        while cells[at].count < rows { cells[at].append(.missing) }
        guard cells[at].count == rows else { continue }
        switch member.value {
        case .null: cells[at].append(.missing)
        case .bool(let b): cells[at].append(.bool(b))
        case .number(let x): cells[at].append(Cell(x))
        case .string(let text): cells[at].append(.text(text))
        case .array, .object: throw wrong("`\(member.key)` holds a list or a record")
        }
      }
      rows += 1
    }
    for at in cells.indices {
      while cells[at].count < rows { cells[at].append(.missing) }
    }
    return try Table(zip(names, cells).map { ($0, try Column(cells: $1, name: $0)) })
  }
}
