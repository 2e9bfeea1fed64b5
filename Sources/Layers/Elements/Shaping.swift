package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `flatten`: each example as one vector.
package struct Flatten: DeclaredLayer {
  package static let kind = "flatten"
  package static var fields: [Field<Flatten>] { [] }
  package init() {}

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape else { throw sizeFailure("a tensor", input) }
    return .sample([shape.elementCount])
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank > 0 else { throw sizeFailure("a batch", .sample(x.shape)) }
    if x.rank == 2 { return .tensor(x) }
    return .tensor(try Op.reshape(x, [x.shape[0], x.shape.dropFirst().reduce(1, *)]))
  }
}

/// `reshape_to(28, 28, 1)`: each example in another shape.
package struct ReshapeTo: DeclaredLayer {
  package static let kind = "reshape_to"
  package static var fields: [Field<ReshapeTo>] { [Field("shape", \.shape, positional: true, required: true)] }
  package var shape: [Int] = []
  package init() {}
  package init(shape: [Int]) { self.shape = shape }

  package var text: String { "reshape_to(\(shape.map(String.init).joined(separator: ", ")))" }

  private func sizes() throws -> Shape {
    guard shape.count < Shape.maximumRank else {
      throw Failure("rank", "an example has at most \(Shape.maximumRank - 1) axes, not \(shape.count)")
    }
    return try Shape.checked(shape)
  }

  package func output(for input: Flow) throws -> Flow {
    let shape = try sizes()
    if input == .unknown { return .sample(shape) }
    guard let count = input.shape?.elementCount, count == shape.elementCount else {
      throw sizeFailure("\(shape.elementCount) values", input)
    }
    return .sample(shape)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let (x, shape) = (try x.tensor(for: self), try sizes())
    guard x.rank > 0, x.shape.dropFirst().reduce(1, *) == shape.elementCount else {
      throw sizeFailure("\(shape.elementCount) values", .sample(Shape(x.shape.dropFirst())))
    }
    return .tensor(try Op.reshape(x, try Shape.checked([x.shape[0]] + shape)))
  }
}

/// `upsample(2)`: each pixel of `[h, w, c]` (or each step of `[t, c]`) repeated `scale` times along each axis.
package struct Upsample: DeclaredLayer {
  package static let kind = "upsample"
  package static var fields: [Field<Upsample>] { [Field("scale", \.scale, positional: true)] }
  package var scale = 2
  package init() {}
  package init(scale: Int) { self.scale = scale }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, shape.rank == 3 || shape.rank == 2 else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", input)
    }
    return .sample(try Shape.checked(shape.dropLast().map { try multiplied($0) } + [shape[shape.rank - 1]]))
  }

  private func multiplied(_ size: Int) throws -> Int {
    let (product, overflow) = size.multipliedReportingOverflow(by: scale)
    guard !overflow else { throw Failure("too-large", "`\(text)` makes an axis too long") }
    return product
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var x = try x.tensor(for: self)
    guard x.rank == 4 || x.rank == 3 else {
      throw sizeFailure("images `[h, w, c]` or sequences `[t, c]`", .sample(Shape(x.shape.dropFirst())))
    }
    for axis in 1..<(x.rank - 1) {
      // [.., size, ..] → [.., size, 1, ..] → [.., size, scale, ..] → [.., size * scale, ..]
      let size = try multiplied(x.shape[axis])
      let wide = try Op.unsqueeze(x, axis: axis + 1)
      let spread = try Op.expand(wide, to: wide.shape.replacing(axis + 1, with: scale))
      x = try Op.reshape(spread, x.shape.replacing(axis, with: size))
    }
    return .tensor(x)
  }
}

/// `embedding(n, dim)`: the row of a learnt table for each index: `int[…]` gives `[…, dim]`. Table `[n, dim]`.
package struct Embedding: DeclaredLayer {
  package static let kind = "embedding"
  package static var fields: [Field<Embedding>] {
    [
      Field("n", \.rows, positional: true, required: true),
      Field("dim", \.width, positional: true, required: true), Field("init", \.initializer),
    ]
  }
  package var rows = 1
  package var width = 1
  package var initializer = Initializer.normal
  package init() {}
  package init(rows: Int, width: Int, initializer: Initializer = .normal) {
    self.rows = rows
    self.width = width
    self.initializer = initializer
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    [ParameterSpec("weight", try Shape.checked([rows, width]), initializer, fanIn: rows, fanOut: width)]
  }

  package func output(for input: Flow) throws -> Flow {
    if input == .unknown { return .unknown }
    guard let shape = input.shape, shape.rank < Shape.maximumRank - 1 else { throw sizeFailure("indices", input) }
    return .sample(Shape(Array(shape) + [width]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    .tensor(try Op.embedding(place.parameter(0), x.tensor(for: self)))
  }
}
