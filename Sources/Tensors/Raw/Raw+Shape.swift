import CKernels
import Diagnostics

/// Shapes: mostly views. Axes count from the end when negative.
extension Raw {
  /// The same elements in another shape; one size may be -1. Error: `reshape`.
  package static func reshape(_ x: Tensor, _ sizes: some Collection<Int>) throws -> Tensor {
    var target = Array(sizes)
    let holes = target.indices.filter { target[$0] == -1 }
    if holes.count == 1 {
      target[holes[0]] = 1
      let known = try Shape.checked(target).elementCount
      target[holes[0]] = known > 0 && x.count % known == 0 ? x.count / known : 0
    } else if holes.count > 1 {
      throw Failure("reshape", "only one size can be left open with -1", argument: 1)
    }
    let shape = try Shape.checked(target)
    guard shape.elementCount == x.count else {
      throw Failure(
        "reshape",
        "\(x.count) element\(x.count == 1 ? "" : "s") of shape \(x.shape) cannot be laid out as \(Shape(sizes))",
        argument: 1,
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    return try x.reshaped(shape)
  }

  /// Axes in another order, as a view. Error: `axis-range`, `argument-range` for an axis named twice.
  package static func permute(_ x: Tensor, _ axes: [Int]) throws -> Tensor {
    guard axes.count == x.rank else {
      throw Failure(
        "argument-range", "an order of \(x.rank) axes is wanted, not of \(axes.count)", argument: 1,
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    let places = try axes.map { try x.shape.axis($0) }
    guard Set(places).count == places.count else {
      throw Failure("argument-range", "an axis is named twice in \(Shape(axes))", argument: 1)
    }
    return x.permuted(places)
  }

  /// The last two axes swapped, as a view; a vector stays.
  package static func transpose(_ x: Tensor) throws -> Tensor { x.transposedMatrix.detached }

  package static func swapAxes(_ x: Tensor, _ a: Int, _ b: Int) throws -> Tensor {
    var order = Array(0..<x.rank)
    order.swapAt(try x.shape.axis(a), try x.shape.axis(b))
    return x.permuted(order)
  }

  /// Without axes of size 1: all of them, or the one named.
  package static func squeeze(_ x: Tensor, axis: Int? = nil) throws -> Tensor {
    if let axis {
      let place = try x.shape.axis(axis)
      guard x.shape[place] == 1 else {
        throw Failure(
          "argument-range", "axis \(axis) has size \(x.shape[place]), not 1", argument: 1,
          facts: [.init("x", x.shape.description, argument: 0)])
      }
      return x.selected(place, 0)
    }
    var result = x.detached
    for place in stride(from: x.rank - 1, through: 0, by: -1) where result.shape[place] == 1 {
      result = result.selected(place, 0)
    }
    return result
  }

  /// A new axis of size 1 at a place from 0 to rank (negative: from the end, -1 is last).
  package static func expandDims(_ x: Tensor, axis: Int) throws -> Tensor {
    let place = axis < 0 ? axis + x.rank + 1 : axis
    guard place >= 0, place <= x.rank else {
      throw Failure("axis-range", "a new axis cannot stand at \(axis) of \(x.rank) axes", argument: 1)
    }
    guard x.rank < Shape.maximumRank else { throw Failure("rank", "a tensor has at most \(Shape.maximumRank) axes") }
    return x.insertingAxis(place)
  }

  /// Stretched to a shape by the broadcasting rule, as a view. Error: `broadcast`.
  package static func broadcast(_ x: Tensor, to shape: Shape) throws -> Tensor {
    _ = try shape.checkedCount()
    guard try broadcastShape(x.shape, shape) == shape else {
      throw Failure(
        "broadcast", "\(x.shape) does not stretch to \(shape)", facts: [.init("x", x.shape.description, argument: 0)])
    }
    return x.stretched(to: shape)
  }

  /// Summed back over what broadcasting stretched: the gradient of `broadcast`.
  package static func sum(_ x: Tensor, to shape: Shape) throws -> Tensor {
    if x.shape == shape { return x.detached }
    let lead = x.rank - shape.rank
    guard lead >= 0 else { throw Failure("broadcast", "\(x.shape) does not sum to \(shape)") }
    var axes = Array(0..<lead)
    for axis in 0..<shape.rank where shape[axis] == 1 && x.shape[axis + lead] != 1 { axes.append(axis + lead) }
    return try sum(x, axes: axes).reshaped(shape)
  }

  /// `count` elements from `start`, `step` apart (negative walks back), as a view. Error: `index-range`.
  package static func slice(_ x: Tensor, axis: Int, start: Int, count: Int, step: Int = 1) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let size = x.shape[place]
    let last = start.addingReportingOverflow(Swift.max(count - 1, 0).multipliedReportingOverflow(by: step).partialValue)
    guard count >= 0,
      count == 0 || (start >= 0 && start < size && !last.overflow && (0..<size).contains(last.partialValue))
    else {
      throw Failure(
        "index-range", "\(count) elements from \(start) are out of range for size \(size)",
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    return x.sliced(place, from: start, count: count, step: step)
  }

  /// One element along an axis, which disappears; a negative index counts from the end. Error: `index-range`.
  package static func select(_ x: Tensor, axis: Int, index: Int) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let size = x.shape[place]
    let at = index < 0 ? index + size : index
    guard at >= 0, at < size else {
      throw Failure(
        "index-range", "index \(index) is out of range for size \(size)",
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    return x.selected(place, at)
  }

  /// The axis in reverse order, as a view.
  package static func flip(_ x: Tensor, axis: Int) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let size = x.shape[place]
    return x.sliced(place, from: size - 1, count: size, step: -1)
  }

  /// Shifted along an axis with wrap-around.
  package static func roll(_ x: Tensor, by shift: Int, axis: Int) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let size = x.shape[place]
    guard size > 0 else { return x.detached }
    let by = ((shift % size) + size) % size
    if by == 0 { return x.detached }
    return try concat(
      [x.sliced(place, from: size - by, count: by), x.sliced(place, from: 0, count: size - by)], axis: place)
  }

  /// Repeated as a whole: `counts` has one number an axis, for the last axes.
  package static func tile(_ x: Tensor, _ counts: [Int]) throws -> Tensor {
    var source = x.detached
    while source.rank < counts.count { source = try expandDims(source, axis: 0) }
    let lead = source.rank - counts.count
    guard counts.allSatisfy({ $0 >= 0 }) else {
      throw Failure("argument-range", "a count must not be negative", argument: 1)
    }
    _ = try Shape.checked(
      source.shape.indices.map {
        let (size, overflow) = source.shape[$0].multipliedReportingOverflow(by: $0 < lead ? 1 : counts[$0 - lead])
        return overflow ? Int.max : size
      })
    for (place, count) in counts.enumerated() where count != 1 {
      let axis = place + lead
      if count == 0 {
        source = source.sliced(axis, from: 0, count: 0)
      } else {
        source = try concat(Array(repeating: source, count: count), axis: axis)
      }
    }
    return source
  }

  /// Each element `count` times in a row along an axis.
  package static func repeatElements(_ x: Tensor, _ count: Int, axis: Int) throws -> Tensor {
    let place = try x.shape.axis(axis)
    guard count >= 0 else { throw Failure("argument-range", "a count must not be negative", argument: 1) }
    guard x.rank < Shape.maximumRank else { throw Failure("rank", "a tensor has at most \(Shape.maximumRank) axes") }
    let wide = x.insertingAxis(place + 1)
    let stretched = wide.stretched(to: wide.shape.replacing(place + 1, with: count))
    let (size, overflow) = x.shape[place].multipliedReportingOverflow(by: count)
    return try stretched.contiguous.reshaped(
      try Shape.checked(x.shape.replacing(place, with: overflow ? Int.max : size)))
  }

  /// Joined along an axis; other sizes must agree. Dtypes join as in brackets. Error: `concat-shape`.
  package static func concat(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw emptyFailure("cat") }
    let place = try first.shape.axis(axis)
    var total = 0
    for (i, tensor) in tensors.enumerated() {
      guard tensor.rank == first.rank, tensor.shape.replacing(place, with: 0) == first.shape.replacing(place, with: 0)
      else {
        throw Failure(
          "concat-shape", "\(tensor.shape) cannot be joined to \(first.shape) along axis \(axis)", argument: i,
          why: "all sizes but that of the axis must agree.")
      }
      total += tensor.shape[place]
    }
    let dtype = tensors.allSatisfy { $0.dtype == first.dtype } ? first.dtype : DTypeRules.joined(tensors)
    let result = try Tensor.uninitialized(try Shape.checked(first.shape.replacing(place, with: total)), dtype)
    var at = 0
    for tensor in tensors {
      let source = tensor.dtype == dtype && !tensor.isLookup ? tensor : try kernelInput(tensor, dtype)
      let size = source.shape[place]
      let part = result.sliced(place, from: at, count: size)
      if size > 0 {
        Tensor.copy(
          source.shape, dtype.size, from: source.rawPointer, source.strides, to: part.rawPointer, part.strides)
      }
      withExtendedLifetime(source) {}
      at += size
    }
    return result
  }

  /// Equal shapes along a new axis. Error: `stack-shape`.
  package static func stack(_ tensors: [Tensor], axis: Int = 0) throws -> Tensor {
    guard let first = tensors.first else { throw emptyFailure("stack") }
    if let odd = tensors.firstIndex(where: { $0.shape != first.shape }) {
      throw Failure(
        "stack-shape", "item \(odd) has shape \(tensors[odd].shape), not \(first.shape)", argument: 0,
        why: "only equal shapes stack.")
    }
    if first.rank == 0 { return try stackScalars(tensors) }
    return try concat(try tensors.map { try expandDims($0, axis: axis) }, axis: axis < 0 ? axis + first.rank + 1 : axis)
  }

  private static func stackScalars(_ tensors: [Tensor]) throws -> Tensor {
    let dtype = DTypeRules.joined(tensors)
    let parts = try tensors.map { try kernelInput($0, dtype).reshaped([1]) }
    return try concat(parts, axis: 0)
  }

  /// `value` before and after each axis: `widths[axis] = (before, after)`.
  package static func pad(_ x: Tensor, _ widths: [(Int, Int)], value: Double = 0) throws -> Tensor {
    guard widths.count == x.rank, widths.allSatisfy({ $0.0 >= 0 && $0.1 >= 0 }) else {
      throw Failure("argument-range", "one pair of widths from 0 up is wanted for each of \(x.rank) axes", argument: 1)
    }
    var sizes: [Int] = []
    for (axis, width) in widths.enumerated() {
      let (a, over) = x.shape[axis].addingReportingOverflow(width.0)
      let (b, over2) = a.addingReportingOverflow(width.1)
      sizes.append(over || over2 ? Int.max : b)
    }
    let result = try Tensor.full(try Shape.checked(sizes), value, x.dtype)
    var inside = result
    for (axis, width) in widths.enumerated() {
      inside = inside.sliced(axis, from: width.0, count: x.shape[axis])
    }
    let source = x.isLookup ? try x.contiguous : x
    if x.count > 0 {
      Tensor.copy(
        x.shape, x.dtype.size, from: source.rawPointer, source.strides, to: inside.rawPointer, inside.strides)
    }
    withExtendedLifetime(source) {}
    return result
  }
}
