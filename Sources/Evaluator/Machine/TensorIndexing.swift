import Autodiff
import Diagnostics
import Tensors

extension Tensor {
  /// The only element of a tensor without axes.
  var scalar: Double { (try? item) ?? .nan }
}

/// `x[…]` on a tensor, worked out: a stride for every axis, then what is picked by position, then the final shape.
struct TensorSelection {
  var strides: [Stride] = []
  /// Axes that a tensor of positions stands for, with those positions.
  var picks: [(axis: Int, positions: Tensor)] = []
  var shape: [Int] = []
  /// The shape before picking, with axes that an index took away kept at 1.
  private(set) var takesAll = true

  init(_ x: Tensor, _ indices: [IndexValue], _ machine: Machine) throws {
    let consuming = indices.filter {
      if case .newAxis = $0 { false } else if case .ellipsis = $0 { false } else { true }
    }.count
    let open = indices.filter { if case .ellipsis = $0 { true } else { false } }.count
    guard consuming <= x.shape.rank, open <= 1 else {
      throw Failure(
        "index-range",
        open > 1
          ? "`...` stands at most once in an index"
          : "\(consuming) indices are given for \(x.shape.rank) \(x.shape.rank == 1 ? "axis" : "axes")",
        argument: 0, facts: [.init("x", "\(x.shape)", argument: 0)])
    }
    var axis = 0
    func keep(_ count: Int) {
      for _ in 0..<count {
        strides.append(Stride(start: 0, count: x.shape[axis]))
        shape.append(x.shape[axis])
        axis += 1
      }
    }
    for index in indices {
      switch index {
      case .newAxis: shape.append(1)
      case .ellipsis: keep(x.shape.rank - consuming)
      case .at(let n):
        let at = try machine.position(n, in: x.shape[axis], of: "axis")
        strides.append(Stride(start: at, count: 1))
        takesAll = false
        axis += 1
      case .slice(let from, let to, let step, let isInclusive):
        let (start, end) = try Machine.sliceBounds(from, to, isInclusive, x.shape[axis], "axis")
        // A step beyond the axis takes one element, however long it is.
        let step = max(-x.shape[axis] - 1, min(step, x.shape[axis] + 1))
        let size = abs(step)
        let count = (end - start + size - 1) / size
        strides.append(Stride(start: step > 0 ? start : max(start, end - 1), count: count, step: step))
        shape.append(count)
        if count != x.shape[axis] || step != 1 { takesAll = false }
        axis += 1
      case .tensor(let tensor):
        let positions = try machine.positionTensor(tensor, in: x.shape[axis])
        strides.append(Stride(start: 0, count: x.shape[axis]))
        picks.append((axis, positions))
        shape += Array(positions.shape)
        axis += 1
      case .text(let name):
        throw Failure("argument-type", "a tensor is indexed by position, not by the name \"\(name)\"", argument: 1)
      }
    }
    keep(x.shape.rank - axis)
  }
}

extension Machine {
  func positionTensor(_ tensor: Tensor, in count: Int) throws -> Tensor {
    if tensor.dtype == .bool {
      let found = try positions(.tensor(tensor), in: count, of: "axis")
      return Tensor(found, [found.count])
    }
    let numbers = try tensor.doubles.map { number -> Int in
      guard let n = Int(exactly: number) else { throw fractional(number) }
      return try position(n, in: count, of: "axis")
    }
    return Tensor(numbers, tensor.shape)
  }

  func indexed(_ x: Tensor, by indices: [IndexValue]) throws -> Tensor {
    // A mask of the whole shape picks single elements.
    if indices.count == 1, case .tensor(let mask) = indices[0], mask.dtype == .bool, mask.shape.rank > 1 {
      guard mask.shape == x.shape else {
        throw Failure("index-range", "a mask of \(mask.shape) does not fit \(x.shape)", argument: 1)
      }
      let flags = try mask.bools
      let chosen = flags.indices.filter { flags[$0] }
      return try Op.take(Op.reshape(x, [x.count]), Tensor(chosen, [chosen.count]))
    }
    if indices.count == 1, case .at(let n) = indices[0], x.shape.rank > 0 {
      return try Op.select(x, axis: 0, position(n, in: x.shape[0], of: "axis"))
    }
    let selection = try TensorSelection(x, indices, self)
    var result = selection.takesAll ? x : try Op.slice(x, selection.strides)
    for pick in selection.picks.reversed() { result = try Op.take(result, pick.positions, axis: pick.axis) }
    let shape = try Shape.checked(selection.shape)
    return result.shape == shape ? result : try Op.reshape(result, shape)
  }

  /// `x[…] = value`: in place when nothing else holds the storage and nothing is recorded.
  func assign(_ value: Tensor, to indices: [IndexValue], of x: inout Tensor) throws {
    if indices.count == 1, case .tensor(let mask) = indices[0], mask.dtype == .bool, mask.shape == x.shape {
      if value.shape.rank == 0 {
        x = try Op.select(mask, Op.cast(value, to: x.dtype), x)
        return
      }
    }
    let selection = try TensorSelection(x, indices, self)
    let wanted = try Shape.checked(selection.shape)
    guard value.shape.rank == 0 || value.shape == wanted || value.shape.rank <= wanted.rank else {
      throw Failure(
        "broadcast", "a value of \(value.shape) does not fit the part it is to fill, \(wanted)", argument: 0)
    }
    let part = try Op.cast(value, to: x.dtype)
    if selection.picks.isEmpty {
      let room = Shape(selection.strides.map(\.count))
      let fitted = part.shape.rank == 0 || part.shape == room ? part : try Op.reshape(Op.expand(part, to: wanted), room)
      if x.node == nil, fitted.node == nil {
        // The variable lets go first, so that a storage that nothing else holds is written where it stands. The value
        // has the part's shape by now: nothing is left to fail.
        let held = x
        x = Tensor(number: 0)
        x = try Raw.assign(consume held, Op.expand(fitted, to: room)) { view in
          try selection.strides.enumerated().reduce(view) { part, stride in
            try Raw.slice(
              part, axis: stride.offset, start: stride.element.start, count: stride.element.count,
              step: stride.element.step)
          }
        }
      } else {
        x = try Op.replacing(x, selection.strides, with: fitted)
      }
      return
    }
    // Positions are filled one by one, along the first axis that has some.
    let pick = selection.picks[0]
    guard selection.picks.count == 1, pick.positions.shape.rank == 1 else {
      throw Failure("not-indexable", "one axis at a time can be set by positions", argument: 1)
    }
    let full = try Op.expand(part, to: wanted)
    var result = x
    for (n, at) in try pick.positions.ints.enumerated() {
      var strides = selection.strides
      strides[pick.axis] = Stride(start: at, count: 1)
      let row = try Op.reshape(Op.slice(full, axis: pick.axis, from: n, count: 1), Shape(strides.map(\.count)))
      result = try Op.replacing(result, strides, with: row)
    }
    x = result
  }
}
