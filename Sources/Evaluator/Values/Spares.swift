/// Objects that come and go quickly, the last that died first: they are used again instead of freed and made anew.
struct Spares<Kept: Object> {
  private static var capacity: Int { 64 }
  private let room = UnsafeMutablePointer<Unmanaged<Kept>>.allocate(capacity: capacity)
  private var count = 0

  /// Whether one more is kept: what is not need not be made ready.
  var hasRoom: Bool { count < Spares.capacity }

  mutating func take() -> Kept? {
    guard count > 0 else { return nil }
    count -= 1
    Object.live += 1
    return room[count].takeRetainedValue()
  }

  /// Keeps an object that nobody else holds, as long as there is room.
  mutating func keep(_ object: consuming Kept) {
    guard hasRoom else { return }
    Object.live -= 1
    room[count] = .passRetained(object)
    count += 1
  }
}
