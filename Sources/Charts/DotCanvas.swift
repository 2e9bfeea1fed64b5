/// A grid of character cells, each split into dots: 2 × 4 in braille, 2 × 2 in blocks, 1 × 2 in ASCII.
struct DotCanvas {
  let columns: Int
  let rows: Int
  /// Dots in a cell.
  let dotsAcross: Int
  let dotsDown: Int
  private let canvas: Canvas
  private var bits: [UInt8]
  private var ink: [Int16]
  private var glyphs: [Character?]

  init(columns: Int, rows: Int, canvas: Canvas) {
    self.columns = columns
    self.rows = rows
    self.canvas = canvas
    (dotsAcross, dotsDown) = canvas == .braille ? (2, 4) : canvas == .block ? (2, 2) : (1, 2)
    bits = [UInt8](repeating: 0, count: columns * rows)
    ink = [Int16](repeating: -1, count: columns * rows)
    glyphs = [Character?](repeating: nil, count: columns * rows)
  }

  var width: Int { columns * dotsAcross }
  var height: Int { rows * dotsDown }

  /// Sets a dot; `y` counts from the bottom. Dots outside are ignored.
  @inline(__always)
  mutating func dot(_ x: Int, _ y: Int, _ series: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    let down = height - 1 - y
    let cell = (down / dotsDown) * columns + x / dotsAcross
    bits[cell] |= 1 << UInt8((down % dotsDown) * dotsAcross + x % dotsAcross)
    ink[cell] = Int16(truncatingIfNeeded: series)
  }

  /// A straight line of dots (Bresenham); every dot but `gap` in a row of `gap + 1` where `gap` > 0.
  mutating func segment(_ x0: Int, _ y0: Int, _ x1: Int, _ y1: Int, _ series: Int, gap: Int = 0) {
    let dx = abs(x1 - x0)
    let dy = -abs(y1 - y0)
    var (x, y, error, n) = (x0, y0, dx + dy, 0)
    while true {
      if gap == 0 || n % (gap + 1) == 0 { dot(x, y, series) }
      if x == x1, y == y1 { return }
      n += 1
      let twice = 2 * error
      if twice >= dy {
        error += dy
        x += x0 < x1 ? 1 : -1
      }
      if twice <= dx {
        error += dx
        y += y0 < y1 ? 1 : -1
      }
    }
  }

  /// A character over the dots of a cell; rows count from the top.
  mutating func put(_ glyph: Character, column: Int, row: Int, _ series: Int) {
    guard column >= 0, column < columns, row >= 0, row < rows else { return }
    glyphs[row * columns + column] = glyph
    ink[row * columns + column] = Int16(truncatingIfNeeded: series)
  }

  func isMarked(column: Int, row: Int) -> Bool {
    guard column >= 0, column < columns, row >= 0, row < rows else { return false }
    return glyphs[row * columns + column] != nil
  }

  /// A row from the top as text, cells of one series painted in one go.
  func line(_ row: Int, _ style: DisplayStyle) -> String {
    var last = columns - 1
    while last >= 0, bits[row * columns + last] == 0, glyphs[row * columns + last] == nil { last -= 1 }
    guard last >= 0 else { return "" }
    var result = ""
    var run = ""
    var runInk: Int16 = -2
    for cell in row * columns...row * columns + last {
      let isBlank = bits[cell] == 0 && glyphs[cell] == nil
      let color = isBlank ? runInk : ink[cell]
      if color != runInk {
        result += paint(run, runInk, style)
        run = ""
        runInk = color
      }
      run.append(glyphs[cell] ?? character(bits[cell]))
    }
    return result + paint(run, runInk, style)
  }

  private func paint(_ text: String, _ series: Int16, _ style: DisplayStyle) -> String {
    series == -2 ? text : style.paint(text, Palette.color(Int(series)))
  }

  private static let quadrants: [Character] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]
  private static let strokes: [Character] = [" ", "'", ".", ":"]
  /// Braille dots are numbered down the left column first, the fourth row last.
  private static let brailleBits: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  private func character(_ dots: UInt8) -> Character {
    switch canvas {
    case .ascii: return Self.strokes[Int(dots & 3)]
    case .block: return Self.quadrants[Int(dots & 15)]
    case .braille:
      var pattern: UInt32 = 0x2800
      for i in 0..<8 where dots & (1 << UInt8(i)) != 0 { pattern |= Self.brailleBits[i] }
      return Unicode.Scalar(pattern).map(Character.init) ?? " "
    }
  }
}
