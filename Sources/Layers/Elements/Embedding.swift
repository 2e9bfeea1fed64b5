package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `embedding(n, dim)`: the row of a learnt table for each index: `int[…]` gives `[…, dim]`. Table `[n, dim]`.
///
/// The row `padding` stands for nothing: it starts at zero and learns nothing.
package struct Embedding: DeclaredLayer {
  package static let kind = "embedding"
  package static var fields: [Field<Embedding>] {
    [
      Field("n", \.rows, positional: true, required: true),
      Field("dim", \.width, positional: true, required: true), Field("init", \.initializer),
      Field("padding", \.padding),
    ]
  }
  package var rows = 1
  package var width = 1
  package var initializer = Initializer.normal
  package var padding: Int?
  package init() {}
  package init(rows: Int, width: Int, initializer: Initializer = .normal, padding: Int? = nil) {
    self.rows = rows
    self.width = width
    self.initializer = initializer
    self.padding = padding
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    [try table(rows, width, initializer, padding, self)]
  }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, shape.rank < Shape.maximumRank - 1 else { throw sizeFailure("indices", input) }
    return .sample(Shape(Array(shape) + [width]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let indices = try x.tensor(for: self)
    return .tensor(try Op.embedding(still(place.parameter(0), padding), indices))
  }
}

/// `embedding_bag(n, dim, mode="mean")`: the mean, sum or largest of the rows that the last axis of indices names:
/// `int[…, k]` gives `[…, dim]`. Rows of `padding` do not count.
package struct EmbeddingBag: DeclaredLayer {
  package enum Mode: String, Configurable, CaseIterable {
    case mean, sum, max
  }

  package static let kind = "embedding_bag"
  package static var fields: [Field<EmbeddingBag>] {
    [
      Field("n", \.rows, positional: true, required: true),
      Field("dim", \.width, positional: true, required: true), Field("mode", \.mode), Field("init", \.initializer),
      Field("padding", \.padding),
    ]
  }
  package var rows = 1
  package var width = 1
  package var mode = Mode.mean
  package var initializer = Initializer.normal
  package var padding: Int?
  package init() {}

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    [try table(rows, width, initializer, padding, self)]
  }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, shape.rank >= 1 else { throw sizeFailure("bags of indices `[k]`", input) }
    return .sample(Shape(shape.dropLast() + [width]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let indices = try x.tensor(for: self)
    guard indices.rank >= 2 else { throw sizeFailure("bags of indices `[n, k]`", .sample(indices.shape)) }
    let rows = try Op.embedding(still(place.parameter(0), padding), indices)
    let axis = rows.rank - 2
    guard let padding else {
      switch mode {
      case .mean: return .tensor(try Op.mean(rows, axes: [axis]))
      case .sum: return .tensor(try Op.sum(rows, axes: [axis]))
      case .max: return .tensor(try largest(rows, axis))
      }
    }
    let counts = try Raw.expandDims(Raw.notEqual(indices.detached, Tensor(number: Double(padding))), axis: axis + 1)
    if mode == .max {
      let some = try Raw.any(counts, axes: [axis])
      let known = try Op.select(counts, rows, Tensor(number: -.infinity))
      return .tensor(try Op.select(some, largest(known, axis), Tensor(number: 0)))
    }
    let share = try Raw.cast(counts, rows.dtype)
    let total = try Op.sum(Op.multiply(rows, share), axes: [axis])
    if mode == .sum { return .tensor(total) }
    return .tensor(try Op.divide(total, Raw.maximum(Raw.sum(share, axes: [axis]), Tensor(number: 1))))
  }

  /// The largest along an axis; of several the first.
  private func largest(_ x: Tensor, _ axis: Int) throws -> Tensor {
    try Op.squeeze(Op.gather(x, Raw.argmax(x.detached, axis: axis, keep: true), axis: axis), axes: [axis])
  }
}

private func table(
  _ rows: Int, _ width: Int, _ initializer: Initializer, _ padding: Int?, _ layer: any Layer
) throws -> ParameterSpec {
  if let padding, padding < 0 || padding >= rows {
    throw Failure("argument-range", "`padding` of `\(layer.text)` is one of its \(rows) rows, not \(padding)")
  }
  return ParameterSpec(
    "weight", try Shape.checked([rows, width]), initializer, fanIn: rows, fanOut: width,
    fixed: padding.map { .init(rows: $0..<$0 + 1, value: 0) })
}

/// The table with one row that learns nothing.
private func still(_ table: Tensor, _ row: Int?) throws -> Tensor {
  guard let row, table.node != nil else { return table }
  let isRow = Tensor((0..<table.shape[0]).map { $0 == row }, [table.shape[0], 1])
  return try Op.select(isRow, table.detached, table)
}

/// `bilinear(units)`: a record of two tensors, `[n, i]` and `[n, j]`: `y[k] = bias[k] + sum over i, j of a[i] * w[i, j, k] * b[j]`.
///
/// Weight `[i, j, units]`. The fields may have any names; their order counts.
package struct Bilinear: DeclaredLayer {
  package static let kind = "bilinear"
  package static var fields: [Field<Bilinear>] {
    [
      Field("units", \.units, positional: true, required: true), Field("activation", \.activation, positional: true),
      Field("bias", \.bias), Field("init", \.initializer),
    ]
  }
  package var units = 1
  package var activation: Activation?
  package var bias = true
  package var initializer = Initializer.he
  package init() {}

  private func sides(_ input: Flow) throws -> (Int, Int)? {
    if input == .unknown { return nil }
    guard case .record(let fields) = input, fields.count == 2, let i = fields[0].shape.last,
      let j = fields[1].shape.last, fields[0].shape.dropLast() == fields[1].shape.dropLast()
    else { throw sizeFailure("a record of two tensors, as from `input({a: 4, b: 3})`", input) }
    return (i, j)
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let (i, j) = try sides(input) else { return nil }
    let weight = ParameterSpec(
      "weight", try Shape.checked([i, j, units]), initializer, fanIn: initializer == .torch ? i : i * j, fanOut: units)
    return bias ? [weight, weight.bias(units)] : [weight]
  }

  package func output(for input: Flow) throws -> Flow {
    guard try sides(input) != nil, case .record(let fields) = input else { return .unknown }
    return .sample(Shape(fields[0].shape.dropLast() + [units]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    guard case .record(let record) = x, record.values.count == 2, case .tensor(let a) = record.values[0],
      case .tensor(let b) = record.values[1], a.rank >= 1, a.shape.dropLast() == b.shape.dropLast()
    else { throw Failure("argument-type", "`\(text)` takes a record of two tensors", argument: 0) }
    let weight = place.parameter(0)
    let (i, j) = (weight.shape[0], weight.shape[1])
    let rows = a.shape.dropLast().reduce(1, *)
    let half = try Op.matmul(Op.reshape(a, [rows, i]), Op.reshape(weight, [i, j * units]))
    let whole = try Op.matmul(Op.reshape(b, [rows, 1, j]), Op.reshape(half, [rows, j, units]))
    var y = try Op.reshape(whole, Shape(a.shape.dropLast() + [units]))
    if bias { y = try Op.add(y, place.parameter(1)) }
    return .tensor(try activation.map { try $0(y) } ?? y)
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let (i, j) = (try? sides(input)) ?? nil else { return 0 }
    return 2 * Double(j * (i + 1)) * Double(output.shape?.elementCount ?? 0)
  }
}
