/// Where a blank stands between two tokens of one line.
extension Formatter {
  func hasSpace(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (pieces[left], pieces[right])
    // Inside brackets: `{ }` is a block, `{}` a record.
    if isOpener(a) { return a.role == .blockBrace }
    if b.kind.isCloser { return b.role == .blockBrace }
    // Marks that lean on what they belong to.
    switch b.kind {
    case .comma, .semicolon, .colon: return false
    case .dot: return a.kind == .number && a.end < b.start
    default: break
    }
    if a.kind == .dot { return false }
    if a.kind == .comma || a.kind == .semicolon || a.kind == .colon { return true }
    if a.kind == .dotDot, b.kind == .dotDot { return true }
    if a.kind == .dotDot, left > 0, pieces[left - 1].kind == .dotDot { return true }
    // Two signs are two signs; but a statement that starts with `-` and a blank would look like the end of the line above.
    if a.role == .prefix { return a.kind == .minus && b.kind == .minus && !a.startsStatement }
    if a.role == .tight || b.role == .tight { return false }
    // Calls and indices. A function or an assertion as a statement may keep its distance.
    if b.kind == .leftParen || b.kind == .leftBracket {
      if a.kind == .keywordFn || isAssertion(a) { return a.startsStatement && a.end < b.start }
      return !endsValue(a)
    }
    return true
  }

  func isAssertion(_ piece: Piece) -> Bool { piece.kind == .name && piece.role == .other }
}
