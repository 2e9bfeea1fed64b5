/// Cuts source bytes into tokens. It never fails: bytes that are no token become `.invalid` ones with a reason.
///
/// Every run of line ends and comments is one `.newline` token; the parser decides by the innermost open bracket whether
/// it counts. Code inside strings is cut into tokens of the same stream, so nothing is ever scanned twice.
struct Lexer {
  struct Output {
    var tokens: [Token] = []
    /// Why a token is invalid, by its index.
    var faults: [Int: LexicalFault] = [:]
    /// `##` lines, by the index of the token they stand above.
    var documentation: [(token: Int, low: Int, high: Int)] = []
    /// `#%%` lines, by the index of the token they stand above.
    var cells: [(token: Int, low: Int, high: Int)] = []
    /// Every comment, for the highlighter alone.
    var comments: [(low: Int, high: Int)] = []
  }

  /// What `}` closes: a bracket, or code inside a string.
  enum Frame: UInt8 { case paren, bracket, brace, code, tripleCode }

  let bytes: UnsafeBufferPointer<UInt8>
  let count: Int
  let keepsComments: Bool
  var at = 0
  var output = Output()
  var frames: [Frame] = []
  var pending: Token.Flags = []
  var newlineAt = 0
  var hasDocumentation = false
  var documentation = (low: 0, high: 0)
  var hasCell = false
  /// Where the one-line strings start whose code is being read.
  var openCode: [Int] = []

  static let nestingLimit = 200

  init(_ bytes: UnsafeBufferPointer<UInt8>, keepsComments: Bool = false) {
    self.bytes = bytes
    count = bytes.count
    self.keepsComments = keepsComments
    output.tokens.reserveCapacity(bytes.count / 3 + 16)
  }

  static func run(_ bytes: UnsafeBufferPointer<UInt8>, keepsComments: Bool = false) -> Output {
    var lexer = Lexer(bytes, keepsComments: keepsComments)
    lexer.scan()
    return lexer.output
  }

  func byte(_ offset: Int) -> UInt8 { offset < count ? bytes[offset] : 0 }

  mutating func scan() {
    if count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { at = 3 }
    while true {
      skipTrivia()
      if at >= count { break }
      token()
    }
    if !openCode.isEmpty { abandonString(count) }
    emit(.eof, count, count)
  }

  /// Skips blanks, line ends and comments, and notes what they mean for the next token.
  private mutating func skipTrivia() {
    var lineIsBlank = false
    while at < count {
      let c = bytes[at]
      if c == 0x20 || c == 0x09 {
        pending.insert(.spaceBefore)
        at += 1
      } else if c == 0x0A || c == 0x0D {
        if !openCode.isEmpty { abandonString(at) }
        if pending.contains(.newlineBefore) {
          if lineIsBlank {
            pending.insert(.blankLine)
            hasDocumentation = false
          }
        } else {
          newlineAt = at
          pending.insert(.newlineBefore)
        }
        lineIsBlank = true
        at += c == 0x0D && byte(at + 1) == 0x0A ? 2 : 1
      } else if c == 0x23 {
        comment()
        lineIsBlank = false
      } else if c >= 0xC2, let length = blankLength(at) {
        pending.insert(.spaceBefore)
        at += length
      } else {
        return
      }
    }
    if lineIsBlank { pending.insert(.blankLine) }
  }

  private mutating func comment() {
    let start = at
    while at < count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
    if keepsComments { output.comments.append((start, at)) }
    // Titles and documentation stand on lines of their own.
    guard output.tokens.isEmpty || pending.contains(.newlineBefore) else { return }
    var mark = start + 1
    while byte(mark) == 0x20 { mark += 1 }
    if byte(mark) == 0x25, byte(mark + 1) == 0x25 {
      output.cells.append((nextToken, mark + 2, at))
      hasCell = true
    } else if byte(start + 1) == 0x23 {
      if !hasDocumentation { documentation.low = start }
      hasDocumentation = true
      documentation.high = at
    }
  }

  /// The index of the next token that is not a newline.
  private var nextToken: Int {
    output.tokens.count + (pending.contains(.newlineBefore) && !output.tokens.isEmpty ? 1 : 0)
  }

  /// Unicode blanks that a paste brings along, zero-width ones too.
  private func blankLength(_ offset: Int) -> Int? {
    let (a, b) = (byte(offset + 1), byte(offset + 2))
    switch bytes[offset] {
    case 0xC2: return a == 0xA0 ? 2 : nil
    case 0xE2: return (a == 0x80 && (b <= 0x8B || b == 0xAF)) || (a == 0x81 && b == 0x9F) ? 3 : nil
    case 0xE3: return a == 0x80 && b == 0x80 ? 3 : nil
    case 0xEF: return a == 0xBB && b == 0xBF ? 3 : nil
    default: return nil
    }
  }

  /// Writes the newline that is due before a token of `kind`, unless that token continues the line.
  mutating func flushNewline(before kind: Token.Kind) {
    guard pending.contains(.newlineBefore), !output.tokens.isEmpty else { return }
    if kind == .pipeRight || kind == .shiftRight, !hasCell { return }
    output.tokens.append(
      Token(
        kind: .newline, flags: pending.intersection(.blankLine), low: Int32(newlineAt), high: Int32(newlineAt + 1)))
  }

  mutating func emit(_ kind: Token.Kind, _ start: Int, _ end: Int, _ extra: Token.Flags = []) {
    if pending.contains(.newlineBefore) { flushNewline(before: kind) }
    if hasDocumentation {
      output.documentation.append((output.tokens.count, documentation.low, documentation.high))
      hasDocumentation = false
    }
    hasCell = false
    output.tokens.append(
      Token(kind: kind, flags: pending.subtracting(.blankLine).union(extra), low: Int32(start), high: Int32(end)))
    pending = []
    at = end
  }

  mutating func fault(_ fault: LexicalFault, _ start: Int, _ end: Int) {
    emit(.invalid, start, max(end, start + 1))
    output.faults[output.tokens.count - 1] = fault
  }

  private mutating func token() {
    let start = at
    let c = bytes[at]
    switch c {
    case 0x61...0x7A, 0x41...0x5A, 0x5F: name(start)
    case 0x30...0x39: number(start)
    case 0x22: string(start)
    case 0x27: rawString(start)
    case 0x28: open(.leftParen, .paren)
    case 0x5B: open(.leftBracket, .bracket)
    case 0x7B: open(.leftBrace, .brace)
    case 0x29: close(.rightParen, .paren)
    case 0x5D: close(.rightBracket, .bracket)
    case 0x7D: closeBrace(start)
    case 0x3A:
      if let top = frames.last, top == .code || top == .tripleCode { return formatSpec(start) }
      emit(.colon, start, start + 1)
    case 0x2E where byte(at + 1) >= 0x30 && byte(at + 1) <= 0x39 && isFractionStart(start): leadingPoint(start)
    case 0x7C where isRule(start): break
    case 0x80...: nonASCII(start)
    default: operatorToken(start, c)
    }
  }

  private mutating func open(_ kind: Token.Kind, _ frame: Frame) {
    if frames.count >= Self.nestingLimit {
      fault(.nesting, at, at + 1)
    } else {
      frames.append(frame)
      emit(kind, at, at + 1)
    }
  }

  private mutating func close(_ kind: Token.Kind, _ frame: Frame) {
    if frames.last == frame { frames.removeLast() }
    emit(kind, at, at + 1)
  }

  /// `}` ends the nearest block, record or piece of code in a string, whatever was left open inside.
  private mutating func closeBrace(_ start: Int) {
    guard let index = frames.lastIndex(where: { $0 != .paren && $0 != .bracket }) else {
      return emit(.rightBrace, start, start + 1)
    }
    let frame = frames[index]
    frames.removeSubrange(index...)
    if frame == .brace {
      emit(.rightBrace, start, start + 1)
    } else {
      if frame == .code { openCode.removeLast() }
      stringRest(start, isTriple: frame == .tripleCode)
    }
  }

  /// A line of a table that holds only `|`, `-`, `:` and blanks, and at least one `-`.
  private mutating func isRule(_ start: Int) -> Bool {
    guard pending.contains(.newlineBefore) || output.tokens.isEmpty else { return false }
    var end = start
    var hasDash = false
    loop: while end < count {
      switch bytes[end] {
      case 0x2D: hasDash = true
      case 0x7C, 0x3A, 0x20, 0x09: break
      case 0x0A, 0x0D: break loop
      default: return false
      }
      end += 1
    }
    guard hasDash else { return false }
    emit(.rule, start, end)
    return true
  }

  private mutating func operatorToken(_ start: Int, _ c: UInt8) {
    let second = byte(start + 1)
    let third = byte(start + 2)
    func has(_ a: UInt8) -> Bool { second == a }
    let found: (Token.Kind, Int)?
    switch c {
    case 0x2B: found = has(0x3D) ? (.plusEqual, 2) : (.plus, 1)
    case 0x2D: found = has(0x3D) ? (.minusEqual, 2) : has(0x3E) ? (.arrow, 2) : (.minus, 1)
    case 0x2A: found = has(0x2A) ? (.starStar, 2) : has(0x3D) ? (.starEqual, 2) : (.star, 1)
    case 0x2F: found = has(0x2F) ? (.slashSlash, 2) : has(0x3D) ? (.slashEqual, 2) : (.slash, 1)
    case 0x25: found = (.percent, 1)
    case 0x40: found = (.at, 1)
    case 0x2E:
      if second == 0x2E {
        let isInclusive = third == 0x3D && byte(start + 3) != 0x3D
        found = isInclusive ? (.dotDotEqual, 3) : third == 0x2E ? (.dotDotDot, 3) : (.dotDot, 2)
      } else {
        found = (.dot, 1)
      }
    case 0x3D: found = has(0x3D) ? (.equalEqual, 2) : has(0x3E) ? (.fatArrow, 2) : (.equal, 1)
    case 0x21: found = has(0x3D) ? (.bangEqual, 2) : (.bang, 1)
    case 0x3C: found = has(0x3D) ? (.lessEqual, 2) : (.less, 1)
    case 0x3E: found = has(0x3D) ? (.greaterEqual, 2) : has(0x3E) ? (.shiftRight, 2) : (.greater, 1)
    case 0x7C: found = has(0x3E) ? (.pipeRight, 2) : (.bar, 1)
    case 0x26: found = (.ampersand, 1)
    case 0x2C: found = (.comma, 1)
    case 0x3B: found = (.semicolon, 1)
    case 0x3F: found = (.question, 1)
    case 0x7E: found = (.tilde, 1)
    case 0x5E: found = (.caret, 1)
    default: found = nil
    }
    if let (kind, length) = found {
      emit(kind, start, start + length)
    } else {
      fault(c == 0x00 ? .nul : .character(String(decoding: [c], as: UTF8.self)), start, start + 1)
    }
  }
}
