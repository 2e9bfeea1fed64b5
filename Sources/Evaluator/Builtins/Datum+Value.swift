package import Autodiff
import Diagnostics
import Tensors

extension Datum {
  /// Borrows the value.
  ///
  /// - Throws: `argument-range` for lists and records that nest too deeply for what walks through them.
  package init(_ value: Value) throws { try self.init(value, depth: 0) }

  private static let deepest = 200

  private init(_ value: Value, depth: Int) throws {
    // What is shared by many becomes many.
    try Resources.check()
    if depth > Datum.deepest {
      throw Failure(
        "argument-range", "this value is nested too deeply", argument: 0,
        why: "lists and records nest at most \(Datum.deepest) deep here.")
    }
    if value.isNumber {
      self = .number(value.number)
    } else if value.isBool {
      self = .bool(value.isTrue)
    } else if let tensor = value.tensor {
      self = .tensor(tensor)
    } else if let text = value.string {
      self = .text(text)
    } else if let list = value.list {
      self = .list(try list.values.map { try Datum($0, depth: depth + 1) })
    } else if let record = value.record {
      self = .record(
        DatumRecord(try zip(record.keys, record.values).map { ($0.name, try Datum($1, depth: depth + 1)) }))
    } else if let range = value.range {
      self = .list(try range.numbers().map { .number($0) })
    } else if let payload = value.foreign {
      self = .object(Boxed(payload))
    } else if value.isCallable {
      self = .object(FunctionReference(value))
    } else {
      self = .none
    }
  }
}

extension Value {
  package init(_ datum: Datum) {
    switch datum {
    case .none: self = .none
    case .bool(let b): self.init(b)
    case .number(let x): self.init(foreign: x)
    case .text(let text): self.init(text)
    case .tensor(let tensor): self.init(tensor)
    case .list(let items): self.init(list: items.map { Value($0) })
    case .record(let record): self.init(new: RecordObject(zip(record.keys, record.values).map { ($0, Value($1)) }))
    case .object(let reference as FunctionReference): self = reference.value.retained()
    case .object(let box as Boxed):
      if let payload = box.value as? any Foreign { self.init(foreign: payload) } else { self = .none }
    case .object: self = .none
    }
  }
}
