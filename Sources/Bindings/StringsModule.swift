import Diagnostics
import Evaluator
import Tensors

let stringsModule = Module(
  "strings", "texts",
  [
    Builtin("upper", "All letters in upper case.", text, examples: ["upper(\"abc\")" => "\"ABC\""]) { $0.uppercased() },
    Builtin("lower", "All letters in lower case.", text, examples: ["lower(\"ABC\")" => "\"abc\""]) { $0.lowercased() },
    Builtin("strip", "Without white space at both ends.", text, examples: ["strip(\" a \")" => "\"a\""]) {
      stripped($0)
    },
    Builtin(
      "replace", "Every occurrence of a part replaced.", text, Parameter<String>("old", "the part"),
      Parameter<String>("new", "what stands there instead"), examples: ["replace(\"a-b\", \"-\", \"+\")" => "\"a+b\""]
    ) { s, old, new in
      if old.isEmpty { return s }
      return try joined(pieces(s, by: old), by: new)
    },
    Builtin(
      "contains", "Whether a string holds another, or a list holds a value.",
      Parameter<Value>("x", "a string, list or record"),
      Parameter<Value>("part", "what to look for"), examples: ["contains(\"abc\", \"b\")" => "true"]
    ) { x, part in try Machine.current.contains(part, in: x) },
    Builtin(
      "starts_with", "Whether a string begins with another.", text, Parameter<String>("prefix", "the beginning"),
      examples: ["starts_with(\"abc\", \"ab\")" => "true"]
    ) { $0.hasPrefix($1) },
    Builtin(
      "ends_with", "Whether a string ends with another.", text, Parameter<String>("suffix", "the end"),
      examples: ["ends_with(\"abc\", \"bc\")" => "true"]
    ) { $0.hasSuffix($1) },
    Builtin("chars", "The characters of a string.", text, examples: ["chars(\"ab\")" => "(\"a\", \"b\")"]) {
      $0.map(String.init)
    },
    Builtin("words", "The parts between white space.", text, examples: ["words(\" a  b \")" => "(\"a\", \"b\")"]) {
      $0.split(whereSeparator: \.isWhitespace).map(String.init)
    },
    Builtin("lines", "The lines of a string.", text, examples: ["lines(\"a\\nb\")" => "(\"a\", \"b\")"]) {
      textLines($0)
    },
    Builtin(
      "pad_left", "Padded on the left to a width.", text, Parameter<Int>("width", "columns", .between(0, 10_000)),
      Parameter<String>("fill", "one character", default: " "), examples: ["pad_left(\"7\", 3, \"0\")" => "\"007\""]
    ) { s, width, fill in padding(s, width, fill) + s },
    Builtin(
      "pad_right", "Padded on the right to a width.", text, Parameter<Int>("width", "columns", .between(0, 10_000)),
      Parameter<String>("fill", "one character", default: " "), examples: ["pad_right(\"7\", 3) + \"|\"" => "\"7  |\""]
    ) { s, width, fill in s + padding(s, width, fill) },
    Builtin(
      "number", "The number that a string says.", Parameter<Value>("s", "a string, number or bool"),
      examples: ["number(\"1.5\")" => "1.5"]
    ) { x in
      if x.isNumber { return x.number }
      if x.isBool { return x.isTrue ? 1 : 0 }
      if let tensor = x.tensor, tensor.shape.rank == 0 { return try tensor.item }
      guard let text = x.string else {
        throw Failure("argument-type", "`number` reads a string, not \(x.described)", argument: 0)
      }
      guard let value = Double(stripped(text).replacingUnderscores) else {
        throw Failure("argument-range", "\(x.preview) is not a number", argument: 0)
      }
      return value
    },
  ])

private var text: Parameter<String> { Parameter<String>("s", "a string") }

func stripped(_ s: String) -> String {
  var part = Substring(s)
  while let c = part.first, c.isWhitespace { part.removeFirst() }
  while let c = part.last, c.isWhitespace { part.removeLast() }
  return String(part)
}

/// The lines, without their ends; a newline at the very end starts no further one.
func textLines(_ s: String) -> [String] {
  var parts = s.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
  if parts.last == "" { parts.removeLast() }
  return parts
}

/// - Throws: `too-large`.
func joined(_ parts: [String], by separator: String) throws -> String {
  let (between, isOver) = separator.utf8.count.multipliedReportingOverflow(by: max(0, parts.count - 1))
  try Resources.require(isOver ? .max : parts.reduce(0) { $0 + $1.utf8.count } + between)
  return parts.joined(separator: separator)
}

/// The parts between occurrences of a separator, byte for byte.
func pieces(_ s: String, by separator: String) -> [String] {
  let bytes = Array(s.utf8)
  let mark = Array(separator.utf8)
  guard !mark.isEmpty else { return s.map(String.init) }
  var parts: [String] = []
  var start = 0
  var i = 0
  while i + mark.count <= bytes.count {
    if bytes[i] == mark[0], bytes[i..<(i + mark.count)].elementsEqual(mark) {
      parts.append(String(decoding: bytes[start..<i], as: UTF8.self))
      i += mark.count
      start = i
    } else {
      i += 1
    }
  }
  parts.append(String(decoding: bytes[start...], as: UTF8.self))
  return parts
}

private func padding(_ s: String, _ width: Int, _ fill: String) -> String {
  let missing = width - displayWidth(s)
  return missing > 0 ? String(repeating: fill.isEmpty ? " " : String(fill.first!), count: missing) : ""
}

extension String {
  fileprivate var replacingUnderscores: String { contains("_") ? String(filter { $0 != "_" }) : self }
}
