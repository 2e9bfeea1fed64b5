package import Autodiff
import Diagnostics
import Layers
package import Tables
package import Tensors

/// The examples of a data set, a row each.
package enum Features {
  case table(Table)
  case tensor(Tensor)

  package var rowCount: Int {
    switch self {
    case .table(let table): table.rowCount
    case .tensor(let x): x.rank == 0 ? 1 : x.shape[0]
    }
  }

  package func gather(_ rows: [Int]) throws -> Features {
    switch self {
    case .table(let table): .table(table.gather(rows))
    case .tensor(let x): .tensor(try Raw.take(x, Tensor(rows)))
    }
  }

  package var datum: Datum {
    switch self {
    case .table(let table): .object(Boxed(table))
    case .tensor(let x): .tensor(x)
    }
  }
}

/// What a transform is handed: a table, a tensor, or a record `{x, y, …}` with either as its x.
package struct DataSet {
  package var x: Features
  /// The fields of the record; without one the data set is x alone.
  package var record: DatumRecord?

  package var y: Datum? { record?["y"] }

  /// - Throws: `argument-type` for anything else.
  init(_ data: Datum, for layer: any Layer) throws {
    if case .record(let fields) = data {
      guard let x = fields["x"] else {
        throw Failure(
          "argument-type", "`\(layer.text)` takes a record with a field `x`",
          why: "this one has \(fields.keys.prefix(8).map { "`\($0)`" }.joined(separator: ", "))")
      }
      self.x = try Features(x, for: layer)
      record = fields
    } else {
      x = try Features(data, for: layer)
    }
  }

  package var datum: Datum {
    guard var fields = record else { return x.datum }
    fields["x"] = x.datum
    return .record(fields)
  }

  /// The data set with the named rows only, in x and in every tensor or table of as many rows beside it.
  package func gather(_ rows: [Int]) throws -> DataSet {
    var copy = self
    copy.x = try x.gather(rows)
    guard let fields = record else { return copy }
    let count = x.rowCount
    copy.record = DatumRecord(
      try zip(fields.keys, fields.values).map { key, value in
        if key == "x" { return (key, copy.x.datum) }
        if case .tensor(let y) = value, y.rank > 0, y.shape[0] == count {
          return (key, .tensor(try Raw.take(y, Tensor(rows))))
        }
        if case .object(let boxed as Boxed) = value, let table = boxed.value as? Table, table.rowCount == count {
          return (key, .object(Boxed(table.gather(rows))))
        }
        if case .list(let items) = value, items.count == count { return (key, .list(rows.map { items[$0] })) }
        return (key, value)
      })
    return copy
  }
}

extension Features {
  init(_ datum: Datum, for layer: any Layer) throws {
    switch datum {
    case .tensor(let x): self = .tensor(x)
    case .number(let x): self = .tensor(Tensor([Float(x)]))
    case .object(let boxed as Boxed):
      guard let table = boxed.value as? Table else { fallthrough }
      self = .table(table)
    default:
      throw Failure("argument-type", "`\(layer.text)` takes a table or a tensor, not \(datum.kindForPeople)")
    }
  }
}
