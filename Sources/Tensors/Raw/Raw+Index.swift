import CKernels
import Diagnostics

/// Elements by index tensors and masks. Indices are ints or whole-valued floats; negative ones count from the end.
extension Raw {
  /// An index tensor as contiguous ints within `0 ..< size`. Errors: `fractional-index`, `index-range`.
  package static func indices(_ x: Tensor, size: Int, argument: Int? = nil) throws -> Tensor {
    guard x.dtype != .bool else {
      throw Failure("dtype", "indices must be whole numbers, not bool", argument: argument)
    }
    if x.dtype.isFloat {
      guard try allTrue(try equal(x, try floor(x))) else {
        throw Failure("fractional-index", "an index must be whole", argument: argument)
      }
    }
    let source = try converted(x, .int)
    let p = source.pointer(Int.self)
    var (lowest, highest) = (0, -1)
    for i in 0..<source.count {
      lowest = Swift.min(lowest, p[i])
      highest = Swift.max(highest, p[i])
    }
    guard lowest >= -size, highest < size else {
      withExtendedLifetime(source) {}
      throw Failure(
        "index-range", "index \(highest >= size ? highest : lowest) is out of range for size \(size)",
        argument: argument)
    }
    if lowest >= 0 { return source }
    return try Tensor.filled(source.shape, Int.self) { out in
      for i in out.indices { out[i] = p[i] < 0 ? p[i] + size : p[i] }
      withExtendedLifetime(source) {}
    }
  }

  /// Whole slices of an axis: `result[.., i, ..] = x[.., indices[i], ..]`; the indices' shape takes the axis' place.
  /// A look-up stays one when rows are taken.
  package static func take(_ x: Tensor, axis: Int = 0, _ indices: Tensor) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let picks = try Raw.indices(indices, size: x.shape[place], argument: 1)
    if x.isLookup {
      var bytes = x.detached
      bytes.storage = x.storage.owner!
      bytes.dtype = .u8
      let taken = try take(bytes, axis: place, picks)
      var result = taken
      let table = x.storage.table!
      result.storage = try Storage(lookup: taken.storage) { $0.update(from: table, count: 256) }
      result.dtype = .f32
      withExtendedLifetime(x.storage) {}
      return taken.storage.byteCount > lookupThreshold ? result : try result.contiguous
    }
    let source = try x.contiguous
    var (outer, inner) = (1, x.dtype.size)
    for axis in 0..<x.rank {
      if axis < place { outer *= x.shape[axis] } else if axis > place { inner *= x.shape[axis] }
    }
    let size = x.shape[place]
    var shape = Shape(x.shape.prefix(place))
    guard place + picks.rank + (x.rank - place - 1) <= Shape.maximumRank else {
      throw Failure("rank", "a tensor has at most \(Shape.maximumRank) axes")
    }
    for n in picks.shape { shape.append(n) }
    for n in x.shape.dropFirst(place + 1) { shape.append(n) }
    let result = try Tensor.uninitialized(shape, x.dtype)
    let (p, n) = (picks.pointer(Int.self), picks.count)
    let (from, to) = (source.rawPointer, result.rawPointer)
    for o in 0..<outer {
      for i in 0..<n {
        (to + (o * n + i) * inner).copyMemory(from: from + (o * size + p[i]) * inner, byteCount: inner)
      }
    }
    withExtendedLifetime((source, picks)) {}
    return result
  }

  /// `result = x; result[.., indices[i], ..] += values[.., i, ..]`: the gradient of `take`.
  package static func indexAdd(_ x: Tensor, axis: Int = 0, _ indices: Tensor, _ values: Tensor) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let picks = try Raw.indices(indices, size: x.shape[place], argument: 1)
    var expected = Shape(x.shape.prefix(place))
    for n in picks.shape { expected.append(n) }
    for n in x.shape.dropFirst(place + 1) { expected.append(n) }
    guard values.shape == expected else {
      throw Failure("broadcast", "values of shape \(expected) are wanted, not \(values.shape)", argument: 2)
    }
    var result = x.detached
    try result.makeUnique()
    let source = try kernelInput(values, x.dtype)
    var (outer, inner) = (1, 1)
    for axis in 0..<x.rank {
      if axis < place { outer *= x.shape[axis] } else if axis > place { inner *= x.shape[axis] }
    }
    let (size, n, p) = (x.shape[place], picks.count, picks.pointer(Int.self))
    for o in 0..<outer {
      for i in 0..<n {
        let (to, from) = ((o * size + p[i]) * inner, (o * n + i) * inner)
        switch x.dtype {
        case .f32: nns_axpy_f32(1, source.pointer() + from, result.pointer() + to, inner)
        case .f64: nns_axpy_f64(1, source.pointer() + from, result.pointer() + to, inner)
        case .int:
          let (a, b) = (result.pointer(Int.self) + to, source.pointer(Int.self) + from)
          for k in 0..<inner { a[k] = a[k] &+ b[k] }
        default: throw Failure("dtype", "\(x.dtype) values cannot be added up; cast first", argument: 0)
        }
      }
    }
    withExtendedLifetime((source, picks)) {}
    return result
  }

  /// One element for each index along an axis: `result[i][j] = x[i][indices[i][j]]` for the last of two axes.
  package static func gather(_ x: Tensor, _ indices: Tensor, axis: Int) throws -> Tensor {
    let (place, picks) = try gatherLayout(x, indices, axis)
    let source = try x.contiguous
    let result = try Tensor.uninitialized(indices.shape, x.dtype)
    let size = x.dtype.size
    let (from, to, p) = (source.rawPointer, result.rawPointer, picks.pointer(Int.self))
    eachGathered(x.shape, indices.shape, place, p) { at, place in
      (to + at * size).copyMemory(from: from + place * size, byteCount: size)
    }
    withExtendedLifetime((source, picks)) {}
    return result
  }

  /// `result = x` with `values` added at the places that `gather` would read.
  package static func scatterAdd(_ x: Tensor, _ indices: Tensor, _ values: Tensor, axis: Int) throws -> Tensor {
    let (place, picks) = try gatherLayout(x, indices, axis)
    guard values.shape == indices.shape else {
      throw Failure("broadcast", "values of shape \(indices.shape) are wanted, not \(values.shape)", argument: 2)
    }
    var result = x.detached
    try result.makeUnique()
    let source = try kernelInput(values, x.dtype)
    let p = picks.pointer(Int.self)
    switch x.dtype {
    case .f32:
      let (a, b) = (result.pointer(Float.self), source.pointer(Float.self))
      eachGathered(x.shape, indices.shape, place, p) { a[$1] += b[$0] }
    case .f64:
      let (a, b) = (result.pointer(Double.self), source.pointer(Double.self))
      eachGathered(x.shape, indices.shape, place, p) { a[$1] += b[$0] }
    case .int:
      let (a, b) = (result.pointer(Int.self), source.pointer(Int.self))
      eachGathered(x.shape, indices.shape, place, p) { a[$1] = a[$1] &+ b[$0] }
    default: throw Failure("dtype", "\(x.dtype) values cannot be added up; cast first", argument: 0)
    }
    withExtendedLifetime((source, picks)) {}
    return result
  }

  private static func gatherLayout(_ x: Tensor, _ indices: Tensor, _ axis: Int) throws -> (Int, Tensor) {
    let place = try x.shape.axis(axis)
    guard indices.rank == x.rank, (0..<x.rank).allSatisfy({ $0 == place || indices.shape[$0] <= x.shape[$0] }) else {
      throw Failure(
        "broadcast", "indices of shape \(indices.shape) do not fit \(x.shape)", argument: 1,
        why: "they need as many axes, and no size larger than x's outside axis \(axis).")
    }
    return (place, try Raw.indices(indices, size: x.shape[place], argument: 1))
  }

  @inline(__always)
  private static func eachGathered(
    _ shape: Shape, _ picks: Shape, _ axis: Int, _ p: UnsafeMutablePointer<Int>, _ body: (Int, Int) -> Void
  ) {
    let strides = shape.rowMajorStrides
    let count = picks.elementCount
    var index = Shape.Sizes(repeating: 0)
    var base = 0
    for at in 0..<count {
      body(at, base + p[at] * strides[axis])
      var k = picks.rank - 1
      while k >= 0 {
        index[k] += 1
        if k != axis { base += strides[k] }
        if index[k] < picks[k] { break }
        if k != axis { base -= strides[k] * picks[k] }
        index[k] = 0
        k -= 1
      }
    }
  }

  /// The places where a bool vector is true.
  package static func nonzero(_ mask: Tensor) throws -> Tensor {
    guard mask.dtype == .bool, mask.rank == 1 else {
      throw Failure("dtype", "a bool vector is wanted, not \(mask.dtype)\(mask.shape)", argument: 0)
    }
    return try mask.withElements(UInt8.self) { bits in
      Tensor(bits.indices.filter { bits[$0] != 0 })
    }
  }

  /// `x[i] = v`: the part of `x` that `path` makes a view of becomes `value`, which stretches to it. The buffer is changed
  /// in place when nothing else holds it. Error: `broadcast`.
  package static func assign(
    into x: inout Tensor, _ value: Tensor, argument: Int = 1, _ path: (Tensor) throws -> Tensor
  ) throws {
    try x.makeUnique()
    let slot = try path(x)
    precondition(slot.storage === x.storage, "the path must make a view")
    guard let shape = try? broadcastShape(value.shape, slot.shape), shape == slot.shape else {
      throw Failure(
        "broadcast", "a value of shape \(value.shape) does not fit into \(slot.shape)", argument: argument)
    }
    let source = try kernelInput(value, x.dtype).stretched(to: slot.shape)
    if slot.count > 0 {
      Tensor.copy(
        slot.shape, x.dtype.size, from: source.rawPointer, source.strides, to: slot.rawPointer, slot.strides)
    }
    withExtendedLifetime(source) {}
  }

  /// A copy of `x` with the part that `path` makes a view of replaced by `value`.
  package static func assign(
    _ x: consuming Tensor, _ value: Tensor, argument: Int = 1, _ path: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    var result = x
    try assign(into: &result, value, argument: argument, path)
    return result
  }

  /// `x` with whole slices of an axis replaced: `x[indices] = values`.
  package static func indexPut(_ x: Tensor, axis: Int = 0, _ indices: Tensor, _ values: Tensor) throws -> Tensor {
    let place = try x.shape.axis(axis)
    let picks = try Raw.indices(indices, size: x.shape[place], argument: 1).reshaped([indices.count])
    var expected = x.shape
    expected[place] = picks.count
    let source = try kernelInput(try broadcast(values, to: expected), x.dtype)
    var result = x.detached
    try result.makeUnique()
    try picks.withElements(Int.self) { picks in
      for (i, pick) in picks.enumerated() {
        let (from, to) = (source.selected(place, i), result.selected(place, pick))
        Tensor.copy(from.shape, x.dtype.size, from: from.rawPointer, from.strides, to: to.rawPointer, to.strides)
      }
    }
    withExtendedLifetime(source) {}
    return result
  }

  /// Classes as rows with a single one, f32. Error: `label-range`.
  package static func oneHot(_ labels: Tensor, classes: Int, dtype: DType = .f32) throws -> Tensor {
    guard classes > 0 else { throw Failure("argument-range", "the number of classes must be positive", argument: 1) }
    guard labels.rank < Shape.maximumRank else { throw Failure("rank", "a tensor has at most 8 axes", argument: 0) }
    let places = try Raw.labels(labels, classes: classes, argument: 0)
    var shape = labels.shape
    shape.append(classes)
    let result = try Tensor.zeros(shape, .f32)
    try places.withElements(Int.self) { places in
      let out = result.pointer(Float.self)
      for (row, label) in places.enumerated() { out[row * classes + label] = 1 }
    }
    return try cast(result, dtype)
  }

  /// Labels as contiguous ints within `0 ..< classes`; whole-valued floats are accepted. Error: `label-range`.
  package static func labels(_ y: Tensor, classes: Int, argument: Int = 1) throws -> Tensor {
    if y.dtype.isFloat, !(try allTrue(try equal(y, try floor(y)))) {
      throw Failure(
        "label-range", "labels must be whole numbers", argument: argument,
        facts: [.init("y", "\(y.dtype)\(y.shape)", argument: argument)])
    }
    let source = try converted(y, .int)
    return try source.withElements(Int.self) { labels in
      var (lowest, highest) = (Int.max, Int.min)
      for label in labels {
        lowest = Swift.min(lowest, label)
        highest = Swift.max(highest, label)
      }
      if labels.isEmpty || (lowest >= 0 && highest < classes) { return source }
      let isOneBased = lowest == 1 && highest == classes
      throw Failure(
        "label-range", "label \(highest >= classes ? highest : lowest) is out of range for \(classes) classes",
        argument: argument,
        facts: [.init("y", "\(y.dtype)\(y.shape), smallest \(lowest), largest \(highest)", argument: argument)],
        why: "classes count from 0" + (isOneBased ? "; these look 1-based." : "."),
        hint: isOneBased ? "\u{1}append - 1" : nil)
    }
  }

  static func allTrue(_ x: Tensor) throws -> Bool { try all(x).item != 0 }
}
