import Diagnostics

/// Where lines that are too long are broken, and which brackets get a comma behind their last item.
///
/// The line breaks of the author stay. A line that is wider than `limit` is broken at its outermost level: the blocks in
/// it, else before each `|>`, else before each `>>`, else behind operators where that is enough, else inside its widest
/// bracket, an item a line. What comes of it is looked at again when it is written.
extension Formatter {
  static let limit = 88

  /// The brackets that belong together, and how deep each piece stands. A bracket stands as deep as what is around it.
  mutating func measure() {
    partners = Array(repeating: -1, count: pieces.count)
    parents = partners
    depths = Array(repeating: 0, count: pieces.count)
    var open: [Int] = []
    for index in pieces.indices {
      if pieces[index].role != .comment, pieces[index].kind.isCloser, let opener = open.popLast() {
        partners[opener] = index
        partners[index] = opener
      }
      depths[index] = open.count
      parents[index] = open.last ?? -1
      if pieces[index].role != .comment, isOpener(pieces[index]) { open.append(index) }
    }
    for index in pieces.indices where partners[index] > index {
      let (first, closer) = (index + 1, partners[index])
      if startsLine(first), startsLine(closer) { addComma(index) }
    }
  }

  private func startsLine(_ index: Int) -> Bool {
    breaks.contains(index) || lineEnds(pieces[index - 1].end, pieces[index].start) > 0
  }

  /// Adds breaks until the line that starts here fits, or cannot be broken.
  mutating func breakLine(_ first: Int, indentation: Int) {
    while true {
      var end = first + 1
      while end < pieces.count, !startsLine(end), pieces[end].role != .comment { end += 1 }
      guard let width = width(first, end), indentation + width > Self.limit else { return }
      let before = breaks.count
      breakOnce(first, end, indentation)
      if breaks.count == before { return }
    }
  }

  /// Nil for a line that holds a table, or a text of several lines.
  private func width(_ first: Int, _ end: Int) -> Int? {
    var sum = 0
    for index in first..<end {
      let piece = pieces[index]
      guard piece.role != .comment, piece.kind != .bar, piece.kind != .rule else { return nil }
      var isASCII = true
      for byte in bytes[piece.start..<piece.end] {
        if byte == 0x0A { return nil }
        if byte >= 0x80 { isASCII = false }
      }
      sum +=
        isASCII
        ? piece.end - piece.start : displayWidth(String(decoding: bytes[piece.start..<piece.end], as: UTF8.self))
      if commas.contains(index) { sum += 1 }
      if index > first, hasSpace(index - 1, index) { sum += 1 }
    }
    return sum
  }

  private mutating func breakOnce(_ first: Int, _ end: Int, _ indentation: Int) {
    let levels = depths[first..<end]
    for depth in (levels.min() ?? 0)...(levels.max() ?? 0) {
      let here = (first..<end).filter { depths[$0] == depth }
      let openers = here.filter { isOpener(pieces[$0]) && $0 + 1 < end && partners[$0] != $0 + 1 }
      let blocks = openers.filter { pieces[$0].role == .blockBrace }
      if !blocks.isEmpty { return blocks.forEach { explode($0) } }
      for kind in [Token.Kind.pipeRight, .shiftRight] {
        let leaders = here.filter { $0 > first && pieces[$0].kind == kind }
        if !leaders.isEmpty { return breaks.formUnion(leaders) }
      }
      let behind = operators(here, first, end, Self.limit - indentation)
      let room = Self.limit - indentation - Self.level
      let parts = zip([first] + behind, behind + [end]).map { width($0, $1) ?? 0 }
      if !behind.isEmpty, parts.allSatisfy({ $0 <= room }) { return separate(behind) }
      let widest = openers.filter { helps($0, room) }.max {
        (width($0 + 1, min(partners[$0], end)) ?? 0) < (width($1 + 1, min(partners[$1], end)) ?? 0)
      }
      if let widest { return explode(widest) }
      if !behind.isEmpty { return separate(behind) }
      for kind in [Token.Kind.fatArrow, .equal] {
        let mark = here.first { pieces[$0].kind == kind && pieces[$0].role == .other && $0 + 1 < end }
        if let mark, pieces[mark + 1].kind != .leftBrace {
          breaks.insert(mark + 1)
          return
        }
      }
    }
  }

  /// Whether what a bracket holds is shorter on a line of its own, or can be broken again.
  private func helps(_ opener: Int, _ room: Int) -> Bool {
    let closer = partners[opener]
    return closer > opener + 2 || (width(opener + 1, closer) ?? 0) <= room
  }

  /// Starts lines; between the items of a bracket that begins on a line of its own, the closing one too.
  private mutating func separate(_ starts: [Int]) {
    breaks.formUnion(starts)
    let bracket = parents[starts[0]]
    guard pieces[starts[0] - 1].kind == .comma, bracket >= 0, startsLine(bracket + 1) else { return }
    breaks.insert(partners[bracket])
    addComma(bracket)
  }

  /// The pieces behind the operators that bind least, of those at one level; behind commas before all.
  private func operators(_ here: [Int], _ first: Int, _ end: Int, _ room: Int) -> [Int] {
    let isLoop = here.contains { pieces[$0].kind == .keywordFor && pieces[$0].role == .other }
    let classes: [[Token.Kind]] = [
      isLoop ? [] : [.comma], [.keywordOr], [.keywordAnd],
      [.equalEqual, .bangEqual, .less, .lessEqual, .greater, .greaterEqual], [.plus, .minus],
      [.star, .slash, .slashSlash, .percent, .at],
    ]
    // What is set stays on one line.
    let value = here.first { pieces[$0].kind == .equal && pieces[$0].role == .other } ?? first
    for kinds in classes {
      let marks = here.filter { kinds.contains(pieces[$0].kind) && pieces[$0].role == .other }
      let behind = marks.filter { $0 >= value && $0 + 1 < end }.map { $0 + 1 }
      if behind.isEmpty { continue }
      guard kinds == [.comma], isRow(here, first) else { return behind }
      return filled(behind, first, end, room)
    }
    return []
  }

  /// Those before which a line has to end.
  private func filled(_ behind: [Int], _ first: Int, _ end: Int, _ room: Int) -> [Int] {
    var starts: [Int] = []
    var (item, used) = (first, -1)
    for next in behind + [end] {
      let width = width(item, next) ?? 0
      if used >= 0, used + 1 + width > room {
        starts.append(item)
        used = width
      } else {
        used += 1 + width
      }
      item = next
    }
    return starts
  }

  /// A row of numbers within brackets is filled up instead of standing one below the other.
  private func isRow(_ here: [Int], _ first: Int) -> Bool {
    depths[first] > 0 && here.allSatisfy { [.number, .comma, .minus].contains(pieces[$0].kind) }
  }

  /// Breaks behind the opening bracket, between what it holds, and before the closing one.
  private mutating func explode(_ opener: Int) {
    var (opener, closer) = (opener, partners[opener])
    while let inner = embraced(opener, closer) { (opener, closer) = (inner, closer - 1) }
    let inside = (opener + 1)..<closer
    let separator = pieces[opener].role == .blockBrace ? Token.Kind.semicolon : .comma
    let isRow = inside.allSatisfy { [.number, .comma, .minus].contains(pieces[$0].kind) }
    breaks.insert(opener + 1)
    breaks.insert(closer)
    if !isRow {
      for index in inside where depths[index] == depths[opener] + 1 && pieces[index].kind == separator {
        if index + 1 < closer, pieces[index + 1].role != .comment { breaks.insert(index + 1) }
      }
    }
    addComma(opener)
  }

  /// The bracket within another that is opened in its place: one that is all it holds, or a record that stands last
  /// behind plain items.
  private func embraced(_ opener: Int, _ closer: Int) -> Int? {
    guard pieces[opener].role != .blockBrace, closer - 1 > opener, pieces[closer - 1].role != .comment else {
      return nil
    }
    let inner = partners[closer - 1]
    guard inner > opener, inner + 1 < closer - 1, pieces[inner].role != .blockBrace else { return nil }
    if inner == opener + 1 { return inner }
    let isLast = pieces[inner].role == .recordBrace && pieces[inner - 1].kind == .comma
    return isLast && !(opener + 1..<inner).contains { isOpener(pieces[$0]) } ? inner : nil
  }

  /// A comma behind the last item, where the language takes one and it would change nothing.
  private mutating func addComma(_ opener: Int) {
    let closer = partners[opener]
    guard let last = (opener + 1..<closer).last(where: { pieces[$0].role != .comment }), pieces[last].kind != .comma,
      takesComma(opener)
    else { return }
    commas.insert(last)
  }

  private func takesComma(_ opener: Int) -> Bool {
    let before = before(opener)
    let isBehindValue = before.map(endsValue) == true && !pieces[opener].startsStatement
    if isType(opener) || before.map(isAssertion) == true { return false }
    switch pieces[opener].kind {
    case .leftBracket: return !isBehindValue
    case .leftBrace: return pieces[opener].role == .recordBrace && !isTarget(opener)
    default:
      if isBehindValue || before?.kind == .keywordFn { return true }
      // Without a comma of its own a parenthesis only groups.
      let hasComma = (opener + 1..<partners[opener]).contains {
        depths[$0] == depths[opener] + 1 && pieces[$0].kind == .comma
      }
      return hasComma && !isTarget(opener)
    }
  }

  private func before(_ index: Int) -> Piece? {
    (0..<index).last { pieces[$0].role != .comment }.map { pieces[$0] }
  }

  /// The type of a parameter, a result or a variable: whatever else stands behind a colon is in a record.
  private func isType(_ opener: Int) -> Bool {
    let parent = parents[opener]
    let mark = before(opener)?.kind
    if mark == .arrow || (mark == .colon && (parent < 0 || pieces[parent].role != .recordBrace)) { return true }
    return parent >= 0 && pieces[parent].kind != .leftBrace && isType(parent)
  }

  /// Whether a bracket holds names that are set: it stands between `for` and `in`, or left of `=`.
  private func isTarget(_ opener: Int) -> Bool {
    if pieces[opener].startsStatement { return true }
    var next = partners[opener] + 1
    while next < pieces.count, depths[next] >= depths[opener] {
      if depths[next] == depths[opener] {
        if pieces[next].kind == .equal, pieces[next].role == .other { return true }
        if pieces[next].kind == .keywordIn { return true }
        if pieces[next].startsStatement { return false }
        let kinds: [Token.Kind] = [.comma, .name, .underscore, .leftParen, .rightParen, .leftBrace, .rightBrace, .dot]
        if !kinds.contains(pieces[next].kind) { return false }
      }
      next += 1
    }
    return false
  }
}
