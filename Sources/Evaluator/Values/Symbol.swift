/// An interned name. Numbers count from 1.
package struct Symbol: Hashable, Sendable {
  package let id: UInt32

  package static func == (a: Symbol, b: Symbol) -> Bool { a.id == b.id }

  nonisolated(unsafe) private static var table = SymbolTable()

  package init(_ name: String) { id = Symbol.table.find(name) ?? Symbol.table.add(name) }

  init(id: UInt32) { self.id = id }

  /// The symbol of a name that has one.
  static func known(_ name: String) -> Symbol? { table.find(name).map(Symbol.init(id:)) }

  package var name: String { Symbol.table.names[Int(id)] }
}

/// Finds the number of a name. Programs that count words look names up all the time, so the hash is a plain one.
private struct SymbolTable {
  var names = [""]
  private var hashes: [UInt64] = [0]
  /// The number of the name at a place that its hash gives, or at one of the next; 0 where none is.
  private var places = [UInt32](repeating: 0, count: 1024)

  func find(_ name: String) -> UInt32? {
    let hash = SymbolTable.hash(name)
    var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
    while places[place] != 0 {
      let number = places[place]
      if hashes[Int(number)] == hash, names[Int(number)] == name { return number }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  mutating func add(_ name: String) -> UInt32 {
    if names.count * 2 > places.count {
      places = [UInt32](repeating: 0, count: places.count * 4)
      for number in 1..<names.count { enter(UInt32(number)) }
    }
    let number = UInt32(names.count)
    names.append(name)
    hashes.append(SymbolTable.hash(name))
    enter(number)
    return number
  }

  private mutating func enter(_ number: UInt32) {
    var place = Int(truncatingIfNeeded: hashes[Int(number)]) & (places.count - 1)
    while places[place] != 0 { place = (place + 1) & (places.count - 1) }
    places[place] = number
  }

  private static func hash(_ name: String) -> UInt64 {
    var name = name
    let plain = name.withUTF8 { bytes -> UInt64? in
      var hash = UInt64(bytes.count)
      for byte in bytes {
        if byte >= 0x80 { return nil }
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
      return hash ^ (hash >> 29)
    }
    // The same letters may be encoded in several ways, which Swift compares as equal: its own hash knows them.
    return plain ?? UInt64(truncatingIfNeeded: name.hashValue)
  }
}
