import Diagnostics
package import Evaluator

/// An argument that the builtin changes: `&net`. The call holds the variable until it ends.
package struct Inout<T: Convertible>: Convertible {
  private let slot: Registers

  init(_ slot: Registers) { self.slot = slot }

  package static var typeName: String { T.typeName }
  package static var isInout: Bool { true }
  package static func from(_ register: Registers) throws -> Inout? {
    guard try T.from(register) != nil else { return nil }
    return Inout(register)
  }
  package func makeValue() -> Value { slot.pointee.retained() }

  package var value: T {
    get throws {
      guard let value = try T.from(slot) else { preconditionFailure("checked when the call began") }
      return value
    }
  }

  package func set(_ value: T) { slot.put(value.makeValue()) }
}

/// An argument that the builtin changes where it is handed over with `&`, and only reads where it is not.
package struct Lent: Convertible {
  /// Nil for what stands for an argument that is left out.
  private let slot: Registers?
  package let isLent: Bool

  static var none: Lent { Lent(slot: nil, isLent: false) }
  package static var typeName: String { Value.typeName }
  package static var mayBeInout: Bool { true }
  package static func from(_ register: Registers) throws -> Lent? {
    Lent(slot: register, isLent: Machine.current.lastLent == register)
  }
  package func makeValue() -> Value { value.retained() }

  package var value: Value { slot?.pointee ?? .none }
  package func set(_ value: Value) { slot?.put(value) }
}

extension Inout where T: Foreign {
  /// Changes the value where it stands: without a copy when nothing else holds it. What was reached is written back
  /// also when the change ends in an error.
  package func mutate<R>(_ change: (inout T) throws -> R) throws -> R {
    guard var copy = slot.pointee.foreign as? T else { preconditionFailure("checked when the call began") }
    // The slot lets go, so that the copy is the only holder of its storage.
    slot.put(.none)
    defer { slot.put(Value(foreign: copy)) }
    return try change(&copy)
  }
}

extension Inout where T == Value {
  /// The list in the slot, unshared, to be changed in place.
  package func uniqueList() -> ListObject? {
    guard let list = slot.pointee.list else { return nil }
    if slot.pointee.isUnique { return list }
    let copy = list.copied()
    slot.put(Value(new: copy))
    return copy
  }
}

extension Foreign where Self: Convertible {
  package static func from(_ register: Registers) throws -> Self? { register.pointee.foreign as? Self }
}

extension Foreign {
  package func makeValue() -> Value { Value(foreign: self) }
}
