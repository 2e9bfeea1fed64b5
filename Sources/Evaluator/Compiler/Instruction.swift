/// One step of the machine: 8 bytes. What `a`, `b` and `c` mean stands beside each operation.
///
/// `flags` bit 0: the operand in `b` is a temporary, read here for the last time; bit 1: likewise `c`. The slow paths use
/// this to change a tensor in place.
struct Instruction {
  /// The operation in the lowest byte, then the flags, `a`, `b` and `c`: one load brings all of them.
  private var bits: UInt64

  init(op: Operation, flags: UInt8 = 0, a: UInt16 = 0, b: UInt16 = 0, c: UInt16 = 0) {
    bits =
      UInt64(op.rawValue) | UInt64(flags) << 8 | UInt64(a) << 16 | UInt64(b) << 32 | UInt64(c) << 48
  }

  var op: Operation {
    @inline(__always) get { unsafeBitCast(UInt8(truncatingIfNeeded: bits), to: Operation.self) }
  }
  var flags: UInt8 {
    @inline(__always) get { UInt8(truncatingIfNeeded: bits >> 8) }
  }
  var a: UInt16 {
    @inline(__always) get { UInt16(truncatingIfNeeded: bits >> 16) }
  }
  var b: UInt16 {
    @inline(__always) get { UInt16(truncatingIfNeeded: bits >> 32) }
  }
  var c: UInt16 {
    @inline(__always) get { UInt16(truncatingIfNeeded: bits >> 48) }
    set { bits = bits & 0x0000_FFFF_FFFF_FFFF | UInt64(newValue) << 48 }
  }
  /// A jump distance over `b` and `c`.
  var offset: Int {
    @inline(__always) get { Int(Int64(bitPattern: bits) >> 32) }
    set { bits = bits & 0xFFFF_FFFF | UInt64(UInt32(bitPattern: Int32(newValue))) << 32 }
  }
  /// A jump distance in `c` alone.
  var shortOffset: Int {
    @inline(__always) get { Int(Int64(bitPattern: bits) >> 48) }
    set { c = UInt16(bitPattern: Int16(newValue)) }
  }

  enum Operation: UInt8 {
    // Moving values.
    case constant  // r[a] = k[b]
    case none  // r[a] = none
    case unset  // r[a] = missing
    case move  // r[a] = r[b]
    case check  // r[a] must be set; b: name constant
    case getGlobal  // r[a] = globals[b]
    case setGlobal  // globals[b] = r[a], taken when flags is set
    case getCapture  // r[a] = captures[b]
    case getSelf  // r[a] = the function that runs
    // Arithmetic: r[a] = r[b] op r[c], and with a constant k[c].
    case add, subtract, multiply, divide, floorDivide, modulo, power, matmul
    case addK, subtractK, multiplyK, divideK, moduloK
    case negate  // r[a] = -r[b]
    // Comparison: r[a] = r[b] op r[c], and with a constant.
    case less, lessEqual, greater, greaterEqual, equal, notEqual
    case lessK, lessEqualK, greaterK, greaterEqualK, equalK, notEqualK
    case contains  // r[a] = r[b] in r[c]; flags bit 2: not in
    case not  // r[a] = not r[b]
    // Jump by c unless r[a] op r[b], and with a constant k[b].
    case jumpUnlessLess, jumpUnlessLessEqual, jumpUnlessGreater, jumpUnlessGreaterEqual, jumpUnlessEqual
    case jumpUnlessNotEqual
    case jumpUnlessLessK, jumpUnlessLessEqualK, jumpUnlessGreaterK, jumpUnlessGreaterEqualK, jumpUnlessEqualK
    case jumpUnlessNotEqualK
    // Jump back by c if r[a] op r[b], and with a constant k[b]: the ends of loops.
    case jumpIfLess, jumpIfLessEqual, jumpIfGreater, jumpIfGreaterEqual
    case jumpIfLessK, jumpIfLessEqualK, jumpIfGreaterK, jumpIfGreaterEqualK
    case jump  // by the offset
    case jumpIfFalse, jumpIfTrue  // r[a] must be a condition
    case jumpIfGiven  // r[a] is not missing
    case shortCircuit  // and (flags 0) / or (flags 1): jump when r[a] alone decides
    case logic  // r[a] = r[b] and/or r[c]; flags bit 2: or
    // Loops.
    case forPrepare  // numbers from r[a] up to r[b]: jump by c when there are none; flags bit 2: r[b] included
    case forLoop  // next number into r[a] and jump by c, or fall through; r[b] is the bound
    case iterate  // r[a] holds a collection, r[a+1] becomes its position
    case next  // next element of r[a] into r[b], or jump by c when there is none
    // Making values.
    case range  // r[a] = r[b] .. r[c]; flags bit 2: inclusive
    case list  // r[a] = bracket of c registers from b; flags bit 2: always a list; bit 3: rows of a matrix
    case spreadList  // r[a] = bracket of the registers from b, as descriptor c says
    case record  // r[a] = record of shape c from the registers from b
    case spreadRecord  // r[a] = record as descriptor c says from the registers from b
    case table  // r[a] = table as plan c says from the registers from b
    case interpolate  // r[a] = text as descriptor c says from the registers from b
    case function  // r[a] = nested function b
    case compose  // r[a] = r[b] >> r[c]
    // Reading and writing parts.
    case field  // r[a] = r[b].symbol(c); the next word caches the record's shape
    case index  // r[a] = r[b][r[c]]
    case indexMany  // r[a] = r[b][…] as descriptor c says
    case getPath  // r[a] = the value at path b
    case setPath  // as path descriptor b says, with the value r[a]
    case setElement  // r[b][r[c]] = r[a]; the next word's b is the path descriptor of the same
    case setField  // the field of r[b] at path descriptor c = r[a]; the next word caches the shape
    case unpack  // split r[b] into c registers from a
    // Calls.
    case call  // the callee is r[a], b arguments follow it; the result goes to r[c]
    case callWith  // likewise, as call site b says: named, spread and & arguments
    case result  // return r[a]; the registers below c hold the function, its parameters and locals
    case resultNone
    case signature  // check the parameters against signature b
    case checkResult  // check r[a] against the result type of signature b
    case checkBinding  // check r[a] against binding descriptor b
    case makeModel  // r[a] = a model block from r[b]'s forward function and the fields of descriptor c
    // The rest.
    case show  // a top-level value
    case assertFailed  // with the message in r[a], or missing
    case fail  // throw diagnostic constant b
    case use  // r[a] = module of descriptor b
    case word  // data of the instruction before
  }
}

extension Instruction {
  /// The same comparison with the jump taken when it holds; nil when there is none.
  var inverted: Instruction? {
    let op: Operation? =
      switch op {
      case .jumpUnlessLess: .jumpIfLess
      case .jumpUnlessLessEqual: .jumpIfLessEqual
      case .jumpUnlessGreater: .jumpIfGreater
      case .jumpUnlessGreaterEqual: .jumpIfGreaterEqual
      case .jumpUnlessLessK: .jumpIfLessK
      case .jumpUnlessLessEqualK: .jumpIfLessEqualK
      case .jumpUnlessGreaterK: .jumpIfGreaterK
      case .jumpUnlessGreaterEqualK: .jumpIfGreaterEqualK
      default: nil
      }
    return op.map { Instruction(op: $0, flags: flags, a: a, b: b, c: c) }
  }
}

/// Remembers where a record of this shape has the field.
struct FieldCache {
  var operation: UInt8
  var flags: UInt8
  var position: UInt16
  var shape: UInt32

  @inline(__always) static func at(_ word: UnsafeMutablePointer<Instruction>) -> UnsafeMutablePointer<FieldCache> {
    UnsafeMutableRawPointer(word).assumingMemoryBound(to: FieldCache.self)
  }

  mutating func remember(_ symbol: Symbol, in record: RecordObject) {
    guard !record.shape.isOwn, let at = record.shape.position(of: symbol) else { return }
    position = UInt16(at)
    shape = record.shapeID
  }
}
