extension Grid {
  func lines(width: Int, height: Int, _ style: DisplayStyle) -> [String] {
    guard rowCount > 0, columnCount > 0 else { return [style.dim("no data to draw")] }
    if showsNumbers, let table = numbered(width: width, style) { return table + noteLines(width, style) }
    return shaded(width: width, height: height, style) + noteLines(width, style)
  }

  private func noteLines(_ width: Int, _ style: DisplayStyle) -> [String] {
    notes.flatMap { sentence($0, width: width, style) }
  }

  private static let marks: [Character] = [" ", "░", "▒", "▓", "█"]
  private static let plainMarks: [Character] = [" ", ".", ":", "+", "#"]

  private func mark(_ share: Double, _ style: DisplayStyle) -> Character {
    guard share.isFinite else { return style.isASCII ? "?" : "·" }
    let marks = style.isASCII ? Self.plainMarks : Self.marks
    return marks[max(0, min(4, Int((share * 4).rounded(.up))))]
  }

  private func rowLabel(_ i: Int) -> String { i < rowLabels.count ? rowLabels[i] : String(i) }

  private func columnLabel(_ i: Int) -> String { i < columnLabels.count ? columnLabels[i] : String(i) }

  /// Numbers in shaded cells, or nil when they do not fit the width.
  private func numbered(width: Int, _ style: DisplayStyle) -> [String]? {
    guard columnCount <= width / 2, rowCount <= 60 else { return nil }
    let format = ColumnFormat(values.joined(), significant: 3)
    let texts = values.map { $0.map(format.text) }
    let cellWidth = max(2, texts.joined().map(\.count).max() ?? 1)
    let sideWidth = side.isEmpty ? 0 : max(visibleWidth(sideTitle), side.map(visibleWidth).max() ?? 0) + 2
    // A blank before each number, a shade mark behind it.
    let pitch = cellWidth + 2
    var room = width - columnCount * pitch - sideWidth - 1
    guard room >= 2 else { return nil }
    // Headings that do not fit their column are replaced by numbers, which the row labels then repeat.
    let widest = (0..<columnCount).map { visibleWidth(columnLabel($0)) }.max() ?? 0
    let isNumbered = widest > cellWidth && !columnLabels.isEmpty
    let digits = String(max(0, columnCount - 1)).count
    if isNumbered, room < digits + 3 { return nil }
    let labels = (0..<rowCount).map { i in
      isNumbered && i < columnCount && columnLabels == rowLabels
        ? padded(String(i), digits, .right) + " " + rowLabel(i) : rowLabel(i)
    }
    room = min(room, max(visibleWidth(rowTitle), labels.map(visibleWidth).max() ?? 0))
    var lines: [String] = []
    if !columnTitle.isEmpty {
      lines.append(spaces(room + 1) + style.dim(padded(columnTitle, columnCount * pitch, .center)))
    }
    var heading = padded(clipped(rowTitle, room, style.ellipsis), room)
    for j in 0..<columnCount {
      heading += " " + padded(isNumbered ? String(j) : columnLabel(j), cellWidth, .right) + " "
    }
    if !side.isEmpty { heading += padded(sideTitle, sideWidth, .right) }
    lines.append(style.dim(heading))
    let shares = shares()
    for i in 0..<rowCount {
      var line = padded(clipped(labels[i], room, style.ellipsis), room)
      for j in 0..<columnCount {
        let text = " " + padded(texts[i][j], cellWidth, .right)
        if style.color == .none {
          line += text + String(mark(shares[i][j], style))
        } else if shares[i][j].isFinite {
          let ground = Palette.shade(shares[i][j])
          line += style.paint(text + " ", ground.lightness > 0.45 ? RGB(gray: 0) : RGB(gray: 1), on: ground)
        } else {
          line += text + " "
        }
      }
      if i < side.count { line += padded(side[i], sideWidth, .right) }
      lines.append(line)
    }
    if isNumbered, columnLabels != rowLabels {
      lines += wrapped(
        (0..<columnCount).map { "\($0) \(clipped(columnLabel($0), width - 6, style.ellipsis))" }, width: width)
    }
    return lines.map(trimmedEnd)
  }

  /// Shades alone, cells averaged together until they fit the screen, with the scale below.
  private func shaded(width: Int, height: Int, _ style: DisplayStyle) -> [String] {
    let labelWidth = min(
      width / 4, max(visibleWidth(rowTitle), (0..<min(rowCount, 1000)).map { visibleWidth(rowLabel($0)) }.max() ?? 0))
    let room = width - labelWidth - 1
    let across = (columnCount + room - 1) / room
    let down = (rowCount + height - 1) / max(1, height)
    let shares = averaged(shares(), across: across, down: down)
    let shownColumns = shares.first?.count ?? 0
    let pitch = max(1, min(6, room / max(1, shownColumns)))
    var lines: [String] = []
    if !columnTitle.isEmpty {
      lines.append(spaces(labelWidth + 1) + style.dim(clipped(columnTitle, room, style.ellipsis)))
    }
    for i in shares.indices {
      let label = down == 1 ? rowLabel(i) : i == 0 || i == shares.count - 1 ? rowLabel(min(rowCount - 1, i * down)) : ""
      var line = padded(clipped(label, labelWidth, style.ellipsis), labelWidth) + " "
      for share in shares[i] {
        if style.color == .none || !share.isFinite {
          line += String(repeating: mark(share, style), count: pitch)
        } else {
          line += style.paint(spaces(pitch), RGB(gray: 0), on: Palette.shade(share))
        }
      }
      lines.append(style.color == .none ? trimmedEnd(line) : line)
    }
    // The ends of the column axis.
    if shownColumns > 1 {
      let (first, last) = (columnLabel(0), columnLabel(columnCount - 1))
      let span = shownColumns * pitch
      if visibleWidth(first) + visibleWidth(last) < span {
        lines.append(spaces(labelWidth + 1) + padded(first, span - visibleWidth(last)) + last)
      }
    }
    if case .overall = shading, let (low, high) = bounds {
      let ramp =
        style.color == .none
        ? (style.isASCII ? " .:+#" : " ░▒▓█")
        : (0..<10).map { style.paint(" ", RGB(gray: 0), on: Palette.shade(Double($0) / 9)) }.joined()
      let scale = "\(shortNumber(low)) [\(ramp)] \(shortNumber(high))"
      if visibleWidth(scale) <= width { lines.append(spaces(min(labelWidth + 1, width - visibleWidth(scale))) + scale) }
    }
    if across > 1 || down > 1 {
      lines += sentence("each cell is the mean of \(down) × \(across) values", width: width, style)
    }
    return lines
  }

  private func averaged(_ cells: [[Double]], across: Int, down: Int) -> [[Double]] {
    guard across > 1 || down > 1 else { return cells }
    return Swift.stride(from: 0, to: cells.count, by: down).map { top in
      Swift.stride(from: 0, to: columnCount, by: across).map { left in
        var (sum, count) = (0.0, 0)
        for i in top..<min(cells.count, top + down) {
          for j in left..<min(columnCount, left + across) where cells[i][j].isFinite {
            sum += cells[i][j]
            count += 1
          }
        }
        return count > 0 ? sum / Double(count) : .nan
      }
    }
  }
}

extension String {
  func asASCII(_ style: DisplayStyle) -> String { style.isASCII ? replacingSign : self }
}
