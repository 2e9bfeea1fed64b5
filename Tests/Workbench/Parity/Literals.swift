extension JSON {
  /// The value as NNS code. Arrays of numbers become tensors, exactly: `f64((0.1, 2))`, or `int((1, 2))` where every
  /// number is written without a fraction. Inside `args` they stay lists, as in `betas=(0.9, 0.999)`.
  func literal(tensors: Bool, precision: String) -> String {
    switch self {
    case .null: return "none"
    case .bool(let value): return value ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return notFinite ?? "\"" + text.escaped + "\""
    case .array(let items):
      if items.isEmpty { return "[]" }
      if tensors, isNumeric { return (isWhole ? "int" : precision) + "(\(list))" }
      return "(" + items.map { $0.literal(tensors: tensors, precision: precision) + "," }.joined(separator: " ") + ")"
    case .object(let fields):
      let texts = fields.map { "\"\($0.key.escaped)\": \($0.value.literal(tensors: tensors, precision: precision))" }
      return "{" + texts.joined(separator: ", ") + "}"
    }
  }

  private var notFinite: String? {
    switch self {
    case .string("NaN"): return "nan"
    case .string("Infinity"): return "inf"
    case .string("-Infinity"): return "-inf"
    default: return nil
    }
  }

  private var isNumeric: Bool {
    switch self {
    case .number: return true
    case .string: return notFinite != nil
    case .array(let items): return !items.isEmpty && items.allSatisfy(\.isNumeric) && isEven
    default: return false
    }
  }

  /// Whether all rows have one length, as a tensor's must.
  private var isEven: Bool { Set(items.map(\.items.count)).count == 1 }

  private var isWhole: Bool {
    switch self {
    case .number(let text): return !text.contains { ".eE".contains($0) }
    case .array(let items): return items.allSatisfy(\.isWhole)
    default: return false
    }
  }

  private var list: String {
    switch self {
    case .array(let items):
      return "(" + items.map(\.list).joined(separator: ", ") + (items.count == 1 ? ",)" : ")")
    case .number(let text): return text
    default: return notFinite ?? "none"
    }
  }

  /// All leaves in row-major order, as the tokens that the program's side prints.
  var tokens: [String] {
    switch self {
    case .null: return ["none"]
    case .bool(let value): return [value ? "1" : "0"]
    case .number(let text): return [text]
    case .string(let text): return [notFinite ?? text.replacing(" ", with: "_")]
    case .array(let items): return items.flatMap(\.tokens)
    case .object(let fields): return fields.flatMap(\.value.tokens)
    }
  }
}

extension String {
  fileprivate var escaped: String {
    var text = ""
    for character in self {
      if "\\\"{}".contains(character) { text.append("\\") }
      text.append(character)
    }
    return text
  }
}
