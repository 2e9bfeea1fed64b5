/// Pictures of brightness or of red, green and blue, side by side.
package struct ImageSheet: Sendable {
  /// One picture; `values` row by row, channels innermost, each between 0 (black) and 1 (white).
  package struct Picture: Sendable {
    package var height: Int
    package var width: Int
    package var channels: Int
    package var values: [Double]
    package var caption: String

    package init(height: Int, width: Int, channels: Int = 1, values: [Double], caption: String = "") {
      precondition(values.count == height * width * channels, "a value for each pixel and channel")
      self.height = height
      self.width = width
      self.channels = channels
      self.values = values
      self.caption = cleaned(caption)
    }
  }

  package var pictures: [Picture]
  /// Pictures in a row; as many as fit when nil.
  package var across: Int?

  package init(_ pictures: [Picture], across: Int? = nil) {
    self.pictures = pictures
    self.across = across
  }

  /// Raw values brought to 0…1: bytes by 255, others as they are when they lie within 0…1, else from their smallest
  /// to their largest.
  package static func normalized(_ values: [Double], isBytes: Bool) -> [Double] {
    if isBytes { return values.map { $0 / 255 } }
    var (low, high) = (0.0, 1.0)
    for v in values where v.isFinite { (low, high) = (min(low, v), max(high, v)) }
    return low >= 0 && high <= 1 ? values : values.map { ($0 - low) / (high - low) }
  }

  func lines(width: Int, height: Int, _ style: DisplayStyle) -> [String] {
    guard let widest = pictures.map(\.width).max(), widest > 0 else { return [style.dim("no data to draw")] }
    // A pixel is one column wide and half a row high in colour, two columns wide and a row high in characters.
    let columnsPerPixel = style.color == .none ? 2 : 1
    let wanted = across ?? max(1, min(pictures.count, (width + 1) / (min(widest, 32) * columnsPerPixel + 1)))
    let perRow = max(1, min(wanted, (width + 1) / 3))
    let room = (width + 1) / perRow - 1
    var result: [String] = []
    for start in Swift.stride(from: 0, to: pictures.count, by: perRow) {
      let row = pictures[start..<min(pictures.count, start + perRow)]
      let blocks = row.map { picture in
        let limit = max(1, min(room / columnsPerPixel, picture.width))
        let (rows, used) = draw(picture, columns: limit, style)
        let caption = picture.caption.isEmpty ? [] : [clipped(picture.caption, max(2, used), style.ellipsis)]
        return (lines: rows + caption, width: used)
      }
      let tall = blocks.map(\.lines.count).max() ?? 0
      for i in 0..<tall {
        let line = blocks.map { padded(i < $0.lines.count ? $0.lines[i] : "", $0.width) }.joined(separator: " ")
        result.append(style.color == .none ? trimmedEnd(line) : line)
      }
    }
    return result
  }

  private static let tones: [Character] = [" ", "░", "▒", "▓", "█"]
  private static let plainTones: [Character] = Array(" .:-=+*#%@")

  private func draw(_ picture: Picture, columns: Int, _ style: DisplayStyle) -> ([String], Int) {
    let scale = max(1, (Double(picture.width) / Double(columns)))
    let columns = max(1, Int((Double(picture.width) / scale).rounded(.down)))
    let rows = max(1, Int((Double(picture.height) / scale).rounded()))
    let pixels = reduced(picture, columns: columns, rows: rows)
    var lines: [String] = []
    if style.color == .none {
      let tones = style.isASCII ? Self.plainTones : Self.tones
      for y in 0..<rows {
        var line = ""
        for x in 0..<columns {
          let tone = tones[max(0, min(tones.count - 1, Int(pixels[y * columns + x].lightness * Double(tones.count))))]
          line.append(tone)
          line.append(tone)
        }
        lines.append(line)
      }
      return (lines, columns * 2)
    }
    for y in Swift.stride(from: 0, to: rows, by: 2) {
      var line = ""
      for x in 0..<columns {
        let top = pixels[y * columns + x]
        if style.isASCII {
          line += style.paint(" ", RGB(gray: 1), on: top)
        } else if y + 1 < rows {
          line += "\u{1B}[\(style.code(top, 38));\(style.code(pixels[(y + 1) * columns + x], 48))m▀"
        } else {
          line += "\u{1B}[0;\(style.code(top, 38))m▀"
        }
      }
      lines.append(line + "\u{1B}[0m")
    }
    return (lines, columns)
  }

  /// The picture's pixels, each the mean of the box it stands for.
  func reduced(_ picture: Picture, columns: Int, rows: Int) -> [RGB] {
    var pixels: [RGB] = []
    pixels.reserveCapacity(columns * rows)
    for y in 0..<rows {
      let (top, bottom) = (
        y * picture.height / rows, max(y * picture.height / rows + 1, (y + 1) * picture.height / rows)
      )
      for x in 0..<columns {
        let left = x * picture.width / columns
        let right = max(left + 1, (x + 1) * picture.width / columns)
        func mean(_ channel: Int) -> UInt8 {
          var (sum, count) = (0.0, 0.0)
          for i in top..<min(bottom, picture.height) {
            for j in left..<min(right, picture.width) {
              let v = picture.values[(i * picture.width + j) * picture.channels + channel]
              if v.isFinite {
                sum += v
                count += 1
              }
            }
          }
          return count > 0 ? UInt8(max(0, min(255, (sum / count * 255).rounded()))) : 0
        }
        if picture.channels >= 3 {
          pixels.append(RGB(mean(0), mean(1), mean(2)))
        } else {
          let v = mean(0)
          pixels.append(RGB(v, v, v))
        }
      }
    }
    return pixels
  }
}
