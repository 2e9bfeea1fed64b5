import Diagnostics
import Tensors

extension CSV {
  /// Writes a table; a missing value is an empty field. The old file stays until the new one is whole.
  package static func write(_ table: Table, to path: String, delimiter: UInt8 = UInt8(ascii: ",")) throws {
    try Files.write(text(table, delimiter: delimiter), to: path)
  }

  /// The table as CSV text in UTF-8, fields quoted where they need it, lines ended by LF.
  package static func text(_ table: Table, delimiter: UInt8 = UInt8(ascii: ",")) -> [UInt8] {
    var out: [UInt8] = []
    func append(_ text: String) {
      let bytes = Array(text.utf8)
      let special = bytes.contains { $0 == delimiter || $0 == 34 || $0 == 10 || $0 == 13 }
      guard special || bytes.isEmpty || bytes.first == 32 || bytes.last == 32 else {
        out += bytes
        return
      }
      out.append(34)
      for byte in bytes {
        if byte == 34 { out.append(34) }
        out.append(byte)
      }
      out.append(34)
    }
    for (at, name) in table.names.enumerated() {
      if at > 0 { out.append(delimiter) }
      append(name)
    }
    out.append(10)
    for row in 0..<table.rowCount {
      for (at, column) in table.columns.enumerated() {
        if at > 0 { out.append(delimiter) }
        switch column[row] {
        case .missing:
          // An empty line would be skipped by readers.
          if table.columnCount == 1 { append("") }
        case .number(let x): out += Array(formatNumber(x).utf8)
        case .text(let text): append(text)
        case .bool(let b): out += Array((b ? "true" : "false").utf8)
        }
      }
      out.append(10)
    }
    return out
  }
}
