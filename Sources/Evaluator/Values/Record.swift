import CKernels
import Tensors

package final class RecordObject: Object {
  /// Shared shapes live as long as the program, and its own as long as the record: holding one needs no count.
  package private(set) unowned(unsafe) var shape: RecordShape
  private var own: RecordShape?
  final var shapeID: UInt32
  package private(set) var fields: Registers
  private var capacity: Int

  /// The fields start as none.
  package init(_ shape: RecordShape = .empty) {
    own = shape.isOwn ? shape.separated() : nil
    self.shape = own ?? shape
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

  package subscript(key: String) -> Value? { Symbol.known(key).flatMap { self[$0] } }

  /// The field that a string names, borrowed.
  func field(named key: Unmanaged<StringObject>) -> Value? {
    key._withUnsafeGuaranteedRef { $0.knownSymbol }.flatMap { self[$0] }
  }

  /// The field's place, made when it is new. A key that comes by index gives the record a shape of its own.
  func slot(for key: Symbol, byIndex: Bool = false) -> Registers {
    if let at = shape.position(of: key) { return fields + at }
    let n = shape.keys.count
    if n == capacity {
      let wider = RecordObject.room(capacity * 2)
      wider.update(from: fields, count: n)
      nns_release(fields, capacity * MemoryLayout<Value>.stride)
      fields = wider
      capacity *= 2
    }
    if !byIndex, let wider = shape.adding(key) {
      shape = wider
    } else {
      let own = own ?? shape.separated()
      own.append(key)
      self.own = own
      shape = own
    }
    shapeID = shape.id
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
    own = new.isOwn ? new.separated() : nil
    shape = own ?? new
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
  nonisolated(unsafe) private static var spares = Spares<RecordObject>()

  /// A record whose fields are none.
  static func make(_ shape: RecordShape) -> RecordObject {
    guard shape.keys.count <= usualCapacity, let record = spares.take() else { return RecordObject(shape) }
    record.reshape(shape)
    return record
  }

  /// Takes over a record that no value holds any more.
  static func retire(_ object: Unmanaged<Object>) {
    var record = unsafeDowncast(object.takeRetainedValue(), to: RecordObject.self)
    // Whoever holds it in Swift may still look into it.
    guard spares.hasRoom, record.hasUsualCapacity, isKnownUniquelyReferenced(&record) else { return }
    Disposal.releaseAll(record.values)
    record.fields.update(repeating: .none, count: usualCapacity)
    record.own = nil
    spares.keep(record)
  }
}
