import Diagnostics

/// Whether an entry at the prompt waits for more lines; `entry` is the text without the newline that would submit it.
package func isUnfinished(_ entry: String) -> Bool {
  if case .incomplete = parse(SourceText(name: "", text: entry), mode: .prompt) { return true }
  return false
}

/// Whether a line could stand in some program as it is: what a suggested fix must at least be.
///
/// `} else {`, `return x` and a head that opens a block all can.
package func canBeLine(_ line: String) -> Bool {
  var text = line.trimmed
  var isTail = false
  while text.hasPrefix("}") {
    text = String(text.dropFirst()).trimmed
    isTail = true
  }
  if isTail, text.hasPrefix("else") || text.hasPrefix("catch") {
    text = (text.hasPrefix("else") ? "if c { } " : "try { } ") + text
  }
  let source = SourceText(name: "", text: text)
  if case .invalid = Parser.run(source, mode: .prompt, checksFixes: false, isFragment: true) { return false }
  return true
}

/// How many brackets are open at the end of an unfinished entry: the levels to indent its next line by.
///
/// A line that ends in an operator is one level deeper.
package func indentationDepth(atEndOf entry: String) -> Int {
  let bytes = Array(entry.utf8)
  return bytes.withUnsafeBufferPointer { buffer in
    var depth = 0
    let tokens = Lexer.run(buffer).tokens
    for token in tokens {
      if token.kind.closer != nil { depth += 1 }
      if token.kind.isCloser { depth = max(0, depth - 1) }
    }
    let last = tokens.last { $0.kind != .newline && $0.kind != .eof }?.kind
    let continues = last?.continuesLine == true && last != .comma && last != .fatArrow
    return depth + (depth == 0 && continues ? 1 : 0)
  }
}

/// The name that an entry of the form `NAME{.NAME}?` asks help for, or nil.
package func helpQuery(_ entry: String) -> String? {
  let text = entry.trimmed
  guard text.last == "?", text.utf8.count <= 200 else { return nil }
  let query = text.dropLast().trimmed
  let bytes = Array(query.utf8)
  let isName = bytes.withUnsafeBufferPointer { buffer in
    guard firstInvalidUTF8(buffer) == nil else { return false }
    let tokens = Lexer.run(buffer).tokens.dropLast()
    guard tokens.count % 2 == 1 else { return false }
    return tokens.enumerated().allSatisfy { index, token in
      token.flags.isEmpty && (index % 2 == 0 ? token.kind.isKey : token.kind == .dot)
    }
  }
  return isName ? query : nil
}

/// Whether an entry goes on from the value before it: it starts with `|>` or `>>`.
package func continuesAnswer(_ entry: String) -> Bool {
  let bytes = Array(entry.utf8)
  return bytes.withUnsafeBufferPointer { buffer in
    let first = Lexer.run(buffer).tokens.first?.kind
    return first == .pipeRight || first == .shiftRight
  }
}
