import Diagnostics

/// Which dtype an operation computes in and gives. The rules depend on dtypes and on a number's value, never on a
/// tensor's values.
enum DTypeRules {
  /// What arithmetic between two operands does with dtypes.
  enum Arithmetic { case wholeStaysInt, alwaysFloat }

  /// The dtype of `a op b`. Error: `dtype` for i8 and u8 with floats.
  static func binary(_ a: Tensor, _ b: Tensor, _ kind: Arithmetic) throws -> DType {
    if a.isNumber && b.isNumber { return .f64 }
    if a.isNumber { return try withNumber(b.dtype, a, kind, argument: 1) }
    if b.isNumber { return try withNumber(a.dtype, b, kind, argument: 0) }
    let (x, y) = (a.dtype, b.dtype)
    if x == y {
      switch x {
      case .f32, .f64: return x
      case .f16: return .f32
      case .bool: return kind == .alwaysFloat ? .f32 : .int
      case .u8, .i8, .int: return kind == .alwaysFloat ? .f32 : x
      }
    }
    if x.isFloat || y.isFloat {
      for (dtype, argument) in [(x, 0), (y, 1)] where dtype == .u8 || dtype == .i8 {
        throw askForFloat(dtype, argument)
      }
      return x == .f64 || y == .f64 ? .f64 : .f32
    }
    return kind == .alwaysFloat ? .f32 : .int
  }

  private static func withNumber(_ dtype: DType, _ number: Tensor, _ kind: Arithmetic, argument: Int) throws -> DType {
    switch dtype {
    case .f32, .f64: return dtype
    case .f16: return .f32
    case .int, .bool, .u8, .i8:
      let value = number.pointer(Double.self)[0]
      let whole = value == value.rounded() && abs(value) <= 9007199254740992
      if !whole && (dtype == .u8 || dtype == .i8) { throw askForFloat(dtype, argument) }
      return kind == .alwaysFloat || !whole ? .f32 : dtype == .bool ? .int : dtype
    }
  }

  static func askForFloat(_ dtype: DType, _ argument: Int) -> Failure {
    Failure(
      "dtype", "\(dtype) arithmetic with floats asks for `float(x)`", argument: argument,
      facts: [.init("x", "\(dtype)", argument: argument)],
      why: "\(dtype) stands for stored data and overflows at once.")
  }

  /// The dtype of a choice between two operands: the widest of both, a number taking the tensor's; a number with a
  /// fraction and whole numbers give f32.
  static func common(_ a: Tensor, _ b: Tensor) -> DType { common(a, b, fraction: .f32) }

  /// The dtype in which two operands are compared: as `common`, but wide enough to tell any two numbers apart.
  static func compared(_ a: Tensor, _ b: Tensor) -> DType { common(a, b, fraction: .f64) }

  private static func common(_ a: Tensor, _ b: Tensor, fraction: DType) -> DType {
    if a.isNumber && b.isNumber { return .f64 }
    if a.isNumber { return numberMeets(b.dtype, a, fraction) }
    if b.isNumber { return numberMeets(a.dtype, b, fraction) }
    return common(a.dtype, b.dtype)
  }

  private static func numberMeets(_ dtype: DType, _ number: Tensor, _ fraction: DType) -> DType {
    if dtype.isFloat { return dtype == .f16 ? .f32 : dtype }
    let value = number.pointer(Double.self)[0]
    let whole = value == value.rounded() && abs(value) <= 9007199254740992
    return whole ? (dtype == .bool ? .bool : dtype) : fraction
  }

  static func common(_ x: DType, _ y: DType) -> DType {
    if x == y { return x }
    if x == .f64 || y == .f64 { return .f64 }
    if x.isFloat || y.isFloat { return .f32 }
    return .int
  }

  /// The dtype that bracket literals, `cat` and `stack` give: numbers count as f32.
  package static func joined(_ tensors: [Tensor]) -> DType {
    var result: DType?
    for tensor in tensors {
      let dtype = tensor.isNumber ? .f32 : tensor.dtype
      result = result.map { common($0, dtype) } ?? dtype
    }
    return result ?? .f32
  }
}
