/// What each token is to its neighbours, told from the tokens around it: the text is known to parse.
extension Formatter {
  mutating func classify() {
    let lexed = Lexer.run(bytes, keepsComments: true)
    let tokens = lexed.tokens
    var comments = lexed.comments[...]
    var open: [Role] = [.blockBrace]
    var kinds: [Token.Kind] = [.eof]
    /// The token before that is no newline, as a piece.
    var before: Piece?
    var hasNewline = false
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      while let comment = comments.first, comment.low < token.start {
        comments.removeFirst()
        pieces.append(Piece(kind: .eof, role: .comment, start: comment.low, end: comment.high))
      }
      if token.kind == .eof { break }
      defer { index += 1 }
      if token.kind == .newline {
        hasNewline = true
        continue
      }
      var piece = Piece(kind: token.kind, role: .other, start: token.start, end: token.end)
      if token.kind == .stringHead {
        index = endOfString(tokens, index)
        piece = Piece(kind: .string, role: .value, start: token.start, end: tokens[index].end)
        while let comment = comments.first, comment.low < piece.end { comments.removeFirst() }
      }
      let isInBlock = open[open.count - 1] == .blockBrace
      if isInBlock {
        let follows = before.map { $0.kind == .semicolon || $0.kind == .leftBrace } ?? true
        let isAfterLine = hasNewline && before?.kind.continuesLine != true
        piece.startsStatement = (follows || isAfterLine) && piece.kind != .rightBrace && piece.kind != .semicolon
      }
      let next = following(tokens, index)
      piece.role = role(piece, after: before, next: next, isInParentheses: kinds[kinds.count - 1] == .leftParen) {
        beginsRecord(tokens, index)
      }
      if piece.kind.closer != nil {
        open.append(piece.role)
        kinds.append(piece.kind)
      } else if piece.kind.isCloser {
        let opener = open.removeLast()
        kinds.removeLast()
        piece.role = opener == .other ? .value : opener
      }
      // The rows of a table belong to the statement of its head.
      if piece.kind == .bar || piece.kind == .rule, let row = before, row.kind == .bar || row.kind == .rule,
        !hasBlankLine(tokens, index)
      {
        piece.startsStatement = false
      }
      pieces.append(piece)
      before = piece
      hasNewline = false
    }
  }

  private func hasBlankLine(_ tokens: [Token], _ index: Int) -> Bool {
    tokens[index - 1].kind == .newline && tokens[index - 1].flags.contains(.blankLine)
  }

  private func endOfString(_ tokens: [Token], _ head: Int) -> Int {
    var depth = 0
    var index = head
    while true {
      if tokens[index].kind == .stringHead { depth += 1 }
      if tokens[index].kind == .stringTail { depth -= 1 }
      if depth == 0 { return index }
      index += 1
    }
  }

  private func following(_ tokens: [Token], _ index: Int) -> Token.Kind {
    index + 1 < tokens.count ? tokens[index + 1].kind : .eof
  }

  private func role(
    _ piece: Piece, after before: Piece?, next: Token.Kind, isInParentheses: Bool, beginsRecord: () -> Bool
  ) -> Role {
    let isAfterValue = before.map(endsValue) == true && !piece.startsStatement
    switch piece.kind {
    case .name:
      return piece.startsStatement && isAssert(piece, next: next) ? .other : .value
    case .number, .string, .rawString, .underscore, .dotDotDot, .keywordTrue, .keywordFalse, .keywordNone: return .value
    case .minus: return isAfterValue ? .other : .prefix
    case .ampersand: return .prefix
    case .dotDot: return isAfterValue || before?.kind == .dotDot || next.isRangeEnd ? .tight : .prefix
    case .dotDotEqual: return .tight
    case .equal: return isInParentheses ? .tight : .other
    case .leftBrace:
      if before?.kind == .fatArrow { return beginsRecord() ? .recordBrace : .blockBrace }
      switch before?.kind {
      case .keywordElse where before?.role == .other, .keywordTry where before?.role == .other: return .blockBrace
      // A function as the type of a result.
      case .keywordFn: return .blockBrace
      default: return isAfterValue ? .blockBrace : .recordBrace
      }
    case let kind where kind.isKeyword: return before?.kind == .dot ? .value : .other
    default: return .other
    }
  }

  /// Whether what follows a piece stands to the right of a value.
  func endsValue(_ piece: Piece) -> Bool { piece.role == .value || piece.kind.isCloser }

  /// `assert` where it is no name.
  private func isAssert(_ piece: Piece, next: Token.Kind) -> Bool {
    guard bytes[piece.start..<piece.end].elementsEqual("assert".utf8) else { return false }
    switch next {
    case .equal, .plusEqual, .minusEqual, .starEqual, .slashEqual, .newline, .semicolon, .eof, .dot, .fatArrow:
      return false
    default: return true
    }
  }

  /// Whether `{` after `=>` begins a record, as the parser has it.
  private func beginsRecord(_ tokens: [Token], _ brace: Int) -> Bool {
    let inside = tokens[(brace + 1)...].lazy.filter { $0.kind != .newline }.prefix(2).map(\.kind)
    guard let first = inside.first, let second = inside.dropFirst().first else { return true }
    switch first {
    case .rightBrace, .dotDot: return true
    case .string, .rawString: return second == .colon
    case .name: return second == .colon || second == .comma
    default: return first.isKeyword && second == .colon
    }
  }
}

extension Token.Kind {
  /// What may follow a `..` that has no end: an index such as `x[..]`.
  fileprivate var isRangeEnd: Bool { self == .comma || self == .rightBracket || self == .dotDot }
}
