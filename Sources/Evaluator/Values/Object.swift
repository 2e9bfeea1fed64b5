import CKernels
import Glibc
package import Tensors

/// A value on the heap, with its own count of holders.
@usableFromInline package class Object {
  @usableFromInline package enum Kind: UInt8 { case string, list, record, tensor, range, function, builtin, foreign }

  /// Four bytes, so that it shares a word with the kind: a program that held one object four thousand million times would
  /// need 32 GB for it.
  @usableFromInline package final var count: UInt32 = 1
  @usableFromInline package final let kind: Kind
  /// Room beside the kind: a string keeps the number of its symbol there.
  fileprivate final var mark: UInt16 = 0
  /// How many objects are alive: zero at exit, or something leaks.
  nonisolated(unsafe) package static var live = 0

  init(_ kind: Kind) {
    self.kind = kind
    Object.live += 1
  }

  deinit { Object.live -= 1 }
}

package final class StringObject: Object {
  package private(set) var text: String

  package init(_ text: String) {
    self.text = text
    super.init(.string)
  }

  /// Grows where it stands, while it has one holder.
  func append(_ more: String) {
    mark = 0
    text.append(more)
  }

  /// The symbol of the text, if it has one: found once.
  var knownSymbol: Symbol? {
    if mark != 0 { return Symbol(id: UInt32(mark)) }
    return Symbol.known(text).map(keep)
  }

  var symbol: Symbol { mark != 0 ? Symbol(id: UInt32(mark)) : keep(Symbol(text)) }

  private func keep(_ symbol: Symbol) -> Symbol {
    if let small = UInt16(exactly: symbol.id) { mark = small }
    return symbol
  }
}

package final class TensorObject: Object {
  /// Nil only while the object waits to be used again.
  private var held: Tensor?
  package var tensor: Tensor {
    get { held.unsafelyUnwrapped }
    // In place: a copy would be a second holder, and nothing could be changed where it stands.
    _modify { yield &held! }
  }

  func copySizes(to room: UnsafeMutablePointer<Int>) -> Int { held.unsafelyUnwrapped.copySizes(to: room) }

  package init(_ tensor: Tensor) {
    held = tensor
    super.init(.tensor)
  }

  nonisolated(unsafe) private static var spares = Spares<TensorObject>()

  static func make(_ tensor: consuming Tensor) -> TensorObject {
    guard let object = spares.take() else { return TensorObject(tensor) }
    object.count = 1
    object.held = tensor
    return object
  }

  /// Takes over an object that no value holds any more.
  static func retire(_ object: Unmanaged<Object>) {
    var object = unsafeDowncast(object.takeRetainedValue(), to: TensorObject.self)
    guard isKnownUniquelyReferenced(&object) else { return }
    object.held = nil
    spares.keep(object)
  }
}

/// `a..b` or `a..=b`.
package final class RangeObject: Object {
  package let start: Double
  package let end: Double
  package let isInclusive: Bool

  package init(_ start: Double, _ end: Double, isInclusive: Bool) {
    self.start = start
    self.end = end
    self.isInclusive = isInclusive
    super.init(.range)
  }

  /// How many numbers the range runs through: none when it ends before it starts.
  package var length: Int {
    let span = end - start
    let n = isInclusive ? span.rounded(.down) + 1 : span.rounded(.up)
    return n > 0 ? (n < 9e15 ? Int(n) : Int(9e15)) : 0
  }

  /// All of them. Error: `too-large`.
  package func numbers() throws -> [Double] {
    try Resources.require(length, of: 2 * MemoryLayout<Double>.stride)
    return (0..<length).map { start + Double($0) }
  }
}

@usableFromInline package final class ListObject: Object {
  @usableFromInline package final var items: Registers
  @usableFromInline package final var length = 0
  @usableFromInline package final var capacity: Int

  package init(capacity wanted: Int = 0) {
    capacity = max(wanted, 4)
    items = ListObject.room(capacity, instead: nil)
    super.init(.list)
  }

  /// Takes over the counts of the values.
  package convenience init(_ values: [Value]) {
    self.init(capacity: values.count)
    for value in values { append(value) }
  }

  /// Takes over the value's count.
  @inlinable package func append(_ value: Value) {
    if length == capacity { grow() }
    items[length] = value
    length += 1
  }

  @usableFromInline @inline(never) package func grow() {
    items = ListObject.room(capacity * 2, instead: items)
    capacity *= 2
  }

  /// The C library moves a long list's pages to where there is room instead of copying what is on them.
  private static func room(_ capacity: Int, instead of: Registers?) -> Registers {
    let bytes = capacity * MemoryLayout<Value>.stride
    if !Resources.fits(bytes - (of == nil ? 0 : bytes / 2)) { Resources.raiseMemory() }
    guard let room = realloc(of, bytes) else { nns_out_of_memory() }
    return room.assumingMemoryBound(to: Value.self)
  }

  /// Hands over the last value's count.
  package func removeLast() -> Value {
    length -= 1
    return items[length]
  }

  package func insert(_ value: Value, at index: Int) {
    append(.none)
    var i = length - 1
    while i > index {
      items[i] = items[i - 1]
      i -= 1
    }
    items[index] = value
  }

  /// Borrowed.
  package var values: UnsafeMutableBufferPointer<Value> { UnsafeMutableBufferPointer(start: items, count: length) }

  package func copied() -> ListObject {
    let other = ListObject(capacity: length)
    for value in values { other.append(value.retained()) }
    return other
  }

  deinit {
    // A long chain of nested lists must not overflow the host's stack: see Disposal.
    Disposal.releaseAll(values)
    free(items)
  }
}

/// Releases what a dying container held without recursing deeper than a fixed depth.
enum Disposal {
  nonisolated(unsafe) private static var depth = 0
  nonisolated(unsafe) private static var waiting: [Value] = []
  private static var limit: Int { 500 }

  static func releaseAll(_ values: UnsafeMutableBufferPointer<Value>) {
    if depth >= limit {
      for value in values where value.isObject { waiting.append(value) }
      return
    }
    depth += 1
    for value in values { value.release() }
    depth -= 1
    if depth == 0, !waiting.isEmpty {
      while let value = waiting.popLast() { value.release() }
    }
  }
}

/// A type of a module further up that programs can hold: a table, a model, an optimizer, a chart.
package protocol Foreign {
  /// What `type(x)` says.
  static var typeName: String { get }
  /// What shows as text, in an interpolated string and inside a list.
  var summary: String { get }
  /// `x.name`; nil when there is no such field.
  func field(_ name: String) throws -> Value?
  /// For near misses and completion.
  var fieldNames: [String] { get }
  /// `x[…]`; nil when the type cannot be indexed.
  func indexed(by indices: [IndexValue]) throws -> Value?
  /// `x(…)`; nil when the type cannot be called.
  var callable: ForeignCall? { get }
  /// `len(x)`; nil when it has none.
  var length: Int? { get }
  /// For `same(a, b)`.
  func isSame(as other: any Foreign, tolerance: Double) -> Bool
}

/// How a foreign value is applied: positional arguments and named ones, borrowed.
package typealias ForeignCall = (_ arguments: [Value], _ named: [(name: String, value: Value)]) throws -> Value

extension Foreign {
  package func field(_: String) throws -> Value? { nil }
  package var fieldNames: [String] { [] }
  package func indexed(by _: [IndexValue]) throws -> Value? { nil }
  package var callable: ForeignCall? { nil }
  package var length: Int? { nil }
  package func isSame(as _: any Foreign, tolerance _: Double) -> Bool { false }
}

package final class ForeignObject: Object {
  package var payload: any Foreign

  package init(_ payload: any Foreign) {
    self.payload = payload
    super.init(.foreign)
  }
}

extension Value {
  package init(_ text: String) { self.init(new: StringObject(text)) }
  package init(list values: [Value]) { self.init(new: ListObject(values)) }
  package init(foreign payload: any Foreign) { self.init(new: ForeignObject(payload)) }
  /// A number in tensor's clothing becomes a number again, unless it is being recorded.
  package init(_ tensor: Tensor) {
    if tensor.isNumber, tensor.node == nil {
      self.init(foreign: tensor.scalar)
    } else {
      self.init(new: TensorObject.make(tensor))
    }
  }

  package var string: String? {
    isObject(.string) ? unchecked(StringObject.self)._withUnsafeGuaranteedRef { $0.text } : nil
  }
  @inlinable package var list: ListObject? { isObject(.list) ? unchecked(ListObject.self).takeUnretainedValue() : nil }
  package var record: RecordObject? { isObject(.record) ? unchecked(RecordObject.self).takeUnretainedValue() : nil }
  package var tensor: Tensor? {
    isObject(.tensor) ? unchecked(TensorObject.self)._withUnsafeGuaranteedRef { $0.tensor } : nil
  }
  package var range: RangeObject? { isObject(.range) ? unchecked(RangeObject.self).takeUnretainedValue() : nil }
  package var function: FunctionObject? {
    isObject(.function) ? unchecked(FunctionObject.self).takeUnretainedValue() : nil
  }
  package var builtin: BuiltinObject? { isObject(.builtin) ? unchecked(BuiltinObject.self).takeUnretainedValue() : nil }
  package var foreign: (any Foreign)? {
    isObject(.foreign) ? unchecked(ForeignObject.self)._withUnsafeGuaranteedRef { $0.payload } : nil
  }

  /// What `type(x)` says.
  package var typeName: String {
    if isNumber { return "number" }
    if isBool { return "bool" }
    guard isObject else { return "none" }
    switch reference._withUnsafeGuaranteedRef({ $0.kind }) {
    case .string: return "string"
    case .list: return "list"
    case .record: return "record"
    case .tensor: return tensor!.isNumber ? "number" : "tensor"
    case .range: return "range"
    case .function, .builtin: return "fn"
    case .foreign: return Swift.type(of: foreign!).typeName
    }
  }

  /// The type with an article, for messages: `a number`, `an int tensor [3]`.
  package var described: String {
    if let tensor, !tensor.isNumber { return "\(tensor.dtype) tensor \(tensor.shape)".withArticle }
    if isNone || isMissing { return "none" }
    if function != nil || builtin != nil { return "a function" }
    if let list { return list.described }
    return typeName.withArticle
  }
}

extension ListObject {
  /// `a list`, and what of where that is one kind: `a list of strings`.
  fileprivate var described: String {
    guard let first = values.first else { return "an empty list" }
    let kind = first.typeName
    guard kind != "number", kind != "none", values.allSatisfy({ $0.typeName == kind }) else { return "a list" }
    return "a list of \(kind == "fn" ? "function" : kind)s"
  }
}

extension String {
  package var withArticle: String {
    // As they are read aloud: an ef thirty-two, a you eight.
    let startsWithVowel = first.map { "aeiou".contains($0) } == true && !hasPrefix("u8")
    return (startsWithVowel || dropFirst().first?.isNumber == true && hasPrefix("f") ? "an " : "a ") + self
  }
}
