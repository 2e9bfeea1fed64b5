import CKernels
import COneDNN
import Diagnostics

/// Matrix products. Transposed views are read where they lie.
extension Raw {
  /// The last axis of `a` against the second-last of `b`; a vector counts as a row on the left and a column on the right.
  /// Leading axes must match, or one side has none. Ints multiply as ints. Error: `matmul-shape`.
  package static func matmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.rank > 0, b.rank > 0 else {
      throw productFailure("`@` takes vectors and matrices, not numbers", a, b)
    }
    let (inner, rows) = (a.shape[a.rank - 1], b.shape[Swift.max(b.rank - 2, 0)])
    guard inner == rows else {
      var failure = productFailure("inner sizes differ in `@`", a, b)
      let place = b.rank == 1 ? "size" : "second-last"
      failure.why = "the last axis of the left side (\(inner)) must equal the \(place) of the right side (\(rows))."
      failure.hint = transposition(a, b)
      throw failure
    }
    if a.rank == 1 || b.rank == 1 {
      let wide = try matmul(a.rank == 1 ? a.insertingAxis(0) : a, b.rank == 1 ? b.insertingAxis(1) : b)
      var result = wide
      if b.rank == 1 { result = result.selected(result.rank - 1, 0) }
      if a.rank == 1 { result = result.selected(result.rank - (b.rank == 1 ? 1 : 2), 0) }
      return result
    }
    let (m, k, n) = (a.shape[a.rank - 2], inner, b.shape[b.rank - 1])
    let dtype = try DTypeRules.binary(a.detachedNumber, b.detachedNumber, .wholeStaysInt)
    if !dtype.isFloat { return try intMatmul(a, b) }
    let x = try productOperand(a, dtype)
    let y = try productOperand(b, dtype)
    var lead = Shape()
    if a.rank == 2 {
      lead = Shape(b.shape.dropLast(2))
    } else if b.rank == 2 || a.shape.dropLast(2).elementsEqual(b.shape.dropLast(2)) {
      lead = Shape(a.shape.dropLast(2))
    } else {
      throw productFailure("leading axes differ in `@`", a, b)
    }
    var shape = lead
    shape.append(m)
    shape.append(n)
    let result = try Tensor.uninitialized(try Shape.checked(shape), dtype)
    if b.rank == 2, a.rank > 2, x.isContiguous {
      // One tall matrix instead of many small ones.
      let tall = Tensor(
        viewing: x, offset: x.offset, shape: [lead.elementCount * m, k],
        strides: Shape([lead.elementCount * m, k]).rowMajorStrides)
      product(tall, y, into: result.pointerForProduct, dtype)
    } else {
      let batches = lead.elementCount
      let step = m * n * dtype.size
      for i in 0..<batches {
        product(
          a.rank == 2 ? x : x.matrix(at: i, of: lead), b.rank == 2 ? y : y.matrix(at: i, of: lead),
          into: result.pointerForProduct + i * step, dtype)
      }
    }
    withExtendedLifetime((x, y)) {}
    return result
  }

  /// `x @ w + bias`, and `max(0, …)` with `relu`, in one pass. x [..., in], w [in, out], bias [out].
  package static func linear(_ x: Tensor, _ w: Tensor, _ bias: Tensor?, relu: Bool = false) throws -> Tensor {
    let fits =
      x.rank >= 2 && w.rank == 2 && x.shape[x.rank - 1] == w.shape[0] && x.dtype == w.dtype
      && (x.dtype == .f32 || x.dtype == .f64) && (bias == nil || bias!.dtype == x.dtype && bias!.shape == [w.shape[1]])
    guard fits else {
      var result = try matmul(x, w)
      if let bias { result = try add(result, bias) }
      return relu ? try Raw.relu(result) : result
    }
    let source = try x.contiguous
    let matrix = try productOperand(w, x.dtype)
    let offsets = try bias?.contiguous
    let result = try Tensor.uninitialized(
      try Shape.checked(x.shape.replacing(x.rank - 1, with: w.shape[1])), x.dtype)
    let tall = try source.reshaped([
      w.shape[0] == 0 ? x.shape.dropLast().reduce(1, *) : x.count / w.shape[0], w.shape[0],
    ])
    product(
      tall, matrix, into: result.pointerForProduct, x.dtype, bias: offsets.map { UnsafeRawPointer($0.rawPointer) },
      relu: relu)
    withExtendedLifetime((source, matrix, offsets)) {}
    return result
  }

  /// C = A B for matrices with any strides.
  static func product(
    _ a: Tensor, _ b: Tensor, into c: UnsafeMutableRawPointer, _ dtype: DType, bias: UnsafeRawPointer? = nil,
    relu: Bool = false, accumulate: Bool = false
  ) {
    if dtype == .f32, bias == nil, !relu, Backend.multipliesWithOneDNN, oneDNNProduct(a, b, into: c, accumulate) {
      return
    }
    let (left, right) = (a.strides, b.strides)
    var job = nns_product(
      m: a.shape[0], n: b.shape[1], k: a.shape[1], a: a.rawPointer, a_row: left[0], a_column: left[1],
      b: b.rawPointer, b_row: right[0], b_column: right[1], c: c, c_row: b.shape[1], bias: bias,
      relu: relu ? 1 : 0, accumulate: accumulate ? 1 : 0)
    if dtype == .f32 { nns_product_f32(&job) } else { nns_product_f64(&job) }
  }

  private static func oneDNNProduct(
    _ a: Tensor, _ b: Tensor, into c: UnsafeMutableRawPointer, _ accumulate: Bool
  ) -> Bool {
    // A row of one element may have any step: the library wants one of at least the row's length.
    func layout(_ x: Tensor) -> (transposed: Int32, step: Int)? {
      if x.strides[1] == 1, x.strides[0] >= x.shape[1] { return (0, x.strides[0]) }
      if x.strides[0] == 1, x.strides[1] >= x.shape[0] { return (1, x.strides[1]) }
      return nil
    }
    guard let left = layout(a), let right = layout(b) else { return false }
    return nnd_product_f32(
      left.transposed, right.transposed, a.shape[0], b.shape[1], a.shape[1], a.pointer(), left.step, b.pointer(),
      right.step, c.assumingMemoryBound(to: Float.self), b.shape[1], accumulate ? 1 : 0) == 0
  }

  /// A matrix (or a batch) that the kernel can read: one of the last two strides is 1.
  private static func productOperand(_ x: Tensor, _ dtype: DType) throws -> Tensor {
    if x.dtype == dtype, !x.isLookup, x.strides[x.rank - 1] == 1 || x.strides[x.rank - 2] == 1 { return x }
    return try kernelInput(x, dtype)
  }

  private static func intMatmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    // [.., m, k, 1] * [.., 1, k, n] would be large: rows of b are added up instead, each sum checked for overflow.
    let x = try converted(a, .int)
    let y = try converted(b, .int)
    if a.rank > 2 || b.rank > 2 {
      let lead = a.rank >= b.rank ? Shape(a.shape.dropLast(2)) : Shape(b.shape.dropLast(2))
      guard a.rank == 2 || b.rank == 2 || a.shape.dropLast(2).elementsEqual(b.shape.dropLast(2)) else {
        throw productFailure("leading axes differ in `@`", a, b)
      }
      let parts = try (0..<lead.elementCount).map {
        try intMatmul(a.rank == 2 ? x : x.matrix(at: $0, of: lead), b.rank == 2 ? y : y.matrix(at: $0, of: lead))
      }
      var shape = lead
      shape.append(a.shape[a.rank - 2])
      shape.append(b.shape[b.rank - 1])
      return parts.isEmpty ? try Tensor.zeros(shape, .int) : try stack(parts).reshaped(shape)
    }
    let (m, k, n) = (x.shape[0], x.shape[1], y.shape[1])
    let result = try Tensor.zeros(try Shape.checked([m, n]), .int)
    let (p, q, r) = (x.pointer(Int.self), y.pointer(Int.self), result.pointer(Int.self))
    var overflow = false
    for i in 0..<m {
      for l in 0..<k {
        let v = p[i * k + l]
        for j in 0..<n {
          let (term, bad) = v.multipliedReportingOverflow(by: q[l * n + j])
          let (total, worse) = r[i * n + j].addingReportingOverflow(term)
          r[i * n + j] = total
          overflow = overflow || bad || worse
        }
      }
    }
    withExtendedLifetime((x, y)) {}
    if overflow { throw Failure("integer-overflow", "the product does not fit in int") }
    return result
  }

  /// u8 or i8 [m, k] times i8 [k, n] in 32-bit integers, given as int. Error: `matmul-shape`, `dtype`.
  package static func integerMatmul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.rank == 2, b.rank == 2, a.shape[1] == b.shape[0] else {
      throw productFailure("inner sizes differ in the integer product", a, b)
    }
    guard a.dtype == .u8, b.dtype == .i8 else {
      throw Failure("dtype", "an integer product takes u8 and i8, not \(a.dtype) and \(b.dtype)")
    }
    let x = try a.contiguous
    let y = try b.contiguous
    let (m, k, n) = (x.shape[0], x.shape[1], y.shape[1])
    let sums = try Storage(byteCount: Shape.checked([m, n]).elementCount * 4)
    let p = sums.bytes.assumingMemoryBound(to: Int32.self)
    // oneDNN saturates where the processor has no instructions for it: only where it is exact.
    if Backend.current == .own || nnd_integers_are_exact() == 0
      || nnd_product_u8s8(m, n, k, x.pointer(), y.pointer(), p) != 0
    {
      nns_product_u8s8(m, n, k, x.pointer(), y.pointer(), p)
    }
    withExtendedLifetime((x, y)) {}
    return try Tensor.filled([m, n], Int.self) { out in
      for i in out.indices { out[i] = Int(p[i]) }
      withExtendedLifetime(sums) {}
    }
  }

  private static func productFailure(_ message: String, _ a: Tensor, _ b: Tensor) -> Failure {
    Failure(
      "matmul-shape", message,
      facts: [
        .init("left side", a.shape.description, argument: 0), .init("right side", b.shape.description, argument: 1),
      ])
  }

  /// The operand whose transposition makes the product possible, with the shape that it then has: an edit for the
  /// evaluator.
  private static func transposition(_ a: Tensor, _ b: Tensor) -> String? {
    func shape(_ a: Shape, _ b: Shape) -> Shape? {
      let (left, right) = (a.rank == 1 ? [1] + Array(a) : Array(a), b.rank == 1 ? Array(b) + [1] : Array(b))
      guard left[left.count - 1] == right[right.count - 2] else { return nil }
      let lead = left.count == 2 ? right.dropLast(2) : left.dropLast(2)
      guard left.count == 2 || right.count == 2 || lead == right.dropLast(2) else { return nil }
      let sizes = (a.rank == 1 ? [] : [left[left.count - 2]]) + (b.rank == 1 ? [] : [right[right.count - 1]])
      return Shape(lead + sizes)
    }
    func turned(_ x: Shape) -> Shape? {
      guard x.rank > 1 else { return nil }
      return x.replacing(x.rank - 1, with: x[x.rank - 2]).replacing(x.rank - 2, with: x[x.rank - 1])
    }
    if let result = turned(b.shape).flatMap({ shape(a.shape, $0) }) { return "\u{1}transpose 1 \(result)" }
    if let result = turned(a.shape).flatMap({ shape($0, b.shape) }) { return "\u{1}transpose 0 \(result)" }
    return nil
  }
}

extension Tensor {
  var pointerForProduct: UnsafeMutableRawPointer { rawPointer }

  /// A number counts as its dtype here.
  fileprivate var detachedNumber: Tensor {
    var result = self
    result.isNumber = false
    return result
  }

  /// The i-th matrix of a batch, counted row-major over the leading axes.
  func matrix(at index: Int, of lead: Shape) -> Tensor {
    let strides = self.strides
    var rest = index
    var start = offset
    var axis = lead.rank - 1
    while axis >= 0 {
      start += rest % lead[axis] * strides[axis]
      rest /= lead[axis]
      axis -= 1
    }
    var steps = Shape.Sizes(repeating: 0)
    steps[0] = strides[rank - 2]
    steps[1] = strides[rank - 1]
    return Tensor(viewing: self, offset: start, shape: [shape[rank - 2], shape[rank - 1]], strides: steps)
  }
}
