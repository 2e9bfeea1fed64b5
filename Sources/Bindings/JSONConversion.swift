import Diagnostics
import Evaluator
import JSON
import Tensors

/// A JSON value as the language has it; hands over one count.
func value(of json: JSONValue) -> Value {
  switch json {
  case .null: .none
  case .bool(let b): Value(b)
  case .number(let x): Value(foreign: x)
  case .string(let text): Value(text)
  case .array(let items): Value(list: items.map { value(of: $0) })
  case .object(let members): Value(new: RecordObject(members.map { ($0.key, value(of: $0.value)) }))
  }
}

/// A value as JSON: tensors as nested arrays; nan and infinity, which JSON lacks, as null.
func json(of value: Value, depth: Int = 0) throws -> JSONValue {
  try Resources.check()
  guard depth < JSONValue.deepestNesting else {
    throw Failure("argument-range", "this value is nested too deeply", argument: 0)
  }
  if value.isNumber { return value.number.isFinite ? .number(value.number) : .null }
  if value.isBool { return .bool(value.isTrue) }
  if let text = value.string { return .string(text) }
  if let list = value.list { return .array(try list.values.map { try json(of: $0, depth: depth + 1) }) }
  if let record = value.record {
    return .object(
      try zip(record.keys, record.values).map { JSONValue.Member($0.name, try json(of: $1, depth: depth + 1)) })
  }
  if let tensor = value.tensor { return nested(try tensor.doubles, tensor.shape, isBool: tensor.dtype == .bool) }
  if value.isNone { return .null }
  throw Failure("argument-type", "\(value.described) cannot be written as JSON", argument: 0)
}

private func nested(_ numbers: [Double], _ shape: Shape, isBool: Bool) -> JSONValue {
  func array(_ axis: Int, _ start: Int, _ count: Int) -> JSONValue {
    if axis == shape.rank {
      let x = numbers[start]
      return isBool ? .bool(x != 0) : x.isFinite ? .number(x) : .null
    }
    let step = shape[axis] == 0 ? 0 : count / shape[axis]
    return .array((0..<shape[axis]).map { array(axis + 1, start + $0 * step, step) })
  }
  return array(0, 0, numbers.count)
}
