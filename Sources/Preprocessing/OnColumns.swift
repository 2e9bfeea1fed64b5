package import Autodiff
import Diagnostics
import JSON
package import Layers
import Tables

/// Applies a preprocessor to some columns of a table and leaves the others as they are.
package struct OnColumns: Preprocessor {
  package var columns: [String]
  package var inner: any Preprocessor

  package init(_ columns: [String], _ inner: any Preprocessor) {
    self.columns = columns
    self.inner = inner
  }

  package var kind: String { "on" }
  package var text: String { "on(\(columns.text), \(inner.text))" }
  package var settings: [Setting] {
    [Setting(name: "columns", json: columns.json, text: columns.text, isPositional: true, isDefault: false)]
  }
  package var children: [Child] { [("0", inner)] }
  package func replacing(children: [any Layer]) -> any Layer {
    OnColumns(columns, children.first as? any Preprocessor ?? inner)
  }

  package var isFitted: Bool { inner.isFitted }
  package var forgotten: any Preprocessor { OnColumns(columns, inner.forgotten) }
  package func output(for input: Flow) throws -> Flow { .unknown }

  package func fitted(to data: Datum) throws -> any Preprocessor {
    let set = try DataSet(data, for: self)
    guard case .table(let table) = set.x else { throw Features.needsTable(self) }
    return OnColumns(columns, try inner.fitted(to: .object(Boxed(table.select(columns)))))
  }

  package func transform(_ data: Datum, isTraining: Bool) throws -> Datum {
    var set = try DataSet(data, for: self)
    guard case .table(let table) = set.x else { throw Features.needsTable(self) }
    let changed = try inner.transform(.object(Boxed(table.select(columns))), isTraining: false)
    guard case .table(let part) = try Features(changed, for: self) else {
      throw Failure("argument-type", "`\(inner.text)` gives no table, so `on` cannot put its columns back")
    }
    set.x = .table(try merged(table, part))
    return set.datum
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try transform(x, isTraining: false) }

  /// The changed columns where the first of the chosen ones stood.
  private func merged(_ table: Table, _ part: Table) throws -> Table {
    var pairs: [(String, Column)] = []
    var placed = false
    for (name, column) in zip(table.names, table.columns) {
      if !columns.contains(name) {
        pairs.append((name, column))
      } else if part.names.contains(name) {
        pairs.append((name, try part.column(name)))
      } else if !placed {
        placed = true
        pairs += zip(part.names, part.columns).filter { !table.names.contains($0.0) }
      }
    }
    if !placed { pairs += zip(part.names, part.columns).filter { !table.names.contains($0.0) } }
    return try Table(pairs)
  }

  static var layerKind: LayerKind {
    LayerKind("on") { reader in
      guard let columns = reader.json["columns"].flatMap([String].init(json:)),
        let inner = reader.children.first?.layer as? any Preprocessor
      else { throw reader.failure("`on` needs columns and a preprocessor") }
      return OnColumns(columns, inner)
    }
  }
}
