import CKernels
import Diagnostics

/// Functions of one operand. Of ints, `negate abs sign square` stay int and the rest give f32; a number stays a number.
extension Raw {
  package static func negate(_ x: consuming Tensor) throws -> Tensor { try whole(NNS_NEG, x) }
  package static func abs(_ x: consuming Tensor) throws -> Tensor { try whole(NNS_ABS, x) }
  /// -1, 0 or 1; nan stays.
  package static func sign(_ x: consuming Tensor) throws -> Tensor { try whole(NNS_SIGN, x) }
  package static func square(_ x: consuming Tensor) throws -> Tensor { try whole(NNS_SQUARE, x) }
  package static func floor(_ x: consuming Tensor) throws -> Tensor { try rounding(NNS_FLOOR, x) }
  package static func ceil(_ x: consuming Tensor) throws -> Tensor { try rounding(NNS_CEIL, x) }
  /// Halves go to the even neighbour.
  package static func round(_ x: consuming Tensor) throws -> Tensor { try rounding(NNS_ROUND, x) }

  package static func sqrt(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SQRT, x) }
  package static func rsqrt(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_RSQRT, x) }
  package static func reciprocal(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_RECIPROCAL, x) }
  package static func exp(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_EXP, x) }
  package static func expm1(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_EXPM1, x) }
  package static func log(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_LOG, x) }
  package static func log1p(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_LOG1P, x) }
  package static func log2(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_LOG2, x) }
  package static func log10(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_LOG10, x) }
  package static func sin(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SIN, x) }
  package static func cos(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_COS, x) }
  package static func tan(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_TAN, x) }
  package static func asin(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_ASIN, x) }
  package static func acos(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_ACOS, x) }
  package static func atan(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_ATAN, x) }
  package static func sinh(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SINH, x) }
  package static func cosh(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_COSH, x) }
  package static func tanh(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_TANH, x) }
  package static func erf(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_ERF, x) }

  package static func sigmoid(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SIGMOID, x) }
  package static func relu(_ x: consuming Tensor) throws -> Tensor {
    x.dtype.isInteger ? try maximum(x, Tensor(number: 0)) : try unary(NNS_RELU, x)
  }
  /// `x * Φ(x)` with the exact normal distribution function.
  package static func gelu(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_GELU, x) }
  /// `x * sigmoid(x)`
  package static func silu(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SILU, x) }
  /// `log(1 + exp(x))`
  package static func softplus(_ x: consuming Tensor) throws -> Tensor { try unary(NNS_SOFTPLUS, x) }
  package static func leakyRelu(_ x: consuming Tensor, slope: Double) throws -> Tensor {
    try unary(NNS_LEAKY_RELU, x, slope)
  }
  /// `x` above zero, `alpha * (exp(x) - 1)` below.
  package static func elu(_ x: consuming Tensor, alpha: Double) throws -> Tensor { try unary(NNS_ELU, x, alpha) }

  /// Values pushed into `lowest ... highest`; nan stays.
  package static func clip(_ x: Tensor, _ lowest: Double, _ highest: Double) throws -> Tensor {
    if !x.dtype.isFloat {
      var result = x
      if lowest > -.infinity { result = try maximum(result, Tensor(number: lowest)) }
      if highest < .infinity { result = try minimum(result, Tensor(number: highest)) }
      return result
    }
    let dtype = floatType(x)
    let source = try kernelInput(x, dtype)
    var result = try Tensor.uninitialized(source.shape, dtype)
    result.isNumber = x.isNumber
    if dtype == .f32 {
      nns_clip_f32(source.pointer(), Float(lowest), Float(highest), result.pointer(), source.count)
    } else {
      nns_clip_f64(source.pointer(), lowest, highest, result.pointer(), source.count)
    }
    withExtendedLifetime(source) {}
    return result
  }

  package static func isNan(_ x: Tensor) throws -> Tensor { try notEqual(x, x) }
  package static func isFinite(_ x: Tensor) throws -> Tensor { try less(try abs(x), Tensor(number: .infinity)) }
  /// Whether every element is finite: one pass, no tensor made.
  package static func allFinite(_ x: Tensor) throws -> Bool {
    guard x.dtype.isFloat else { return true }
    let dtype = floatType(x)
    let source = try kernelInput(x, dtype)
    defer { withExtendedLifetime(source) {} }
    return dtype == .f32
      ? nns_all_finite_f32(source.pointer(), source.count) != 0
      : nns_all_finite_f64(source.pointer(), source.count) != 0
  }

  static func unary(_ op: nns_unary, _ x: consuming Tensor, _ parameter: Double = 0) throws -> Tensor {
    if x.isKernelReady(.f32) {
      if x.isOwnBuffer() {
        nns_unary_f32(op, x.pointer(), x.pointer(), x.count, Float(parameter))
        x.node = nil
        return x
      }
      let result = try Tensor.uninitialized(like: x)
      nns_unary_f32(op, x.pointer(), result.pointer(), x.count, Float(parameter))
      return result
    }
    if x.isLookup { return try lookupUnary(op, x, parameter) }
    let dtype = floatType(x)
    let isNumber = x.isNumber
    var source = x
    if !source.isKernelReady(dtype) { source = try converted(source, dtype) }
    let shape = source.shape
    var result = source.isOwnBuffer() ? source : try Tensor.uninitialized(shape, dtype)
    result.isNumber = isNumber
    result.node = nil
    if dtype == .f32 {
      nns_unary_f32(op, source.pointer(), result.pointer(), source.count, Float(parameter))
    } else {
      nns_unary_f64(op, source.pointer(), result.pointer(), source.count, parameter)
    }
    withExtendedLifetime(source) {}
    return result
  }

  /// Rounding leaves ints as they are.
  private static func rounding(_ op: nns_unary, _ x: consuming Tensor) throws -> Tensor {
    x.dtype.isFloat ? try unary(op, x) : try wholeInput(x)
  }

  private static func wholeInput(_ x: Tensor) throws -> Tensor {
    x.dtype == .bool ? try converted(x, .int) : x.detached
  }

  private static func whole(_ op: nns_unary, _ x: consuming Tensor) throws -> Tensor {
    if x.dtype.isFloat { return try unary(op, x) }
    let dtype = x.dtype == .bool ? DType.int : x.dtype
    let source = try converted(x, .int)
    let result = try Tensor.uninitialized(source.shape, .int)
    var overflow = false
    let (p, q) = (source.pointer(Int.self), result.pointer(Int.self))
    for i in 0..<source.count {
      let v = p[i]
      switch op {
      case NNS_NEG, NNS_ABS:
        if op == NNS_ABS && v >= 0 {
          q[i] = v
        } else {
          let (value, bad) = 0.subtractingReportingOverflow(v)
          q[i] = value
          overflow = overflow || bad
        }
      case NNS_SIGN: q[i] = v.signum()
      default:
        let (value, bad) = v.multipliedReportingOverflow(by: v)
        q[i] = value
        overflow = overflow || bad
      }
    }
    withExtendedLifetime(source) {}
    if overflow { throw Failure("integer-overflow", "a result does not fit in int", argument: 0) }
    return try converted(result, dtype)
  }
}
