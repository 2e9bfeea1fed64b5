package import JSON
import Layers

/// Names of columns, written as separate arguments: `onehot("plan", "city")`.
package struct ColumnNames: Configurable {
  package var names: [String]

  package init(_ names: [String] = []) { self.names = names }

  package init?(json: JSONValue) {
    guard let names = [String](json: json) else { return nil }
    self.names = names
  }

  package var json: JSONValue { names.json }
  package var text: String { names.map(\.text).joined(separator: ", ") }
}
