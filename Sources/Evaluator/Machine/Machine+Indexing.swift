import Autodiff
import CKernels
import Diagnostics
package import Tensors

/// One part of `x[…]`, as plain data.
package enum IndexValue {
  case at(Int)
  /// `from..to..step`; open ends are nil.
  case slice(from: Int?, to: Int?, step: Int, isInclusive: Bool)
  case ellipsis
  case newAxis
  /// A mask or positions.
  case tensor(Tensor)
  /// A column or field name.
  case text(String)
}

extension Machine {
  func indices(_ plan: IndexPlan, _ r: Registers) throws -> [IndexValue] {
    func bound(_ register: Int?) throws -> Int? {
      guard let register else { return nil }
      return try wholeIndex(r[register])
    }
    return try plan.parts.map { part in
      switch part {
      case .ellipsis: return .ellipsis
      case .newAxis: return .newAxis
      case .at(let register): return try indexValue(r[register])
      case .slice(let from, let to, let step, let isInclusive):
        let step = try bound(step) ?? 1
        guard step != 0 else { throw Failure("index-range", "a step of 0 goes nowhere") }
        return .slice(from: try bound(from), to: try bound(to), step: step, isInclusive: isInclusive)
      }
    }
  }

  func indexValue(_ value: Value) throws -> IndexValue {
    if value.isNumber { return .at(try wholeIndex(value)) }
    if let text = value.string { return .text(text) }
    if let tensor = value.tensor {
      return tensor.shape.rank == 0 && tensor.dtype != .bool ? .at(try wholeIndex(value)) : .tensor(tensor)
    }
    if let range = value.range {
      guard let from = Int(exactly: range.start), let to = Int(exactly: range.end) else {
        throw fractional(range.start == range.start.rounded() ? range.end : range.start)
      }
      return .slice(from: from, to: to, step: 1, isInclusive: range.isInclusive)
    }
    if let list = value.list {
      return .tensor(Tensor(try list.values.map { try wholeIndex($0) }, [list.length]))
    }
    throw Failure(
      "argument-type", "an index is a whole number, a range, a mask or a tensor of positions, not \(value.described)",
      argument: 1)
  }

  func wholeIndex(_ value: Value) throws -> Int {
    var number = value.number
    if !value.isNumber {
      guard let tensor = value.tensor, tensor.shape.rank == 0 else {
        throw Failure("argument-type", "an index must be a whole number, not \(value.described)", argument: 1)
      }
      number = tensor.scalar
    }
    guard let index = Int(exactly: number) else { throw fractional(number) }
    return index
  }

  func fractional(_ number: Double) -> Failure {
    Failure(
      "fractional-index", "an index must be whole, not \(Value(foreign: number).preview)", argument: 1,
      why: "positions count 0, 1, 2, …; `//` divides to a whole number.")
  }

  /// The slot of a list's element when the index is a number in range.
  @inline(__always)
  func knownElement(of list: Value, _ index: Value) -> Registers? {
    guard _fastPath(index.isNumber) else { return nil }
    let n = nns_truncated(index.number)
    let list = list.unchecked(ListObject.self)
    guard _fastPath(n >= 0 && n < list._withUnsafeGuaranteedRef { $0.length } && Double(n) == index.number) else {
      return nil
    }
    return list._withUnsafeGuaranteedRef { $0.items } + n
  }

  /// The element's slot. `x[-1]` counts from the end.
  @inline(__always)
  func element(of list: Unmanaged<ListObject>, _ index: Value) throws -> Registers {
    let number = index.number
    let n = nns_truncated(number)
    let count = list._withUnsafeGuaranteedRef { $0.length }
    if _fastPath(n >= 0 && n < count && Double(n) == number) {
      return list._withUnsafeGuaranteedRef { $0.items } + n
    }
    return try elementFromEnd(list.takeUnretainedValue(), index)
  }

  @inline(never) private func elementFromEnd(_ list: ListObject, _ index: Value) throws -> Registers {
    let n = try wholeIndex(index)
    return list.items + (try position(n, in: list.length, of: "list"))
  }

  func position(_ n: Int, in count: Int, of kind: String) throws -> Int {
    let at = n < 0 ? n + count : n
    guard at >= 0, at < count else { throw outOfRange(n, count, kind) }
    return at
  }

  private func outOfRange(_ n: Int, _ count: Int, _ kind: String) -> Failure {
    Failure(
      "index-range", "index \(n) is out of range for \(kind == "axis" ? "an" : "a") \(kind) of \(count)", argument: 1,
      why: count == 0
        ? "it is empty." : "positions run from 0 to \(count - 1), or from -\(count) to -1 counted from the end.")
  }

  /// `x[i]` with one index; borrows, and hands over the result's count.
  func indexed(_ owner: Value, by index: Value) throws -> Value {
    if let list = owner.list, index.isNumber {
      return try element(of: Unmanaged.passUnretained(list), index).pointee.retained()
    }
    if let record = owner.record {
      guard index.isObject(.string) else {
        throw Failure(
          "argument-type", "a record is indexed by a field's name, not by \(index.described)", argument: 1,
          why: "its fields are \(record.keys.map(\.name).joined(separator: ", ")).")
      }
      let key = index.unchecked(StringObject.self)
      guard let value = record.field(named: key) else {
        throw noField(owner, key._withUnsafeGuaranteedRef { $0.symbol })
      }
      return value.retained()
    }
    return try indexed(owner, by: [indexValue(index)])
  }

  package func indexed(_ owner: Value, by indices: [IndexValue]) throws -> Value {
    if let tensor = owner.tensor { return Value(try indexed(tensor, by: indices)) }
    if let payload = owner.foreign, let value = try payload.indexed(by: indices) { return value }
    guard indices.count == 1 else {
      throw Failure(
        "index-range", "\(owner.described) has one axis, but \(indices.count) indices are given", argument: 0)
    }
    if let list = owner.list {
      switch indices[0] {
      case .at(let n): return list.items[try position(n, in: list.length, of: "list")].retained()
      case .text:
        throw Failure("argument-type", "a list is indexed by position, not by name", argument: 1)
      default:
        return Value(list: try positions(indices[0], in: list.length, of: "list").map { list.items[$0].retained() })
      }
    }
    if let text = owner.string {
      let characters = Array(text)
      let at = try positions(indices[0], in: characters.count, of: "string")
      return Value(String(at.map { characters[$0] }))
    }
    if let range = owner.range {
      switch indices[0] {
      case .at(let n): return Value(range.start + Double(try position(n, in: range.length, of: "range")))
      default:
        let at = try positions(indices[0], in: range.length, of: "range")
        return Value(list: at.map { Value(range.start + Double($0)) })
      }
    }
    if owner.isNumber { throw Failure("not-indexable", "a number has no parts to index", argument: 0) }
    throw Failure("not-indexable", "\(owner.described) cannot be indexed", argument: 0)
  }

  /// The positions that an index picks from `count` elements.
  package func positions(_ index: IndexValue, in count: Int, of kind: String) throws -> [Int] {
    switch index {
    case .at(let n): return [try position(n, in: count, of: kind)]
    case .slice(let from, let to, let step, let isInclusive):
      let (start, end) = try Machine.sliceBounds(from, to, isInclusive, count, kind)
      let step = max(-count - 1, min(step, count + 1))
      try Resources.require((end - start) / abs(step), of: 2 * MemoryLayout<Int>.stride)
      return step > 0
        ? Array(stride(from: start, to: end, by: step)) : Array(stride(from: end - 1, through: start, by: step))
    case .ellipsis:
      try Resources.require(count, of: 2 * MemoryLayout<Int>.stride)
      return Array(0..<count)
    case .tensor(let tensor):
      if tensor.dtype == .bool {
        guard tensor.shape == [count] else {
          throw Failure("index-range", "a mask of \(tensor.shape) does not fit a \(kind) of \(count)", argument: 1)
        }
        let flags = try tensor.bools
        return flags.indices.filter { flags[$0] }
      }
      return try tensor.doubles.map { number in
        guard let n = Int(exactly: number) else { throw fractional(number) }
        return try position(n, in: count, of: kind)
      }
    case .newAxis: throw Failure("argument-type", "`new` makes an axis of a tensor, not of a \(kind)", argument: 0)
    case .text: throw Failure("argument-type", "a \(kind) is indexed by position, not by name", argument: 1)
    }
  }

  /// A slice's start and end, counted from 0. Out of range is an error: `take` clamps.
  static func sliceBounds(
    _ from: Int?, _ to: Int?, _ isInclusive: Bool, _ count: Int, _ kind: String
  ) throws -> (Int, Int) {
    let start = from.map { $0 < 0 ? $0 + count : $0 } ?? 0
    var end = to.map { $0 < 0 ? $0 + count : $0 } ?? count
    if isInclusive, to != nil { end += 1 }
    guard start >= 0, start <= count, end >= 0, end <= count else {
      throw Failure(
        "index-range",
        "the slice \(from ?? 0)..\(to ?? count) is out of range for \(kind == "axis" ? "an" : "a") \(kind) of \(count)",
        argument: 1,
        why: "`take(x, n)` gives at most n, whatever the length.")
    }
    return (start, max(start, end))
  }

  /// `x[…] = v`: borrows the value; the owner is changed in its slot.
  func assign(_ value: Value, to indices: [IndexValue], in slot: Registers) throws {
    if let list = slot.pointee.list {
      let at = try positions(indices.count == 1 ? indices[0] : .newAxis, in: list.length, of: "list")
      let own: ListObject
      if slot.pointee.isUnique {
        own = list
      } else {
        own = list.copied()
        slot.put(Value(new: own))
      }
      if case .at = indices[0] {
        (own.items + at[0]).put(value.retained())
      } else {
        guard let values = value.list, values.length == at.count else {
          throw Failure(
            "index-range", "\(at.count) elements are to be set, but the value is \(value.described)", argument: 1)
        }
        for (n, position) in at.enumerated() { (own.items + position).put(values.items[n].retained()) }
      }
      return
    }
    if let record = slot.pointee.record, case .text(let key) = indices[0], indices.count == 1 {
      let own: RecordObject
      if slot.pointee.isUnique {
        own = record
      } else {
        own = record.copied()
        slot.put(Value(new: own))
      }
      own.slot(for: Symbol(key), byIndex: true).put(value.retained())
      return
    }
    if slot.pointee.isObject(.tensor) {
      var source = value
      guard let new = try withUnsafeMutablePointer(to: &source, { try Tensor.from($0) }) else {
        throw Failure(
          "argument-type", "a part of a tensor is set to a number or a tensor, not to \(value.described)", argument: 0)
      }
      // In an object that nothing else holds the tensor is changed where it stands.
      if slot.pointee.isUnique, let object = slot.pointee.object as? TensorObject {
        return try assign(new, to: indices, of: &object.tensor)
      }
      guard var copy = slot.pointee.tensor else { return }
      try assign(new, to: indices, of: &copy)
      slot.put(Value(copy))
      return
    }
    throw Failure("not-indexable", "a part of \(slot.pointee.described) cannot be set", argument: 0)
  }
}
