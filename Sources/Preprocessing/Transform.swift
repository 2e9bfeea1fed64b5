package import Autodiff
import Diagnostics
package import JSON
package import Layers
import Tables
import Tensors

/// A preprocessor that works on tables and tensors alike.
///
/// A new one is a struct with its settings (`fields`) and what it learns (`learntFields`), `learn` and `change`; printing,
/// saving and `fit` follow from them.
package protocol Transform: Preprocessor, DeclaredLayer {
  /// What is learnt, once for saving and loading.
  static var learntFields: [Field<Self>] { get }
  /// The transform with what it learns from these examples.
  func learn(_ x: Features, y: Datum?) throws -> Self
  /// The examples as what comes after sees them; as many as before.
  func change(_ x: Features) throws -> Features
  /// The data set while training: transforms that change y or leave rows out say how.
  func changeTraining(_ data: DataSet) throws -> DataSet
}

/// A transform whose work can be undone.
package protocol InvertibleTransform: Transform {
  func invert(_ x: Features) throws -> Features
}

extension Transform {
  package func fitted(to data: Datum) throws -> any Preprocessor {
    let set = try DataSet(data, for: self)
    guard set.x.rowCount > 0 else {
      throw Failure("argument-range", "`\(text)` cannot learn from no rows")
    }
    return try learn(set.x, y: set.y)
  }

  package func transform(_ data: Datum, isTraining: Bool) throws -> Datum {
    try requireFitted()
    var set = try DataSet(data, for: self)
    if isTraining {
      set = try changeTraining(set)
    } else {
      set.x = try change(set.x)
    }
    return set.datum
  }

  package func changeTraining(_ data: DataSet) throws -> DataSet {
    var data = data
    data.x = try change(data.x)
    return data
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try transform(x, isTraining: false) }

  package func output(for input: Flow) throws -> Flow { .unknown }

  package var forgotten: any Preprocessor {
    var copy = Self()
    for (field, setting) in zip(Self.fields, settings) { _ = field.set(&copy, setting.json) }
    return copy
  }

  package func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member] {
    isFitted ? [JSONValue.Member("learnt", .object(Self.learntFields.map { .init($0.name, $0.json(self)) }))] : []
  }

  /// The transform that a model file describes, with what it had learnt.
  package init(reading reader: LayerReader) throws {
    self.init()
    for field in Self.fields {
      guard let json = reader.json[field.name] else { continue }
      guard field.set(&self, json) else { throw reader.failure("`\(field.name)` of `\(Self.kind)` is not valid") }
    }
    guard let learnt = reader.json["learnt"] else { return }
    for field in Self.learntFields {
      guard let json = learnt[field.name], field.set(&self, json) else {
        throw reader.failure("what `\(Self.kind)` has learnt is not valid: `\(field.name)`")
      }
    }
  }

  package static var layerKind: LayerKind { LayerKind(kind) { try Self(reading: $0) } }

  func requireFitted() throws {
    guard !isFitted else { return }
    throw Failure(
      "unfitted", "`\(text)` has not seen any data yet",
      why: "it learns its statistics from a training set: fit(&prep, train).")
  }
}

/// The examples as they were before a fitted preprocessor changed them.
///
/// - Throws: `no-inverse` for a transform that cannot be undone.
package func inverse(_ layer: any Layer, _ x: Datum) throws -> Datum {
  if let transform = layer as? any InvertibleTransform {
    try transform.requireFitted()
    return try transform.invert(Features(x, for: transform)).datum
  }
  if !layer.children.isEmpty, layer is Chain || layer is Group {
    return try layer.children.reversed().reduce(x) { try inverse($1.layer, $0) }
  }
  throw Failure("no-inverse", "`\(layer.text)` cannot be undone")
}

extension Features {
  /// A tensor's numbers by feature: a vector is one feature, otherwise each place along the last axis is one.
  static func columns(_ x: Tensor) throws -> [[Double]] {
    let width = x.rank < 2 ? 1 : x.shape[x.rank - 1]
    let values = try x.doubles
    guard width > 0 else { return [] }
    return (0..<width).map { at in stride(from: at, to: values.count, by: width).map { values[$0] } }
  }

  /// The numbers by feature: of a table its number columns with their names, of a tensor all, without names.
  func numberFeatures() throws -> (columns: [String], values: [[Double]]) {
    switch self {
    case .tensor(let x): return ([], try Features.columns(x))
    case .table(let table):
      let wanted = table.columns.indices.filter { table.columns[$0].kind == .number }
      return (wanted.map { table.names[$0] }, wanted.map { table.columns[$0].numbers ?? [] })
    }
  }

  /// Checks that a tensor has the features that were learnt.
  static func check(_ x: Tensor, width: Int, for layer: any Layer) throws {
    let own = x.rank < 2 ? 1 : x.shape[x.rank - 1]
    guard own == width else {
      throw Failure(
        "layer-size", "`\(layer.text)` has learnt \(width) \(width == 1 ? "feature" : "features"); this has \(own)",
        facts: [.init("x", x.shape.description, argument: 0)])
    }
  }

  /// The tensor as floats: whole numbers and bytes become f32.
  static func floating(_ x: Tensor) throws -> Tensor {
    switch x.dtype {
    case .f32, .f64: x
    default: try Op.cast(x, to: .f32)
    }
  }

  /// One number for each feature, in the type of x, to go with x in arithmetic.
  static func row(_ values: [Double], like x: Tensor) throws -> Tensor {
    let shape: Shape = x.rank < 2 ? [] : [values.count]
    return x.dtype == .f64 ? Tensor(values, shape) : Tensor(values.map { Float($0) }, shape)
  }

  /// Learning from text where numbers are needed.
  static func needsTable(_ layer: any Layer) -> Failure {
    Failure("argument-type", "`\(layer.text)` works on the columns of a table, not on a tensor")
  }
}
