import CLibEdit

/// Where each character of an entry stands on the screen, as libedit places them: rows and columns from the prompt's start.
struct EntryLayout {
  /// The place of each scalar, and one more for the end.
  private(set) var places: [(row: Int, column: Int)] = []
  private(set) var rows = 1

  init(_ text: [UInt32], promptWidth: Int, columns: Int) {
    let columns = max(2, columns)
    var (row, column) = (promptWidth / columns, promptWidth % columns)
    places.reserveCapacity(text.count + 1)
    for scalar in text {
      if scalar == 0x0A {
        places.append((row, column))
        (row, column) = (row + 1, 0)
        continue
      }
      let width = max(0, Int(nns_edit_width(scalar)))
      // A wide character does not straddle the edge.
      if column + width > columns { (row, column) = (row + 1, 0) }
      places.append((row, column))
      column += width
      if column >= columns { (row, column) = (row + 1, 0) }
    }
    places.append((row, column))
    rows = row + 1
  }
}

/// Text for the editor's buffer: no control characters that it would show as `^X`.
func enterable(_ text: String) -> [UInt32] {
  var result: [UInt32] = []
  var wasReturn = false
  for scalar in composed(text).unicodeScalars {
    let v = scalar.value
    if v == 0x0A, wasReturn {
      wasReturn = false
      continue
    }
    wasReturn = v == 0x0D
    switch v {
    case 0x0D: result.append(0x0A)
    case 0x09: result += [0x20, 0x20, 0x20, 0x20]
    case 0x0A: result.append(v)
    case 0..<0x20, 0x7F..<0xA0: continue
    default: result.append(v)
    }
  }
  return result
}

/// Letters followed by combining marks as single characters where Unicode has them: libedit loses lone marks on a full
/// redraw. Swift compares strings by canonical equivalence, so the composed letter is the one that is equal.
private func composed(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: { (0x300...0x36F).contains($0.value) }) else { return text }
  var result = ""
  for character in text {
    if character.unicodeScalars.count > 1, let one = letters.first(where: { $0 == character }) {
      result.append(one)
    } else {
      result.append(character)
    }
  }
  return result
}

private let letters: [Character] = [0xC0...0x24F, 0x386...0x3CE, 0x400...0x45F, 0x1E00...0x1FFC].flatMap {
  (range: ClosedRange<UInt32>) in range.compactMap(Unicode.Scalar.init).map(Character.init)
}

func string(_ scalars: some Sequence<UInt32>) -> String {
  var view = String.UnicodeScalarView()
  for value in scalars { if let scalar = Unicode.Scalar(value) { view.append(scalar) } }
  return String(view)
}
