import CKernels
import Diagnostics

extension Machine {
  /// Calls what stands at `base` with the arguments after it, and runs until it returns.
  func enter(_ base: Registers, argumentCount: Int) throws -> Value {
    let mark = heldCount
    guard let function = base.pointee.function else {
      defer { for i in 0...argumentCount { (base + i).clear() } }
      // The callee sees what is above the window as free.
      free = base + argumentCount + 1
      return try applyDirectly(base, argumentCount)
    }
    do {
      if function.code.pointee.plainArity != argumentCount {
        try bindPositional(function, base, argumentCount)
      }
    } catch {
      for i in 0...argumentCount { (base + i).clear() }
      writeBack(to: mark, callee: nil)
      throw error
    }
    return try run(at: base)
  }

  /// The loop. The first frame starts at `base`: the function itself, then its arguments.
  ///
  /// It keeps as little as it can in locals, and leaves whatever is rare or slow to `step`, so that the processor's
  /// registers hold the locals. Errors are thrown in one place only: `recover` finds who catches them.
  ///
  /// The switch names every operation: then the compiler copies the jump to the next instruction behind each one (see the
  /// flags in Package.swift), and the processor foresees where it goes.
  private func run(at base: Registers) throws -> Value {
    let bottom = top
    let heldAtEntry = heldCount
    var top = bottom
    var r = base
    var pc = base.code.pointee.instructions
    var k = base.code.pointee.constants

    while true {
      do {
        while true {
          let i = pc.pointee
          pc += 1
          switch i.op {
          case .constant: (r + Int(i.a)).copy(k + Int(i.b))
          case .none: (r + Int(i.a)).clear()
          case .unset: (r + Int(i.a)).put(.missing)
          case .move:
            if i.flags & 1 != 0 { (r + Int(i.a)).put((r + Int(i.b)).take()) } else { (r + Int(i.a)).copy(r + Int(i.b)) }
          case .check: if r[Int(i.a)].isMissing { throw unsetLocal(r.function, Int(i.b)) }
          case .getGlobal:
            let globals = r.code.pointee.globals
            let value = globals[Int(i.b)]
            if value.isMissing, !globals[Int(i.b) + Globals.capacity].isMissing {
              (r + Int(i.a)).copy(globals + (Int(i.b) + Globals.capacity))
            } else if _slowPath(value.isMissing || value.isBusy) {
              throw unreadable(r.function, Int(i.b))
            } else {
              (r + Int(i.a)).put(value.retained())
            }
          case .setGlobal:
            let value = i.flags & 1 != 0 ? (r + Int(i.a)).take() : r[Int(i.a)].retained()
            (r.code.pointee.globals + Int(i.b)).put(value)
          case .getCapture: (r + Int(i.a)).put(r.function._withUnsafeGuaranteedRef { $0.captures[Int(i.b)] }.retained())
          case .getSelf: (r + Int(i.a)).copy(r)

          case .add: try arithmetic(r, i, .add, r + Int(i.c), +)
          case .subtract: try arithmetic(r, i, .subtract, r + Int(i.c), -)
          case .multiply: try arithmetic(r, i, .multiply, r + Int(i.c), *)
          case .divide: try arithmetic(r, i, .divide, r + Int(i.c), /)
          case .modulo: try arithmetic(r, i, .modulo, r + Int(i.c), modulo)
          case .addK: try arithmetic(r, i, .add, k + Int(i.c), +)
          case .subtractK: try arithmetic(r, i, .subtract, k + Int(i.c), -)
          case .multiplyK: try arithmetic(r, i, .multiply, k + Int(i.c), *)
          case .divideK: try arithmetic(r, i, .divide, k + Int(i.c), /)
          case .moduloK: try arithmetic(r, i, .modulo, k + Int(i.c), modulo)
          case .negate:
            let value = r[Int(i.b)]
            if _fastPath(value.isNumber) {
              (r + Int(i.a)).put(Value(-value.number))
            } else {
              (r + Int(i.a)).put(try negated(r + Int(i.b), flags: i.flags))
            }

          case .less: try compare(r, i, .less, r + Int(i.c), <)
          case .lessEqual: try compare(r, i, .lessEqual, r + Int(i.c), <=)
          case .greater: try compare(r, i, .greater, r + Int(i.c), >)
          case .greaterEqual: try compare(r, i, .greaterEqual, r + Int(i.c), >=)
          case .equal: try compare(r, i, .equal, r + Int(i.c), ==)
          case .notEqual: try compare(r, i, .notEqual, r + Int(i.c), !=)
          case .lessK: try compare(r, i, .less, k + Int(i.c), <)
          case .lessEqualK: try compare(r, i, .lessEqual, k + Int(i.c), <=)
          case .greaterK: try compare(r, i, .greater, k + Int(i.c), >)
          case .greaterEqualK: try compare(r, i, .greaterEqual, k + Int(i.c), >=)
          case .equalK: try compare(r, i, .equal, k + Int(i.c), ==)
          case .notEqualK: try compare(r, i, .notEqual, k + Int(i.c), !=)
          case .not:
            let value = r[Int(i.b)]
            (r + Int(i.a)).put(value.isBool ? Value(!value.isTrue) : try inverted(value))

          case .jumpUnlessLess: if try !holds(r, i, .less, r + Int(i.b), <) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessLessEqual: if try !holds(r, i, .lessEqual, r + Int(i.b), <=) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessGreater: if try !holds(r, i, .greater, r + Int(i.b), >) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessGreaterEqual:
            if try !holds(r, i, .greaterEqual, r + Int(i.b), >=) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessEqual: if try !holds(r, i, .equal, r + Int(i.b), ==) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessNotEqual: if try !holds(r, i, .notEqual, r + Int(i.b), !=) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessLessK: if try !holds(r, i, .less, k + Int(i.b), <) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessLessEqualK: if try !holds(r, i, .lessEqual, k + Int(i.b), <=) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessGreaterK: if try !holds(r, i, .greater, k + Int(i.b), >) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessGreaterEqualK:
            if try !holds(r, i, .greaterEqual, k + Int(i.b), >=) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessEqualK: if try !holds(r, i, .equal, k + Int(i.b), ==) { try jump(&pc, i.shortOffset) }
          case .jumpUnlessNotEqualK: if try !holds(r, i, .notEqual, k + Int(i.b), !=) { try jump(&pc, i.shortOffset) }
          case .jumpIfLess:
            if try holds(r, i, .less, r + Int(i.b), <) { try jump(&pc, i.shortOffset) }
          case .jumpIfLessK:
            if try holds(r, i, .less, k + Int(i.b), <) { try jump(&pc, i.shortOffset) }
          case .jumpIfLessEqual:
            if try holds(r, i, .lessEqual, r + Int(i.b), <=) { try jump(&pc, i.shortOffset) }
          case .jumpIfLessEqualK:
            if try holds(r, i, .lessEqual, k + Int(i.b), <=) { try jump(&pc, i.shortOffset) }
          case .jumpIfGreater:
            if try holds(r, i, .greater, r + Int(i.b), >) { try jump(&pc, i.shortOffset) }
          case .jumpIfGreaterK:
            if try holds(r, i, .greater, k + Int(i.b), >) { try jump(&pc, i.shortOffset) }
          case .jumpIfGreaterEqual:
            if try holds(r, i, .greaterEqual, r + Int(i.b), >=) { try jump(&pc, i.shortOffset) }
          case .jumpIfGreaterEqualK:
            if try holds(r, i, .greaterEqual, k + Int(i.b), >=) { try jump(&pc, i.shortOffset) }
          case .jump:
            try jump(&pc, i.offset)
          case .jumpIfFalse:
            let value = r[Int(i.a)]
            if value.bits == Value.falsehood.bits {
              try jump(&pc, i.offset)
            } else if _slowPath(!value.isTrue), try !condition(value) {
              pc += i.offset
            }
          case .jumpIfTrue: if try condition(r[Int(i.a)]) { pc += i.offset }
          case .jumpIfGiven: if !r[Int(i.a)].isMissing { pc += i.offset }
          case .shortCircuit:
            let value = r[Int(i.a)]
            if value.isBool {
              if value.isTrue == (i.flags & 1 != 0) { pc += i.offset }
            } else {
              try requireLogical(value, isOr: i.flags & 1 != 0)
            }

          case .forPrepare:
            if _fastPath(r[Int(i.a)].isNumber && r[Int(i.b)].isNumber && r[Int(i.a)].number < r[Int(i.b)].number) {
              continue
            }
            if try !prepareRange(r + Int(i.a), r + Int(i.b), isInclusive: i.flags & 4 != 0) { pc += i.shortOffset }
          case .forLoop:
            let n = r[Int(i.a)].number + 1
            let bound = r[Int(i.b)].number
            if _fastPath(n < bound || (i.flags & 4 != 0 && n == bound)) {
              r[Int(i.a)] = Value(n)
              try jump(&pc, i.shortOffset)
            }
          case .next:
            let collection = r[Int(i.a)]
            if _fastPath(collection.isObject(.list)) {
              let position = r + Int(i.a) + 1
              let n = nns_truncated(position.pointee.number)
              let list = collection.unchecked(ListObject.self)
              if n < list._withUnsafeGuaranteedRef({ $0.length }) {
                (r + Int(i.b)).put(list._withUnsafeGuaranteedRef { $0.items[n] }.retained())
                position.pointee = Value(Double(n + 1))
                if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
              } else {
                pc += i.shortOffset
              }
            } else if let value = try next(of: r[Int(i.a)], at: r + Int(i.a) + 1) {
              (r + Int(i.b)).put(value)
            } else {
              pc += i.shortOffset
            }

          case .field:
            let cache = UnsafeMutableRawPointer(pc).assumingMemoryBound(to: FieldCache.self)
            pc += 1
            let owner = r[Int(i.b)]
            let value: Value
            if _fastPath(owner.isObject(.record)) {
              let record = owner.unchecked(RecordObject.self)
              if _fastPath(cache.pointee.shape == record._withUnsafeGuaranteedRef { $0.shapeID }) {
                value = record._withUnsafeGuaranteedRef { $0.fields[Int(cache.pointee.position)] }.retained()
              } else {
                value = try recordField(owner, r.function, Int(i.c), cache)
              }
            } else {
              value = try field(of: owner, r.function, Int(i.c))
            }
            if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
            (r + Int(i.a)).put(value)
          case .index:
            let owner = r[Int(i.b)]
            let value: Value
            if _fastPath(owner.isObject(.list) && r[Int(i.c)].isNumber) {
              value = try element(of: owner.unchecked(ListObject.self), r[Int(i.c)]).pointee.retained()
            } else {
              value = try indexed(owner, by: r[Int(i.c)])
              if i.flags & 2 != 0 { (r + Int(i.c)).clear() }
            }
            if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
            (r + Int(i.a)).put(value)
          case .getPath:
            if let slot = knownSlot(Int(i.b), r, forWriting: false) {
              (r + Int(i.a)).copy(slot)
            } else {
              (r + Int(i.a)).put(try readPlace(r.function, Int(i.b), r))
            }
          case .setPath:
            if let slot = knownSlot(Int(i.b), r, forWriting: true) {
              slot.put((r + Int(i.a)).take())
            } else {
              try writePlace(r.function, Int(i.b), r, value: (r + Int(i.a)).pointee.retained())
              (r + Int(i.a)).clear()
            }
          case .setElement:
            let path = Int(pc.pointee.b)
            pc += 1
            let owner = r[Int(i.b)]
            let index = r[Int(i.c)]
            if _fastPath(owner.isObject(.list) && index.isNumber && owner.isUnique) {
              let list = owner.unchecked(ListObject.self)
              let n = nns_truncated(index.number)
              if _fastPath(n >= 0 && n < list._withUnsafeGuaranteedRef { $0.length } && Double(n) == index.number) {
                (list._withUnsafeGuaranteedRef { $0.items } + n).put((r + Int(i.a)).take())
                continue
              }
            }
            try writePlace(r.function, path, r, value: (r + Int(i.a)).pointee.retained())
            (r + Int(i.a)).clear()
          case .setField:
            let cache = UnsafeMutableRawPointer(pc).assumingMemoryBound(to: FieldCache.self)
            pc += 1
            let owner = r + Int(i.b)
            if _fastPath(owner.pointee.isObject(.record)) {
              var record = owner.pointee.unchecked(RecordObject.self)
              if _fastPath(cache.pointee.shape == record._withUnsafeGuaranteedRef { $0.shapeID }) {
                if _slowPath(!owner.pointee.isUnique) { record = unshareRecord(owner) }
                let field = record._withUnsafeGuaranteedRef { $0.fields } + Int(cache.pointee.position)
                field.put((r + Int(i.a)).take())
                continue
              }
            }
            try setField(Int(i.c), owner, (r + Int(i.a)).take(), r, cache)

          case .call:
            let window = r + Int(i.a)
            if _fastPath(window.pointee.isObject(.function)) {
              let header = window.code
              if _slowPath(header.pointee.plainArity != Int(i.b)) {
                try bindPositional(window.function.takeUnretainedValue(), window, Int(i.b))
              }
              try requireRoom(top, window)
              top.pointee = Frame(pc: pc, registers: r, target: Int32(i.c), heldPlaces: -1)
              top += 1
              r = window
              pc = header.pointee.instructions
              k = header.pointee.constants
            } else {
              self.top = top
              free = r + r.code.pointee.registerCount
              let value = try applyWindow(r.function, pc, window, Int(i.b))
              for j in 0...Int(i.b) { (window + j).clear() }
              (r + Int(i.c)).put(value)
            }
          case .callWith:
            let window = r + Int(i.a)
            if _fastPath(window.pointee.isObject(.builtin)), let value = changedInPlace(Int(i.b), window, r) {
              (r + Int(i.c)).put(value)
              continue
            }
            self.top = top
            free = r + r.code.pointee.registerCount
            let heldBefore = heldCount
            if try arrange(pc, site: Int(i.b), window, r) {
              top.pointee = Frame(pc: pc, registers: r, target: Int32(i.c), heldPlaces: Int32(heldBefore))
              top += 1
              r = window
              pc = window.code.pointee.instructions
              k = window.code.pointee.constants
            } else {
              (r + Int(i.c)).put(window.take())
            }
          case .result, .resultNone:
            let value = i.op == .result ? (r + Int(i.a)).take() : Value.none
            let heldBefore = top == bottom ? heldAtEntry : Int(top[-1].heldPlaces)
            if _slowPath(heldBefore >= 0), heldCount > heldBefore, let lost = writeBack(to: heldBefore, callee: r) {
              value.release()
              throw lost
            }
            var q = r
            let end = r + Int(i.c)
            while q < end {
              q.clear()
              q += 1
            }
            if top == bottom {
              self.top = bottom
              return value
            }
            top -= 1
            pc = top.pointee.pc
            r = top.pointee.registers
            k = r.code.pointee.constants
            (r + Int(top.pointee.target)).put(value)

          case .floorDivide, .power, .matmul, .contains, .logic, .iterate, .range, .list, .spreadList, .record,
            .spreadRecord, .table, .interpolate, .function, .compose, .indexMany, .unpack, .signature, .checkResult,
            .checkBinding, .makeModel, .show, .assertFailed, .fail, .use, .word:
            self.top = top
            try step(i, pc, r)
          }
        }
      } catch {
        (pc, r, top) = try recover(from: error, pc, r, top, bottom: bottom, heldAtEntry: heldAtEntry)
        k = r.code.pointee.constants
      }
    }
  }

  /// A jump that is taken. Reading the flag keeps it a branch: a processor foresees branches, while it has to wait for a
  /// position that the compiler selects with a conditional move.
  @inline(__always)
  private func jump(_ pc: inout UnsafeMutablePointer<Instruction>, _ distance: Int) throws {
    pc += distance
    if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
  }

  /// Whether one more call fits: its frame, its registers; and whether Ctrl-C stops it.
  @inline(__always)
  func requireRoom(_ top: UnsafeMutablePointer<Frame>, _ window: Registers) throws {
    if _slowPath(top == lastFrame) { throw tooDeep() }
    if _slowPath(limit < window), extend() == nil { throw tooDeep() }
    if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// The function that runs in the frame that starts here, or is about to.
  @inline(__always) var function: Unmanaged<FunctionObject> { pointee.unchecked(FunctionObject.self) }
  @inline(__always) var code: UnsafeMutablePointer<Prototype.Code> { function._withUnsafeGuaranteedRef { $0.code } }
}
