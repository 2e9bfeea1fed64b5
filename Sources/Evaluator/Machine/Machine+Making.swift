import Diagnostics

extension Machine {
  /// Instructions that make a value of several, and the rest.
  func make(_ i: Instruction, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers) throws -> Int {
    let function = r.function
    switch i.op {
    case .contains:
      let found = try contains(r[Int(i.b)], in: r[Int(i.c)])
      release(i, r)
      (r + Int(i.a)).put(Value(found != (i.flags & 4 != 0)))
    case .logic:
      let value = try logic(r[Int(i.b)], r[Int(i.c)], isOr: i.flags & 4 != 0)
      (r + Int(i.c)).clear()
      (r + Int(i.a)).put(value)
    case .iterate:
      try requireIterable(r[Int(i.a)])
      (r + Int(i.a) + 1).put(Value(0))
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
      let object = RecordObject.make(function._withUnsafeGuaranteedRef { $0.prototype.shapes[Int(i.c)] })
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
      (r + Int(i.a)).put(try interpolated(r.code.pointee.interpolations[Int(i.c)], r + Int(i.b)))
    case .function: (r + Int(i.a)).put(makeFunction(function, Int(i.b), r))
    case .compose:
      let value = try host.compose(r[Int(i.b)], r[Int(i.c)])
      release(i, r)
      (r + Int(i.a)).put(value)
    case .indexMany:
      let plan = function._withUnsafeGuaranteedRef { $0.prototype.indexPlans[Int(i.c)] }
      let value = try indexed(r[Int(i.b)], by: indices(plan, r))
      if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
      plan.registers.forEach { (r + $0).clear() }
      (r + Int(i.a)).put(value)
    case .unpack:
      try unpack(r[Int(i.b)], into: r + Int(i.a), count: Int(i.c))
      (r + Int(i.b)).clear()
    case .signature: try checkSignature(function, Int(i.b), r)
    case .checkResult: try checkResult(function, Int(i.b), r[Int(i.a)], r)
    case .checkBinding: try checkBinding(function, Int(i.b), r[Int(i.a)], r)
    case .makeModel:
      let plan = function._withUnsafeGuaranteedRef { $0.prototype.models[Int(i.c)] }
      (r + Int(i.a)).put(try makeModel(function, plan, forward: r[Int(i.b)], r))

    case .show:
      if i.flags & 4 == 0, !r[Int(i.a)].isNone {
        host.show(r[Int(i.a)])
      }
      (r + Int(i.a)).clear()
    case .assertFailed: throw assertionFailure(r[Int(i.a)], function, pc)
    case .fail: throw function._withUnsafeGuaranteedRef { $0.prototype.diagnostics[Int(i.b)] }
    case .use:
      let prototype = function.takeUnretainedValue().prototype
      (r + Int(i.a)).put(try host.loadModule(prototype.modules[Int(i.b)], prototype.source))
    default: break
    }
    return 0
  }

  /// Empties the registers of operands that are read here for the last time, so that nothing is kept longer than needed.
  private func release(_ i: Instruction, _ r: Registers) {
    if i.flags & 1 != 0 { (r + Int(i.b)).clear() }
    if i.flags & 2 != 0 { (r + Int(i.c)).clear() }
  }
}
