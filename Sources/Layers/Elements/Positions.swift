package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `positions(n, dim)`: adds a learnt row for each place in a sequence, of at most `n`: `[…, t, dim]`. Table `[n, dim]`.
package struct Positions: DeclaredLayer {
  package static let kind = "positions"
  package static var fields: [Field<Positions>] {
    [
      Field("n", \.rows, positional: true, required: true),
      Field("dim", \.width, positional: true, required: true), Field("init", \.initializer),
    ]
  }
  package var rows = 1
  package var width = 1
  package var initializer = Initializer.normal
  package init() {}

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    [ParameterSpec("weight", try Shape.checked([rows, width]), initializer, fanIn: rows, fanOut: width)]
  }

  private func check(_ shape: Shape, _ input: Flow) throws {
    guard shape.rank >= 2, shape[shape.rank - 1] == width, shape[shape.rank - 2] <= rows else {
      throw sizeFailure("sequences `[t, \(width)]` of at most \(rows) steps", input)
    }
  }

  package func output(for input: Flow) throws -> Flow {
    if let shape = input.shape { try check(shape, input) }
    return input
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 3 else { throw sizeFailure("sequences `[n, t, \(width)]`", .sample(x.shape)) }
    let shape = Shape(x.shape.dropFirst())
    try check(shape, .sample(shape))
    return .tensor(
      try Op.add(x, Op.slice(place.parameter(0), axis: 0, from: place.firstStep, count: shape[shape.rank - 2])))
  }
}

/// A layer that knows the place of each step and learns nothing: sequences `[…, t, dim]` keep their shape.
package protocol PlaceLayer: DeclaredLayer {
  var width: Int { get }
}

extension PlaceLayer {
  package func output(for input: Flow) throws -> Flow {
    if let shape = input.shape, shape.rank < 2 || shape[shape.rank - 1] != width {
      throw sizeFailure("sequences `[t, \(width)]`", input)
    }
    return input
  }
}

/// `sinusoidal(dim)`: adds sines and cosines of the place in a sequence, `[…, t, dim]`:
/// column `2 i` gets `sin(place / base^(2 i / dim))`, column `2 i + 1` the cosine (Vaswani et al., 2017).
package struct Sinusoidal: PlaceLayer {
  package static let kind = "sinusoidal"
  package static var fields: [Field<Sinusoidal>] {
    [Field("dim", \.width, positional: true, required: true), Field("base", \.base)]
  }
  package var width = 2
  package var base = 10000.0
  package init() {}

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 2, x.shape[x.rank - 1] == width else {
      throw sizeFailure("sequences `[n, t, \(width)]`", .sample(x.shape))
    }
    let angles = try Op.angles(
      x.shape[x.rank - 2], pairs: (width + 1) / 2, width: width, base: base, from: place.firstStep)
    let waves = try Raw.stack([Raw.sin(angles), Raw.cos(angles)], axis: 2)
    let table = try Raw.slice(
      Raw.reshape(waves, [angles.shape[0], 2 * angles.shape[1]]), axis: 1, start: 0, count: width)
    return .tensor(try Op.add(x, Raw.cast(table, x.dtype)))
  }
}

/// `rotary(dim)`: turns pairs of the last axis by angles that grow with the place, `[…, t, dim]` (Su et al., 2021).
///
/// Pair `i` turns by `place / base^(2 i / dim)`. `"halves"` pairs column `i` with `i + dim / 2`, as Llama does,
/// `"interleaved"` with its neighbour.
package struct Rotary: PlaceLayer {
  package enum Style: String, Configurable, CaseIterable {
    case halves, interleaved
  }

  package static let kind = "rotary"
  package static var fields: [Field<Rotary>] {
    [
      Field("dim", \.width, positional: true, required: true), Field("base", \.base), Field("style", \.style),
    ]
  }
  package var width = 2
  package var base = 10000.0
  package var style = Style.halves
  package init() {}

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let x = try x.tensor(for: self)
    guard x.rank >= 2, x.shape[x.rank - 1] == width, width % 2 == 0 else {
      throw sizeFailure("sequences `[n, t, \(width)]` with an even last axis", .sample(x.shape))
    }
    return .tensor(try Op.rotated(x, base: base, isInterleaved: style == .interleaved, from: place.firstStep))
  }
}
