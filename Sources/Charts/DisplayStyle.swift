/// The characters that charts and tables may use, from the finest to the plainest.
package enum Canvas: String, Sendable, CaseIterable {
  case braille, block, ascii
}

/// How many colours may be used.
package enum ColorDepth: Int, Sendable, Comparable {
  case none, indexed, full

  package static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }
}

/// What the place of output can show. The terminal's facts are found elsewhere; here they are plain values.
package struct DisplayStyle: Sendable, Equatable {
  /// Columns available.
  package var width: Int
  /// Rows of the screen, where there is one.
  package var height: Int?
  package var canvas: Canvas
  package var color: ColorDepth

  package init(width: Int = 80, height: Int? = nil, canvas: Canvas = .braille, color: ColorDepth = .none) {
    self.width = max(16, width)
    self.height = height
    self.canvas = canvas
    self.color = color
  }

  var isASCII: Bool { canvas == .ascii }

  var ellipsis: String { isASCII ? "..." : "…" }

  func bold(_ text: String) -> String { color == .none || text.isEmpty ? text : "\u{1B}[1m\(text)\u{1B}[0m" }

  func dim(_ text: String) -> String { color == .none || text.isEmpty ? text : "\u{1B}[2m\(text)\u{1B}[0m" }

  func paint(_ text: String, _ ink: RGB?) -> String {
    guard let ink, color != .none, !text.isEmpty else { return text }
    return "\u{1B}[\(code(ink, 38))m\(text)\u{1B}[0m"
  }

  func paint(_ text: String, _ ink: RGB, on ground: RGB) -> String {
    guard color != .none, !text.isEmpty else { return text }
    return "\u{1B}[\(code(ink, 38));\(code(ground, 48))m\(text)\u{1B}[0m"
  }

  /// The body of the escape sequence that sets a foreground (`38`) or background (`48`).
  func code(_ c: RGB, _ layer: Int) -> String {
    color == .full ? "\(layer);2;\(c.red);\(c.green);\(c.blue)" : "\(layer);5;\(c.index256)"
  }
}

/// A colour of 8 bits a channel.
struct RGB: Sendable, Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  init(gray: Double) {
    let v = UInt8(max(0, min(255, (gray * 255).rounded())))
    self.init(v, v, v)
  }

  /// The nearest entry of the 256-colour table: the grey ramp for greys, else the 6 × 6 × 6 cube.
  var index256: Int {
    if red == green, green == blue {
      if red < 4 { return 16 }
      if red > 246 { return 231 }
      return 232 + min(23, max(0, (Int(red) - 3) / 10))
    }
    func level(_ v: UInt8) -> Int { v < 48 ? 0 : v < 115 ? 1 : (Int(v) - 35) / 40 }
    return 16 + 36 * level(red) + 6 * level(green) + level(blue)
  }

  var hex: String {
    func two(_ v: UInt8) -> String { (v < 16 ? "0" : "") + String(v, radix: 16) }
    return "#" + two(red) + two(green) + two(blue)
  }

  /// Perceived lightness between 0 and 1 (Rec. 709 weights).
  var lightness: Double { (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255 }
}

/// The colours and markers that tell series apart. A marker repeats only after 60 series, so colour is never alone.
enum Palette {
  /// After Okabe and Ito's set for colour-blind readers, lightened to be legible on dark and on light grounds.
  static let colors: [RGB] = [
    RGB(58, 140, 214), RGB(224, 134, 20), RGB(20, 160, 110), RGB(204, 100, 160), RGB(196, 166, 30), RGB(60, 176, 200),
    RGB(212, 90, 50), RGB(140, 120, 210),
  ]
  static let gray = RGB(128, 128, 128)
  private static let glyphs: [Character] = ["●", "■", "▲", "◆", "○", "□", "△", "◇"]
  private static let plain: [Character] = ["o", "x", "+", "*", "#", "@", "%", "&"]
  private static let letters: [Character] = Array("abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

  static func color(_ series: Int) -> RGB { series < 0 ? gray : colors[series % colors.count] }

  static func marker(_ series: Int, _ canvas: Canvas) -> Character {
    let first = canvas == .ascii ? plain : glyphs
    return series < first.count ? first[max(0, series)] : letters[(series - first.count) % letters.count]
  }

  /// Dark blue through green to yellow: lightness grows steadily (viridis, sampled at eight points).
  private static let ramp: [RGB] = [
    RGB(68, 1, 84), RGB(70, 50, 127), RGB(54, 92, 141), RGB(39, 127, 142), RGB(31, 161, 135), RGB(74, 194, 109),
    RGB(159, 218, 58), RGB(253, 231, 37),
  ]

  /// The colour of a share between 0 and 1.
  static func shade(_ share: Double) -> RGB {
    let at = max(0, min(1, share)) * Double(ramp.count - 1)
    let i = min(ramp.count - 2, Int(at))
    let t = at - Double(i)
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) * (1 - t) + Double(b) * t).rounded()) }
    let (a, b) = (ramp[i], ramp[i + 1])
    return RGB(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue))
  }
}
