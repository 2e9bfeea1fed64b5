import Diagnostics
import Glibc
package import Syntax
import Tensors

extension Value {
  /// What `print` and `"{x}"` show: a string as it is, everything else as its preview.
  package var displayText: String { string ?? preview }

  /// One line for messages, lists and records: strings in quotes, long values shortened.
  package var preview: String {
    var room = Value.mostPreviewed
    return text(depth: 0, isSource: false, &room)
  }

  /// Values in values: what is shared by many is written many times.
  private static var mostPreviewed: Int { 20_000 }

  /// As it would be written in a program, where that is possible.
  package var sourceText: String {
    var room = Int.max
    return text(depth: 0, isSource: true, &room)
  }

  /// - Parameter room: how many values more are written.
  private func text(depth: Int, isSource: Bool, _ room: inout Int) -> String {
    if isNumber { return formatNumber(number) }
    if isBool { return isTrue ? "true" : "false" }
    guard isObject else { return "none" }
    if let string { return Value.quoted(string) }
    room -= 1
    if depth > 20 || room < 0 { return "…" }
    if let list {
      let shown = list.values.prefix(isSource ? Int.max : 100).map {
        $0.text(depth: depth + 1, isSource: isSource, &room)
      }
      if shown.count < list.length { return "(\(shown.joined(separator: ", ")), … \(list.length) in all)" }
      return shown.count == 1 ? "(\(shown[0]),)" : "(\(shown.joined(separator: ", ")))"
    }
    if let record {
      let fields = zip(record.keys, record.values).map { key, value in
        "\(Value.fieldName(key.name)): \(value.text(depth: depth + 1, isSource: isSource, &room))"
      }
      return "{\(fields.joined(separator: ", "))}"
    }
    if let tensor { return tensor.inlineText }
    if let range {
      return "\(formatNumber(range.start))\(range.isInclusive ? "..=" : "..")\(formatNumber(range.end))"
    }
    if let function {
      return function.name == "fn"
        ? "fn(\(function.prototype.usage))" : "fn \(function.name)(\(function.prototype.usage))"
    }
    if let builtin { return isSource ? builtin.builtin.name : "fn \(builtin.builtin.signature)" }
    return foreign?.summary ?? "none"
  }

  package static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case "\r": out += "\\r"
      case "{": out += "\\{"
      default:
        if scalar.value < 0x20 || scalar.value == 0x7F {
          out += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }

  static func fieldName(_ key: String) -> String {
    let isName =
      key.first.map { $0.isLetter || $0 == "_" } == true && key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    return isName ? key : quoted(key)
  }
}

extension Tensor {
  /// `[[1, 2], [3, 4]]` at 4 significant digits, long axes shortened.
  var inlineText: String {
    if shape.rank == 0 {
      return dtype == .bool
        ? (scalar != 0 ? "true" : "false") : dtype == .f32 ? formatNumber(Float(scalar)) : formatNumber(scalar)
    }
    guard shape.elementCount <= 200, let numbers = try? doubles else { return "\(dtype) tensor \(shape)" }
    func text(_ axis: Int, _ start: Int, _ stride: Int) -> String {
      if axis == shape.rank {
        let x = numbers[start]
        return dtype == .bool ? (x != 0 ? "true" : "false") : formatNumber(x, significant: 4)
      }
      let step = shape[axis] == 0 ? 0 : stride / shape[axis]
      return "[" + (0..<shape[axis]).map { text(axis + 1, start + $0 * step, step) }.joined(separator: ", ") + "]"
    }
    return text(0, 0, shape.elementCount)
  }
}

extension FormatSpec {
  /// Why the spec does not apply to the value.
  package func objection(to value: Value) -> String {
    if value.isNumber { return "`\(type ?? "d")` shows whole numbers; `.0f` rounds." }
    if let tensor = value.tensor, tensor.shape.rank > 0 {
      return "a format is for one number: \(value.described) has \(tensor.shape.elementCount)."
    }
    return
      "\(type.map { "`\($0)` shows" } ?? "this shows") numbers; other values take a width and an alignment, as in `>8`."
  }

  /// Nil when the spec does not apply to the value.
  package func format(_ value: Value) -> String? {
    var body: String
    var isNumeric = true
    var copy = value
    let number: Double? = value.isNumber ? value.number : withUnsafeMutablePointer(to: &copy) { Double.from($0) }
    if type == "s" || number == nil {
      guard type == nil || type == "s" else { return nil }
      if let precision, value.string != nil {
        body = String(value.displayText.prefix(precision))
      } else {
        body = value.displayText
      }
      isNumeric = false
    } else if let number {
      guard let text = digits(of: number) else { return nil }
      body = text
    } else {
      return nil
    }
    let missing = width - displayWidth(body)
    guard missing > 0 else { return body }
    if padsWithZeros, alignment == nil, isNumeric {
      let signed = body.hasPrefix("-") || body.hasPrefix("+")
      let zeros = String(repeating: "0", count: missing)
      return signed ? String(body.prefix(1)) + zeros + body.dropFirst() : zeros + body
    }
    let padding = String(repeating: fill, count: missing)
    switch alignment ?? (isNumeric ? ">" : "<") {
    case "<": return body + padding
    case "^":
      let left = missing / 2
      return String(repeating: fill, count: left) + body + String(repeating: fill, count: missing - left)
    default: return padding + body
    }
  }

  private func digits(of number: Double) -> String? {
    var text: String
    if !number.isFinite {
      text = number.isNaN ? "nan" : number < 0 ? "-inf" : "inf"
    } else {
      switch type {
      case "d":
        guard number == number.rounded(), precision == nil else { return nil }
        text = printed(number, "f", 0)
      case "f": text = printed(number, "f", precision ?? 6)
      case "e": text = printed(number, "e", precision ?? 6)
      case "g": text = printed(number, "g", precision ?? 6)
      case "%": text = printed(number * 100, "f", precision ?? 6) + "%"
      default: text = precision.map { printed(number, "g", $0) } ?? formatNumber(number)
      }
      if let grouping { text = grouped(text, grouping) }
    }
    if showsPlus, !text.hasPrefix("-") { text = "+" + text }
    return text
  }

  private func printed(_ number: Double, _ kind: String, _ precision: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 512)
    let count = withVaList([Int32(precision), number]) { vsnprintf(&buffer, buffer.count, "%.*\(kind)", $0) }
    return String(decoding: buffer.prefix(Int(min(count, 511))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func grouped(_ text: String, _ separator: Character) -> String {
    let sign = text.hasPrefix("-") ? "-" : ""
    let whole = text.dropFirst(sign.count).prefix { $0.isNumber }
    let rest = text.dropFirst(sign.count + whole.count)
    var out = ""
    for (n, digit) in whole.enumerated() {
      if n > 0, (whole.count - n) % 3 == 0 { out.append(separator) }
      out.append(digit)
    }
    return sign + out + rest
  }
}
