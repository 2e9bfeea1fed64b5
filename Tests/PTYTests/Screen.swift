/// What a terminal shows: just the sequences that the prompt sends, so that a new one is noticed.
struct Screen {
  private(set) var rows: [[Character]]
  private(set) var row = 0
  private(set) var column = 0
  private(set) var unknown: [String] = []
  private let width: Int
  private let height: Int
  private var saved = (0, 0)
  private var wrapsNext = false
  /// Bytes of a sequence or character that has not ended yet.
  private var pending: [UInt8] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    rows = Array(repeating: Array(repeating: " ", count: width), count: height)
  }

  /// The lines without blanks at their ends, nor empty lines at the end.
  var text: String {
    var lines = rows.map { row -> String in
      var line = String(row.filter { $0 != "\0" })
      while line.last == " " { line.removeLast() }
      return line
    }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  mutating func feed(_ bytes: [UInt8]) {
    pending += bytes
    while !pending.isEmpty {
      guard let used = step() else { return }
      pending.removeFirst(used)
    }
  }

  /// Handles one character or sequence; nil when more bytes are needed.
  private mutating func step() -> Int? {
    let first = pending[0]
    switch first {
    case 0x1B: return escape()
    case 0x0D: (column, wrapsNext) = (0, false)
    case 0x0A: lineFeed()
    case 0x08: (column, wrapsNext) = (max(0, column - 1), false)
    case 0x07: break
    case 0..<0x20: unknown.append("control \(first)")
    default:
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      guard pending.count >= length else { return nil }
      put(Character(String(decoding: pending.prefix(length), as: UTF8.self)))
      return length
    }
    return 1
  }

  private mutating func put(_ character: Character) {
    let isWide = character.unicodeScalars.first.map { (0x2E80...0xD7A3).contains($0.value) } ?? false
    let size = isWide ? 2 : 1
    if wrapsNext || column + size > width {
      column = 0
      lineFeed()
    }
    rows[row][column] = character
    if isWide { rows[row][column + 1] = "\0" }
    wrapsNext = column + size >= width
    column = min(width - 1, column + size)
  }

  private mutating func lineFeed() {
    wrapsNext = false
    if row + 1 < height {
      row += 1
    } else {
      rows.removeFirst()
      rows.append(Array(repeating: " ", count: width))
    }
  }

  private mutating func escape() -> Int? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "7"): saved = (row, column)
    case UInt8(ascii: "8"): (row, column, wrapsNext) = (saved.0, saved.1, false)
    case UInt8(ascii: "["):
      guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { return nil }
      control(String(decoding: pending[2..<end], as: UTF8.self), pending[end])
      return end + 1
    default: unknown.append("escape \(pending[1])")
    }
    return 2
  }

  private mutating func control(_ parameters: String, _ final: UInt8) {
    let n = Int(parameters.split(separator: ";").first ?? "") ?? 0
    wrapsNext = false
    switch final {
    case UInt8(ascii: "A"): row = max(0, row - max(1, n))
    case UInt8(ascii: "B"): row = min(height - 1, row + max(1, n))
    case UInt8(ascii: "C"): column = min(width - 1, column + max(1, n))
    case UInt8(ascii: "D"): column = max(0, column - max(1, n))
    case UInt8(ascii: "G"): column = max(0, min(width - 1, n - 1))
    case UInt8(ascii: "H"):
      let places = parameters.split(separator: ";").map { Int($0) ?? 1 }
      row = max(0, min(height - 1, (places.first ?? 1) - 1))
      column = max(0, min(width - 1, (places.count > 1 ? places[1] : 1) - 1))
    case UInt8(ascii: "J"):
      for c in column..<width { rows[row][c] = " " }
      for r in row + 1..<max(row + 1, height) { rows[r] = Array(repeating: " ", count: width) }
    case UInt8(ascii: "K"): for c in column..<width { rows[row][c] = " " }
    case UInt8(ascii: "P"):
      for _ in 0..<max(1, n) {
        rows[row].remove(at: column)
        rows[row].append(" ")
      }
    case UInt8(ascii: "@"):
      for _ in 0..<max(1, n) {
        rows[row].insert(" ", at: column)
        rows[row].removeLast()
      }
    case UInt8(ascii: "m"), UInt8(ascii: "h"), UInt8(ascii: "l"): break
    default: unknown.append("sequence \(parameters)\(Character(Unicode.Scalar(final)))")
    }
  }
}
