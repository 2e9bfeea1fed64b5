/// One NNS value in 8 bytes: a double, or a tag in the space of not-a-numbers.
///
/// Values are trivial: Swift's own reference counting never sees them. Ownership is counted in `Object.count`, without
/// atomics, and only this folder, the machine and the builtin bridge touch it. A function that takes a `Value` borrows
/// it; one that returns a `Value` hands over one count.
///
/// Layout: bits below `firstTag` are a double (the processor's own not-a-number, 0xFFF8…, among them); 0xFFF9… are the
/// small constants; from 0xFFFA… on the low 48 bits are an object's address.
@usableFromInline package struct Value {
  @usableFromInline package let bits: UInt64

  @inlinable @inline(__always) package init(bits: UInt64) { self.bits = bits }

  @inlinable @inline(__always) package static var firstTag: UInt64 { 0xFFF9_0000_0000_0000 }
  @inlinable @inline(__always) package static var objectTag: UInt64 { 0xFFFA_0000_0000_0000 }

  @inlinable @inline(__always) package static var none: Value { Value(bits: firstTag) }
  /// An argument that was not given, a local or global that is not set: never seen by a program.
  @inlinable @inline(__always) package static var missing: Value { Value(bits: firstTag | 1) }
  /// A slot whose value a call holds through `&`.
  @inlinable @inline(__always) package static var busy: Value { Value(bits: firstTag | 2) }
  @inlinable @inline(__always) package static var falsehood: Value { Value(bits: firstTag | 4) }
  @inlinable @inline(__always) package static var truth: Value { Value(bits: firstTag | 5) }

  /// For results of arithmetic on numbers, which are never in the tag space.
  @inlinable @inline(__always) package init(_ number: Double) { bits = number.bitPattern }
  /// For doubles from outside, whose not-a-numbers may carry any payload.
  @inlinable package init(foreign number: Double) { bits = number.isNaN ? Double.nan.bitPattern : number.bitPattern }
  @inlinable @inline(__always) package init(_ bool: Bool) { self = bool ? .truth : .falsehood }
  /// Takes over the one count that a new object starts with.
  @inlinable @inline(__always) package init(new object: Object) {
    bits = Value.objectTag | UInt64(UInt(bitPattern: Unmanaged.passRetained(object).toOpaque()))
  }
  /// Adds a count to an object that others hold.
  @inlinable @inline(__always) package init(sharing object: Object) {
    object.count &+= 1
    bits = Value.objectTag | UInt64(UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque()))
  }

  @inlinable @inline(__always) package var isNumber: Bool { bits < Value.firstTag }
  @inlinable @inline(__always) package var number: Double { Double(bitPattern: bits) }
  @inlinable @inline(__always) package var isObject: Bool { bits >= Value.objectTag }
  @inlinable @inline(__always) package var isBool: Bool { bits == Value.truth.bits || bits == Value.falsehood.bits }
  @inlinable @inline(__always) package var isTrue: Bool { bits == Value.truth.bits }
  @inlinable @inline(__always) package var isNone: Bool { bits == Value.none.bits }
  @inlinable @inline(__always) package var isMissing: Bool { bits == Value.missing.bits }
  @inlinable @inline(__always) package var isBusy: Bool { bits == Value.busy.bits }

  @inlinable @inline(__always) package var reference: Unmanaged<Object> {
    Unmanaged.fromOpaque(UnsafeRawPointer(bitPattern: UInt(bits & 0x0000_FFFF_FFFF_FFFF)).unsafelyUnwrapped)
  }
  /// The object, counted by Swift: for paths where a nanosecond does not matter.
  package var object: Object? { isObject ? reference.takeUnretainedValue() : nil }

  @inlinable @inline(__always) package func isObject(_ kind: Object.Kind) -> Bool {
    isObject && reference._withUnsafeGuaranteedRef { $0.kind == kind }
  }
  @inlinable @inline(__always) package func unchecked<T: Object>(_: T.Type) -> Unmanaged<T> {
    Unmanaged.fromOpaque(reference.toOpaque())
  }

  /// The same value with one more count.
  @inlinable @inline(__always) package func retained() -> Value {
    if isObject { reference._withUnsafeGuaranteedRef { $0.count &+= 1 } }
    return self
  }
  @inlinable @inline(__always) package func release() {
    if isObject { releaseObject() }
  }
  @inlinable @inline(__always) package func releaseObject() {
    let last = reference._withUnsafeGuaranteedRef { object in
      object.count &-= 1
      return object.count == 0
    }
    if last { Value.free(reference) }
  }
  @usableFromInline @inline(never) package static func free(_ object: Unmanaged<Object>) {
    switch object._withUnsafeGuaranteedRef({ $0.kind }) {
    case .record: RecordObject.retire(object)
    case .tensor: TensorObject.retire(object)
    default: object.release()
    }
  }

  /// Whether nothing else holds this object, so that it may be changed in place.
  @inlinable @inline(__always) package var isUnique: Bool {
    isObject && reference._withUnsafeGuaranteedRef { $0.count == 1 }
  }
}

@usableFromInline package typealias Registers = UnsafeMutablePointer<Value>

/// A register: every write releases what was there.
extension UnsafeMutablePointer where Pointee == Value {
  /// Takes over the value's count.
  @inlinable @inline(__always) package func put(_ value: Value) {
    let old = pointee
    pointee = value
    old.release()
  }
  @inlinable @inline(__always) package func copy(_ other: Registers) { put(other.pointee.retained()) }
  @inlinable @inline(__always) package func clear() { put(.none) }
  /// Moves the value out, with its count.
  @inlinable @inline(__always) package func take() -> Value {
    let value = pointee
    pointee = .none
    return value
  }
}
