import CKernels
import Diagnostics

/// Reductions over the axes named (all when none are), which disappear unless `keep`. The order of a sum is fixed by the
/// shape alone. `sum` and `product` of int, u8, i8 and bool are int; `mean` of those is f32.
extension Raw {
  package static func sum(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try reduce(NNS_REDUCE_SUM, x, axes, keep)
  }
  package static func product(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try reduce(NNS_REDUCE_PRODUCT, x, axes, keep)
  }
  /// The largest element; nan wins. Error: `empty` when there is none.
  package static func max(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try reduce(NNS_REDUCE_MAX, x, axes, keep)
  }
  package static func min(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try reduce(NNS_REDUCE_MIN, x, axes, keep)
  }

  /// The mean, f32 for ints; nan of nothing.
  package static func mean(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let floats = x.dtype.isFloat ? x : try cast(x, .f32)
    let total = try sum(floats, axes: axes, keep: keep)
    let n = total.count == 0 ? 0 : x.count / total.count
    return try divide(total, Tensor(number: Double(n)))
  }

  /// The variance with `n - ddof` in the denominator, by two passes.
  package static func variance(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false, ddof: Int = 0) throws -> Tensor {
    let floats = x.dtype.isFloat ? x : try cast(x, .f32)
    let centred = try subtract(floats, try mean(floats, axes: axes, keep: true).stretchedBack(floats.shape))
    let total = try sum(try square(centred), axes: axes, keep: keep)
    let n = total.count == 0 ? 0 : x.count / total.count
    return try divide(total, Tensor(number: Double(Swift.max(n - ddof, 0))))
  }

  package static func standardDeviation(
    _ x: Tensor, axes: [Int]? = nil, keep: Bool = false, ddof: Int = 1
  ) throws -> Tensor {
    try sqrt(try variance(x, axes: axes, keep: keep, ddof: ddof))
  }

  /// `log(sum(exp(x)))` without overflow.
  package static func logSumExp(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    let floats = x.dtype.isFloat ? x : try cast(x, .f32)
    var peak = try max(floats, axes: axes, keep: true)
    // An infinite peak would give inf - inf.
    peak = try select(try isFinite(peak), peak, Tensor(number: 0))
    let total = try sum(try exp(try subtract(floats, peak.stretchedBack(floats.shape))), axes: axes, keep: true)
    let result = try add(try log(total), peak)
    return keep ? result : try reshape(result, try reducedShape(x.shape, axes, keep: false))
  }

  /// Whether any element is true (not 0).
  package static func any(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try truth(x, axes, keep, NNS_REDUCE_MAX, ofNothing: false)
  }
  package static func all(_ x: Tensor, axes: [Int]? = nil, keep: Bool = false) throws -> Tensor {
    try truth(x, axes, keep, NNS_REDUCE_MIN, ofNothing: true)
  }

  private static func truth(
    _ x: Tensor, _ axes: [Int]?, _ keep: Bool, _ op: nns_reduction, ofNothing: Bool
  ) throws -> Tensor {
    let shape = try reducedShape(x.shape, axes, keep: keep)
    if x.count == 0 { return try Tensor.full(shape, ofNothing ? 1 : 0, .bool) }
    return try converted(try reduce(op, try cast(x, .bool), axes, keep), .bool)
  }

  /// The place of the largest element along an axis (of the flattened tensor when there is none), as int.
  package static func argmax(_ x: Tensor, axis: Int? = nil, keep: Bool = false) throws -> Tensor {
    try arg(x, axis, keep, smallest: false)
  }
  package static func argmin(_ x: Tensor, axis: Int? = nil, keep: Bool = false) throws -> Tensor {
    try arg(x, axis, keep, smallest: true)
  }

  private static func arg(_ x: Tensor, _ axis: Int?, _ keep: Bool, smallest: Bool) throws -> Tensor {
    let flag: Int32 = smallest ? 1 : 0
    let target = try reducedShape(x.shape, axis.map { [$0] }, keep: keep)
    let (source, outer, n, inner) = try reductionLayout(x, axis.map { [$0] }, x.dtype.isFloat ? floatType(x) : .int)
    guard n > 0 || outer * inner == 0 else { throw emptyFailure(smallest ? "argmin" : "argmax") }
    let result = try Tensor.uninitialized(target, .int)
    let out = result.pointer(Int64.self)
    switch source.dtype {
    case .f32: nns_arg_f32(flag, source.pointer(), out, outer, n, inner)
    case .f64: nns_arg_f64(flag, source.pointer(), out, outer, n, inner)
    default: nns_arg_i64(flag, source.pointer(Int64.self), out, outer, n, inner)
    }
    withExtendedLifetime(source) {}
    return result
  }

  static func emptyFailure(_ name: String) -> Failure {
    Failure("empty", "`\(name)` of no elements", argument: 0)
  }

  /// The shape that is left. Error: `axis-range`.
  package static func reducedShape(_ shape: Shape, _ axes: [Int]?, keep: Bool) throws -> Shape {
    let reduced = try reducedAxes(shape, axes)
    var result = Shape()
    for axis in 0..<shape.rank {
      if !reduced[axis] { result.append(shape[axis]) } else if keep { result.append(1) }
    }
    return result
  }

  private static func reducedAxes(_ shape: Shape, _ axes: [Int]?) throws -> InlineArray<8, Bool> {
    guard let axes else { return InlineArray(repeating: true) }
    var result = InlineArray<8, Bool>(repeating: false)
    for axis in axes {
      let place = try shape.axis(axis)
      if result[place] { throw Failure("argument-range", "axis \(axis) is named twice") }
      result[place] = true
    }
    return result
  }

  /// `x` as a contiguous [outer, n, inner] to be reduced over n.
  static func reductionLayout(
    _ x: Tensor, _ axes: [Int]?, _ dtype: DType
  ) throws -> (Tensor, outer: Int, n: Int, inner: Int) {
    let reduced = try reducedAxes(x.shape, axes)
    var (first, last) = (x.rank, -1)
    for axis in 0..<x.rank where reduced[axis] {
      first = Swift.min(first, axis)
      last = axis
    }
    if last < 0 { return (try kernelInput(x, dtype), x.count, 1, 1) }
    var together = true
    for axis in first...last where !reduced[axis] && x.shape[axis] != 1 { together = false }
    guard together else {
      // Reduced axes that lie apart are brought together at the end.
      var order: [Int] = []
      for axis in 0..<x.rank where !reduced[axis] { order.append(axis) }
      let left = order.count
      for axis in 0..<x.rank where reduced[axis] { order.append(axis) }
      let moved = try kernelInput(x.permuted(order), dtype)
      var (outer, n) = (1, 1)
      for axis in 0..<x.rank {
        if axis < left { outer *= moved.shape[axis] } else { n *= moved.shape[axis] }
      }
      return (moved, outer, n, 1)
    }
    var (outer, n, inner) = (1, 1, 1)
    for axis in 0..<x.rank {
      if axis < first {
        outer *= x.shape[axis]
      } else if axis <= last {
        n *= x.shape[axis]
      } else {
        inner *= x.shape[axis]
      }
    }
    return (try kernelInput(x, dtype), outer, n, inner)
  }

  private static func reduce(_ op: nns_reduction, _ x: Tensor, _ axes: [Int]?, _ keep: Bool) throws -> Tensor {
    if axes == nil, !keep, x.isKernelReady(.f32), x.count > 0 {
      let result = try Tensor.uninitialized(Shape(), .f32)
      nns_reduce_f32(op, x.pointer(), result.pointer(), 1, x.count, 1)
      return result
    }
    let target = try reducedShape(x.shape, axes, keep: keep)
    let dtype: DType = x.dtype.isFloat ? floatType(x) : .int
    let (source, outer, n, inner) = try reductionLayout(x, axes, dtype)
    if n == 0, outer * inner > 0, op == NNS_REDUCE_MAX || op == NNS_REDUCE_MIN {
      throw emptyFailure(op == NNS_REDUCE_MAX ? "max" : "min")
    }
    var result = try Tensor.uninitialized(target, dtype)
    result.isNumber = x.isNumber
    var overflow: Int32 = 0
    switch dtype {
    case .f32: nns_reduce_f32(op, source.pointer(), result.pointer(), outer, n, inner)
    case .f64: nns_reduce_f64(op, source.pointer(), result.pointer(), outer, n, inner)
    default: overflow = nns_reduce_i64(op, source.pointer(Int64.self), result.pointer(Int64.self), outer, n, inner)
    }
    withExtendedLifetime(source) {}
    if overflow != 0 { throw Failure("integer-overflow", "the result does not fit in int", argument: 0) }
    if op == NNS_REDUCE_MAX || op == NNS_REDUCE_MIN, !x.dtype.isFloat { return try converted(result, x.dtype) }
    return result
  }

  // MARK: Running sums and products

  package static func cumulativeSum(_ x: Tensor, axis: Int) throws -> Tensor { try scan(x, axis, product: false) }
  package static func cumulativeProduct(_ x: Tensor, axis: Int) throws -> Tensor { try scan(x, axis, product: true) }

  private static func scan(_ x: Tensor, _ axis: Int, product: Bool) throws -> Tensor {
    let dtype: DType = x.dtype.isFloat ? floatType(x) : .int
    let (source, outer, n, inner) = try reductionLayout(x, [axis], dtype)
    let result = try Tensor.uninitialized(x.shape, dtype)
    var overflow = false
    for o in 0..<outer {
      for j in 0..<inner {
        let at = o * n * inner + j
        switch dtype {
        case .f32:
          running(source.pointer(Float.self) + at, result.pointer() + at, n, inner) { product ? $0 * $1 : $0 + $1 }
        case .f64:
          running(source.pointer(Double.self) + at, result.pointer() + at, n, inner) { product ? $0 * $1 : $0 + $1 }
        default:
          running(source.pointer(Int.self) + at, result.pointer() + at, n, inner) {
            let (value, bad) = product ? $0.multipliedReportingOverflow(by: $1) : $0.addingReportingOverflow($1)
            overflow = overflow || bad
            return value
          }
        }
      }
    }
    withExtendedLifetime(source) {}
    if overflow { throw Failure("integer-overflow", "the result does not fit in int", argument: 0) }
    return result
  }

  @inline(__always)
  private static func running<T: BitwiseCopyable>(
    _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ n: Int, _ step: Int, _ op: (T, T) -> T
  ) {
    guard n > 0 else { return }
    y[0] = x[0]
    for i in 1..<Swift.max(n, 1) { y[i * step] = op(y[(i - 1) * step], x[i * step]) }
  }
}

extension Tensor {
  /// A reduced tensor with its axes kept, against the shape it came from: sizes 1 stretch, numbers stay.
  func stretchedBack(_ shape: Shape) -> Tensor {
    var result = self
    result.isNumber = isNumber && shape.rank == 0
    return result
  }
}
