/// The top-level names of a session, each with a slot that compiled code refers to, and the library behind them.
package final class Globals {
  /// What each name is set to; behind them, from `capacity` on, what the library has under that name.
  let slots: Registers
  private var positions: [String: Int] = [:]
  private(set) var names: [String] = []
  package let library: Library
  static let capacity = 61_000
  /// What the prompt does under a name of its own, for those who write it without the `:`.
  package var commands: Set<String> = []

  package init(library: Library) {
    self.library = library
    slots = .allocate(capacity: 2 * Globals.capacity)
  }

  package var count: Int { names.count }

  func slot(for name: String) -> Int {
    if let known = positions[name] { return known }
    // The compiler refuses a text that comes near the capacity; the last slot keeps a wild one harmless.
    guard names.count < Globals.capacity - 1 else { return Globals.capacity - 1 }
    (slots + names.count).initialize(to: .missing)
    (slots + Globals.capacity + names.count).initialize(to: library.value(name) ?? .missing)
    positions[name] = names.count
    names.append(name)
    return names.count - 1
  }

  func knownSlot(of name: String) -> Int? { positions[name] }

  /// Reading borrows; writing takes over the value's count; nil removes the name.
  package subscript(name: String) -> Value? {
    get {
      guard let at = positions[name] else { return nil }
      let value = slots[at]
      return value.isMissing || value.isBusy ? nil : value
    }
    set { (slots + slot(for: name)).put(newValue ?? .missing) }
  }

  /// The names that are set, in the order in which they first appeared.
  package var setNames: [String] { names.filter { self[$0] != nil } }

  package func removeAll() { for i in names.indices { (slots + i).put(.missing) } }

  deinit {
    removeAll()
    slots.deallocate()
  }
}
