import Autodiff
import Diagnostics
import Glibc
import Tensors

@inline(__always)
func power(_ a: Double, _ b: Double) -> Double { b == 2 ? a * a : pow(a, b) }

/// An operator whose operands are not two numbers. The operands stay in their registers, but temporaries among them
/// (flags bits 0 and 1) are consumed, and a tensor that nothing else holds lends its storage to the result.
@inline(never)
func binary(_ op: BinaryOperator, _ x: Registers, _ y: Registers, flags: UInt8) throws -> Value {
  let a = x.pointee
  let b = y.pointee
  if a.isObject(.tensor) || b.isObject(.tensor), a.isArithmetic, b.isArithmetic {
    return try tensorBinary(op, x, y, flags: flags)
  }
  defer {
    if flags & 1 != 0 { x.clear() }
    if flags & 2 != 0, x != y { y.clear() }
  }
  if op == .equal || op == .notEqual {
    if a.isArithmetic, b.isArithmetic, a.isBool == b.isBool {
      return Value((a.bits == b.bits) == (op == .equal))
    }
    return Value(isSame(a, b, tolerance: 0, strict: true) == (op == .equal))
  }
  if let s = a.string, let t = b.string {
    switch op {
    case .add:
      // Text that grows piece by piece is changed where it stands, when its only holder is read for the last time.
      if flags & 9 != 0, x != y, a.isUnique {
        try Resources.require(t.utf8.count)
        a.unchecked(StringObject.self)._withUnsafeGuaranteedRef { $0.append(t) }
        return a.retained()
      }
      try Resources.require(s.utf8.count + t.utf8.count)
      return Value(s + t)
    case .less: return Value(s < t)
    case .lessEqual: return Value(s <= t)
    case .greater: return Value(s > t)
    case .greaterEqual: return Value(s >= t)
    default: break
    }
  }
  throw wrongOperands(op, a, b)
}

@inline(never)
private func tensorBinary(_ op: BinaryOperator, _ x: Registers, _ y: Registers, flags: UInt8) throws -> Value {
  guard let a = try Tensor.from(x), let b = try Tensor.from(y) else { throw wrongOperands(op, x.pointee, y.pointee) }
  // A temporary is read here for the last time: without its register the operation is the tensor's only holder.
  if flags & 1 != 0 { x.clear() }
  if flags & 2 != 0, x != y { y.clear() }
  switch op {
  case .add: return Value(try Op.add(a, b))
  case .subtract: return Value(try Op.subtract(a, b))
  case .multiply: return Value(try Op.multiply(a, b))
  case .divide: return Value(try Op.divide(a, b))
  case .floorDivide: return Value(try Op.floorDivide(a, b))
  case .modulo: return Value(try Op.remainder(a, b))
  case .power: return Value(try Op.pow(a, b))
  case .matmul: return Value(try Op.matmul(a, b))
  case .less: return Value(truth: try Op.less(a, b))
  case .lessEqual: return Value(truth: try Op.lessEqual(a, b))
  case .greater: return Value(truth: try Op.greater(a, b))
  case .greaterEqual: return Value(truth: try Op.greaterEqual(a, b))
  case .equal: return Value(truth: try Op.equal(a, b))
  case .notEqual: return Value(truth: try Op.notEqual(a, b))
  }
}

extension Value {
  /// Numbers, bools and tensors: what operators work on element by element.
  var isArithmetic: Bool { isNumber || isBool || isObject(.tensor) }

  /// A comparison of two numbers is a bool, also when one of them is being recorded.
  init(truth tensor: Tensor) {
    if tensor.isNumber { self.init(tensor.scalar != 0) } else { self.init(tensor) }
  }
}

func wrongOperands(_ op: BinaryOperator, _ a: Value, _ b: Value) -> Failure {
  var why: String?
  var hint: String?
  if op == .add, a.string != nil || b.string != nil {
    why = "`+` joins two strings; a string with {…} in it shows any value."
    hint = "\u{1}interpolate"
  } else if a.list != nil || b.list != nil {
    why = "a list is not a tensor: it keeps its items apart."
    if [a, b].contains(where: { $0.list?.values.allSatisfy(\.isNumber) == true }) {
      why! += " Numbers in brackets, as in `[1, 2]`, are a tensor."
    }
    if op == .add, a.list != nil, b.list != nil {
      hint = "\u{1}call cat"
    } else if let which = [a, b].firstIndex(where: { $0.list?.values.allSatisfy(\.isNumber) == true }),
      [a, b][1 - which].isArithmetic
    {
      hint = "\u{1}operand \(which) tensor"
    }
  } else if op == .modulo, a.string != nil {
    why = "a string with {…} in it shows values, with a format behind a colon: `\"{x:.2f}\"`."
  } else if a.isNone || b.isNone {
    why = "one side is none: a function without a result gives none."
  } else if a.isBool || b.isBool {
    why = "a bool is not a number; int(x) makes it 0 or 1."
  }
  return Failure(
    "argument-type", "`\(op.rawValue)` does not apply to \(a.described) and \(b.described)",
    facts: [.init("left", a.preview, argument: 0), .init("right", b.preview, argument: 1)], why: why, hint: hint)
}

func negated(_ x: Registers, flags: UInt8) throws -> Value {
  guard x.pointee.isObject(.tensor), let tensor = x.pointee.tensor else {
    throw Failure(
      "argument-type", "`-` does not apply to \(x.pointee.described)", argument: 0,
      facts: [.init("value", x.pointee.preview, argument: 0)])
  }
  if flags & 1 != 0 { x.clear() }
  return Value(try Op.negate(tensor))
}

/// Whether a condition holds: a bool, or a bool tensor with no axes.
@inline(never)
func condition(_ value: Value, isCompared: Bool = false) throws -> Bool {
  if value.isBool { return value.isTrue }
  if let tensor = value.tensor, tensor.dtype == .bool {
    if tensor.shape.rank == 0 { return tensor.scalar != 0 }
    throw Failure(
      "condition-type", "a condition must be one bool, not \(value.described)", argument: isCompared ? nil : 0,
      why: "`any(x)` asks whether one element holds, `all(x)` whether every one does.",
      hint: "\u{1}condition")
  }
  if value.isNumber || value.tensor?.isNumber == true {
    throw Failure(
      "condition-type", "a condition must be a bool, not the number \(value.preview)", argument: 0,
      why: "numbers are neither true nor false; compare them, as in `x != 0`.", hint: "\u{1}append != 0")
  }
  throw Failure("condition-type", "a condition must be a bool, not \(value.described)", argument: 0)
}

func inverted(_ value: Value) throws -> Value {
  if let tensor = value.tensor, tensor.dtype == .bool { return Value(try Raw.logicalNot(tensor)) }
  throw Failure("condition-type", "`not` needs a bool, not \(value.described)", argument: 0)
}

/// The left side of `and` or `or`, when it is not a bool.
func requireLogical(_ value: Value, isOr: Bool) throws {
  if let tensor = value.tensor, tensor.dtype == .bool { return }
  throw Failure("condition-type", "`\(isOr ? "or" : "and")` needs bools, not \(value.described)", argument: 0)
}

func logic(_ a: Value, _ b: Value, isOr: Bool) throws -> Value {
  func check(_ value: Value, _ argument: Int) throws {
    if value.isBool || value.tensor?.dtype == .bool { return }
    throw Failure(
      "condition-type", "`\(isOr ? "or" : "and")` needs bools, not \(value.described)", argument: argument)
  }
  try check(a, 0)
  try check(b, 1)
  if a.isBool, b.isBool { return isOr ? Value(a.isTrue || b.isTrue) : Value(a.isTrue && b.isTrue) }
  var x = a
  var y = b
  let s = try withUnsafeMutablePointer(to: &x) { try Tensor.from($0)! }
  let t = try withUnsafeMutablePointer(to: &y) { try Tensor.from($0)! }
  return Value(isOr ? try Raw.logicalOr(s, t) : try Raw.logicalAnd(s, t))
}
