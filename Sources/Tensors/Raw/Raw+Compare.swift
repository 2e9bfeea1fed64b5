import CKernels
import Diagnostics

/// Comparisons, logic and choice: elementwise, with broadcasting; the results of comparisons are bool.
extension Raw {
  package static func equal(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_EQUAL, a, b) }
  package static func notEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_NOT_EQUAL, a, b) }
  package static func less(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_LESS, a, b) }
  package static func lessEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_LESS_EQUAL, a, b) }
  package static func greater(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_GREATER, a, b) }
  package static func greaterEqual(_ a: Tensor, _ b: Tensor) throws -> Tensor { try compare(NNS_GREATER_EQUAL, a, b) }

  static func compare(_ op: nns_comparison, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    let shape = try broadcastShape(a.shape, b.shape)
    var dtype = DTypeRules.compared(a, b)
    if !dtype.isFloat { dtype = .int }
    if dtype == .f16 { dtype = .f32 }
    let x = try kernelInput(a, dtype)
    let y = try kernelInput(b, dtype)
    let result = try Tensor.uninitialized(shape, .bool)
    eachRun(x, y, shape) { i, xs, j, ys, at, n in
      let target = result.pointer(UInt8.self) + at
      switch dtype {
      case .f32: nns_compare_f32(op, x.pointer() + i, xs, y.pointer() + j, ys, target, n)
      case .f64: nns_compare_f64(op, x.pointer() + i, xs, y.pointer() + j, ys, target, n)
      default: nns_compare_i64(op, x.pointer(Int64.self) + i, xs, y.pointer(Int64.self) + j, ys, target, n)
      }
    }
    return result
  }

  package static func logicalAnd(_ a: Tensor, _ b: Tensor) throws -> Tensor { try logic("and", a, b) { $0 & $1 } }
  package static func logicalOr(_ a: Tensor, _ b: Tensor) throws -> Tensor { try logic("or", a, b) { $0 | $1 } }
  package static func logicalNot(_ a: Tensor) throws -> Tensor {
    let x = try boolInput("not", a, 0)
    return try Tensor.filled(x.shape, UInt8.self, dtype: .bool) { out in
      let p = x.pointer(UInt8.self)
      for i in out.indices { out[i] = p[i] ^ 1 }
      withExtendedLifetime(x) {}
    }
  }

  private static func logic(_ name: String, _ a: Tensor, _ b: Tensor, _ op: (UInt8, UInt8) -> UInt8) throws -> Tensor {
    let shape = try broadcastShape(a.shape, b.shape)
    let x = try boolInput(name, a, 0)
    let y = try boolInput(name, b, 1)
    let result = try Tensor.uninitialized(shape, .bool)
    eachRun(x, y, shape) { i, xs, j, ys, at, n in
      let (p, q, r) = (x.pointer(UInt8.self) + i, y.pointer(UInt8.self) + j, result.pointer(UInt8.self) + at)
      for k in 0..<n { r[k] = op(p[k * Int(xs)], q[k * Int(ys)]) }
    }
    return result
  }

  private static func boolInput(_ name: String, _ x: Tensor, _ argument: Int) throws -> Tensor {
    guard x.dtype == .bool else {
      throw Failure(
        "dtype", "`\(name)` takes bool tensors, not \(x.dtype)", argument: argument,
        why: "compare first, as in `x > 0`.")
    }
    return try x.contiguous
  }

  /// `condition ? a : b` for each element; all three broadcast.
  package static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard condition.dtype == .bool else {
      throw Failure("dtype", "`where` takes a bool condition, not \(condition.dtype)", argument: 0)
    }
    let shape = try broadcastShape(try broadcastShape(condition.shape, a.shape), b.shape)
    let isNumber = a.isNumber && b.isNumber && shape.rank == 0
    var dtype = DTypeRules.common(a, b)
    if a.isNumber && b.isNumber && !isNumber { dtype = .f32 }
    let c = try condition.stretched(to: shape).contiguous
    // The condition may be wider than both, so each walks on through the whole shape or stands still.
    func operand(_ t: Tensor) throws -> Tensor {
      t.count == 1 || t.shape == shape ? try kernelInput(t, dtype) : try kernelInput(try broadcast(t, to: shape), dtype)
    }
    let (x, y) = (try operand(a), try operand(b))
    let (xs, ys): (Int32, Int32) = (x.count == 1 ? 0 : 1, y.count == 1 ? 0 : 1)
    var result = try Tensor.uninitialized(shape, dtype)
    let bits = c.pointer(UInt8.self)
    let n = shape.elementCount
    switch dtype.size {
    case 1: choose(bits, x.pointer(UInt8.self), xs, y.pointer(UInt8.self), ys, result.pointer(), n)
    case 2: choose(bits, x.pointer(UInt16.self), xs, y.pointer(UInt16.self), ys, result.pointer(), n)
    case 4: nns_select_f32(bits, x.pointer(), xs, y.pointer(), ys, result.pointer(), n)
    default: choose(bits, x.pointer(UInt64.self), xs, y.pointer(UInt64.self), ys, result.pointer(), n)
    }
    withExtendedLifetime((x, y)) {}
    withExtendedLifetime(c) {}
    result.isNumber = isNumber
    return result
  }

  @inline(__always)
  private static func choose<T: BitwiseCopyable>(
    _ c: UnsafePointer<UInt8>, _ a: UnsafePointer<T>, _ aStep: Int32, _ b: UnsafePointer<T>, _ bStep: Int32,
    _ out: UnsafeMutablePointer<T>, _ n: Int
  ) {
    for i in 0..<n { out[i] = c[i] != 0 ? a[i * Int(aStep)] : b[i * Int(bStep)] }
  }
}
