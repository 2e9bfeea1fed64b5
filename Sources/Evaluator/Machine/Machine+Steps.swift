import CKernels
import Diagnostics

extension Machine {
  /// What `complete` answers when the callee's frame is ready, and when the instruction failed: no jump is that far.
  static let entered = Int.max - 1
  static let failed = Int.max

  /// Does one instruction, the one before `pc`, for any operands. The answer is how far to jump from `pc`.
  @inline(never)
  func complete(_ pc: UnsafeMutablePointer<Instruction>, _ r: Registers) -> Int {
    free = r + r.code.pointee.registerCount
    do {
      if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
      let i = pc[-1]
      switch i.op {
      case .call: return try completeCall(i, pc, r)
      case .callWith: return try completeCallWith(i, pc, r)
      default: return try step(i, pc, r) ?? make(i, pc, r)
      }
    } catch {
      failure = error
      return Machine.failed
    }
  }

  /// Instructions that the loop does by itself for numbers, lists and records; nil for others.
  private func step(_ i: Instruction, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers) throws -> Int? {
    let a = r + Int(i.a)
    let b = r + Int(i.b)
    switch i.op {
    case .add, .subtract, .multiply, .divide, .modulo, .matmul, .addK, .subtractK, .multiplyK, .divideK, .moduloK,
      .less, .lessEqual, .greater, .greaterEqual, .equal, .notEqual, .lessK, .lessEqualK, .greaterK, .greaterEqualK,
      .equalK, .notEqualK:
      let (op, isConstant) = i.op.arithmetic.unsafelyUnwrapped
      let y = (isConstant ? r.code.pointee.constants : r) + Int(i.c)
      // Flags bit 3: the result takes the place of the first operand.
      a.put(try binary(op, b, y, flags: a == b ? i.flags | 8 : i.flags))
    case .floorDivide:
      if !arithmetic(r, i, r + Int(i.c), floorDivided) {
        a.put(try binary(.floorDivide, b, r + Int(i.c), flags: i.flags))
      }
    case .power:
      if !arithmetic(r, i, r + Int(i.c), power) { a.put(try binary(.power, b, r + Int(i.c), flags: i.flags)) }
    case .negate: a.put(try negated(b, flags: i.flags))
    case .not: a.put(try inverted(b.pointee))
    case .jumpUnlessLess, .jumpUnlessLessEqual, .jumpUnlessGreater, .jumpUnlessGreaterEqual, .jumpUnlessEqual,
      .jumpUnlessNotEqual, .jumpUnlessLessK, .jumpUnlessLessEqualK, .jumpUnlessGreaterK, .jumpUnlessGreaterEqualK,
      .jumpUnlessEqualK, .jumpUnlessNotEqualK:
      return try holds(i, r) ? 0 : i.shortOffset
    case .jumpIfLess, .jumpIfLessEqual, .jumpIfGreater, .jumpIfGreaterEqual, .jumpIfLessK, .jumpIfLessEqualK,
      .jumpIfGreaterK, .jumpIfGreaterEqualK:
      return try holds(i, r) ? i.shortOffset : 0
    case .jump: return i.offset
    case .jumpIfFalse: return try condition(a.pointee) ? 0 : i.offset
    case .jumpIfTrue: return try condition(a.pointee) ? i.offset : 0
    case .shortCircuit: try requireLogical(a.pointee, isOr: i.flags & 1 != 0)
    case .forPrepare: return try prepareRange(a, b, isInclusive: i.flags & 4 != 0) ? 0 : i.shortOffset
    case .next:
      guard let value = try next(of: a.pointee, at: a + 1) else { return i.shortOffset }
      b.put(value)
    case .check: throw unsetLocal(r.function, Int(i.b))
    case .getGlobal: throw unreadable(r.function, Int(i.b))
    case .field:
      let value = try field(of: b.pointee, r.function, Int(i.c), FieldCache.at(pc))
      if i.flags & 1 != 0 { b.clear() }
      a.put(value)
      return 1
    case .index:
      let value = try indexed(b.pointee, by: r[Int(i.c)])
      if i.flags & 2 != 0 { (r + Int(i.c)).clear() }
      if i.flags & 1 != 0 { b.clear() }
      a.put(value)
    case .getPath: a.put(try readPlace(r.function, Int(i.b), r))
    case .setPath:
      try writePlace(r.function, Int(i.b), r, value: a.pointee.retained())
      a.clear()
    case .setElement:
      if r[Int(i.c)].isObject(.string), b.pointee.isObject(.record) {
        let key = r[Int(i.c)].unchecked(StringObject.self)._withUnsafeGuaranteedRef { $0.symbol }
        unshareRecord(b)._withUnsafeGuaranteedRef { $0.slot(for: key, byIndex: true) }.put(a.take())
        r.function._withUnsafeGuaranteedRef { $0.prototype.paths[Int(pc.pointee.b)] }.releaseIndices(r, [])
        return 1
      }
      try writePlace(r.function, Int(pc.pointee.b), r, value: a.pointee.retained())
      a.clear()
      return 1
    case .setField:
      try setField(Int(i.c), b, a.take(), r, FieldCache.at(pc))
      return 1
    default: return nil
    }
    return 0
  }

  /// Whether the comparison of a jump holds.
  private func holds(_ i: Instruction, _ r: Registers) throws -> Bool {
    let (op, isConstant) = i.op.arithmetic.unsafelyUnwrapped
    let y = (isConstant ? r.code.pointee.constants : r) + Int(i.b)
    let result = try binary(op, r + Int(i.a), y, flags: 0)
    defer { result.release() }
    return try condition(result, isCompared: true)
  }
}
