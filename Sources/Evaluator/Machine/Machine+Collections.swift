import Autodiff
import Diagnostics
import Syntax
import Tensors

extension Machine {
  /// `[…]` or `(…)` from consecutive registers, which are emptied.
  func makeBracket(_ first: Registers, _ count: Int, makesList: Bool) throws -> Value {
    if !makesList, count > 0, let tensor = try bracketTensor(UnsafeMutableBufferPointer(start: first, count: count)) {
      for j in 0..<count { (first + j).clear() }
      return Value(tensor)
    }
    let list = ListObject(capacity: count)
    for j in 0..<count { list.append((first + j).take()) }
    return Value(new: list)
  }

  /// The matrix (or more) whose rows stand in consecutive registers, which are emptied; nil when they are no rows.
  func makeMatrix(_ first: Registers, _ count: Int) throws -> Value? {
    var rows: [Tensor] = []
    for j in 0..<count {
      guard let row = first[j].tensor, row.rank > 0, (row.dtype == .bool) == ((rows.first ?? row).dtype == .bool) else {
        return nil
      }
      rows.append(row)
    }
    if let odd = rows.firstIndex(where: { $0.shape != rows[0].shape }) {
      func size(_ row: Tensor) -> String { row.rank == 1 ? "\(row.shape[0])" : "\(row.shape)" }
      throw Failure(
        "ragged-rows", "row \(odd) has \(size(rows[odd])), the first row \(size(rows[0]))", argument: odd,
        why: "the rows of a matrix are of one length; rows of different lengths go into a list: ([1, 2], [3]).")
    }
    let matrix = try Op.stack(rows)
    for j in 0..<count { (first + j).clear() }
    return Value(matrix)
  }

  func makeSpreadBracket(_ first: Registers, _ plan: BracketPlan) throws -> Value {
    let list = ListObject()
    let result = Value(new: list)
    do {
      for (j, isSpread) in plan.isSpread.enumerated() {
        if !isSpread {
          list.append((first + j).take())
        } else if let items = try elements(of: first[j]) {
          for item in items { list.append(item) }
          (first + j).clear()
        } else {
          throw Failure("argument-type", "`..` spreads a list here, not \(first[j].described)", argument: j)
        }
      }
      if !plan.makesList, list.length > 0, let tensor = try bracketTensor(list.values) {
        result.release()
        return Value(tensor)
      }
    } catch {
      result.release()
      throw error
    }
    return result
  }

  /// A tensor when every item is a number or a tensor without axes, all are bools, or all are rows of one matrix that
  /// were written as brackets; nil when the bracket is a list.
  private func bracketTensor(_ items: UnsafeMutableBufferPointer<Value>) throws -> Tensor? {
    if items.allSatisfy(\.isNumber) {
      for (j, item) in items.enumerated() { try requireExact(item.number, j) }
      return Tensor(items.map { Float($0.number) }, [items.count])
    }
    if items.allSatisfy(\.isBool) { return Tensor(items.map(\.isTrue), [items.count]) }
    let scalars = items.map { item in item.tensor.flatMap { $0.shape.rank == 0 ? $0 : nil } }
    if zip(items, scalars).allSatisfy({ $0.isBool || $1?.dtype == .bool }) {
      return try Op.stack(zip(items, scalars).map { $1 ?? Tensor([$0.isTrue], []) })
    }
    guard zip(items, scalars).allSatisfy({ $0.isNumber || $1.map { $0.dtype != .bool } ?? false }) else { return nil }
    // Numbers count as f32 here, as in a bracket of their own, and lose nothing beside an f64.
    let isWide = scalars.contains { $0?.dtype == .f64 }
    return try Op.stack(
      items.indices.map { j in
        if let scalar = scalars[j] { return scalar }
        if !isWide { try requireExact(items[j].number, j) }
        return try Tensor(scalar: items[j].number, isWide ? .f64 : .f32)
      })
  }

  private func requireExact(_ number: Double, _ position: Int) throws {
    guard number == number.rounded(), number.isFinite, Double(Float(number)) != number else { return }
    throw Failure(
      "exact-int", "\(Value(number).preview) cannot be held exactly by f32, which `[…]` makes", argument: position,
      why: "f32 holds whole numbers exactly up to 16777216.", hint: "int((…)) or f64((…)) keeps it")
  }

  func makeSpreadRecord(_ first: Registers, _ plan: RecordPlan) throws -> Value {
    let record = RecordObject()
    let result = Value(new: record)
    for (j, key) in plan.keys.enumerated() {
      if let key {
        record[key] = (first + j).take()
      } else if let other = first[j].record {
        for (k, v) in zip(other.keys, other.values) { record[k] = v.retained() }
        (first + j).clear()
      } else {
        result.release()
        throw Failure("argument-type", "`..` spreads a record here, not \(first[j].described)", argument: j)
      }
    }
    return result
  }

  func makeRange(_ from: Value, _ to: Value, isInclusive: Bool) throws -> Value {
    func bound(_ value: Value, _ argument: Int) throws -> Double {
      if value.isNumber { return value.number }
      if let tensor = value.tensor, tensor.shape.rank == 0, tensor.dtype != .bool { return tensor.scalar }
      throw Failure("argument-type", "a range runs between numbers, not \(value.described)", argument: argument)
    }
    return Value(new: RangeObject(try bound(from, 0), try bound(to, 1), isInclusive: isInclusive))
  }

  private func makeNumber(_ register: Registers, argument: Int) throws {
    guard let number = Double.from(register) else {
      throw Failure(
        "argument-type", "a range runs between numbers, not \(register.pointee.described)", argument: argument)
    }
    register.put(Value(number))
  }

  /// False when the range is empty: the counter is then unset.
  func prepareRange(_ counter: Registers, _ bound: Registers, isInclusive: Bool) throws -> Bool {
    if !counter.pointee.isNumber { try makeNumber(counter, argument: 0) }
    if !bound.pointee.isNumber { try makeNumber(bound, argument: 1) }
    let start = counter.pointee.number
    let end = bound.pointee.number
    if start < end || (isInclusive && start == end) { return true }
    counter.put(.missing)
    return false
  }

  func requireIterable(_ value: Value) throws {
    if value.list != nil || value.range != nil || value.string != nil { return }
    if let tensor = value.tensor {
      if tensor.shape.rank > 0 { return }
    } else if let payload = value.foreign, payload.length != nil {
      return
    }
    if value.record != nil {
      throw Failure(
        "argument-type", "a record cannot be looped over", argument: 0,
        why: "`items(r)` gives its fields as (key, value) pairs, `keys(r)` and `values(r)` one of them.",
        hint: "\u{1}call items")
    }
    if value.isNumber {
      throw Failure(
        "argument-type", "a number cannot be looped over", argument: 0, why: "`0..n` runs from 0 to n - 1.",
        hint: "\u{1}prepend 0..")
    }
    throw Failure("argument-type", "\(value.described) cannot be looped over", argument: 0)
  }

  /// The element at the position, which is moved on; nil at the end. Hands over a count.
  func next(of value: Value, at position: Registers) throws -> Value? {
    let n = Int(position.pointee.number)
    let result: Value
    if let list = value.list {
      guard n < list.length else { return nil }
      result = list.items[n].retained()
    } else if let range = value.range {
      guard n < range.length else { return nil }
      result = Value(range.start + Double(n))
    } else if let tensor = value.tensor {
      guard n < tensor.shape[0] else { return nil }
      result = Value(try Op.select(tensor, axis: 0, n))
    } else if let text = value.string {
      let utf8 = text.utf8
      // The position counts bytes, so that a long text is walked once.
      guard n < utf8.count else { return nil }
      let start = utf8.index(utf8.startIndex, offsetBy: n)
      let end = text.index(after: start)
      position.put(Value(Double(n + utf8.distance(from: start, to: end))))
      if Machine.isInterrupted { throw Machine.interruption() }
      return Value(String(text[start..<end]))
    } else if let payload = value.foreign, let count = payload.length {
      guard n < count, let element = try payload.indexed(by: [.at(n)]) else { return nil }
      result = element
    } else {
      return nil
    }
    position.pointee = Value(Double(n + 1))
    if _slowPath(Machine.isInterrupted) {
      result.release()
      throw Machine.interruption()
    }
    return result
  }

  /// The elements of anything that can be looped over, each with a count; nil for other values.
  package func elements(of value: Value) throws -> [Value]? {
    if let list = value.list { return list.values.map { $0.retained() } }
    do { try requireIterable(value) } catch { return nil }
    var result: [Value] = []
    var position = Value(0)
    do {
      while let v = try withUnsafeMutablePointer(to: &position, { try next(of: value, at: $0) }) { result.append(v) }
    } catch {
      for v in result { v.release() }
      throw error
    }
    return result
  }

  /// `a, b = value`
  func unpack(_ value: Value, into first: Registers, count: Int) throws {
    let items: [Value]
    if let list = value.list {
      guard list.length == count else { throw wrongCount(value, list.length, count) }
      items = list.values.map { $0.retained() }
    } else if let tensor = value.tensor, tensor.shape.rank > 0 {
      guard tensor.shape[0] == count else { throw wrongCount(value, tensor.shape[0], count) }
      items = try (0..<count).map { Value(try Op.select(tensor, axis: 0, $0)) }
    } else {
      throw Failure(
        "argument-type", "\(value.described) cannot be split over \(count) names", argument: 0,
        why: value.record != nil ? "a record is split by name: {a, b} = r." : nil)
    }
    for (j, item) in items.enumerated() { (first + j).put(item) }
  }

  private func wrongCount(_ value: Value, _ given: Int, _ wanted: Int) -> Failure {
    Failure(
      "unpack-count", "\(value.described) of \(given) cannot be split over \(wanted) name\(wanted == 1 ? "" : "s")",
      argument: 0)
  }

  package func contains(_ item: Value, in owner: Value) throws -> Bool {
    if let record = owner.record {
      guard item.isObject(.string) else {
        throw Failure("argument-type", "`in` asks a record for a field's name, not \(item.described)", argument: 0)
      }
      return record.field(named: item.unchecked(StringObject.self)) != nil
    }
    if let text = owner.string {
      guard let part = item.string else {
        throw Failure("argument-type", "`in` asks a string for a string, not \(item.described)", argument: 0)
      }
      return part.isEmpty || text.contains(part)
    }
    if let list = owner.list { return list.values.contains { isSame($0, item, tolerance: 0, strict: false) } }
    if let range = owner.range {
      guard item.isNumber else { return false }
      let n = item.number - range.start
      return n >= 0 && n == n.rounded() && Int(exactly: n).map { $0 < range.length } ?? false
    }
    if let tensor = owner.tensor {
      guard item.isNumber || item.isBool else {
        throw Failure("argument-type", "`in` asks a tensor for a number, not \(item.described)", argument: 0)
      }
      let wanted = item.isNumber ? item.number : item.isTrue ? 1 : 0
      return try tensor.doubles.contains(wanted)
    }
    if let names = owner.foreign?.fieldNames, let key = item.string { return names.contains(key) }
    throw Failure("argument-type", "`in` cannot look into \(owner.described)", argument: 1)
  }

  func interpolated(_ plan: Unmanaged<Interpolation>, _ first: Registers) throws -> Value {
    let text = text
    let start = text.count
    let (parts, pieces) = plan._withUnsafeGuaranteedRef { ($0.parts, $0.text) }
    var (n, spec, at) = (0, 0, 0)
    for part in parts {
      switch part {
      case .text(let length):
        text.append(UnsafeBufferPointer(rebasing: pieces[at..<(at + length)]))
        at += length
      case .value:
        text.append(first[n])
        n += 1
      case .formatted:
        guard let formatted = plan._withUnsafeGuaranteedRef({ $0.specs[spec].format(first[n]) }) else {
          text.drop(from: start)
          throw Failure(
            "argument-type", "this format does not apply to \(first[n].described)", argument: n,
            facts: [.init("value", first[n].preview, argument: n)],
            why: plan._withUnsafeGuaranteedRef { $0.specs[spec].objection(to: first[n]) })
        }
        text.append(formatted)
        spec += 1
        n += 1
      }
    }
    for j in 0..<n { (first + j).clear() }
    return Value(text.take(from: start))
  }

  func makeFunction(_ maker: Unmanaged<FunctionObject>, _ index: Int, _ r: Registers) -> Value {
    let prototype = maker._withUnsafeGuaranteedRef { $0.prototype.nested[index] }
    let function = FunctionObject(prototype)
    for (j, capture) in prototype.captures.enumerated() {
      switch capture.source {
      case .register(let n): function.captures[j] = r[n].retained()
      case .capture(let n): function.captures[j] = maker._withUnsafeGuaranteedRef { $0.captures[n] }.retained()
      case .global(let slot): function.captures[j] = globals.slots[slot].retained()
      case .ownFunction: function.captures[j] = r.pointee.retained()
      }
    }
    return Value(new: function)
  }

  func makeModel(
    _ function: Unmanaged<FunctionObject>, _ plan: ModelPlan, forward: Value, _ r: Registers
  ) throws -> Value {
    let name = function._withUnsafeGuaranteedRef { $0.prototype.name }
    guard forward.function != nil else {
      throw Failure(
        "not-a-model", "the last line of the model `\(name)` must be its forward function",
        why: "a model block ends with `fn (x) …`, which is applied when the model is called.")
    }
    let fields = plan.fields.map { ($0.name, r[$0.register]) }.filter { !$0.1.isMissing }
    return try host.makeModel(name, fields, forward)
  }
}

extension String {
  /// Whether the other string occurs in this one, byte for byte.
  func contains(_ other: String) -> Bool {
    let text = Array(utf8)
    let part = Array(other.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains {
      text[$0] == part[0] && text[$0..<($0 + part.count)].elementsEqual(part)
    }
  }
}
