import CKernels
import Diagnostics

extension Machine {
  private func root(_ place: Place, _ r: Registers, _ owner: Prototype) -> Registers {
    switch place.root {
    case .register(let n): return r + n
    case .global(let slot): return owner.globals.slots + slot
    }
  }

  private func resolve(_ steps: [Place.Step], _ r: Registers, _ owner: Prototype) throws -> [ResolvedStep] {
    try steps.map { step in
      switch step {
      case .field(let symbol, _): return .field(symbol)
      case .index(let register, _): return .index(r[register].retained())
      case .indices(let plan, _): return .indices(try indices(owner.indexPlans[plan], r))
      }
    }
  }

  @inline(__always)
  func hold(_ place: HeldPlace) {
    if heldCount == heldCapacity { growHeld() }
    (held + heldCount).initialize(to: place)
    heldCount += 1
  }

  /// Moves the value of a part of a variable out, for a call that may change it. The variable is busy until the call ends.
  func hold(_ place: Place, _ r: Registers, _ owner: Prototype, parameter: Int) throws -> Value {
    let root = root(place, r, owner)
    if root.pointee.isBusy { throw busy(place.rootName) }
    if root.pointee.isMissing { throw unknownName(place.rootName, in: owner) }
    let steps = try resolve(place.steps, r, owner)
    place.releaseIndices(r, owner.indexPlans)
    var container = root.pointee
    root.pointee = .busy
    do {
      let value = try withUnsafeMutablePointer(to: &container) { pointer -> Value in
        if case .indices? = steps.last { return try read(steps, from: pointer) }
        let slot = try slot(steps[...], in: pointer, creating: false)
        if let slot { return slot.take() }
        return try read(steps, from: pointer)
      }
      let part = HeldPart(container, steps)
      hold(HeldPlace(parameter: parameter, root: root, part: .passRetained(part)))
      return value
    } catch {
      root.pointee = container
      steps.release()
      throw error
    }
  }

  func busy(_ name: String) -> Failure {
    Failure(
      "busy-variable", "`\(name)` is being changed by a call that holds it with `&`",
      why: "until that call ends, nothing else can read or change the variable.")
  }

  /// Gives back the places held since `mark`: their values stand in the callee's registers. With no callee the call
  /// never began, and what was moved out is gone only if it had been handed over.
  ///
  /// - Returns: why a value does not go back into its place, such as a row of another length; the variable then keeps its
  ///   old part.
  @discardableResult func writeBack(to mark: Int, callee: Registers?) -> Failure? {
    var lost: Failure?
    while heldCount > mark {
      heldCount -= 1
      let place = held[heldCount]
      let value = callee.map { ($0 + place.parameter).take() } ?? .none
      guard let held = place.part else {
        place.root.pointee = value
        continue
      }
      let part = held.takeRetainedValue()
      withUnsafeMutablePointer(to: &part.container) { pointer in
        do { try write(value, at: part.steps[...], in: pointer) } catch {
          lost = lost ?? (error as? Failure)
          value.release()
        }
      }
      place.root.pointee = part.container
      part.steps.release()
    }
    // It says nothing of an argument: the call may be over.
    lost?.argument = nil
    return lost
  }

  /// The slot of a place whose containers are all there and of the usual kinds; else nil. For writing, containers that
  /// others hold too are copied on the way.
  @inline(__always)
  func knownSlot(_ index: Int, _ r: Registers, forWriting: Bool) -> Registers? {
    let place = r.code.pointee.paths + index
    let count = place.pointee.count
    if count < 0 { return nil }
    var slot = (place.pointee.isGlobal ? r.code.pointee.globals : r) + place.pointee.root
    var step = place.pointee.steps
    for _ in 0..<count {
      let value = slot.pointee
      guard value.isObject else { return nil }
      if step.pointee.isField {
        guard value.isObject(.record) else { return nil }
        var record = value.unchecked(RecordObject.self)
        let shape = record._withUnsafeGuaranteedRef { $0.shapeID }
        if _slowPath(step.pointee.cachedShape != shape || shape == RecordShape.ownID) {
          guard
            let at = record._withUnsafeGuaranteedRef({ $0.shape.position(of: Symbol(id: step.pointee.operand)) })
          else { return nil }
          step.pointee.cachedShape = shape
          step.pointee.cachedPosition = UInt32(at)
        }
        if forWriting, !value.isUnique { record = unshareRecord(slot) }
        slot = record._withUnsafeGuaranteedRef { $0.fields } + Int(step.pointee.cachedPosition)
      } else {
        let index = r[Int(step.pointee.operand)]
        guard value.isObject(.list), index.isNumber else { return nil }
        var list = value.unchecked(ListObject.self)
        let n = nns_truncated(index.number)
        guard n >= 0, Double(n) == index.number, n < list._withUnsafeGuaranteedRef({ $0.length }) else { return nil }
        if forWriting, !value.isUnique { list = unshareList(slot) }
        slot = list._withUnsafeGuaranteedRef { $0.items } + n
      }
      step += 1
    }
    // A variable that is not set, or that a call holds, is for the slow path to complain about.
    return slot.pointee.isMissing || slot.pointee.isBusy ? nil : slot
  }

  @inline(never) func unshareRecord(_ slot: Registers) -> Unmanaged<RecordObject> {
    if !slot.pointee.isUnique {
      slot.put(Value(new: slot.pointee.unchecked(RecordObject.self)._withUnsafeGuaranteedRef { $0.copied() }))
    }
    return slot.pointee.unchecked(RecordObject.self)
  }

  @inline(never) private func unshareList(_ slot: Registers) -> Unmanaged<ListObject> {
    slot.put(Value(new: slot.pointee.unchecked(ListObject.self)._withUnsafeGuaranteedRef { $0.copied() }))
    return slot.pointee.unchecked(ListObject.self)
  }

  func readPlace(_ function: Unmanaged<FunctionObject>, _ index: Int, _ r: Registers) throws -> Value {
    let place = function._withUnsafeGuaranteedRef { $0.prototype.paths[index] }
    let root = root(place, r, function.takeUnretainedValue().prototype)
    if root.pointee.isBusy { throw busy(place.rootName) }
    if root.pointee.isMissing { throw unknownName(place.rootName, in: function.takeUnretainedValue().prototype) }
    let steps = try resolve(place.steps, r, function.takeUnretainedValue().prototype)
    defer { steps.release() }
    return try read(steps, from: root)
  }

  /// `bs[i].vx = e`: changes the innermost part where it stands when nothing else holds what is around it. Takes over
  /// the value's count.
  func writePlace(_ function: Unmanaged<FunctionObject>, _ index: Int, _ r: Registers, value: Value) throws {
    do {
      try function._withUnsafeGuaranteedRef { object in
        try withExtendedLifetime(object.prototype) { prototype in
          try writePlace(prototype, index, r, value)
          prototype.paths[index].releaseIndices(r, prototype.indexPlans)
        }
      }
    } catch {
      value.release()
      throw error
    }
  }

  private func writePlace(_ prototype: Prototype, _ index: Int, _ r: Registers, _ value: Value) throws {
    try prototype.paths.withUnsafeBufferPointer { paths in
      let root = root(paths[index], r, prototype)
      if root.pointee.isBusy { throw busy(paths[index].rootName) }
      if root.pointee.isMissing { throw unknownName(paths[index].rootName, in: prototype) }
      var slot = root
      let steps = paths[index].steps
      try steps.withUnsafeBufferPointer { steps in
        // The common steps are walked without copying indices: a field of a record, an element of a list.
        for n in 0..<steps.count {
          switch steps[n] {
          case .field(let symbol, _) where slot.pointee.isObject(.record):
            if !slot.pointee.isUnique { slot.put(Value(new: slot.pointee.record!.copied())) }
            let record = slot.pointee.unchecked(RecordObject.self)
            if n < steps.count - 1 {
              guard record._withUnsafeGuaranteedRef({ $0.shape.position(of: symbol) }) != nil else {
                throw noField(slot.pointee, symbol)
              }
            }
            slot = record._withUnsafeGuaranteedRef { $0.slot(for: symbol) }
          case .index(let register, _) where slot.pointee.isObject(.list) && r[register].isNumber:
            if !slot.pointee.isUnique { slot.put(Value(new: slot.pointee.list!.copied())) }
            slot = try element(of: slot.pointee.unchecked(ListObject.self), r[register])
          default:
            let rest = try resolve(Array(steps[n...]), r, prototype)
            defer { rest.release() }
            return try write(value, at: rest[...], in: slot)
          }
        }
        slot.put(value)
      }
    }
  }

  /// A field of a local record whose shape the instruction does not remember yet. Takes over the value's count.
  @inline(never)
  func setField(
    _ path: Int, _ owner: Registers, _ value: Value, _ r: Registers, _ cache: UnsafeMutablePointer<FieldCache>
  ) throws {
    if owner.pointee.isObject(.record) {
      let record = unshareRecord(owner)
      if cache.pointee.shape == record._withUnsafeGuaranteedRef({ $0.shapeID }) {
        (record._withUnsafeGuaranteedRef { $0.fields } + Int(cache.pointee.position)).put(value)
        return
      }
    }
    try writePlace(r.function, path, r, value: value)
    let step = r.function._withUnsafeGuaranteedRef { $0.prototype.paths[path].steps[0] }
    if case .field(let symbol, _) = step, let record = owner.pointee.record {
      cache.pointee.remember(symbol, in: record)
    }
  }

  private func read(_ steps: [ResolvedStep], from start: Registers) throws -> Value {
    var value = start.pointee.retained()
    for step in steps {
      let next: Value
      do {
        switch step {
        case .field(let symbol): next = try field(of: value, symbol)
        case .index(let index): next = try indexed(value, by: index)
        case .indices(let indices): next = try indexed(value, by: indices)
        }
      } catch {
        value.release()
        throw error
      }
      value.release()
      value = next
    }
    return value
  }

  /// The slot of a part, everything around it unshared; nil when the part has no slot of its own (in a tensor).
  private func slot(_ steps: ArraySlice<ResolvedStep>, in start: Registers, creating: Bool) throws -> Registers? {
    guard let step = steps.first else { return start }
    switch step {
    case .field(let symbol):
      guard let record = start.pointee.record else { return nil }
      if !start.pointee.isUnique { start.put(Value(new: record.copied())) }
      let own = start.pointee.record!
      if own.shape.position(of: symbol) == nil, !(creating && steps.count == 1) {
        throw noField(start.pointee, symbol)
      }
      return try slot(steps.dropFirst(), in: own.slot(for: symbol), creating: creating)
    case .index(let index):
      guard let list = start.pointee.list, index.isNumber else { return nil }
      if !start.pointee.isUnique { start.put(Value(new: list.copied())) }
      let own = start.pointee.unchecked(ListObject.self)
      return try slot(steps.dropFirst(), in: element(of: own, index), creating: creating)
    case .indices: return nil
    }
  }

  /// Takes over the value's count, unless it throws.
  private func write(_ value: Value, at steps: ArraySlice<ResolvedStep>, in slot: Registers) throws {
    guard let step = steps.first else { return slot.put(value) }
    switch step {
    case .field(let symbol):
      guard slot.pointee.record != nil else { return try writeField(value, symbol, steps, in: slot) }
      if let place = try self.slot([step], in: slot, creating: steps.count == 1) {
        try write(value, at: steps.dropFirst(), in: place)
      }
    case .index(let index):
      if slot.pointee.list != nil, index.isNumber, let place = try self.slot([step], in: slot, creating: false) {
        return try write(value, at: steps.dropFirst(), in: place)
      }
      try replacePart(of: slot, [try indexValue(index)], with: value, at: steps)
    case .indices(let indices): try replacePart(of: slot, indices, with: value, at: steps)
    }
  }

  /// A part without a slot of its own is read, changed and put back.
  private func replacePart(
    of slot: Registers, _ indices: [IndexValue], with value: Value, at steps: ArraySlice<ResolvedStep>
  ) throws {
    if steps.count == 1 {
      try assign(value, to: indices, in: slot)
      value.release()
      return
    }
    var part = try indexed(slot.pointee, by: indices)
    do {
      try withUnsafeMutablePointer(to: &part) { try write(value, at: steps.dropFirst(), in: $0) }
      try assign(part, to: indices, in: slot)
      part.release()
    } catch {
      part.release()
      throw error
    }
  }

  private func writeField(
    _ value: Value, _ symbol: Symbol, _ steps: ArraySlice<ResolvedStep>, in slot: Registers
  ) throws {
    throw Failure(
      "not-a-field", "the field `\(symbol.name)` of \(slot.pointee.described) cannot be set",
      why: "fields can be set in records.")
  }
}
