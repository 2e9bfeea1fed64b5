import Diagnostics

/// How a CSV text is to be read.
package struct CSVOptions: Sendable {
  package var delimiter: UInt8 = UInt8(ascii: ",")
  package var decimalPoint: UInt8 = UInt8(ascii: ".")
  /// Fields that count as missing.
  package var missing: [String] = ["", "NA"]
  /// Kinds that are not to be inferred, by column name.
  package var types: [(name: String, kind: Column.Kind)] = []
  /// Whether the first line holds the names; otherwise they are `column1`, `column2`, …
  package var hasHeader = true

  package init() {}
}

/// Reads CSV files.
package enum CSV {
  package static func read(path: String, options: CSVOptions = CSVOptions()) throws -> Table {
    try parse(Inflate.expanded(Files.read(path), name: path), name: path, options: options)
  }

  /// The table that a CSV text holds.
  ///
  /// A column whose fields are all numbers, or missing, is a number column; all `true` or `false` a bool column; else text.
  /// Whole numbers beyond 2^53 stay text, so that long identifiers keep their digits.
  /// - Throws: `ragged-rows`, `file-format`, `column-type` for a field that is not of the kind asked for, `unknown-column`.
  package static func parse(_ bytes: [UInt8], name: String, options: CSVOptions = CSVOptions()) throws -> Table {
    try bytes.withUnsafeBufferPointer { buffer in
      let fields = try CSVFields(buffer, delimiter: options.delimiter, name: name)
      guard fields.width > 0 else {
        throw Failure("file-format", "`\(name)` is empty", why: "a CSV file needs a header line.")
      }
      let reader = Reader(bytes: buffer, fields: fields, name: name, options: options)
      return try reader.table()
    }
  }

  private struct Reader {
    let bytes: UnsafeBufferPointer<UInt8>
    let fields: CSVFields
    let name: String
    let options: CSVOptions
    let missing: [[UInt8]]

    init(bytes: UnsafeBufferPointer<UInt8>, fields: CSVFields, name: String, options: CSVOptions) {
      self.bytes = bytes
      self.fields = fields
      self.name = name
      self.options = options
      missing = options.missing.map { Array($0.utf8) }
    }

    func table() throws -> Table {
      let names = try columnNames()
      for (asked, _) in options.types where !names.contains(asked) {
        _ = try Table(names: names, columns: [], rowCount: 0).index(of: asked)
      }
      let firstRow = options.hasHeader ? 1 : 0
      let rows = fields.rowCount - firstRow
      let columns = try names.indices.map { at in
        try column(at, names[at], firstRow, rows, options.types.last { $0.name == names[at] }?.kind)
      }
      return Table(names: names, columns: columns, rowCount: rows)
    }

    private func columnNames() throws -> [String] {
      var names: [String] = []
      var taken = Set<String>()
      for at in 0..<fields.width {
        var base = options.hasHeader ? try text(fields.spans[at]) : ""
        if base.isEmpty { base = "column\(at + 1)" }
        var name = base
        var copy = 2
        while !taken.insert(name).inserted {
          name = "\(base)_\(copy)"
          copy += 1
        }
        names.append(name)
      }
      return names
    }

    private func column(
      _ at: Int, _ title: String, _ firstRow: Int, _ rows: Int, _ asked: Column.Kind?
    ) throws -> Column {
      func span(_ row: Int) -> CSVFields.Span { fields.spans[(row + firstRow) * fields.width + at] }
      if asked == nil || asked == .number {
        var numbers = [Double](repeating: .nan, count: rows)
        var row = 0
        var exact = true
        scan: while row < rows {
          let slice = slice(span(row))
          switch NumberText.read(slice, point: options.decimalPoint) {
          case .number(let x): numbers[row] = x
          case .inexact(let x):
            numbers[row] = x
            exact = false
          case .notANumber: if !isMissing(slice) { break scan }
          }
          // A number may be a missing marker too, such as -999.
          if !numbers[row].isNaN, isMissing(slice) { numbers[row] = .nan }
          row += 1
        }
        if row == rows, exact || asked == .number { return .number(numbers) }
        if asked == .number { throw try wrongKind(title, .number, span(row)) }
      }
      if asked == nil || asked == .bool {
        var bools = [Bool?](repeating: nil, count: rows)
        var row = 0
        while row < rows {
          let slice = slice(span(row))
          if let value = CSV.bool(slice) { bools[row] = value } else if !isMissing(slice) { break }
          row += 1
        }
        if row == rows { return .bool(bools) }
        if asked == .bool { throw try wrongKind(title, .bool, span(row)) }
      }
      var texts = [String?](repeating: nil, count: rows)
      for row in 0..<rows where !isMissing(slice(span(row))) { texts[row] = try text(span(row)) }
      return .text(texts)
    }

    private func slice(_ span: CSVFields.Span) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(rebasing: bytes[Int(span.start)..<Int(span.start) + span.length])
    }

    private func isMissing(_ slice: UnsafeBufferPointer<UInt8>) -> Bool {
      var start = 0
      var end = slice.count
      while start < end, slice[start] == 32 { start += 1 }
      while end > start, slice[end - 1] == 32 { end -= 1 }
      for marker in missing where marker.count == end - start {
        if marker.indices.allSatisfy({ marker[$0] == slice[start + $0] }) { return true }
      }
      return false
    }

    private func text(_ span: CSVFields.Span) throws -> String {
      let slice = slice(span)
      guard let text = String(validating: slice, as: UTF8.self) else {
        throw Failure(
          "file-format", "line \(CSVFields.line(of: Int(span.start), in: bytes)) of `\(name)` is not UTF-8",
          why: "save it as UTF-8, or convert it with iconv.")
      }
      guard span.isEscaped else { return text }
      var plain: [UInt8] = []
      var at = 0
      while at < slice.count {
        plain.append(slice[at])
        at += slice[at] == 34 ? 2 : 1
      }
      return String(decoding: plain, as: UTF8.self)
    }

    private func wrongKind(_ title: String, _ kind: Column.Kind, _ span: CSVFields.Span) throws -> Failure {
      Failure(
        "column-type", "column `\(title)` of `\(name)` holds a field that is not a \(kind.rawValue)",
        facts: [.init("line \(CSVFields.line(of: Int(span.start), in: bytes))", "\"\(try text(span))\"")])
    }
  }

  private static func bool(_ slice: UnsafeBufferPointer<UInt8>) -> Bool? {
    guard slice.count == 4 || slice.count == 5 else { return nil }
    switch String(decoding: slice, as: UTF8.self) {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return nil
    }
  }
}
