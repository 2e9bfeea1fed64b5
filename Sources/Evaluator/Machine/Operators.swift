import CKernels
import Diagnostics

// The bodies of the arithmetic and comparison instructions on two numbers: whether they could do it. They take the
// registers explicitly: a nested function that captured a local of the loop would move that local into a box on the heap.

@inline(__always)
func arithmetic(_ r: Registers, _ i: Instruction, _ y: Registers, _ f: (Double, Double) -> Double) -> Bool {
  let x = r + Int(i.b)
  guard _fastPath(x.pointee.isNumber && y.pointee.isNumber) else { return false }
  (r + Int(i.a)).put(Value(f(x.pointee.number, y.pointee.number)))
  return true
}

@inline(__always)
func compare(_ r: Registers, _ i: Instruction, _ y: Registers, _ f: (Double, Double) -> Bool) -> Bool {
  let x = r + Int(i.b)
  guard _fastPath(x.pointee.isNumber && y.pointee.isNumber) else { return false }
  (r + Int(i.a)).put(Value(f(x.pointee.number, y.pointee.number)))
  return true
}

/// `_fastPath` makes the comparison a branch: a processor foresees branches, while it has to wait for a position that the
/// compiler selects with a conditional move. Reading the flag of Ctrl-C keeps the jump itself a branch.
@inline(__always)
func jump(
  _ pc: inout UnsafeMutablePointer<Instruction>, _ i: Instruction, _ r: Registers, unless y: Registers,
  _ f: (Double, Double) -> Bool
) -> Bool {
  let x = r + Int(i.a)
  guard _fastPath(x.pointee.isNumber && y.pointee.isNumber) else { return false }
  if _fastPath(f(x.pointee.number, y.pointee.number)) { return true }
  if _slowPath(Machine.isInterrupted) { return false }
  pc += i.shortOffset
  return true
}

/// The same for the end of a loop.
@inline(__always)
func jump(
  _ pc: inout UnsafeMutablePointer<Instruction>, _ i: Instruction, _ r: Registers, when y: Registers,
  _ f: (Double, Double) -> Bool
) -> Bool {
  let x = r + Int(i.a)
  guard _fastPath(x.pointee.isNumber && y.pointee.isNumber) else { return false }
  guard _fastPath(f(x.pointee.number, y.pointee.number)) else { return true }
  if _slowPath(Machine.isInterrupted) { return false }
  pc += i.shortOffset
  return true
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

extension Instruction.Operation {
  /// The operator of an arithmetic instruction, a comparison, or a jump that compares; and whether its second operand is
  /// a constant.
  var arithmetic: (operator: BinaryOperator, isConstant: Bool)? {
    switch self {
    case .add: (.add, false)
    case .subtract: (.subtract, false)
    case .multiply: (.multiply, false)
    case .divide: (.divide, false)
    case .floorDivide: (.floorDivide, false)
    case .modulo: (.modulo, false)
    case .power: (.power, false)
    case .matmul: (.matmul, false)
    case .addK: (.add, true)
    case .subtractK: (.subtract, true)
    case .multiplyK: (.multiply, true)
    case .divideK: (.divide, true)
    case .moduloK: (.modulo, true)
    case .less, .jumpUnlessLess, .jumpIfLess: (.less, false)
    case .lessEqual, .jumpUnlessLessEqual, .jumpIfLessEqual: (.lessEqual, false)
    case .greater, .jumpUnlessGreater, .jumpIfGreater: (.greater, false)
    case .greaterEqual, .jumpUnlessGreaterEqual, .jumpIfGreaterEqual: (.greaterEqual, false)
    case .equal, .jumpUnlessEqual: (.equal, false)
    case .notEqual, .jumpUnlessNotEqual: (.notEqual, false)
    case .lessK, .jumpUnlessLessK, .jumpIfLessK: (.less, true)
    case .lessEqualK, .jumpUnlessLessEqualK, .jumpIfLessEqualK: (.lessEqual, true)
    case .greaterK, .jumpUnlessGreaterK, .jumpIfGreaterK: (.greater, true)
    case .greaterEqualK, .jumpUnlessGreaterEqualK, .jumpIfGreaterEqualK: (.greaterEqual, true)
    case .equalK, .jumpUnlessEqualK: (.equal, true)
    case .notEqualK, .jumpUnlessNotEqualK: (.notEqual, true)
    default: nil
    }
  }
}
