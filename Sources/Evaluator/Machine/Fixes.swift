package import Diagnostics
import Syntax

/// Turns the hint of a failure into a line to type, where it names an edit: the line is printed only when it parses.
///
/// Edits: `rename NAME`, `call FUNCTION`, `wrap FUNCTION` (around both operands), `append TEXT`, `prepend TEXT` (each on
/// the guilty span), `transpose N SHAPE` (the N-th operand, for a result of that shape), and `&`.
func fix(_ hint: String, _ failure: Failure, _ source: SourceText, _ span: Span, _ operands: [Span]) -> String? {
  if hint == "&" { return edited(source, Span(span.start, span.start), "&") }
  guard hint.hasPrefix("\u{1}") else { return hint }
  let words = hint.dropFirst()
  let verb = words.prefix { $0 != " " }
  let rest = String(words.dropFirst(verb.count + 1))
  let text = source.text(span)
  switch verb {
  case "rename":
    // A named argument's span runs over its value.
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
  case "wrap":
    guard operands.count == 2 else { return nil }
    let whole = operands[0].union(operands[1])
    return edited(source, whole, "\(rest)(\(source.text(whole)))")
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

/// The line with the span replaced, if it is a complete statement then.
package func edited(_ source: SourceText, _ span: Span, _ replacement: String) -> String? {
  let range = source.range(ofLine: source.line(at: span.start))
  guard span.start >= range.lowerBound, span.end <= range.upperBound else { return nil }
  let line = source.text(range.lowerBound..<span.start) + replacement + source.text(span.end..<range.upperBound)
  let trimmed = String(line.drop { $0 == " " || $0 == "\t" })
  return trimmed.count <= 120 && canBeLine(trimmed) ? trimmed : nil
}
