import Autodiff
import Diagnostics
import Evaluator
import Tables
import Tensors

/// Lists, records, and what works on lists, tensors and tables alike.
let collectionsModule = Module(
  "lists", "lists and records, and what works on lists, tensors and tables alike",
  [
    Builtin(
      "push", "Adds a value at the end of a list.", Parameter<Inout<Value>>("xs", "a list"),
      Parameter<Value>("v", "anything"),
      examples: ["xs = (1, 2); push(&xs, 3); xs" => "(1, 2, 3)"]
    ) { xs, v in
      guard let list = xs.uniqueList() else { throw try notAList(xs, "push") }
      list.append(v.retained())
      return Value.none
    }.inPlace { variable, others in
      guard variable.pointee.isUnique, variable.pointee.isObject(.list) else { return nil }
      variable.pointee.unchecked(ListObject.self)._withUnsafeGuaranteedRef { $0.append(others.take()) }
      return Value.none
    },
    Builtin(
      "pop", "Takes the last value off a list and gives it.", Parameter<Inout<Value>>("xs", "a list"),
      examples: ["xs = (1, 2); pop(&xs)" => "2"]
    ) { xs in
      guard let list = xs.uniqueList() else { throw try notAList(xs, "pop") }
      guard list.length > 0 else {
        throw Failure("index-range", "there is nothing to pop: the list is empty", argument: 0)
      }
      return list.removeLast()
    }.inPlace { variable, _ in
      guard variable.pointee.isUnique, let list = variable.pointee.list, list.length > 0 else { return nil }
      return list.removeLast()
    },
    Builtin(
      "insert", "Puts a value at a position of a list.", Parameter<Inout<Value>>("xs", "a list"),
      Parameter<Int>("i", "the position, from 0 to the length"), Parameter<Value>("v", "anything"),
      examples: ["xs = (1, 3); insert(&xs, 1, 2); xs" => "(1, 2, 3)"]
    ) { xs, i, v in
      guard let list = xs.uniqueList() else { throw try notAList(xs, "insert") }
      let at = i < 0 ? i + list.length : i
      guard at >= 0, at <= list.length else {
        throw Failure("index-range", "position \(i) is out of range for a list of \(list.length)", argument: 1)
      }
      list.insert(v.retained(), at: at)
      return Value.none
    },
    Builtin(
      "take", "The first n elements, or all when there are fewer.",
      Parameter<Value>("x", "a list, tensor, string or table"),
      Parameter<Int>("n", "how many", .atLeast(0)), examples: ["take((1, 2, 3), 2)" => "(1, 2)"]
    ) { x, n in try slice(x, 0, min(n, try count(x))) },
    Builtin(
      "tail", "The last n elements, or all when there are fewer.",
      Parameter<Value>("x", "a list, tensor, string or table"),
      Parameter<Int>("n", "how many", .atLeast(0)), examples: ["tail((1, 2, 3), 2)" => "(2, 3)"]
    ) { x, n in
      let length = try count(x)
      return try slice(x, length - min(n, length), length)
    },
    Builtin(
      "reverse", "The elements in the opposite order.", Parameter<Value>("x", "a list, tensor or string"),
      examples: ["reverse((1, 2, 3))" => "(3, 2, 1)"]
    ) { x in
      let length = try count(x)
      if let list = x.list { return Value(list: list.values.reversed().map { $0.retained() }) }
      try Resources.require(length, of: MemoryLayout<Int>.stride)
      let order = Tensor((0..<length).reversed().map { Int($0) }, [length])
      return try Machine.current.indexed(x, by: [.tensor(order)])
    },
    Builtin(
      "filter", "The elements for which a function gives true; the kind stays.",
      Parameter<Value>("xs", "a list, tensor, record or table"),
      Parameter<FunctionReference>("f", "takes an element, or a row"),
      examples: ["filter((1, 2, 3), x => x > 1)" => "(2, 3)"]
    ) { xs, f in
      if let record = xs.record {
        let kept = try zip(record.keys, record.values).filter { try holds(f, [$1], argument: 1) }
        return Value(new: RecordObject(kept.map { ($0.name, $1.retained()) }))
      }
      let items = try elements(xs)
      defer { for item in items { item.release() } }
      let kept = try items.indices.filter { try holds(f, [items[$0]], argument: 1) }
      if xs.list != nil || xs.range != nil { return Value(list: kept.map { items[$0].retained() }) }
      return try Machine.current.indexed(xs, by: [.tensor(Tensor(kept, [kept.count]))])
    },
    Builtin(
      "sort", "The elements in order; `by` gives what to compare, or a table's column.",
      Parameter<Value>("x", "a list, tensor, string or table"),
      Parameter<Value>("by", "a function of an element, or a column's name", default: .none),
      Parameter<Bool>("descending", "largest first", default: false),
      examples: ["sort((3, 1, 2))" => "(1, 2, 3)", "sort((\"bb\", \"a\"), by=len)" => "(\"a\", \"bb\")"]
    ) { x, by, descending in
      let items = try elements(x)
      defer { for item in items { item.release() } }
      let keys = try sortKeys(items, by)
      defer { for key in keys { key.release() } }
      try requireComparable(keys)
      // The position decides between equals, so that the order of equals stays.
      let order = items.indices.sorted { a, b in
        switch compared(keys[a], keys[b]) {
        case 0: a < b
        case let c: (c < 0) != descending
        }
      }
      if x.list != nil || x.range != nil { return Value(list: order.map { items[$0].retained() }) }
      return try Machine.current.indexed(x, by: [.tensor(Tensor(order, [order.count]))])
    },
    Builtin(
      "unique", "The distinct elements, in the order in which they first appear; of a tensor, in ascending order.",
      Parameter<Value>("x", "a list, tensor or table column"), examples: ["unique((2, 1, 2))" => "(2, 1)"]
    ) { x in
      if let tensor = x.tensor {
        let numbers = Array(Set(try tensor.doubles)).sorted()
        return Value(try Raw.cast(Tensor(numbers, [numbers.count]), tensor.dtype))
      }
      return Value(list: try counted(x).map(\.value))
    },
    Builtin(
      "value_counts", "How often each distinct element appears, most frequent first.",
      Parameter<Value>("x", "a list or tensor"),
      examples: ["value_counts((\"a\", \"b\", \"a\")).count" => "int [2]  2  1"]
    ) { x in
      let groups = try counted(x).enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      defer { for group in groups { group.element.value.release() } }
      let values = groups.map(\.element.value)
      let column: Column =
        values.allSatisfy(\.isNumber) ? .number(values.map(\.number)) : .text(values.map(\.displayText))
      return Value(
        foreign: try Table([("value", column), ("count", .number(groups.map { Double($0.element.count) }))]))
    },
    Builtin(
      "index_of", "The position of the first element that is the same, or none.",
      Parameter<Value>("xs", "a list, tensor or string"), Parameter<Value>("v", "what to look for"),
      examples: ["index_of((5, 6), 6)" => "1"]
    ) { xs, v -> Value in
      let items = try elements(xs)
      defer { for item in items { item.release() } }
      return items.firstIndex { isSame($0, v, tolerance: 0, strict: false) }.makeValue()
    },
    Builtin(
      "items", "A record's fields as (key, value) pairs.", Parameter<RecordObject>("r", "a record"),
      examples: ["items({a: 1})" => "((\"a\", 1),)"]
    ) { r in Value(list: zip(r.keys, r.values).map { Value(list: [Value($0.name), $1.retained()]) }) },
    Builtin(
      "keys", "A record's field names.", Parameter<RecordObject>("r", "a record"),
      examples: ["keys({a: 1, b: 2})" => "(\"a\", \"b\")"]
    ) { r in r.keys.map(\.name) },
    Builtin(
      "values", "A record's values.", Parameter<RecordObject>("r", "a record"),
      examples: ["values({a: 1, b: 2})" => "(1, 2)"]
    ) { r in Value(list: r.values.map { $0.retained() }) },
    Builtin(
      "merge", "The fields of both records; the second wins.", Parameter<RecordObject>("a", "a record"),
      Parameter<RecordObject>("b", "a record"), examples: ["merge({a: 1}, {b: 2})" => "{a: 1, b: 2}"]
    ) { a, b in
      let result = RecordObject(a.shape)
      for (key, value) in zip(a.keys, a.values) { result[key] = value.retained() }
      for (key, value) in zip(b.keys, b.values) { result[key] = value.retained() }
      return Value(new: result)
    },
  ])

private func notAList(_ xs: Inout<Value>, _ name: String) throws -> Failure {
  let value = try xs.value
  return Failure(
    "argument-type", "`\(name)` changes a list, not \(value.described)", argument: 0,
    why: value.tensor != nil ? "a tensor's size is fixed; write a list with parentheses: xs = (1, 2)." : nil)
}

private func count(_ x: Value) throws -> Int {
  guard let n = x.elementCount else { throw Failure("argument-type", "\(x.described) has no elements", argument: 0) }
  return n
}

private func slice(_ x: Value, _ from: Int, _ to: Int) throws -> Value {
  try Machine.current.indexed(x, by: [.slice(from: from, to: to, step: 1, isInclusive: false)])
}

private func sortKeys(_ items: [Value], _ by: Value) throws -> [Value] {
  if by.isNone { return items.map { $0.retained() } }
  if let column = by.string {
    return try items.map { item in
      guard let key = item.record?[column] else {
        throw Failure("unknown-column", "there is no column `\(column)`", argument: 1)
      }
      return key.retained()
    }
  }
  guard by.isCallable else {
    throw Failure("argument-type", "`by` must be a function or a column's name, not \(by.described)", argument: 1)
  }
  let f = FunctionReference(by)
  return try items.map { try f.call([$0]) }
}

private func requireComparable(_ keys: [Value]) throws {
  func number(_ v: Value) -> Bool { v.isNumber || v.isNone || v.tensor?.shape.rank == 0 }
  if keys.allSatisfy(number) || keys.allSatisfy({ $0.string != nil || $0.isNone })
    || keys.allSatisfy({ $0.isBool || $0.isNone })
  {
    return
  }
  if keys.allSatisfy({ $0.list != nil }) { return }
  let odd = keys.first { $0.typeName != keys[0].typeName } ?? keys[0]
  throw Failure(
    "argument-type", "\(keys[0].described) and \(odd.described) have no order", argument: 0,
    why: "numbers, strings and bools can be sorted, each among their own kind; `by` can give a key.")
}

/// Below, at or above 0; none and nan come last.
private func compared(_ a: Value, _ b: Value) -> Int {
  func rank(_ v: Value) -> Int { v.isNone || v.isNumber && v.number.isNaN ? 1 : 0 }
  if rank(a) != rank(b) { return rank(a) - rank(b) }
  if let s = a.string, let t = b.string { return s == t ? 0 : s < t ? -1 : 1 }
  if let s = a.list, let t = b.list {
    for (x, y) in zip(s.values, t.values) {
      let c = compared(x, y)
      if c != 0 { return c }
    }
    return s.length - t.length
  }
  func number(_ v: Value) -> Double {
    v.isNumber ? v.number : v.isBool ? (v.isTrue ? 1 : 0) : (try? v.tensor?.item) ?? 0
  }
  let (x, y) = (number(a), number(b))
  return x == y ? 0 : x < y ? -1 : 1
}

/// Distinct elements with counts, in the order of first appearance; each value has a count of its own.
private func counted(_ x: Value) throws -> [(value: Value, count: Int)] {
  let flat: Value
  if let tensor = x.tensor {
    flat = Value(list: try tensor.doubles.map { Value(foreign: $0) })
  } else {
    flat = x.retained()
  }
  defer { flat.release() }
  var groups: [(value: Value, count: Int)] = []
  var positions: [String: Int] = [:]
  try forEach(flat) { item in
    // The source text tells values of all types apart.
    let key = item.sourceText
    if let at = positions[key] {
      groups[at].count += 1
    } else {
      positions[key] = groups.count
      groups.append((item.retained(), 1))
    }
  }
  return groups
}
