package import Diagnostics
import Syntax

/// Turns the hint of a failure into a line to type, where it names an edit: the line is printed only when it parses.
///
/// Edits: `rename NAME`, `call FUNCTION`, `wrap FUNCTION` (around both operands), `append TEXT`, `prepend TEXT`, `enclose`, in brackets (each
/// on the guilty span), `transpose N SHAPE` (the N-th operand, for a result of that shape), and `&`.
func fix(
  _ hint: String, _ failure: Failure, _ source: SourceText, _ span: Span, _ operands: [Span], _ library: Library
) -> String? {
  if hint == "&" { return edited(source, Span(span.start, span.start), "&") }
  guard hint.hasPrefix("\u{1}") else { return hint }
  let words = hint.dropFirst()
  let verb = words.prefix { $0 != " " }
  let rest = String(words.dropFirst(verb.count + 1))
  // A named argument's span runs over its name.
  let span = failure.id == "bad-argument" && verb == "rename" ? span : valueSpan(source, span)
  let text = source.text(span)
  switch verb {
  case "rename":
    if let equals = text.firstIndex(of: "="), failure.id == "bad-argument" {
      return edited(source, span, rest + text[equals...])
    }
    return edited(source, span, rest)
  case "call":
    if rest == "cat", operands.count == 2 {
      let whole = operands[0].union(operands[1])
      return edited(source, whole, "cat(\(source.text(operands[0])), \(source.text(operands[1])))")
    }
    return edited(source, span, "\(rest)(\(text))")
  case "enclose": return edited(source, span, "[\(text)]")
  case "wrap":
    guard operands.count == 2 else { return nil }
    let whole = operands[0].union(operands[1])
    return edited(source, whole, "\(rest)(\(source.text(whole)))")
  case "condition":
    // What is equal is meant to be equal throughout.
    let whole = operands.count == 2 ? operands[0].union(operands[1]) : span
    let condition = source.text(whole)
    return edited(source, whole, "\(isEquality(condition) ? "all" : "any")(\(condition))")
  case "operand":
    let parts = rest.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let which = Int(parts[0]), let operand = operands[safe: which] else { return nil }
    return edited(source, operand, "\(parts[1])(\(source.text(operand)))")
  case "count":
    guard operands.count == 1, let end = closing(source, behind: operands[0].end) else { return nil }
    return edited(source, Span(span.start, end), "0..\(source.text(operands[0]))")
  case "method", "methodcall":
    return operands.first.flatMap { method(rest, of: $0, source, span, library, mustBeCalled: verb == "methodcall") }
  case "unqualify": return unqualified(source, span, library)
  case "append":
    // A field stands close to what it is a field of.
    let gap = rest.hasPrefix(".") ? "" : " "
    return edited(source, span, (bindsTightly(text) ? text : "(\(text))") + gap + rest)
  case "transpose":
    let parts = rest.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let which = Int(parts[0]), let operand = operands[safe: which] else { return nil }
    let written = source.text(operand)
    return edited(source, operand, (bindsTightly(written) ? written : "(\(written))") + ".T").map { line in
      line + String(repeating: " ", count: max(2, 23 - displayWidth(line))) + "gives \(parts[1])"
    }
  case "prepend": return edited(source, span, "\(rest)\(text)")
  case "interpolate":
    guard operands.count == 2 else { return nil }
    // `s += 1`: the text stays what grows.
    if source.text(Span(operands[0].end, operands[1].start)).contains("=") {
      return edited(source, operands[1], "\"{\(source.text(operands[1]))}\"")
    }
    let parts = operands.map { part -> String in
      let text = source.text(part)
      if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { return String(text.dropFirst().dropLast()) }
      return "{\(text)}"
    }
    return edited(source, operands[0].union(operands[1]), "\"\(parts.joined())\"")
  default: return nil
  }
}

/// Whether an operator or a field written behind the text applies to all of it: a name, a literal, a call, brackets.
private func bindsTightly(_ text: String) -> Bool {
  guard case .complete(let program) = parse(SourceText(name: "", text: text), mode: .file),
    program.statements.count == 1, case .expression(let e) = program.statements[0].kind
  else { return false }
  switch e.kind {
  case .number, .string, .bool, .name, .parenthesized, .bracket, .record, .call, .index, .field: return true
  default: return false
  }
}

/// The value of a named argument `name=value`.
func valueSpan(_ source: SourceText, _ span: Span) -> Span {
  let text = Array(source.bytes[span.start..<max(span.start, span.end)])
  guard let equals = text.firstIndex(of: 0x3D), equals + 1 < text.count, ![0x3D, 0x3E].contains(text[equals + 1]),
    text[..<equals].allSatisfy({ isWord($0) })
  else { return span }
  let blanks = text[(equals + 1)...].prefix { $0 == 0x20 }.count
  return Span(span.start + equals + 1 + blanks, span.end)
}

private func isWord(_ byte: UInt8) -> Bool {
  byte == 0x5F || byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
}

/// Whether a text is a comparison with `==`.
private func isEquality(_ text: String) -> Bool {
  guard case .complete(let program) = parse(SourceText(name: "", text: text), mode: .file),
    program.statements.count == 1, case .expression(let e) = program.statements[0].kind,
    case .compare(let op, _, _, _) = e.kind
  else { return false }
  return op == .equal
}

/// The place behind the `)` that stands right behind an argument.
private func closing(_ source: SourceText, behind end: Int) -> Int? {
  var at = end
  while at < source.bytes.count, source.bytes[at] == 0x20 { at += 1 }
  return at < source.bytes.count && source.bytes[at] == 0x29 ? at + 1 : nil
}

/// `x.sum(axis=0)` as `sum(x, axis=0)`, where the function takes these arguments.
private func method(
  _ name: String, of base: Span, _ source: SourceText, _ span: Span, _ library: Library, mustBeCalled: Bool
) -> String? {
  let mark = name.hasPrefix("&") ? "&" : ""
  let name = name.drop { $0 == "&" }
  let line = source.range(ofLine: source.line(at: span.start))
  // The call reaches from the field to the first `)` with which it can be read.
  guard span.end < line.upperBound, source.bytes[span.end] == 0x28 else {
    return mustBeCalled ? nil : edited(source, Span(base.start, span.end), "\(name)(\(mark)\(source.text(base)))")
  }
  for end in span.end + 1..<line.upperBound where source.bytes[end] == 0x29 {
    let given = source.text(span.end + 1..<end)
    let text = "\(name)(\(mark)\(source.text(base))\(given.allSatisfy { $0 == " " } ? "" : ", \(given)"))"
    guard let arguments = arguments(of: text) else { continue }
    return fits(library.builtins[String(name)], arguments) ? edited(source, Span(base.start, end + 1), text) : nil
  }
  return nil
}

private func arguments(of call: String) -> [Argument]? {
  guard case .complete(let program) = parse(SourceText(name: "", text: call), mode: .file),
    program.statements.count == 1, case .expression(let e) = program.statements[0].kind,
    case .call(_, let arguments) = e.kind
  else { return nil }
  return arguments
}

private func fits(_ builtin: Builtin?, _ arguments: [Argument]) -> Bool {
  guard let builtin else { return true }
  var written = WrittenArguments(positional: arguments.count)
  written.names = arguments.map { $0.name.map { Symbol($0.text) } }
  written.isInout = arguments.map(\.isInout)
  // Those who write methods seldom mean the pattern of a reduction.
  let takesPattern = builtin.parameters.contains { $0.name == "pattern" }
  if takesPattern, arguments.dropFirst().contains(where: { $0.name == nil }) { return false }
  return (try? builtin.plan(written)) != nil
}

/// `np.zeros(3)` as `zeros(3)`: the last of the names, where the library has it.
private func unqualified(_ source: SourceText, _ span: Span, _ library: Library) -> String? {
  var end = span.end
  var name = ""
  while end + 1 < source.bytes.count, source.bytes[end] == 0x2E, isWord(source.bytes[end + 1]) {
    let start = end + 1
    end = start
    while end < source.bytes.count, isWord(source.bytes[end]) { end += 1 }
    name = source.text(start..<end)
  }
  // Under another name the arguments are others too.
  let ours = library.value(name) == nil ? name.lowercased() : name
  guard !name.isEmpty, otherWays[name] == nil, library.value(ours) != nil else { return nil }
  return edited(source, Span(span.start, end), ours)
}

/// The line with the span replaced, if it is a complete statement then.
package func edited(_ source: SourceText, _ span: Span, _ replacement: String) -> String? {
  let range = source.range(ofLine: source.line(at: span.start))
  guard span.start >= range.lowerBound, span.end <= range.upperBound else { return nil }
  let line = source.text(range.lowerBound..<span.start) + replacement + source.text(span.end..<range.upperBound)
  let trimmed = String(line.drop { $0 == " " || $0 == "\t" })
  return trimmed.count <= 120 && canBeLine(trimmed) ? trimmed : nil
}
