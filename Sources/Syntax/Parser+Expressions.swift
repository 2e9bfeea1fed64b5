import Diagnostics

/// How tightly an operator binds; 0 for what is none.
private func power(of kind: Token.Kind) -> Int {
  switch kind {
  case .pipeRight: 1
  case .shiftRight: 2
  case .keywordOr: 3
  case .keywordAnd: 4
  case .equalEqual, .bangEqual, .less, .lessEqual, .greater, .greaterEqual, .keywordIn, .keywordNot: Power.compare
  case .dotDot, .dotDotEqual: Power.range
  case .plus, .minus: Power.add
  case .star, .slash, .slashSlash, .percent, .at: 9
  default: 0
  }
}

enum Power {
  static let pipe = 1
  static let or = 3
  static let not = 5
  static let compare = 6
  static let range = 7
  static let add = 8
}

extension Parser {
  /// `x => body`, or operators.
  mutating func expression() throws(Stop) -> Expression {
    if kind == .name || kind == .underscore, next == .fatArrow { return try arrowFunction() }
    return try operators(minimum: Power.pipe)
  }

  mutating func operators(minimum: Int) throws(Stop) -> Expression {
    try enter()
    let left = try operand(minimum: minimum)
    let result = try operators(after: left, minimum: minimum)
    leave()
    return result
  }

  /// Goes on with operators that bind at least as tightly as `minimum`, given the operand before them.
  mutating func operators(after first: Expression, minimum: Int) throws(Stop) -> Expression {
    var left = first
    while true {
      let kind = kind
      let power = power(of: kind)
      guard power > 0, power >= minimum else {
        if kind == .fatArrow { throw fail(arrowInOperators(left)) }
        return left
      }
      if kind == .keywordNot, next != .keywordIn { return left }
      if kind == .minus, let problem = decrementHabit() { throw fail(problem) }
      let tall = height
      let operatorStart = start
      if kind == .keywordNot { advance() }
      let wordEnd = token.end
      advanceOverOperator()
      let operatorSpan = Span(operatorStart, wordEnd)
      let right = try operators(minimum: power + 1)
      try grow(tall, height, at: operatorSpan)
      let whole = left.span.union(right.span)
      switch kind {
      case .pipeRight:
        try checkPipeTarget(left, operatorSpan, right)
        left = Expression(.pipe(left, operatorSpan: operatorSpan, right), whole)
      case .shiftRight: left = Expression(.compose(left, operatorSpan: operatorSpan, right), whole)
      case .keywordOr: left = Expression(.or(left, right), whole)
      case .keywordAnd: left = Expression(.and(left, right), whole)
      case .dotDot, .dotDotEqual:
        if self.kind == .dotDot || self.kind == .dotDotEqual { throw fail(steppedRange(left, right)) }
        left = Expression(.range(left, right, isInclusive: kind == .dotDotEqual), whole)
      default:
        if let comparisonKind = comparisonKind(kind) {
          left = Expression(.compare(comparisonKind, operatorSpan: operatorSpan, left, right), whole)
          if self.kind.isComparison || self.kind == .keywordIn || (self.kind == .keywordNot && next == .keywordIn) {
            throw fail(chainedComparison(left, span))
          }
        } else {
          left = Expression(
            .arithmetic(arithmeticKind(kind), operatorSpan: operatorSpan, left, right), whole)
        }
      }
    }
  }

  private func comparisonKind(_ kind: Token.Kind) -> Comparison? {
    switch kind {
    case .equalEqual: .equal
    case .bangEqual: .notEqual
    case .less: .less
    case .lessEqual: .lessOrEqual
    case .greater: .greater
    case .greaterEqual: .greaterOrEqual
    case .keywordIn: .isIn
    case .keywordNot: .isNotIn
    default: nil
    }
  }

  private func arithmeticKind(_ kind: Token.Kind) -> ArithmeticOperator {
    switch kind {
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .slashSlash: .floorDivide
    case .percent: .modulo
    default: .matmul
    }
  }

  /// An operand with the signs and `not`s before it; loops, so that long runs of them cost no stack.
  mutating func operand(minimum: Int) throws(Stop) -> Expression {
    switch kind {
    case .keywordNot:
      guard minimum <= Power.not else { throw fail(notAsOperand()) }
      var starts: [Int] = []
      while kind == .keywordNot {
        starts.append(start)
        advanceOverOperator()
        if starts.count > Self.heightLimit { try grow(starts.count, at: span) }
      }
      var result = try operators(minimum: Power.compare)
      for first in starts.reversed() {
        try grow(height, at: span(ofToken: last))
        result = Expression(.not(result), Span(first, result.span.end))
      }
      return result
    case .minus: return try unary()
    default: return try powered()
    }
  }

  private mutating func unary() throws(Stop) -> Expression {
    var starts: [Int] = []
    while kind == .minus {
      starts.append(start)
      advanceOverOperator()
      if starts.count > Self.heightLimit { try grow(starts.count, at: span) }
    }
    var result = try powered()
    for first in starts.reversed() {
      try grow(height, at: span(ofToken: last))
      result = Expression(.negate(result), Span(first, result.span.end))
    }
    return result
  }

  /// `a ** b`, to the right.
  private mutating func powered() throws(Stop) -> Expression {
    let base = try postfix()
    guard kind == .starStar else { return base }
    let operatorSpan = span
    let tall = height
    advanceOverOperator()
    try enter()
    let exponent = try unary()
    leave()
    try grow(tall, height, at: operatorSpan)
    return Expression(
      .arithmetic(.power, operatorSpan: operatorSpan, base, exponent), base.span.union(exponent.span))
  }

  mutating func primary() throws(Stop) -> Expression {
    height = 1
    let place = span
    switch kind {
    case .name:
      let name = name()
      if let meant = constantOfOtherLanguages(name.text) { throw fail(foreignConstant(name, meant)) }
      return Expression(.name(name.text), place)
    case .number:
      let value = try number()
      advance()
      return Expression(.number(value), place)
    case .string, .rawString, .stringHead: return try string()
    case .keywordTrue, .keywordFalse:
      let value = kind == .keywordTrue
      advance()
      return Expression(.bool(value), place)
    case .keywordNone:
      advance()
      return Expression(.none, place)
    case .underscore:
      placeholders.append(place)
      advance()
      return Expression(.placeholder, place)
    case .leftParen: return try parenthesized()
    case .leftBracket: return try bracketed()
    case .leftBrace: return try record()
    case .keywordFn: return try functionExpression()
    case .keywordIf: return try conditional()
    case .keywordTry: return try attempt()
    default: throw unexpected("an expression")
    }
  }

  // MARK: Control flow as expressions

  /// The expression after `if` or `while`.
  mutating func condition(of head: String) throws(Stop) -> Expression {
    let result = try expression()
    try checkNoAssignment(in: head)
    return result
  }

  /// `if … else if … else …`; a long chain is built from its end, without recursion.
  private mutating func conditional() throws(Stop) -> Expression {
    var links: [(start: Int, condition: Expression, body: Block, height: Int)] = []
    var otherwise: Block?
    var tall = 0
    try enter()
    while true {
      let first = start
      advance()
      let condition = try condition(of: "if")
      let conditionHeight = height
      let body = try block(after: "if")
      links.append((first, condition, body, max(conditionHeight, height)))
      if links.count > Self.heightLimit { try grow(links.count, at: condition.span) }
      guard kind == .keywordElse else { break }
      advance()
      if kind == .keywordIf { continue }
      otherwise = try block(after: "else")
      tall = height
      break
    }
    leave()
    let end = lastEnd
    var result: Expression?
    for link in links.reversed() {
      if let inner = result { otherwise = [Statement(.expression(inner), inner.span)] }
      try grow(tall, link.height, at: link.condition.span)
      tall = height
      result = Expression(.conditional(link.condition, link.body, otherwise: otherwise), Span(link.start, end))
    }
    guard let result else { throw unexpected("`if`") }
    return result
  }

  private mutating func attempt() throws(Stop) -> Expression {
    let first = start
    try enter()
    advance()
    let body = try block(after: "try")
    let tall = height
    guard kind == .keywordCatch else { throw fail(tryWithoutCatch()) }
    advance()
    guard kind == .name else { throw fail(catchWithoutName()) }
    let caught = name()
    let handler = try block(after: "catch \(caught.text)")
    try grow(tall, height, at: caught.span)
    leave()
    return Expression(.attempt(body, caught: caught, handler: handler), span(from: first))
  }
}
