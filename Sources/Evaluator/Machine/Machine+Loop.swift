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
    top.pointee = Frame(pc: nil, registers: base, target: 0, heldPlaces: Int32(mark))
    top += 1
    if let value = run(at: base) { return value }
    defer { failure = nil }
    throw failure.unsafelyUnwrapped
  }

  /// The loop. The first frame starts at `base`: the function itself, then its arguments. Nil when what it runs failed;
  /// `failure` says why.
  ///
  /// What is common ends in `continue`; anything else falls out of the switch and is done in full, for any operands, by
  /// `complete`. So the loop keeps three locals, throws nothing and makes hardly a call, and all of it fits into the
  /// processor's registers.
  ///
  /// The switch names every operation: then the compiler copies the jump to the next instruction behind each one (see the
  /// flags in Package.swift), and the processor foresees where it goes.
  private func run(at base: Registers) -> Value? {
    var r = base
    var pc = base.code.pointee.instructions
    var k = base.code.pointee.constants

    while true {
      let i = pc.pointee
      pc += 1
      switch i.op {
      case .constant:
        (r + Int(i.a)).copy(k + Int(i.b))
        continue
      case .none:
        (r + Int(i.a)).clear()
        continue
      case .unset:
        (r + Int(i.a)).put(.missing)
        continue
      case .move:
        if i.flags & 1 != 0 { (r + Int(i.a)).put((r + Int(i.b)).take()) } else { (r + Int(i.a)).copy(r + Int(i.b)) }
        continue
      case .check: if _fastPath(!r[Int(i.a)].isMissing) { continue }
      case .getGlobal:
        let slot = r.code.pointee.globals + Int(i.b)
        if slot.pointee.isMissing, !slot[Globals.capacity].isMissing {
          (r + Int(i.a)).copy(slot + Globals.capacity)
          continue
        } else if _fastPath(!slot.pointee.isMissing && !slot.pointee.isBusy) {
          (r + Int(i.a)).copy(slot)
          continue
        }
      case .setGlobal:
        let value = i.flags & 1 != 0 ? (r + Int(i.a)).take() : r[Int(i.a)].retained()
        (r.code.pointee.globals + Int(i.b)).put(value)
        continue
      case .getCapture:
        (r + Int(i.a)).put(r.function._withUnsafeGuaranteedRef { $0.captures[Int(i.b)] }.retained())
        continue
      case .getSelf:
        (r + Int(i.a)).copy(r)
        continue

      case .add: if arithmetic(r, i, r + Int(i.c), +) { continue }
      case .subtract: if arithmetic(r, i, r + Int(i.c), -) { continue }
      case .multiply: if arithmetic(r, i, r + Int(i.c), *) { continue }
      case .divide: if arithmetic(r, i, r + Int(i.c), /) { continue }
      case .modulo: if arithmetic(r, i, r + Int(i.c), modulo) { continue }
      case .addK: if arithmetic(r, i, k + Int(i.c), +) { continue }
      case .subtractK: if arithmetic(r, i, k + Int(i.c), -) { continue }
      case .multiplyK: if arithmetic(r, i, k + Int(i.c), *) { continue }
      case .divideK: if arithmetic(r, i, k + Int(i.c), /) { continue }
      case .moduloK: if arithmetic(r, i, k + Int(i.c), modulo) { continue }
      case .negate:
        let value = r[Int(i.b)]
        if _fastPath(value.isNumber) {
          (r + Int(i.a)).put(Value(-value.number))
          continue
        }

      case .less: if compare(r, i, r + Int(i.c), <) { continue }
      case .lessEqual: if compare(r, i, r + Int(i.c), <=) { continue }
      case .greater: if compare(r, i, r + Int(i.c), >) { continue }
      case .greaterEqual: if compare(r, i, r + Int(i.c), >=) { continue }
      case .equal: if compare(r, i, r + Int(i.c), ==) { continue }
      case .notEqual: if compare(r, i, r + Int(i.c), !=) { continue }
      case .lessK: if compare(r, i, k + Int(i.c), <) { continue }
      case .lessEqualK: if compare(r, i, k + Int(i.c), <=) { continue }
      case .greaterK: if compare(r, i, k + Int(i.c), >) { continue }
      case .greaterEqualK: if compare(r, i, k + Int(i.c), >=) { continue }
      case .equalK: if compare(r, i, k + Int(i.c), ==) { continue }
      case .notEqualK: if compare(r, i, k + Int(i.c), !=) { continue }
      case .not:
        let value = r[Int(i.b)]
        if _fastPath(value.isBool) {
          (r + Int(i.a)).put(Value(!value.isTrue))
          continue
        }

      case .jumpUnlessLess: if jump(&pc, i, r, unless: r + Int(i.b), <) { continue }
      case .jumpUnlessLessEqual: if jump(&pc, i, r, unless: r + Int(i.b), <=) { continue }
      case .jumpUnlessGreater: if jump(&pc, i, r, unless: r + Int(i.b), >) { continue }
      case .jumpUnlessGreaterEqual: if jump(&pc, i, r, unless: r + Int(i.b), >=) { continue }
      case .jumpUnlessEqual: if jump(&pc, i, r, unless: r + Int(i.b), ==) { continue }
      case .jumpUnlessNotEqual: if jump(&pc, i, r, unless: r + Int(i.b), !=) { continue }
      case .jumpUnlessLessK: if jump(&pc, i, r, unless: k + Int(i.b), <) { continue }
      case .jumpUnlessLessEqualK: if jump(&pc, i, r, unless: k + Int(i.b), <=) { continue }
      case .jumpUnlessGreaterK: if jump(&pc, i, r, unless: k + Int(i.b), >) { continue }
      case .jumpUnlessGreaterEqualK: if jump(&pc, i, r, unless: k + Int(i.b), >=) { continue }
      case .jumpUnlessEqualK: if jump(&pc, i, r, unless: k + Int(i.b), ==) { continue }
      case .jumpUnlessNotEqualK: if jump(&pc, i, r, unless: k + Int(i.b), !=) { continue }
      case .jumpIfLess: if jump(&pc, i, r, when: r + Int(i.b), <) { continue }
      case .jumpIfLessEqual: if jump(&pc, i, r, when: r + Int(i.b), <=) { continue }
      case .jumpIfGreater: if jump(&pc, i, r, when: r + Int(i.b), >) { continue }
      case .jumpIfGreaterEqual: if jump(&pc, i, r, when: r + Int(i.b), >=) { continue }
      case .jumpIfLessK: if jump(&pc, i, r, when: k + Int(i.b), <) { continue }
      case .jumpIfLessEqualK: if jump(&pc, i, r, when: k + Int(i.b), <=) { continue }
      case .jumpIfGreaterK: if jump(&pc, i, r, when: k + Int(i.b), >) { continue }
      case .jumpIfGreaterEqualK: if jump(&pc, i, r, when: k + Int(i.b), >=) { continue }
      case .jump:
        if _fastPath(!Machine.isInterrupted) {
          pc += i.offset
          continue
        }
      case .jumpIfFalse:
        let value = r[Int(i.a)]
        if value.bits == Value.falsehood.bits {
          pc += i.offset
          continue
        } else if _fastPath(value.isTrue) {
          continue
        }
      case .jumpIfTrue:
        let value = r[Int(i.a)]
        if value.isTrue {
          pc += i.offset
          continue
        } else if _fastPath(value.bits == Value.falsehood.bits) {
          continue
        }
      case .jumpIfGiven:
        if !r[Int(i.a)].isMissing { pc += i.offset }
        continue
      case .shortCircuit:
        let value = r[Int(i.a)]
        if _fastPath(value.isBool) {
          if value.isTrue == (i.flags & 1 != 0) { pc += i.offset }
          continue
        }

      case .forPrepare:
        if _fastPath(r[Int(i.a)].isNumber && r[Int(i.b)].isNumber && r[Int(i.a)].number < r[Int(i.b)].number) {
          continue
        }
      case .forLoop:
        let n = r[Int(i.a)].number + 1
        let bound = r[Int(i.b)].number
        if _fastPath(n < bound || (i.flags & 4 != 0 && n == bound)) {
          if _fastPath(!Machine.isInterrupted) {
            r[Int(i.a)] = Value(n)
            pc += i.shortOffset
            continue
          }
        } else {
          continue
        }
      case .next:
        let collection = r[Int(i.a)]
        if _fastPath(collection.isObject(.list)) {
          let position = r + Int(i.a) + 1
          let n = nns_truncated(position.pointee.number)
          let list = collection.unchecked(ListObject.self)
          if n >= list._withUnsafeGuaranteedRef({ $0.length }) {
            pc += i.shortOffset
            continue
          } else if _fastPath(!Machine.isInterrupted) {
            (r + Int(i.b)).put(list._withUnsafeGuaranteedRef { $0.items[n] }.retained())
            position.pointee = Value(Double(n + 1))
            continue
          }
        }

      case .field:
        let owner = r[Int(i.b)]
        if _fastPath(owner.isObject(.record)) {
          let record = owner.unchecked(RecordObject.self)
          let cache = FieldCache.at(pc)
          if _fastPath(cache.pointee.shape == record._withUnsafeGuaranteedRef { $0.shapeID }) {
            let value = record._withUnsafeGuaranteedRef { $0.fields[Int(cache.pointee.position)] }.retained()
            if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
            (r + Int(i.a)).put(value)
            pc += 1
            continue
          }
        }
      case .index:
        let owner = r[Int(i.b)]
        if _fastPath(owner.isObject(.list)), let slot = knownElement(of: owner, r[Int(i.c)]) {
          let value = slot.pointee.retained()
          if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
          (r + Int(i.a)).put(value)
          continue
        }
      case .getPath:
        if let slot = knownSlot(Int(i.b), r, forWriting: false) {
          (r + Int(i.a)).copy(slot)
          continue
        }
      case .setPath:
        if let slot = knownSlot(Int(i.b), r, forWriting: true) {
          slot.put((r + Int(i.a)).take())
          continue
        }
      case .setElement:
        let owner = r[Int(i.b)]
        if _fastPath(owner.isObject(.list) && owner.isUnique), let slot = knownElement(of: owner, r[Int(i.c)]) {
          slot.put((r + Int(i.a)).take())
          pc += 1
          continue
        }
      case .setField:
        let owner = r[Int(i.b)]
        if _fastPath(owner.isObject(.record) && owner.isUnique) {
          let record = owner.unchecked(RecordObject.self)
          let cache = FieldCache.at(pc)
          if _fastPath(cache.pointee.shape == record._withUnsafeGuaranteedRef { $0.shapeID }) {
            let field = record._withUnsafeGuaranteedRef { $0.fields } + Int(cache.pointee.position)
            field.put((r + Int(i.a)).take())
            pc += 1
            continue
          }
        }

      case .call:
        let window = r + Int(i.a)
        if _fastPath(window.pointee.isObject(.function)) {
          let header = window.code
          if _fastPath(header.pointee.plainArity == Int(i.b) && hasRoom(for: window)) {
            top.pointee = Frame(pc: pc, registers: r, target: Int32(i.c), heldPlaces: -1)
            top += 1
            r = window
            pc = header.pointee.instructions
            k = header.pointee.constants
            continue
          }
        } else if window.pointee.isObject(.builtin) {
          let builtin = window.pointee.unchecked(BuiltinObject.self)
          if let scalar = builtin._withUnsafeGuaranteedRef({ $0.plainArity == Int(i.b) ? $0.scalar : nil }),
            window[1].isNumber
          {
            let value = Value(foreign: scalar(window[1].number))
            window.clear()
            window[1] = .none
            (r + Int(i.c)).put(value)
            continue
          }
        }
      case .callWith:
        let window = r + Int(i.a)
        if _fastPath(window.pointee.isObject(.builtin)), let value = changedInPlace(Int(i.b), window, r) {
          (r + Int(i.c)).put(value)
          continue
        }
      case .result, .resultNone:
        let value = i.op == .result ? (r + Int(i.a)).take() : Value.none
        top -= 1
        let heldBefore = Int(top.pointee.heldPlaces)
        if _slowPath(heldBefore >= 0), heldCount > heldBefore, let lost = writeBack(to: heldBefore, callee: r) {
          value.release()
          top += 1
          failure = lost
          guard let handler = recover(pc, r) else { return nil }
          (pc, r) = handler
          k = r.code.pointee.constants
          continue
        }
        var q = r
        let end = r + Int(i.c)
        while q < end {
          q.clear()
          q += 1
        }
        guard let caller = top.pointee.pc else { return value }
        pc = caller
        r = top.pointee.registers
        k = r.code.pointee.constants
        (r + Int(top.pointee.target)).put(value)
        continue

      case .floorDivide, .power, .matmul, .contains, .logic, .iterate, .range, .list, .spreadList, .record,
        .spreadRecord, .table, .interpolate, .function, .compose, .indexMany, .unpack, .signature, .checkResult,
        .checkBinding, .makeModel, .show, .assertFailed, .fail, .use, .word:
        break
      }

      let distance = complete(pc, r)
      if _fastPath(distance < Machine.entered) {
        pc += distance
        continue
      }
      if distance == Machine.entered {
        r += Int(pc[-1].a)
        pc = r.code.pointee.instructions
      } else {
        guard let handler = recover(pc, r) else { return nil }
        (pc, r) = handler
      }
      k = r.code.pointee.constants
    }
  }

  /// Whether one more call fits: its frame, its registers; and Ctrl-C was not pressed.
  @inline(__always)
  private func hasRoom(for window: Registers) -> Bool {
    top < lastFrame && window <= limit && !Machine.isInterrupted
  }
}

extension UnsafeMutablePointer where Pointee == Value {
  /// The function that runs in the frame that starts here, or is about to.
  @inline(__always) var function: Unmanaged<FunctionObject> { pointee.unchecked(FunctionObject.self) }
  @inline(__always) var code: UnsafeMutablePointer<Prototype.Code> { function._withUnsafeGuaranteedRef { $0.code } }
}
