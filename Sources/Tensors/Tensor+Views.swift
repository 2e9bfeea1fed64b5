import Diagnostics

/// Views: new shapes over the same storage, without a copy. All drop the tape node.
extension Tensor {
  /// Axes in another order: `axes[i]` is the axis that becomes the i-th.
  func permuted(_ axes: [Int]) -> Tensor {
    let strides = self.strides
    var newShape = Shape()
    var newStrides = Shape.Sizes(repeating: 0)
    for (place, axis) in axes.enumerated() {
      newShape.append(shape[axis])
      newStrides[place] = strides[axis]
    }
    return Tensor(viewing: self, offset: offset, shape: newShape, strides: newStrides)
  }

  /// The last two axes swapped.
  var transposedMatrix: Tensor {
    guard rank >= 2 else { return self }
    let strides = self.strides
    var newShape = shape
    var newStrides = strides
    newShape[rank - 2] = shape[rank - 1]
    newShape[rank - 1] = shape[rank - 2]
    newStrides[rank - 2] = strides[rank - 1]
    newStrides[rank - 1] = strides[rank - 2]
    return Tensor(viewing: self, offset: offset, shape: newShape, strides: newStrides)
  }

  /// One element of an axis, which disappears.
  func selected(_ axis: Int, _ index: Int) -> Tensor {
    let strides = self.strides
    var newShape = shape
    newShape.remove(at: axis)
    var newStrides = Shape.Sizes(repeating: 0)
    var place = 0
    for i in 0..<rank where i != axis {
      newStrides[place] = strides[i]
      place += 1
    }
    return Tensor(viewing: self, offset: offset + index * strides[axis], shape: newShape, strides: newStrides)
  }

  /// `count` elements of an axis from `start`, `step` apart.
  func sliced(_ axis: Int, from start: Int, count: Int, step: Int = 1) -> Tensor {
    let strides = self.strides
    var newStrides = strides
    newStrides[axis] = strides[axis] * step
    let newOffset = count == 0 ? offset : offset + start * strides[axis]
    return Tensor(viewing: self, offset: newOffset, shape: shape.replacing(axis, with: count), strides: newStrides)
  }

  func insertingAxis(_ axis: Int) -> Tensor {
    let strides = self.strides
    var newShape = shape
    newShape.insert(1, at: axis)
    var newStrides = Shape.Sizes(repeating: 0)
    for i in 0..<axis { newStrides[i] = strides[i] }
    newStrides[axis] = axis < rank ? strides[axis] * shape[axis] : 1
    for i in axis..<rank { newStrides[i + 1] = strides[i] }
    return Tensor(viewing: self, offset: offset, shape: newShape, strides: newStrides)
  }

  /// The same elements stretched to `target`, which broadcasting has found to fit.
  func stretched(to target: Shape) -> Tensor {
    let strides = self.strides
    var newStrides = Shape.Sizes(repeating: 0)
    let lead = target.rank - rank
    for i in 0..<rank where shape[i] == target[i + lead] { newStrides[i + lead] = strides[i] }
    var result = Tensor(viewing: self, offset: offset, shape: target, strides: newStrides)
    result.isNumber = isNumber && target.rank == 0
    return result
  }

  /// The same elements in a shape of as many, as a view where the layout allows it.
  func reshaped(_ target: Shape) throws -> Tensor {
    if isContiguous {
      return Tensor(viewing: self, offset: offset, shape: target, strides: target.rowMajorStrides)
    }
    if isLookup {
      // A strided look-up stays a look-up: its bytes are gathered and the table kept.
      return try gatheredLookup().reshaped(target)
    }
    return try contiguous.reshaped(target)
  }

  /// A strided look-up tensor with its bytes copied row-major.
  func gatheredLookup() throws -> Tensor {
    let table = body.table!
    let bytes = try Storage(byteCount: count)
    Tensor.copy(shape, 1, from: bytePointer, strides, to: bytes.bytes, shape.rowMajorStrides)
    let lookup = try Storage(lookup: bytes) { $0.update(from: table, count: 256) }
    withExtendedLifetime(storage) {}
    return Tensor(storage: lookup, shape: shape, dtype: .f32)
  }
}
