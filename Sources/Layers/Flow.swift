import Autodiff
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

extension Flow {
  /// Some examples of it, all zeros, to try a function on; nil where the shapes are not known.
  func zeros(_ count: Int = 2) throws -> Datum? {
    func batch(_ shape: Shape) throws -> Datum { .tensor(try .zeros(try Shape.checked([count] + Array(shape)), .f32)) }
    switch self {
    case .sample(let shape): return try batch(shape)
    case .record(let fields): return .record(DatumRecord(try fields.map { ($0.name, try batch($0.shape)) }))
    case .unknown, .table: return nil
    }
  }

  /// The shapes of what came out for so many examples; unknown where it is not one entry for each.
  init(of result: Datum, batch: Int) {
    func sample(_ x: Datum) -> Shape? {
      guard case .tensor(let x) = x, x.rank > 0, x.shape[0] == batch else { return nil }
      return Shape(x.shape.dropFirst())
    }
    self = .unknown
    if let shape = sample(result) { self = .sample(shape) }
    if case .record(let record) = result {
      let fields = zip(record.keys, record.values).map { name, value in sample(value).map { Field(name, $0) } }
      if !fields.isEmpty, !fields.contains(where: { $0 == nil }) { self = .record(fields.compactMap { $0 }) }
    }
  }
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
