/// How far each line is indented.
extension Formatter {
  /// One level for each line that opened brackets which are still open, and one for a line that goes on with a statement.
  func indentation(_ index: Int) -> Int {
    let frame = frames[frames.count - 1]
    let content = frame.base + Self.level
    var next = index
    while next < pieces.count, pieces[next].role == .comment { next += 1 }
    // A comment at the end of a block belongs to the block.
    guard next < pieces.count, next == index || !pieces[next].kind.isCloser else { return content }
    let piece = pieces[next]
    if piece.kind.isCloser { return frame.base }
    if piece.kind == .bar || piece.kind == .rule, let tableIndent { return tableIndent }
    return frame.role != .blockBrace || piece.startsStatement || piece.kind == .semicolon
      ? content : content + Self.level
  }

  /// Notes what a piece means for the lines after it.
  mutating func follow(_ index: Int) {
    let piece = pieces[index]
    let top = frames.count - 1
    if piece.startsStatement { frames[top].head = nil }
    switch piece.kind {
    case .keywordIf, .keywordFor, .keywordWhile, .keywordTry, .keywordElse, .keywordCatch, .keywordFn:
      if piece.role == .other { frames[top].head = frames[top].head ?? base }
    case .comma, .fatArrow:
      if frames[top].role != .blockBrace || piece.kind == .fatArrow { frames[top].head = nil }
    case .leftParen, .leftBracket: frames.append(Frame(role: piece.role, kind: piece.kind, base: base))
    case .leftBrace:
      let head = piece.role == .blockBrace ? frames[top].head : nil
      frames[top].head = nil
      frames.append(Frame(role: piece.role, kind: piece.kind, base: head ?? base))
    case .rightParen, .rightBracket, .rightBrace:
      base = frames[top].base
      frames.removeLast()
    default: break
    }
  }
}
