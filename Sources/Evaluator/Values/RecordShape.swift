/// The field names of a record and where they stand.
///
/// Records whose fields are written in the program share a shape, so that an instruction can remember where it found a
/// field. A record that is filled by index, as a dictionary is, has a shape of its own, which grows with it.
package final class RecordShape {
  package private(set) var keys: [Symbol]
  /// The position + 1 of each key at a place that its number gives, 0 where none is; empty while there are few keys.
  private var table: [UInt32] = []
  private var wider: [Symbol: RecordShape] = [:]
  /// Distinguishes shared shapes in an instruction's cache.
  let id: UInt32

  nonisolated(unsafe) private static var made: UInt32 = 1
  nonisolated(unsafe) package static let empty = RecordShape([], id: 0x8000_0000)
  /// The id of every shape that is a record's own: never remembered.
  static let ownID = UInt32.max
  /// Shapes live as long as the program: a program that makes ever new ones does not get more of them than this.
  private static let mostShared: UInt32 = 1 << 14
  private static let mostSharedKeys = 64
  private static let fewKeys = 8

  private init(_ keys: [Symbol], id: UInt32) {
    self.keys = keys
    self.id = id
    if keys.count > RecordShape.fewKeys { rebuild() }
  }

  package static func of(_ keys: [Symbol]) -> RecordShape { keys.reduce(empty) { $0.with($1) } }

  var isOwn: Bool { id == RecordShape.ownID }

  /// The same keys, for one record alone.
  func separated() -> RecordShape { RecordShape(keys, id: RecordShape.ownID) }

  /// The shared shape with one more key; nil where a record should rather have its own.
  func adding(_ key: Symbol) -> RecordShape? {
    if isOwn { return nil }
    let isFull = keys.count >= RecordShape.mostSharedKeys || RecordShape.made >= RecordShape.mostShared
    return isFull ? wider[key] : with(key)
  }

  private func with(_ key: Symbol) -> RecordShape {
    if let known = wider[key] { return known }
    let shape = RecordShape(keys + [key], id: RecordShape.made)
    RecordShape.made += 1
    wider[key] = shape
    return shape
  }

  /// Adds a key to a shape that one record owns.
  func append(_ key: Symbol) {
    keys.append(key)
    if keys.count > RecordShape.fewKeys {
      if keys.count * 2 > table.count { rebuild() } else { enter(key, keys.count) }
    }
  }

  package func position(of key: Symbol) -> Int? {
    if table.isEmpty { return keys.firstIndex(of: key) }
    var place = home(key)
    while table[place] != 0 {
      let at = Int(table[place]) - 1
      if keys[at] == key { return at }
      place = (place + 1) & (table.count - 1)
    }
    return nil
  }

  private func rebuild() {
    var size = 4 * RecordShape.fewKeys
    while size < keys.count * 4 { size *= 2 }
    table = [UInt32](repeating: 0, count: size)
    for (at, key) in keys.enumerated() { enter(key, at + 1) }
  }

  private func enter(_ key: Symbol, _ number: Int) {
    var place = home(key)
    while table[place] != 0 { place = (place + 1) & (table.count - 1) }
    table[place] = UInt32(number)
  }

  /// Fibonacci hashing: symbols are numbered in the order in which they came.
  private func home(_ key: Symbol) -> Int { Int((key.id &* 2_654_435_769) >> 7) & (table.count - 1) }
}
