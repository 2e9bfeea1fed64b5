import CKernels
import Tensors

/// The field names of records, shared by all records that were given the same names in the same order.
///
/// A record of many fields is a dictionary: its shape is its own, and grows with it. Else each new field would leave a
/// shape behind.
package final class RecordShape {
  package private(set) var keys: [Symbol]
  private var positions: [Symbol: Int]
  /// Held by records, and changed while only one holds it; the others live as long as the program.
  let isOwn: Bool
  private var wider: [Symbol: RecordShape] = [:]
  /// Distinguishes shapes in an instruction's cache.
  let id: UInt32

  nonisolated(unsafe) private static var made: UInt32 = 1
  nonisolated(unsafe) package static let empty = RecordShape([])

  private static var largestShared: Int { 64 }

  private init(_ keys: [Symbol]) {
    self.keys = keys
    isOwn = keys.count > RecordShape.largestShared
    positions = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
    id = RecordShape.made
    RecordShape.made += 1
  }

  package func position(of key: Symbol) -> Int? { positions[key] }

  package func adding(_ key: Symbol) -> RecordShape {
    if let known = wider[key] { return known }
    let shape = RecordShape(keys + [key])
    if !shape.isOwn { wider[key] = shape }
    return shape
  }

  /// Positions stay, so whoever has found a field finds it still.
  func append(_ key: Symbol) {
    positions[key] = keys.count
    keys.append(key)
  }

  package static func of(_ keys: [Symbol]) -> RecordShape {
    let shape = keys.prefix(largestShared).reduce(empty) { $0.adding($1) }
    return keys.count > largestShared ? RecordShape(keys) : shape
  }
}

package final class RecordObject: Object {
  /// Shared shapes live as long as the program: holding one needs no count.
  package private(set) unowned(unsafe) var shape: RecordShape
  final var shapeID: UInt32
  package private(set) var fields: Registers
  private var capacity: Int
  /// The shape once more where it is the record's own.
  private var ownShape: RecordShape?

  /// The fields start as none.
  package init(_ shape: RecordShape = .empty) {
    self.shape = shape
    ownShape = shape.isOwn ? shape : nil
    shapeID = shape.id
    capacity = max(RecordObject.usualCapacity, shape.keys.count)
    fields = RecordObject.room(capacity)
    super.init(.record)
  }

  /// Takes over the counts of the values.
  package convenience init(_ pairs: [(String, Value)]) {
    self.init()
    for (key, value) in pairs { self[Symbol(key)] = value }
  }

  package var keys: [Symbol] { shape.keys }
  package var length: Int { shape.keys.count }
  package var values: UnsafeMutableBufferPointer<Value> {
    UnsafeMutableBufferPointer(start: fields, count: shape.keys.count)
  }

  /// Reading borrows; writing takes over the value's count.
  package subscript(key: Symbol) -> Value? {
    get { shape.position(of: key).map { fields[$0] } }
    set {
      guard let newValue else { return }
      slot(for: key).put(newValue)
    }
  }

  package subscript(key: String) -> Value? { self[Symbol(key)] }

  /// The field's place, made when it is new.
  func slot(for key: Symbol) -> Registers {
    if let at = shape.position(of: key) { return fields + at }
    let n = shape.keys.count
    if n == capacity {
      let wider = RecordObject.room(capacity * 2)
      wider.update(from: fields, count: n)
      nns_release(fields, capacity * MemoryLayout<Value>.stride)
      fields = wider
      capacity *= 2
    }
    if ownShape != nil, isKnownUniquelyReferenced(&ownShape) {
      shape.append(key)
    } else {
      let wider = shape.adding(key)
      (shape, shapeID, ownShape) = (wider, wider.id, wider.isOwn ? wider : nil)
    }
    fields[n] = .none
    return fields + n
  }

  func copied() -> RecordObject {
    let other = RecordObject.make(shape)
    for i in 0..<length { other.fields[i] = fields[i].retained() }
    return other
  }

  /// Room from the free lists of the kernels, which hand a block of a size out again at once.
  private static func room(_ capacity: Int) -> Registers {
    let bytes = capacity * MemoryLayout<Value>.stride
    if !Resources.fits(bytes) { Resources.raiseMemory() }
    guard let block = nns_allocate(bytes) else { nns_out_of_memory() }
    let room = block.assumingMemoryBound(to: Value.self)
    room.initialize(repeating: .none, count: capacity)
    return room
  }

  fileprivate var hasUsualCapacity: Bool { capacity == RecordObject.usualCapacity }

  fileprivate func reshape(_ new: RecordShape) {
    count = 1
    shape = new
    shapeID = new.id
  }

  deinit {
    Disposal.releaseAll(values)
    nns_release(fields, capacity * MemoryLayout<Value>.stride)
  }
}

/// Records come and go quickly where programs change copies of them: the last ones that died are used again.
extension RecordObject {
  static var usualCapacity: Int { 8 }
  private static var spareCapacity: Int { 64 }
  nonisolated(unsafe) private static let spares = UnsafeMutablePointer<Unmanaged<RecordObject>>.allocate(
    capacity: spareCapacity)
  nonisolated(unsafe) private static var spareCount = 0

  /// A record whose fields are none.
  static func make(_ shape: RecordShape) -> RecordObject {
    guard spareCount > 0, shape.keys.count <= usualCapacity else { return RecordObject(shape) }
    spareCount -= 1
    let record = spares[spareCount].takeRetainedValue()
    record.reshape(shape)
    Object.live += 1
    return record
  }

  /// Takes over a record that no value holds any more.
  static func retire(_ object: Unmanaged<Object>) {
    var record = unsafeDowncast(object.takeRetainedValue(), to: RecordObject.self)
    // Whoever holds it in Swift may still look into it.
    guard spareCount < spareCapacity, record.hasUsualCapacity, isKnownUniquelyReferenced(&record) else { return }
    Disposal.releaseAll(record.values)
    record.fields.update(repeating: .none, count: usualCapacity)
    guard spareCount < spareCapacity else { return }
    Object.live -= 1
    spares[spareCount] = .passRetained(record)
    spareCount += 1
  }
}

/// An interned name.
package struct Symbol: Hashable, Sendable {
  package let id: UInt32

  nonisolated(unsafe) private static var ids: [String: UInt32] = [:]
  nonisolated(unsafe) private static var names: [String] = []

  package init(_ name: String) {
    if let known = Symbol.ids[name] {
      id = known
    } else {
      id = UInt32(Symbol.names.count)
      Symbol.names.append(name)
      Symbol.ids[name] = id
    }
  }

  init(id: UInt32) { self.id = id }

  package var name: String { Symbol.names[Int(id)] }
}
