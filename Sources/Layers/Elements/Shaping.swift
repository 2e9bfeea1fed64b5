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
