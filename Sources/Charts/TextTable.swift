/// A table for people: boxed, aligned by kind, fitted to the width by leaving out columns, never by wrapping.
package struct TextTable {
  package enum Cell: Sendable {
    case number(Double), text(String), missing
  }

  package struct Column {
    package var name: String
    /// Numbers stand on the right, in one precision.
    package var isNumeric: Bool
    /// The cell of a row; called for the rows shown only.
    package var cell: (Int) -> Cell

    package init(_ name: String, isNumeric: Bool, cell: @escaping (Int) -> Cell) {
      self.name = cleaned(name)
      self.isNumeric = isNumeric
      self.cell = cell
    }

    package init(_ name: String, _ values: [Double]) {
      self.init(name, isNumeric: true) { .number(values[$0]) }
    }

    package init(_ name: String, _ values: [String]) {
      self.init(name, isNumeric: false) { .text(values[$0]) }
    }
  }

  package var columns: [Column]
  package var rowCount: Int
  /// What stands under the table beside the counts, such as a total.
  package var caption: String?
  /// Tables of up to this many rows are shown whole; of longer ones the first and the last.
  package var rowLimit = 24
  package var headRows = 10
  package var tailRows = 5
  package var significantDigits = 4

  package init(_ columns: [Column], rowCount: Int, caption: String? = nil) {
    self.columns = columns
    self.rowCount = rowCount
    self.caption = caption.map(cleaned)
  }

  /// The table as text; no newline at the end.
  package func text(_ style: DisplayStyle) -> String {
    guard !columns.isEmpty else { return footer(shown: [], hidden: [], style) ?? "empty table" }
    let isCut = rowCount > max(1, rowLimit)
    let rows = isCut ? Array(0..<headRows) + Array(rowCount - tailRows..<rowCount) : Array(0..<max(0, rowCount))
    var shown: [Rendered] = []
    var used = 1
    var hidden: [String] = []
    for (place, column) in columns.enumerated() {
      let isLast = place == columns.count - 1
      let limit = max(4, style.width - (columns.count > 1 ? 9 : 4))
      let rendered = Rendered(column, rows: rows, style: style, significant: significantDigits, limit: min(40, limit))
      // Room for the `…` column that stands for those left out.
      let reserve = isLast ? 0 : 4
      if hidden.isEmpty, used + rendered.width + 3 + reserve <= style.width || shown.isEmpty {
        shown.append(rendered)
        used += rendered.width + 3
      } else {
        hidden.append(column.name)
      }
      if hidden.count > 0, place >= 200 {
        hidden += columns[(place + 1)...].map(\.name)
        break
      }
    }
    var lines = box(shown, rowCount: rows.count, cutAfter: isCut ? headRows : nil, hasMore: !hidden.isEmpty, style)
    if let footer = footer(shown: rows, hidden: hidden, style) { lines += sentence(footer, width: style.width, style) }
    return lines.joined(separator: "\n")
  }

  private func footer(shown: [Int], hidden: [String], _ style: DisplayStyle) -> String? {
    var parts: [String] = []
    if let caption, !caption.isEmpty { parts.append(caption) }
    if shown.count < rowCount || rowCount == 0 || !hidden.isEmpty {
      parts.append(
        "\(grouped(rowCount)) \(rowCount == 1 ? "row" : "rows") × \(columns.count) \(columns.count == 1 ? "column" : "columns")"
      )
    }
    if !hidden.isEmpty {
      let names = "\(hidden.count) not shown: " + hidden.prefix(20).joined(separator: ", ")
      let room = style.width - parts.joined(separator: " · ").count - 3
      parts.append(clipped(names, max(16, room), "…"))
    }
    guard !parts.isEmpty else { return nil }
    return parts.joined(separator: " · ")
  }

  /// A column's cells as text, all of one width.
  private struct Rendered {
    var name: String
    var cells: [String]
    var isNumeric: Bool
    var width: Int

    init(_ column: Column, rows: [Int], style: DisplayStyle, significant: Int, limit: Int) {
      isNumeric = column.isNumeric
      let raw = rows.map(column.cell)
      let format = ColumnFormat(
        raw.lazy.compactMap { if case .number(let x) = $0 { x } else { nil } }, significant: significant)
      cells = raw.map { cell in
        switch cell {
        case .number(let x): return format.text(x)
        case .text(let text): return clipped(cleaned(text), limit, style.ellipsis)
        case .missing: return style.isASCII ? "-" : "·"
        }
      }
      name = clipped(column.name, limit, style.ellipsis)
      width = max(1, visibleWidth(name), cells.lazy.map { visibleWidth($0) }.max() ?? 0)
    }
  }

  private func box(
    _ columns: [Rendered], rowCount: Int, cutAfter: Int?, hasMore: Bool, _ style: DisplayStyle
  ) -> [String] {
    let bar = style.isASCII ? "|" : "│"
    let more = style.isASCII ? ".." : "…"
    let widths = columns.map(\.width) + (hasMore ? [more.count] : [])
    func rule(_ left: String, _ middle: String, _ right: String) -> String {
      let dash = style.isASCII ? "-" : "─"
      return style.dim(
        left + widths.map { String(repeating: dash, count: $0 + 2) }.joined(separator: middle) + right)
    }
    func row(_ cells: [String], isHeading: Bool = false) -> String {
      let line = zip(cells, widths).enumerated().map { i, pair in
        let isRight = i < columns.count && columns[i].isNumeric
        let cell = padded(pair.0, pair.1, isRight ? .right : .left)
        return " " + (isHeading ? style.bold(cell) : cell) + " "
      }
      let wall = style.dim(bar)
      return wall + line.joined(separator: wall) + wall
    }
    var lines = [style.isASCII ? rule("+", "+", "+") : rule("┌", "┬", "┐")]
    lines.append(row(columns.map(\.name) + (hasMore ? [more] : []), isHeading: true))
    lines.append(style.isASCII ? rule("+", "+", "+") : rule("├", "┼", "┤"))
    for i in 0..<rowCount {
      if i == cutAfter { lines.append(row(widths.map { _ in more })) }
      lines.append(row(columns.map { $0.cells[i] } + (hasMore ? [more] : [])))
    }
    lines.append(style.isASCII ? rule("+", "+", "+") : rule("└", "┴", "┘"))
    return lines
  }
}
