package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `dropout(p)`: while training, each value is zero with probability `p` and the others grow by `1 / (1 - p)`.
package struct Dropout: DeclaredLayer {
  package static let kind = "dropout"
  package static var fields: [Field<Dropout>] { [Field("p", \.rate, positional: true, required: true)] }
  package var rate = 0.5
  package init() {}
  package init(rate: Double) { self.rate = rate }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    guard place.isTraining, rate > 0 else { return x }
    let x = try x.tensor(for: self)
    return .tensor(try dropped(x, mask: x.shape, rate, place))
  }
}

/// `spatial_dropout(p)`: while training, whole channels of an example are zero with probability `p`.
package struct SpatialDropout: DeclaredLayer {
  package static let kind = "spatial_dropout"
  package static var fields: [Field<SpatialDropout>] { [Field("p", \.rate, positional: true, required: true)] }
  package var rate = 0.5
  package init() {}
  package init(rate: Double) { self.rate = rate }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    guard place.isTraining, rate > 0 else { return x }
    let x = try x.tensor(for: self)
    var shape = x.shape
    if x.rank > 2 { for axis in 1..<(x.rank - 1) { shape[axis] = 1 } }
    return .tensor(try dropped(x, mask: shape, rate, place))
  }
}

/// `x` with what a random mask of the given shape takes away.
func dropped(_ x: Tensor, mask shape: Shape, _ rate: Double, _ place: Place) throws -> Tensor {
  guard rate < 1 else { return try Op.multiply(x, Tensor(number: 0)) }
  var stream = place.pass.stream()
  let mask = try Raw.bernoulli(shape, 1 - rate, &stream)
  return try Op.dropout(x, mask: mask, rate: rate)
}

/// `noise(std)`: while training, normal noise is added.
package struct Noise: DeclaredLayer {
  package static let kind = "noise"
  package static var fields: [Field<Noise>] { [Field("std", \.deviation, positional: true, required: true)] }
  package var deviation = 0.1
  package init() {}
  package init(deviation: Double) { self.deviation = deviation }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    guard place.isTraining, deviation > 0 else { return x }
    let x = try x.tensor(for: self)
    var stream = place.pass.stream()
    let noise = try Raw.normal(x.shape, mean: 0, std: deviation, &stream)
    return .tensor(try Op.add(x, try Raw.cast(noise, x.dtype)))
  }
}
