extension JSONValue {
  /// JSON text: on one line, or indented by `indent` spaces a level.
  ///
  /// JSON has no infinities and no nan; they are written as `null`.
  package func text(indent: Int? = nil) -> String {
    var writer = Writer(indent: indent)
    writer.write(self, depth: 0)
    return writer.text
  }
}

private struct Writer {
  let indent: Int?
  var text = ""

  mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let value): write(number: value)
    case .string(let value): write(string: value)
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        breakLine(depth + 1)
        write(item, depth: depth + 1)
      }
      if !items.isEmpty { breakLine(depth) }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        breakLine(depth + 1)
        write(string: member.key)
        text += indent == nil ? ":" : ": "
        write(member.value, depth: depth + 1)
      }
      if !members.isEmpty { breakLine(depth) }
      text += "}"
    }
  }

  private mutating func breakLine(_ depth: Int) {
    guard let indent else { return }
    text += "\n" + String(repeating: " ", count: depth * indent)
  }

  private mutating func write(number: Double) {
    if !number.isFinite {
      text += "null"
    } else if let whole = Int(exactly: number), whole.magnitude < 1 << 53, !(whole == 0 && number.sign == .minus) {
      text += String(whole)
    } else {
      text += String(number)
    }
  }

  private mutating func write(string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<" ", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
