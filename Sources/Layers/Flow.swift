package import Tensors

/// What runs from one layer to the next, as far as it is known: shapes of one example, without the batch axis.
package enum Flow: Hashable, Sendable {
  case unknown
  /// A tensor of this shape for each example.
  case sample(Shape)
  /// Named tensors, as from `input({img: [28, 28, 1], words: [16]})`.
  case record([Field])
  /// A table, of which only a preprocessor knows more.
  case table

  package struct Field: Hashable, Sendable {
    package var name: String
    package var shape: Shape

    package init(_ name: String, _ shape: Shape) {
      self.name = name
      self.shape = shape
    }
  }

  /// The shape of one example, where the flow is a single tensor of known shape.
  package var shape: Shape? {
    guard case .sample(let shape) = self else { return nil }
    return shape
  }

  package var isKnown: Bool { self != .unknown }
}

extension Flow: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknown: "unknown"
    case .sample(let shape): shape.description
    case .record(let fields): "{" + fields.map { "\($0.name): \($0.shape)" }.joined(separator: ", ") + "}"
    case .table: "a table"
    }
  }
}
