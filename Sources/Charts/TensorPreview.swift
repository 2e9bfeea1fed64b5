/// A tensor for people: a heading such as `f32 [3, 4]`, then its first and last rows and columns in one precision.
package struct TensorPreview {
  package var heading: String
  package var shape: [Int]
  /// The cell of an element, counted row by row; called for the elements shown only.
  package var cell: (Int) -> TextTable.Cell
  package var significantDigits = 4
  /// Along an axis up to this many are shown whole; of longer ones half from each end.
  package var rowLimit = 8
  package var sliceLimit = 2

  package init(_ heading: String, shape: [Int], cell: @escaping (Int) -> TextTable.Cell) {
    self.heading = cleaned(heading)
    self.shape = shape
    self.cell = cell
  }

  /// The preview as text; no newline at the end.
  package func text(_ style: DisplayStyle) -> String {
    let title = style.dim(clipped(heading, style.width, style.ellipsis))
    guard !shape.contains(0) else { return title }
    guard let columns = shape.last else { return "\(title) \(texts([0])[0])" }
    let rows = shape.count > 1 ? shape[shape.count - 2] : 1
    let outer = shape.dropLast(2)
    let slices = outer.reduce(1, *)
    // The columns that fit depend on how wide numbers are: judge by a sample, then choose, then write.
    let sample = texts(Self.ends(min(slices * rows * columns, Int.max), 40).compactMap { $0 })
    let wide = max(1, sample.map(visibleWidth).max() ?? 1)
    let fitting = max(1, (style.width - 5) / (wide + 2))
    let isWhole = columns <= 20 && columns * (wide + 2) <= style.width
    let shownColumns = Self.ends(columns, isWhole ? columns : min(fitting, 12))
    let shownRows = Self.ends(rows, slices > 1 ? min(rowLimit, 6) : rowLimit)
    let shownSlices = Self.ends(slices, slices > 1 ? sliceLimit : 1)
    var indices: [Int] = []
    for slice in shownSlices.compactMap({ $0 }) {
      for row in shownRows.compactMap({ $0 }) {
        for column in shownColumns.compactMap({ $0 }) { indices.append((slice * rows + row) * columns + column) }
      }
    }
    let cells = texts(indices)
    let width = cells.map(visibleWidth).max() ?? 1
    var lines = [title]
    var next = 0
    for slice in shownSlices {
      guard let slice else {
        lines.append("  " + style.ellipsis)
        continue
      }
      if slices > 1 || outer.count > 0 { lines.append(style.dim(sliceHeading(slice, outer))) }
      for row in shownRows {
        guard row != nil else {
          lines.append("  " + padded(style.ellipsis, width, .right))
          continue
        }
        var line = ""
        for column in shownColumns {
          if column == nil {
            line += "  " + style.ellipsis
          } else {
            line += "  " + padded(cells[next], width, .right)
            next += 1
          }
        }
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// The first and the last of `count` places, nil where some are left out between them.
  private static func ends(_ count: Int, _ limit: Int) -> [Int?] {
    guard count > max(1, limit) else { return (0..<count).map { $0 } }
    let head = max(1, (limit + 1) / 2)
    let tail = max(0, limit - head)
    return (0..<head).map { $0 } + [nil] + (count - tail..<count).map { $0 }
  }

  private func sliceHeading(_ slice: Int, _ outer: ArraySlice<Int>) -> String {
    var rest = slice
    var index: [Int] = []
    for size in outer.reversed() {
      index.insert(rest % size, at: 0)
      rest /= size
    }
    return "[" + index.map(String.init).joined(separator: ", ") + ", .., ..]"
  }

  private func texts(_ indices: [Int]) -> [String] {
    let raw = indices.map(cell)
    let format = ColumnFormat(
      raw.lazy.compactMap { if case .number(let x) = $0 { x } else { nil } }, significant: significantDigits)
    return raw.map {
      switch $0 {
      case .number(let x): format.text(x)
      case .text(let text): cleaned(text)
      case .missing: "·"
      }
    }
  }
}
