import CKernels
import Diagnostics

/// Arithmetic between two operands. Int with int stays int (overflow is an error); `/` and `**` always give floats.
extension Raw {
  package static func add(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_ADD, a, b, .wholeStaysInt)
  }
  package static func subtract(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_SUB, a, b, .wholeStaysInt)
  }
  package static func multiply(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_MUL, a, b, .wholeStaysInt)
  }
  package static func divide(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_DIV, a, b, .alwaysFloat)
  }
  /// `floor(a / b)`. Error for ints: `division-by-zero`.
  package static func floorDivide(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_FLOORDIV, a, b, .wholeStaysInt)
  }
  /// The remainder that matches floor division: its sign is the divisor's. Error for ints: `division-by-zero`.
  package static func remainder(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_MOD, a, b, .wholeStaysInt)
  }
  package static func pow(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_POW, a, b, .alwaysFloat)
  }
  /// The larger of each pair; nan wins.
  package static func maximum(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_MAX, a, b, .wholeStaysInt)
  }
  package static func minimum(_ a: consuming Tensor, _ b: consuming Tensor) throws -> Tensor {
    try binary(NNS_MIN, a, b, .wholeStaysInt)
  }
  package static func atan2(_ y: consuming Tensor, _ x: consuming Tensor) throws -> Tensor {
    try binary(NNS_ATAN2, y, x, .alwaysFloat)
  }

  // MARK: Gradients of activations, each one pass: `g` is the gradient of the output.

  package static func reluGradient(_ g: consuming Tensor, _ x: consuming Tensor) throws -> Tensor {
    try binary(NNS_RELU_GRADIENT, g, x, .alwaysFloat)
  }
  package static func sigmoidGradient(_ g: consuming Tensor, output y: consuming Tensor) throws -> Tensor {
    try binary(NNS_SIGMOID_GRADIENT_OF_OUTPUT, g, y, .alwaysFloat)
  }
  package static func tanhGradient(_ g: consuming Tensor, output y: consuming Tensor) throws -> Tensor {
    try binary(NNS_TANH_GRADIENT_OF_OUTPUT, g, y, .alwaysFloat)
  }
  package static func geluGradient(_ g: consuming Tensor, _ x: consuming Tensor) throws -> Tensor {
    try binary(NNS_GELU_GRADIENT, g, x, .alwaysFloat)
  }
  package static func siluGradient(_ g: consuming Tensor, _ x: consuming Tensor) throws -> Tensor {
    try binary(NNS_SILU_GRADIENT, g, x, .alwaysFloat)
  }

  static func binary(
    _ op: nns_binary, _ a: consuming Tensor, _ b: consuming Tensor, _ kind: DTypeRules.Arithmetic
  ) throws -> Tensor {
    // The most frequent cases first, without the general rules: two equal shapes, and a tensor with a number.
    if a.isKernelReady(.f32) {
      if b.isKernelReady(.f32), a.shape == b.shape {
        if a.isOwnBuffer() {
          nns_binary_f32(op, a.pointer(), 1, b.pointer(), 1, a.pointer(), a.count)
          a.node = nil
          return a
        }
        if b.isOwnBuffer() {
          nns_binary_f32(op, a.pointer(), 1, b.pointer(), 1, b.pointer(), b.count)
          b.node = nil
          return b
        }
        let result = try Tensor.uninitialized(like: a)
        nns_binary_f32(op, a.pointer(), 1, b.pointer(), 1, result.pointer(), a.count)
        return result
      }
      if b.isNumber {
        var number = Float(b.pointer(Double.self)[0])
        if a.isOwnBuffer() {
          nns_binary_f32(op, a.pointer(), 1, &number, 0, a.pointer(), a.count)
          a.node = nil
          return a
        }
        let result = try Tensor.uninitialized(like: a)
        nns_binary_f32(op, a.pointer(), 1, &number, 0, result.pointer(), a.count)
        return result
      }
    }
    return try generalBinary(op, a, b, kind)
  }

  private static func generalBinary(
    _ op: nns_binary, _ a: consuming Tensor, _ b: consuming Tensor, _ kind: DTypeRules.Arithmetic
  ) throws -> Tensor {
    let dtype = try DTypeRules.binary(a, b, kind)
    let shape = try broadcastShape(a.shape, b.shape)
    if let table = try lookupResult(op, a, b, shape) { return table }
    switch dtype {
    case .f32, .f64: return try floatBinary(op, a, b, shape, dtype)
    default: return try integerBinary(op, a, b, shape, dtype)
    }
  }

  private static func floatBinary(
    _ op: nns_binary, _ a: consuming Tensor, _ b: consuming Tensor, _ shape: Shape, _ dtype: DType
  ) throws -> Tensor {
    let isNumber = a.isNumber && b.isNumber
    var x = a
    if !x.isKernelReady(dtype) { x = try converted(x, dtype) }
    var y = b
    if !y.isKernelReady(dtype) { y = try converted(y, dtype) }
    // The buffer of an operand that nobody else holds takes the result: each element is read before it is written.
    var result: Tensor
    if x.shape == shape && x.isOwnBuffer() {
      result = x
    } else if y.shape == shape && y.isOwnBuffer() {
      result = y
    } else {
      result = try Tensor.uninitialized(shape, dtype)
    }
    result.isNumber = isNumber
    result.node = nil
    if dtype == .f32 {
      eachRun(x, y, shape) { i, xs, j, ys, at, n in
        nns_binary_f32(op, x.pointer() + i, xs, y.pointer() + j, ys, result.pointer() + at, n)
      }
    } else {
      eachRun(x, y, shape) { i, xs, j, ys, at, n in
        nns_binary_f64(op, x.pointer() + i, xs, y.pointer() + j, ys, result.pointer() + at, n)
      }
    }
    return result
  }

  private static func integerBinary(
    _ op: nns_binary, _ a: Tensor, _ b: Tensor, _ shape: Shape, _ dtype: DType
  ) throws -> Tensor {
    let x = try kernelInput(a, .int)
    let y = try kernelInput(b, .int)
    let result = try Tensor.uninitialized(shape, .int)
    var status: Int32 = 0
    eachRun(x, y, shape) { i, xs, j, ys, at, n in
      let target = result.pointer(Int64.self) + at
      status = Swift.max(
        status, nns_binary_i64(op, x.pointer(Int64.self) + i, xs, y.pointer(Int64.self) + j, ys, target, n))
    }
    if status == 2 {
      throw Failure("division-by-zero", "int division by zero", argument: 1, hint: nil)
    }
    if status == 1 { throw Failure("integer-overflow", "a result does not fit in int") }
    do {
      return try converted(result, dtype)
    } catch {
      throw Failure(
        "integer-overflow", "a result does not fit in \(dtype)",
        facts: [
          .init("left", "\(a.dtype)\(a.shape)", argument: 0), .init("right", "\(b.dtype)\(b.shape)", argument: 1),
        ],
        why: "\(dtype) arithmetic stays \(dtype); `int(x)` or `float(x)` has room.")
    }
  }

  /// Calls `body(offset of x, its step, offset of y, its step, offset of the result, length)` for each run in which both
  /// operands (contiguous, before broadcasting) either walk on or stand still.
  @inline(__always)
  static func eachRun(
    _ x: Tensor, _ y: Tensor, _ shape: Shape, _ body: (Int, Int32, Int, Int32, Int, Int) -> Void
  ) {
    if x.shape == y.shape {
      body(0, 1, 0, 1, 0, shape.elementCount)
    } else if y.count == 1 {
      body(0, 1, 0, 0, 0, shape.elementCount)
    } else if x.count == 1 {
      body(0, 0, 0, 1, 0, shape.elementCount)
    } else {
      let runs = Runs(x.stretched(to: shape), y.stretched(to: shape))
      runs.forEach(body)
    }
    withExtendedLifetime((x, y)) {}
  }
}

/// Two stretched operands as an outer loop over runs.
struct Runs {
  private var sizes = Shape()
  private var xs = Shape.Sizes(repeating: 0)
  private var ys = Shape.Sizes(repeating: 0)

  init(_ x: Tensor, _ y: Tensor) {
    let (left, right) = (x.strides, y.strides)
    for axis in 0..<x.rank {
      let size = x.shape[axis]
      if size == 1 { continue }
      let last = sizes.rank - 1
      // Neighbouring axes merge when both operands walk through them in one stride.
      if last >= 0, xs[last] == left[axis] * size, ys[last] == right[axis] * size {
        sizes[last] *= size
        xs[last] = left[axis]
        ys[last] = right[axis]
      } else {
        xs[sizes.rank] = left[axis]
        ys[sizes.rank] = right[axis]
        sizes.append(size)
      }
    }
  }

  @inline(__always)
  func forEach(_ body: (Int, Int32, Int, Int32, Int, Int) -> Void) {
    let inner = sizes.rank - 1
    guard inner >= 0 else { return body(0, 0, 0, 0, 0, 1) }
    let length = sizes[inner]
    let total = sizes.elementCount
    guard total > 0 else { return }
    var index = Shape.Sizes(repeating: 0)
    var (x, y, at) = (0, 0, 0)
    while true {
      body(x, Int32(xs[inner]), y, Int32(ys[inner]), at, length)
      at += length
      if at >= total { return }
      var axis = inner - 1
      while axis >= 0 {
        index[axis] += 1
        x += xs[axis]
        y += ys[axis]
        if index[axis] < sizes[axis] { break }
        x -= xs[axis] * sizes[axis]
        y -= ys[axis] * sizes[axis]
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
