package import Diagnostics

/// What a piece of source is, for colouring it.
package struct SyntaxToken: Sendable, Equatable {
  package enum Kind: String, Sendable {
    case keyword, name, call, field, argument, number, string, comment, documentation, operation, bracket, punctuation
    /// What no token starts with, such as a string that is still open.
    case invalid
  }

  package var kind: Kind
  package var span: Span
}

/// The tokens of a text in order, comments included; never fails, whatever the text.
///
/// Bytes between the spans are blanks and line ends. In a string with values, its texts and the code are tokens of
/// their own.
package func tokens(of text: String) -> [SyntaxToken] {
  let bytes = Array(text.utf8)
  return bytes.withUnsafeBufferPointer { buffer in
    let output = Lexer.run(buffer, keepsComments: true)
    var result: [SyntaxToken] = []
    result.reserveCapacity(output.tokens.count + output.comments.count)
    var comment = output.comments.startIndex
    func addComments(before offset: Int) {
      while comment < output.comments.count, output.comments[comment].low < offset {
        let (low, high) = output.comments[comment]
        let isDocumentation = low + 1 < bytes.count && bytes[low + 1] == 0x23
        result.append(SyntaxToken(kind: isDocumentation ? .documentation : .comment, span: Span(low, high)))
        comment += 1
      }
    }
    for (index, token) in output.tokens.enumerated() where token.kind != .newline {
      addComments(before: token.start)
      if token.kind == .eof { break }
      // A string that is still open is one fault over tokens that were read before it showed.
      let start = max(token.start, result.last?.span.end ?? 0)
      if start >= token.end { continue }
      result.append(SyntaxToken(kind: highlight(output.tokens, index, bytes), span: Span(start, token.end)))
    }
    return result
  }
}

private func highlight(_ tokens: [Token], _ index: Int, _ bytes: [UInt8]) -> SyntaxToken.Kind {
  let token = tokens[index]
  let next = index + 1 < tokens.count ? tokens[index + 1].kind : .eof
  let touches = index + 1 < tokens.count && tokens[index + 1].start == token.end
  let isField = index > 0 && tokens[index - 1].kind == .dot && tokens[index - 1].end == token.start
  switch token.kind {
  case .name:
    if next == .leftParen, touches { return .call }
    if isField { return .field }
    return next == .equal && touches ? .argument : .name
  case let kind where kind.isKeyword: return isField ? .field : .keyword
  case .number: return .number
  case .string, .rawString, .stringHead, .stringMiddle, .stringTail, .formatSpec: return .string
  case .leftParen, .rightParen, .leftBracket, .rightBracket, .leftBrace, .rightBrace: return .bracket
  case .comma, .colon, .semicolon, .dot, .underscore: return .punctuation
  case .invalid:
    // An open string is a string that is being typed.
    return bytes[token.start] == 0x22 || bytes[token.start] == 0x27 ? .string : .invalid
  default: return .operation
  }
}
