import CKernels
import Diagnostics

// The bodies of the arithmetic and comparison instructions take the registers explicitly: a nested function that
// captured a local of the loop would move that local into a box on the heap.

@inline(__always)
func arithmetic(
  _ r: Registers, _ i: Instruction, _ op: BinaryOperator, _ y: Registers, _ f: (Double, Double) -> Double
) throws {
  let x = r + Int(i.b)
  let target = r + Int(i.a)
  if _fastPath(x.pointee.isNumber && y.pointee.isNumber) {
    target.put(Value(f(x.pointee.number, y.pointee.number)))
  } else {
    // Flags bit 3: the result takes the place of `x`.
    target.put(try binary(op, x, y, flags: x == target ? i.flags | 8 : i.flags))
  }
}

@inline(__always)
func compare(
  _ r: Registers, _ i: Instruction, _ op: BinaryOperator, _ y: Registers, _ f: (Double, Double) -> Bool
) throws {
  let x = r + Int(i.b)
  let target = r + Int(i.a)
  if _fastPath(x.pointee.isNumber && y.pointee.isNumber) {
    target.put(Value(f(x.pointee.number, y.pointee.number)))
  } else {
    target.put(try binary(op, x, y, flags: i.flags))
  }
}

/// `_fastPath` makes this a branch; without it the compiler selects with a conditional move, which is twice as slow.
@inline(__always)
func holds(
  _ r: Registers, _ i: Instruction, _ op: BinaryOperator, _ y: Registers, _ f: (Double, Double) -> Bool
) throws -> Bool {
  let x = r + Int(i.a)
  if _fastPath(x.pointee.isNumber && y.pointee.isNumber) {
    return _fastPath(f(x.pointee.number, y.pointee.number))
  }
  let result = try binary(op, x, y, flags: 0)
  defer { result.release() }
  return try condition(result, isCompared: true)
}

@inline(__always)
func floorDivided(_ a: Double, _ b: Double) -> Double { (a / b).rounded(.down) }

/// Matches the floor: `-7 % 3 == 2`.
@inline(__always)
func modulo(_ a: Double, _ b: Double) -> Double {
  let x = nns_truncated(a)
  let y = nns_truncated(b)
  if _fastPath(Double(x) == a && Double(y) == b && y != 0 && y != -1) {
    let m = x % y
    return Double(m != 0 && (m < 0) != (y < 0) ? m + y : m)
  }
  return slowModulo(a, b)
}

@inline(never)
private func slowModulo(_ a: Double, _ b: Double) -> Double {
  if b.isInfinite, a.isFinite { return (a < 0) != (b < 0) && a != 0 ? b : a }
  let m = a.truncatingRemainder(dividingBy: b)
  return m != 0 && (m < 0) != (b < 0) ? m + b : m
}

enum BinaryOperator: String {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
  case matmul = "@"
  case less = "<"
  case lessEqual = "<="
  case greater = ">"
  case greaterEqual = ">="
  case equal = "=="
  case notEqual = "!="

  var isComparison: Bool {
    switch self {
    case .less, .lessEqual, .greater, .greaterEqual, .equal, .notEqual: true
    default: false
    }
  }
}
