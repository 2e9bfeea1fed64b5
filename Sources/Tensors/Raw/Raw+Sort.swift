import Diagnostics

/// Order along one axis: stable, nan last in both directions.
extension Raw {
  package static func sort(_ x: Tensor, axis: Int = -1, descending: Bool = false) throws -> Tensor {
    if x.rank == 0 { return x.detached }
    return try gather(x, try argsort(x, axis: axis, descending: descending), axis: axis)
  }

  /// The places that would sort the axis, as int.
  package static func argsort(_ x: Tensor, axis: Int = -1, descending: Bool = false) throws -> Tensor {
    if x.rank == 0 { return try Tensor.zeros([], .int) }
    let place = try x.shape.axis(axis)
    let dtype: DType = x.dtype.isFloat ? floatType(x) : .int
    let (source, outer, n, inner) = try reductionLayout(x, [place], dtype)
    return try Tensor.filled(x.shape, Int.self) { out in
      for o in 0..<outer {
        for j in 0..<inner {
          let base = o * n * inner + j
          let order: [Int]
          switch dtype {
          case .f32: order = ordered(source.pointer(Float.self) + base, n, inner, descending)
          case .f64: order = ordered(source.pointer(Double.self) + base, n, inner, descending)
          default: order = ordered(source.pointer(Int.self) + base, n, inner, descending)
          }
          for i in 0..<n { out[base + i * inner] = order[i] }
        }
      }
      withExtendedLifetime(source) {}
    }
  }

  private static func ordered<T: Comparable & BitwiseCopyable>(
    _ x: UnsafeMutablePointer<T>, _ n: Int, _ step: Int, _ descending: Bool
  ) -> [Int] {
    // Swift's sort is stable; equal keys keep their order because the place breaks ties.
    var keys: [(T, Int)] = []
    var nans: [Int] = []
    keys.reserveCapacity(n)
    for i in 0..<n {
      let value = x[i * step]
      if value == value { keys.append((value, i)) } else { nans.append(i) }
    }
    if descending {
      keys.sort { $0.0 > $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }
    } else {
      keys.sort { $0.0 < $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }
    }
    return keys.map(\.1) + nans
  }

  /// The `k` largest (or smallest) along an axis, best first, and their places. Error: `argument-range`.
  package static func topk(
    _ x: Tensor, _ k: Int, axis: Int = -1, largest: Bool = true
  ) throws -> (values: Tensor, indices: Tensor) {
    let place = try x.shape.axis(axis)
    guard k >= 0, k <= x.shape[place] else {
      throw Failure(
        "argument-range", "\(k) of \(x.shape[place]) elements cannot be taken", argument: 1,
        facts: [.init("x", x.shape.description, argument: 0)])
    }
    let order = try argsort(x, axis: place, descending: largest)
    let indices = try order.sliced(place, from: 0, count: k).contiguous
    return (try gather(x, indices, axis: place), indices)
  }

  /// The value below which a share `q` (0 … 1) of the axis lies, by linear interpolation; nan where there is one.
  package static func quantile(_ x: Tensor, _ q: Double, axis: Int? = nil, keep: Bool = false) throws -> Tensor {
    guard q >= 0, q <= 1 else { throw Failure("argument-range", "a quantile lies between 0 and 1", argument: 1) }
    let floats = x.dtype.isFloat ? x : try cast(x, .f32)
    let flat = axis == nil ? try reshape(floats, [floats.count]) : floats
    let place = try flat.shape.axis(axis ?? 0)
    let n = flat.shape[place]
    guard n > 0 else { throw emptyFailure("quantile") }
    let sorted = try sort(flat, axis: place)
    let at = q * Double(n - 1)
    let low = Int(at.rounded(.down))
    let high = Swift.min(low + 1, n - 1)
    let a = sorted.sliced(place, from: low, count: 1)
    let b = sorted.sliced(place, from: high, count: 1)
    let t = at - Double(low)
    // Sorting puts nan last: the last element tells whether there is one, and poisons the sum.
    let last = sorted.sliced(place, from: n - 1, count: 1)
    var result = try add(a, try multiply(try subtract(b, a), Tensor(number: t)))
    result = try select(try isNan(last), last, result)
    return try result.reshaped(try reducedShape(x.shape, axis.map { [$0] }, keep: keep))
  }

  package static func median(_ x: Tensor, axis: Int? = nil, keep: Bool = false) throws -> Tensor {
    try quantile(x, 0.5, axis: axis, keep: keep)
  }

  /// The distinct elements in ascending order, and how often each occurs.
  package static func unique(_ x: Tensor) throws -> (values: Tensor, counts: Tensor) {
    let sorted = try sort(try reshape(x, [x.count])).contiguous
    guard sorted.count > 0 else { return (sorted, try Tensor.zeros([0], .int)) }
    let values = try sorted.doubles
    let exact = x.dtype == .int ? try sorted.ints : []
    var firsts: [Int] = []
    for i in values.indices {
      let fresh =
        i == 0
        || (x.dtype == .int
          ? exact[i] != exact[i - 1] : values[i] != values[i - 1] && !(values[i].isNaN && values[i - 1].isNaN))
      if fresh { firsts.append(i) }
    }
    let counts = firsts.indices.map { ($0 + 1 < firsts.count ? firsts[$0 + 1] : values.count) - firsts[$0] }
    return (try take(sorted, Tensor(firsts)), Tensor(counts))
  }
}
