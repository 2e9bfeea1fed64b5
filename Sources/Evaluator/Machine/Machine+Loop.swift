import Diagnostics

extension Machine {
  /// Calls what stands at `base` with the arguments after it, and runs until it returns.
  func enter(_ base: Registers, argumentCount: Int) throws -> Value {
    let mark = held.count
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
    return try run(Unmanaged.passUnretained(function), at: base)
  }

  /// The loop. The frame of `entry` starts at `base`: the function itself, then its arguments.
  private func run(_ entry: Unmanaged<FunctionObject>, at base: Registers) throws -> Value {
    let bottom = depth
    let heldAtEntry = held.count
    let frames = frames
    var limit = limit
    var function = entry
    var r = base
    var code = entry._withUnsafeGuaranteedRef { $0.code }
    var pc = code.pointee.instructions
    var k = code.pointee.constants
    var globals = code.pointee.globals
    var depth = bottom

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
          case .check: if r[Int(i.a)].isMissing { throw unsetLocal(function, Int(i.b)) }
          case .getGlobal:
            let value = globals[Int(i.b)]
            if value.isMissing, !globals[Int(i.b) + Globals.capacity].isMissing {
              (r + Int(i.a)).copy(globals + (Int(i.b) + Globals.capacity))
            } else if _slowPath(value.isMissing || value.isBusy) {
              throw unreadable(function, Int(i.b))
            } else {
              (r + Int(i.a)).put(value.retained())
            }
          case .setGlobal:
            let value = i.flags & 1 != 0 ? (r + Int(i.a)).take() : r[Int(i.a)].retained()
            (globals + Int(i.b)).put(value)
          case .getCapture: (r + Int(i.a)).put(function._withUnsafeGuaranteedRef { $0.captures[Int(i.b)] }.retained())
          case .getSelf: (r + Int(i.a)).copy(r)

          case .add: try arithmetic(r, i, .add, r + Int(i.c), +)
          case .subtract: try arithmetic(r, i, .subtract, r + Int(i.c), -)
          case .multiply: try arithmetic(r, i, .multiply, r + Int(i.c), *)
          case .divide: try arithmetic(r, i, .divide, r + Int(i.c), /)
          case .floorDivide: try arithmetic(r, i, .floorDivide, r + Int(i.c), floorDivided)
          case .modulo: try arithmetic(r, i, .modulo, r + Int(i.c), modulo)
          case .power: try arithmetic(r, i, .power, r + Int(i.c), power)
          case .matmul:
            (r + Int(i.a)).put(try binary(.matmul, r + Int(i.b), r + Int(i.c), flags: i.flags))
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
          case .contains:
            let found = try contains(r[Int(i.b)], in: r[Int(i.c)])
            (r + Int(i.a)).put(Value(found != (i.flags & 4 != 0)))
          case .not:
            let value = r[Int(i.b)]
            (r + Int(i.a)).put(value.isBool ? Value(!value.isTrue) : try inverted(value))

          case .jumpUnlessLess: if try !holds(r, i, .less, r + Int(i.b), <) { pc += i.shortOffset }
          case .jumpUnlessLessEqual: if try !holds(r, i, .lessEqual, r + Int(i.b), <=) { pc += i.shortOffset }
          case .jumpUnlessGreater: if try !holds(r, i, .greater, r + Int(i.b), >) { pc += i.shortOffset }
          case .jumpUnlessGreaterEqual: if try !holds(r, i, .greaterEqual, r + Int(i.b), >=) { pc += i.shortOffset }
          case .jumpUnlessEqual: if try !holds(r, i, .equal, r + Int(i.b), ==) { pc += i.shortOffset }
          case .jumpUnlessNotEqual: if try !holds(r, i, .notEqual, r + Int(i.b), !=) { pc += i.shortOffset }
          case .jumpUnlessLessK: if try !holds(r, i, .less, k + Int(i.b), <) { pc += i.shortOffset }
          case .jumpUnlessLessEqualK: if try !holds(r, i, .lessEqual, k + Int(i.b), <=) { pc += i.shortOffset }
          case .jumpUnlessGreaterK: if try !holds(r, i, .greater, k + Int(i.b), >) { pc += i.shortOffset }
          case .jumpUnlessGreaterEqualK: if try !holds(r, i, .greaterEqual, k + Int(i.b), >=) { pc += i.shortOffset }
          case .jumpUnlessEqualK: if try !holds(r, i, .equal, k + Int(i.b), ==) { pc += i.shortOffset }
          case .jumpUnlessNotEqualK: if try !holds(r, i, .notEqual, k + Int(i.b), !=) { pc += i.shortOffset }
          case .jump:
            pc += i.offset
            if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
          case .jumpIfFalse:
            let value = r[Int(i.a)]
            if value.bits == Value.falsehood.bits {
              pc += i.offset
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
          case .logic:
            let value = try logic(r[Int(i.b)], r[Int(i.c)], isOr: i.flags & 4 != 0)
            (r + Int(i.a)).put(value)

          case .forPrepare:
            if try !prepareRange(r + Int(i.a), r + Int(i.b), isInclusive: i.flags & 4 != 0) { pc += i.shortOffset }
          case .forLoop:
            let n = r[Int(i.a)].number + 1
            let bound = r[Int(i.b)].number
            if _fastPath(n < bound || (i.flags & 4 != 0 && n == bound)) {
              r[Int(i.a)] = Value(n)
              pc += i.shortOffset
              if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
            }
          case .iterate:
            try requireIterable(r[Int(i.a)])
            (r + Int(i.a) + 1).put(Value(0))
          case .next:
            if let value = try next(of: r[Int(i.a)], at: r + Int(i.a) + 1) {
              (r + Int(i.b)).put(value)
            } else {
              pc += i.shortOffset
            }

          case .range: (r + Int(i.a)).put(try makeRange(r[Int(i.b)], r[Int(i.c)], isInclusive: i.flags & 4 != 0))
          case .list:
            let first = r + Int(i.b)
            if i.flags & 8 != 0, let matrix = try makeMatrix(first, Int(i.c)) {
              (r + Int(i.a)).put(matrix)
            } else {
              (r + Int(i.a)).put(try makeBracket(first, Int(i.c), makesList: i.flags & 4 != 0))
            }
          case .spreadList:
            let plan = function._withUnsafeGuaranteedRef { $0.prototype.brackets[Int(i.c)] }
            (r + Int(i.a)).put(try makeSpreadBracket(r + Int(i.b), plan))
          case .record:
            let object = RecordObject(function._withUnsafeGuaranteedRef { $0.prototype.shapes[Int(i.c)] })
            let first = r + Int(i.b)
            for j in 0..<object.length { object.fields[j] = (first + j).take() }
            (r + Int(i.a)).put(Value(new: object))
          case .spreadRecord:
            let plan = function._withUnsafeGuaranteedRef { $0.prototype.recordPlans[Int(i.c)] }
            (r + Int(i.a)).put(try makeSpreadRecord(r + Int(i.b), plan))
          case .table:
            let plan = function._withUnsafeGuaranteedRef { $0.prototype.tables[Int(i.c)] }
            let cells = (0..<plan.cellCount).map { r[Int(i.b) + $0] }
            let table = try host.makeTable(plan.columns, cells)
            for j in 0..<plan.cellCount { (r + Int(i.b) + j).clear() }
            (r + Int(i.a)).put(table)
          case .interpolate:
            let parts = function._withUnsafeGuaranteedRef { $0.prototype.interpolations[Int(i.c)] }
            (r + Int(i.a)).put(try interpolated(parts, r + Int(i.b)))
          case .function: (r + Int(i.a)).put(makeFunction(function, Int(i.b), r))
          case .compose:
            self.depth = depth
            free = r + code.pointee.registerCount
            (r + Int(i.a)).put(try host.compose(r[Int(i.b)], r[Int(i.c)]))

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
                value = try recordField(owner, function, Int(i.c), cache)
              }
            } else {
              value = try field(of: owner, function, Int(i.c))
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
            }
            if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
            (r + Int(i.a)).put(value)
          case .indexMany:
            let plan = function._withUnsafeGuaranteedRef { $0.prototype.indexPlans[Int(i.c)] }
            let value = try indexed(r[Int(i.b)], by: indices(plan, r))
            if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
            (r + Int(i.a)).put(value)
          case .getPath:
            if let slot = knownSlot(code.pointee.paths + Int(i.b), r, globals, forWriting: false) {
              (r + Int(i.a)).copy(slot)
            } else {
              (r + Int(i.a)).put(try readPlace(function, Int(i.b), r))
            }
          case .setPath:
            if let slot = knownSlot(code.pointee.paths + Int(i.b), r, globals, forWriting: true) {
              slot.put((r + Int(i.a)).take())
            } else {
              try writePlace(function, Int(i.b), r, value: (r + Int(i.a)).pointee.retained())
              (r + Int(i.a)).clear()
            }
          case .unpack: try unpack(r[Int(i.b)], into: r + Int(i.a), count: Int(i.c))

          case .call:
            let window = r + Int(i.a)
            if _fastPath(window.pointee.isObject(.function)) {
              let callee = window.pointee.unchecked(FunctionObject.self)
              let header = callee._withUnsafeGuaranteedRef { $0.code }
              if _slowPath(header.pointee.plainArity != Int(i.b)) {
                try bindPositional(callee.takeUnretainedValue(), window, Int(i.b))
              }
              if _slowPath(depth >= Machine.deepest) { throw tooDeep() }
              if _slowPath(window > limit) {
                guard let wider = extend() else { throw tooDeep() }
                limit = wider
              }
              if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
              frames[depth] = Frame(
                pc: pc, registers: r, function: function, target: Int(i.c), heldPlaces: -1)
              depth += 1
              function = callee
              r = window
              code = header
              pc = code.pointee.instructions
              k = code.pointee.constants
              globals = code.pointee.globals
            } else {
              self.depth = depth
              free = r + code.pointee.registerCount
              let value = try applyWindow(function, pc, window, Int(i.b))
              for j in 0...Int(i.b) { (window + j).clear() }
              (r + Int(i.c)).put(value)
            }
          case .callWith:
            let window = r + Int(i.a)
            self.depth = depth
            free = r + code.pointee.registerCount
            let heldBefore = held.count
            if let callee = try arrange(function, pc, site: Int(i.b), window, r) {
              if _slowPath(depth >= Machine.deepest) { throw tooDeep() }
              if _slowPath(window > limit) {
                guard let wider = extend() else { throw tooDeep() }
                limit = wider
              }
              if _slowPath(Machine.isInterrupted) { throw Machine.interruption() }
              frames[depth] = Frame(
                pc: pc, registers: r, function: function, target: Int(i.c), heldPlaces: heldBefore)
              depth += 1
              function = callee
              r = window
              code = callee._withUnsafeGuaranteedRef { $0.code }
              pc = code.pointee.instructions
              k = code.pointee.constants
              globals = code.pointee.globals
            } else {
              (r + Int(i.c)).put(window.take())
            }
          case .result, .resultNone:
            let value = i.op == .result ? (r + Int(i.a)).take() : Value.none
            if depth > bottom, frames[depth - 1].heldPlaces >= 0 {
              writeBack(to: frames[depth - 1].heldPlaces, callee: r)
            } else if depth == bottom, held.count > heldAtEntry {
              writeBack(to: heldAtEntry, callee: r)
            }
            var q = r
            let end = r + code.pointee.localCount
            while q < end {
              q.clear()
              q += 1
            }
            if depth == bottom {
              self.depth = bottom
              return value
            }
            depth -= 1
            let frame = frames[depth]
            pc = frame.pc
            r = frame.registers
            function = frame.function
            code = function._withUnsafeGuaranteedRef { $0.code }
            k = code.pointee.constants
            globals = code.pointee.globals
            (r + frame.target).put(value)
          case .signature: try checkSignature(function, Int(i.b), r)
          case .checkResult: try checkResult(function, Int(i.b), r[Int(i.a)], r)
          case .checkBinding: try checkBinding(function, Int(i.b), r[Int(i.a)], r)
          case .makeModel:
            self.depth = depth
            free = r + code.pointee.registerCount
            let plan = function._withUnsafeGuaranteedRef { $0.prototype.models[Int(i.c)] }
            (r + Int(i.a)).put(try makeModel(function, plan, forward: r[Int(i.b)], r))

          case .show:
            if i.flags & 4 == 0, !r[Int(i.a)].isNone {
              self.depth = depth
              free = r + code.pointee.registerCount
              host.show(r[Int(i.a)])
            }
            (r + Int(i.a)).clear()
          case .assertFailed: throw assertionFailure(r[Int(i.a)], function, pc)
          case .fail: throw function._withUnsafeGuaranteedRef { $0.prototype.diagnostics[Int(i.b)] }
          case .use:
            let prototype = function.takeUnretainedValue().prototype
            free = r + code.pointee.registerCount
            self.depth = depth
            (r + Int(i.a)).put(try host.loadModule(prototype.modules[Int(i.b)], prototype.source))
          case .word: break
          }
        }
      } catch {
        // One place turns every trap into a diagnostic, and finds who catches it.
        // What is no mistake, such as `exit`, passes through every `catch`.
        let passing: (any Error)? = error is Failure || error is Diagnostic ? nil : error
        var diagnostic = located(error, function, pc, r, depth: depth, bottom: bottom)
        while true {
          let caught = passing != nil || diagnostic.id == "interrupted" ? nil : handler(function, pc)
          if let caught {
            clearTemporaries(from: caught.register, code, r)
            (r + caught.register).put(errorRecord(diagnostic))
            pc = code.pointee.instructions + caught.target
            break
          }
          let heldMark = depth > bottom ? frames[depth - 1].heldPlaces : heldAtEntry
          if heldMark >= 0 { writeBack(to: heldMark, callee: r) }
          var q = r
          let end = r + code.pointee.registerCount
          while q < end {
            q.clear()
            q += 1
          }
          if depth == bottom {
            self.depth = bottom
            throw passing ?? diagnostic
          }
          depth -= 1
          let frame = frames[depth]
          pc = frame.pc
          r = frame.registers
          function = frame.function
          code = function._withUnsafeGuaranteedRef { $0.code }
          k = code.pointee.constants
          globals = code.pointee.globals
          addFrame(to: &diagnostic, function, pc)
        }
      }
    }
  }
}
