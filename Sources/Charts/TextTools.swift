import Diagnostics

/// The text without control characters, which in data could drive the terminal; newlines and tabs become spaces.
func cleaned(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: result.append(" ")
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: continue
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// Columns that a text with colour sequences takes on the screen.
func visibleWidth(_ text: String) -> Int {
  guard text.utf8.contains(0x1B) else { return displayWidth(text) }
  var plain = String.UnicodeScalarView()
  var inEscape = false
  for scalar in text.unicodeScalars {
    if inEscape {
      if scalar == "m" { inEscape = false }
    } else if scalar == "\u{1B}" {
      inEscape = true
    } else {
      plain.append(scalar)
    }
  }
  return displayWidth(String(plain))
}

func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

enum Alignment: Sendable { case left, right, center }

/// The text filled up with spaces to a display width.
func padded(_ text: String, _ width: Int, _ alignment: Alignment = .left) -> String {
  let free = width - visibleWidth(text)
  guard free > 0 else { return text }
  switch alignment {
  case .left: return text + spaces(free)
  case .right: return spaces(free) + text
  case .center: return spaces(free / 2) + text + spaces(free - free / 2)
  }
}

/// The text cut to a display width, with an ellipsis where something is missing. Not for text with colours.
func clipped(_ text: String, _ width: Int, _ ellipsis: String = "…") -> String {
  guard displayWidth(text) > width else { return text }
  let mark = displayWidth(ellipsis) < width ? ellipsis : ""
  let room = width - displayWidth(mark)
  var kept = ""
  var used = 0
  for character in text {
    let w = displayWidth(character)
    if used + w > room { break }
    kept.append(character)
    used += w
  }
  return kept + mark
}

/// Trailing blanks, spaces and empty braille cells, add nothing.
func trimmedEnd(_ text: String) -> String {
  var end = text.endIndex
  while end > text.startIndex {
    let before = text.index(before: end)
    guard text[before] == " " || text[before] == "\u{2800}" else { break }
    end = before
  }
  return String(text[..<end])
}

/// A sentence broken between words to fit a width.
func sentence(_ text: String, width: Int, _ style: DisplayStyle) -> [String] {
  let words = (style.isASCII ? text.replacingSign : text).split(separator: " ").map {
    clipped(String($0), width, style.ellipsis)
  }
  return wrapped(words, width: width, separator: " ").map(style.dim)
}

/// The items side by side, wrapped at the width.
func wrapped(_ items: [String], width: Int, separator: String = "   ") -> [String] {
  var lines: [String] = []
  var line = ""
  for item in items {
    if line.isEmpty {
      line = item
    } else if visibleWidth(line) + separator.count + visibleWidth(item) <= width {
      line += separator + item
    } else {
      lines.append(line)
      line = item
    }
  }
  if !line.isEmpty { lines.append(line) }
  return lines
}
