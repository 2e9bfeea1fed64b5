package import Autodiff
import Diagnostics
package import Tensors

/// What a builtin can return.
package protocol ValueConvertible {
  /// Hands over one count.
  func makeValue() -> Value
}

/// What a builtin can take.
package protocol Convertible: ValueConvertible {
  /// As in `must be a number`.
  static var typeName: String { get }
  static var isInout: Bool { get }
  static var mayBeInout: Bool { get }
  static var isRest: Bool { get }
  static var isNamedRest: Bool { get }
  /// Nil when the value is of another type. The register is borrowed.
  static func from(_ register: Registers) throws -> Self?
  /// Whether a list of this value would be of the type: the mistake is a pair of brackets.
  static func isItem(_ register: Registers) -> Bool
  /// The value, or the part of it, that is not of the type.
  static func misfit(_ register: Registers) -> Value
}

extension Convertible {
  package static var isInout: Bool { false }
  package static var mayBeInout: Bool { false }
  package static var isRest: Bool { false }
  package static var isNamedRest: Bool { false }
  package static func isItem(_ register: Registers) -> Bool { false }
  package static func misfit(_ register: Registers) -> Value { register.pointee }
}

extension Value: Convertible {
  package static var typeName: String { "value" }
  @inlinable package static func from(_ register: Registers) -> Value? { register.pointee }
  @inlinable package func makeValue() -> Value { self }
}

extension Double: Convertible {
  package static var typeName: String { "number" }
  @inlinable @inline(__always)
  package static func from(_ register: Registers) -> Double? {
    let value = register.pointee
    return value.isNumber ? value.number : fromTensor(value)
  }
  /// A tensor with no axes is accepted wherever a number is.
  @usableFromInline package static func fromTensor(_ value: Value) -> Double? {
    guard let tensor = value.tensor, tensor.shape.rank == 0, tensor.dtype != .bool else { return nil }
    return tensor.scalar
  }
  @inlinable package func makeValue() -> Value { Value(foreign: self) }
}

extension Int: Convertible {
  package static var typeName: String { "whole number" }
  package static func from(_ register: Registers) -> Int? {
    guard let number = Double.from(register) else { return nil }
    return Int(exactly: number)
  }
  @inlinable package func makeValue() -> Value { Value(Double(self)) }
}

extension Bool: Convertible {
  package static var typeName: String { "bool" }
  package static func from(_ register: Registers) -> Bool? {
    if register.pointee.isBool { return register.pointee.isTrue }
    guard let tensor = register.pointee.tensor, tensor.shape.rank == 0, tensor.dtype == .bool else { return nil }
    return tensor.scalar != 0
  }
  @inlinable package func makeValue() -> Value { Value(self) }
}

extension String: Convertible {
  package static var typeName: String { "string" }
  package static func from(_ register: Registers) -> String? { register.pointee.string }
  package func makeValue() -> Value { Value(self) }
}

extension Tensor: Convertible {
  package static var typeName: String { "tensor" }
  /// A number comes as a tensor without axes that takes the other operand's dtype.
  package static func from(_ register: Registers) throws -> Tensor? {
    let value = register.pointee
    if value.isObject(.tensor) { return value.unchecked(TensorObject.self)._withUnsafeGuaranteedRef { $0.tensor } }
    if value.isNumber { return Tensor(number: value.number) }
    if value.isBool { return Tensor([value.isTrue], []) }
    if let list = value.list, list.length > 0, list.values.allSatisfy({ $0.isNumber || $0.tensor != nil }) {
      let areNumbers = list.values.allSatisfy { $0.isNumber }
      throw Failure(
        "argument-type", "a list of \(list.length) stands where a tensor is wanted",
        why: "a list keeps its items apart; a tensor has one shape.",
        hint: areNumbers ? "\u{1}call tensor" : "\u{1}call stack")
    }
    return nil
  }
  package func makeValue() -> Value { Value(self) }
}

extension Optional: ValueConvertible where Wrapped: ValueConvertible {
  package func makeValue() -> Value { map { $0.makeValue() } ?? .none }
}

extension Optional: Convertible where Wrapped: Convertible {
  package static var typeName: String { "\(Wrapped.typeName) or none" }
  package static func from(_ register: Registers) throws -> Wrapped?? {
    if register.pointee.isNone { return .some(nil) }
    guard let value = try Wrapped.from(register) else { return nil }
    return .some(value)
  }
  package static func isItem(_ register: Registers) -> Bool { Wrapped.isItem(register) }
}

extension Array: ValueConvertible where Element: ValueConvertible {
  package func makeValue() -> Value {
    let list = ListObject(capacity: count)
    for element in self { list.append(element.makeValue()) }
    return Value(new: list)
  }
}

/// A list; a tensor with one axis and a range are accepted too.
extension Array: Convertible where Element: Convertible {
  package static var typeName: String { Element.self is Value.Type ? "list" : "list of \(Element.typeName)s" }
  package static func isItem(_ register: Registers) -> Bool {
    if Element.self is Value.Type { return register.pointee.isCallable }
    return ((try? Element.from(register)) ?? nil) != nil
  }
  package static func from(_ register: Registers) throws -> [Element]? {
    let elements: [Value]
    var owned = false
    if let list = register.pointee.list {
      elements = Array<Value>(list.values)
    } else if let tensor = register.pointee.tensor, tensor.shape.rank == 1 {
      elements = try tensor.doubles.map { tensor.dtype == .bool ? Value($0 != 0) : Value(foreign: $0) }
      owned = true
    } else if let range = register.pointee.range, range.length <= 1 << 24 {
      elements = (0..<range.length).map { Value(range.start + Double($0)) }
      owned = true
    } else {
      return nil
    }
    defer { if owned { for e in elements { e.release() } } }
    var converted: [Element] = []
    converted.reserveCapacity(elements.count)
    for var element in elements {
      guard let c = try withUnsafeMutablePointer(to: &element, { try Element.from($0) }) else { return nil }
      converted.append(c)
    }
    return converted
  }
}

/// The arguments that are left over: `..xs`.
package struct Rest<Element: Convertible>: Convertible {
  package var values: [Element]

  package init(_ values: [Element]) { self.values = values }

  package static var typeName: String { Element.typeName }
  package static var isRest: Bool { true }
  package static func from(_ register: Registers) throws -> Rest? {
    guard let values = try [Element].from(register) else { return nil }
    return Rest(values)
  }
  package static func misfit(_ register: Registers) -> Value {
    register.pointee.list?.values.first { item in
      var item = item
      return withUnsafeMutablePointer(to: &item) { ((try? Element.from($0)) ?? nil) == nil }
    } ?? register.pointee
  }
  package func makeValue() -> Value { values.makeValue() }
}

/// The named arguments that no other parameter takes: `with(t, total=t => t.a + t.b)`. The values are borrowed.
package struct NamedRest: Convertible {
  package var values: [(name: String, value: Value)]

  package static var typeName: String { "named value" }
  package static var isNamedRest: Bool { true }
  package static func from(_ register: Registers) -> NamedRest? {
    guard let record = register.pointee.record else { return nil }
    return NamedRest(values: zip(record.keys, record.values).map { ($0.name, $1) })
  }
  package func makeValue() -> Value { Value(new: RecordObject(values.map { ($0, $1.retained()) })) }
}

extension Shape: ValueConvertible {
  package func makeValue() -> Value { Value(list: map { Value(Double($0)) }) }
}

/// `(2, 3)`, `[2, 3]`, or one number.
extension Shape: Convertible {
  package static var typeName: String { "shape" }
  package static func from(_ register: Registers) throws -> Shape? {
    if let n = Int.from(register) { return try Shape.checked([n]) }
    guard let dims = try [Int].from(register) else { return nil }
    return try Shape.checked(dims)
  }
}

/// A shape that may also be written as separate arguments: `zeros(2, 3)`.
extension Rest where Element == Value {
  package func shape() throws -> Shape {
    if values.count == 1 {
      var only = values[0]
      if let shape = try withUnsafeMutablePointer(to: &only, { try Shape.from($0) }) { return shape }
    }
    let dims = values.map { Int(exactly: $0.isNumber ? $0.number : .nan) }
    guard !dims.contains(nil) else {
      throw Failure(
        "argument-type",
        "a shape is made of whole numbers, as in 2, 3 or (2, 3), not of \(values[dims.firstIndex(of: nil)!].described)",
        argument: 0)
    }
    return try Shape.checked(dims.map { $0! })
  }
}

extension Datum: Convertible {
  package static var typeName: String { "value" }
  package static func from(_ register: Registers) throws -> Datum? { try Datum(register.pointee) }
  package func makeValue() -> Value { Value(self) }
}

extension RecordObject: Convertible {
  package static var typeName: String { "record" }
  package static func from(_ register: Registers) -> Self? { register.pointee.record as? Self }
  package func makeValue() -> Value { Value(sharing: self) }
}
