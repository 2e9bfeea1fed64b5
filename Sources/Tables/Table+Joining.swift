import Diagnostics

package enum JoinKind: String, CaseIterable, Sendable { case inner, left, right, outer }

extension Table {
  /// Rows of two tables matched on equal values of the named columns.
  ///
  /// Rows keep the order of the left table (then of the right one); every match makes a row. Columns that both have and
  /// that are not keys get `_right` behind the right one's name. Missing keys match nothing.
  /// - Throws: `unknown-column`, `column-type` when a key differs in kind, `file-too-large` past 2^31 rows.
  package func join(_ other: Table, on keys: [String], how: JoinKind = .inner) throws -> Table {
    guard !keys.isEmpty else { throw Failure("missing-argument", "`join` needs `on=`: the columns to match") }
    let mine = try keys.map { try column($0) }
    let theirs = try keys.map { try other.column($0) }
    for (at, key) in keys.enumerated() where mine[at].kind != theirs[at].kind {
      throw Failure(
        "column-type", "column `\(key)` is \(mine[at].kind) in one table and \(theirs[at].kind) in the other")
    }
    let (left, right) = try matches(mine, theirs, other.rowCount, how)

    var pairs: [(String, Column)] = []
    for (name, column) in zip(names, columns) {
      guard let at = keys.firstIndex(of: name) else {
        pairs.append((name, column.gather(left)))
        continue
      }
      // A row that only the right table has takes its key from there.
      let cells = left.indices.map { left[$0] >= 0 ? column[left[$0]] : theirs[at][right[$0]] }
      let joined = try Column(cells: cells, name: name)
      pairs.append((name, joined.kind == column.kind ? joined : .missing(column.kind, count: cells.count)))
    }
    for (name, column) in zip(other.names, other.columns) where !keys.contains(name) {
      pairs.append((names.contains(name) ? name + "_right" : name, column.gather(right)))
    }
    return try Table(pairs)
  }

  private func matches(
    _ mine: [Column], _ theirs: [Column], _ otherCount: Int, _ how: JoinKind
  ) throws -> (left: [Int], right: [Int]) {
    func key(_ columns: [Column], _ row: Int) -> [Cell]? {
      let cells = columns.map { $0[row] }
      return cells.contains(.missing) ? nil : cells
    }
    var rowsByKey: [[Cell]: [Int]] = [:]
    for row in 0..<otherCount {
      if let key = key(theirs, row) { rowsByKey[key, default: []].append(row) }
    }
    var left: [Int] = []
    var right: [Int] = []
    var matched = [Bool](repeating: false, count: otherCount)
    for row in 0..<rowCount {
      let found = key(mine, row).flatMap { rowsByKey[$0] } ?? []
      guard left.count + found.count < 1 << 31 else {
        throw Failure(
          "file-too-large", "the join would have more than 2147483648 rows", why: "the keys repeat too often.")
      }
      for match in found {
        left.append(row)
        right.append(match)
        matched[match] = true
      }
      if found.isEmpty, how == .left || how == .outer {
        left.append(row)
        right.append(-1)
      }
    }
    if how == .right || how == .outer {
      for row in 0..<otherCount where !matched[row] {
        left.append(-1)
        right.append(row)
      }
    }
    return (left, right)
  }
}
