import Diagnostics
package import JSON

/// A type whose values are settings of a layer: it knows its form in a model file and in print.
package protocol Configurable: Equatable {
  var json: JSONValue { get }
  /// Nil for JSON that is not such a value.
  init?(json: JSONValue)
  /// As it is written in NNS.
  var text: String { get }
}

/// One setting of a layer, declared once: printing, saving and loading are derived from it.
package struct Field<Owner> {
  package let name: String
  /// Printed without its name, as in `dense(128, relu)`; only in front of those with names.
  let isPositional: Bool
  package let json: (Owner) -> JSONValue
  let text: (Owner) -> String
  package let set: (inout Owner, JSONValue) -> Bool

  /// Always printed, since the call needs it.
  let isRequired: Bool

  /// A setting that `path` stores; `text` prints it where its type's own form is not how it is written here.
  package init<Value: Configurable>(
    _ name: String, _ path: WritableKeyPath<Owner, Value>, positional: Bool = false, required: Bool = false,
    text: @escaping (Value) -> String = { $0.text }
  ) {
    self.name = name
    isPositional = positional
    isRequired = required
    json = { $0[keyPath: path].json }
    self.text = { text($0[keyPath: path]) }
    set = { owner, json in
      guard let value = Value(json: json) else { return false }
      owner[keyPath: path] = value
      return true
    }
  }
}

/// A setting as a layer shows it.
package struct Setting {
  package let name: String
  package let json: JSONValue
  package let text: String
  package let isPositional: Bool
  /// Whether it is what the layer has when nothing is said.
  package let isDefault: Bool

  package init(name: String, json: JSONValue, text: String, isPositional: Bool, isDefault: Bool) {
    self.name = name
    self.json = json
    self.text = text
    self.isPositional = isPositional
    self.isDefault = isDefault
  }
}

extension Int: Configurable {
  package var json: JSONValue { .number(Double(self)) }
  package init?(json: JSONValue) {
    guard let value = json.int else { return nil }
    self = value
  }
  package var text: String { String(self) }
}

extension Double: Configurable {
  /// JSON has no infinities and no nan: they are words.
  package var json: JSONValue { isFinite ? .number(self) : .string(String(self)) }
  package init?(json: JSONValue) {
    guard let value = json.number ?? json.string.flatMap(Double.init) else { return nil }
    self = value
  }
  package var text: String { Int(exactly: self).map(String.init) ?? String(self) }
}

extension Bool: Configurable {
  package var json: JSONValue { .bool(self) }
  package init?(json: JSONValue) {
    guard let value = json.bool else { return nil }
    self = value
  }
  package var text: String { self ? "true" : "false" }
}

extension String: Configurable {
  package var json: JSONValue { .string(self) }
  package init?(json: JSONValue) {
    guard let value = json.string else { return nil }
    self = value
  }
  package var text: String { "\"\(self)\"" }
}

extension Optional: Configurable where Wrapped: Configurable {
  package var json: JSONValue { self?.json ?? .null }
  package init?(json: JSONValue) {
    if json.isNull {
      self = nil
    } else {
      guard let value = Wrapped(json: json) else { return nil }
      self = value
    }
  }
  package var text: String { self?.text ?? "none" }
}

extension Array: Configurable where Element: Configurable {
  package var json: JSONValue { .array(map(\.json)) }
  package init?(json: JSONValue) {
    guard let items = json.array else { return nil }
    let values = items.compactMap(Element.init(json:))
    guard values.count == items.count else { return nil }
    self = values
  }
  package var text: String { "(" + map(\.text).joined(separator: ", ") + (count == 1 ? ",)" : ")") }
}
