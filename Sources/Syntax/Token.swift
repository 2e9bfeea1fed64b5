/// A lexical unit: its kind and its bytes in the source.
struct Token {
  enum Kind: UInt8 {
    case eof, newline, name, number
    /// A whole string without interpolation, quotes included; `rule` is a table's line of dashes.
    case string, rawString, rule
    /// `"a {` · `} b {` · `} c"` around interpolated code, and `:spec` before a closing brace.
    case stringHead, stringMiddle, stringTail, formatSpec
    case keywordFn, keywordIf, keywordElse, keywordFor, keywordIn, keywordWhile, keywordBreak, keywordContinue
    case keywordReturn, keywordTry, keywordCatch, keywordAnd, keywordOr, keywordNot, keywordTrue, keywordFalse
    case keywordNone
    case plus, minus, star, slash, slashSlash, percent, at, starStar
    case dotDot, dotDotEqual, dotDotDot
    case equalEqual, bangEqual, less, lessEqual, greater, greaterEqual
    case shiftRight, pipeRight, fatArrow, arrow
    case equal, plusEqual, minusEqual, starEqual, slashEqual
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, ampersand, bar, underscore
    /// Not of the language, but seen often enough to be worth a token.
    case bang, question, tilde, caret
    /// Bytes that are no token; the lexer keeps the reason.
    case invalid
  }

  struct Flags: OptionSet {
    let rawValue: UInt8
    /// A line ended between the token before and this one.
    static let newlineBefore = Flags(rawValue: 1)
    static let spaceBefore = Flags(rawValue: 2)
    /// On a newline token: an empty line follows (at the end of the text too).
    static let blankLine = Flags(rawValue: 4)
    /// On a part of a string: it is a `"""` string.
    static let triple = Flags(rawValue: 8)
  }

  var kind: Kind
  var flags: Flags
  var low: Int32
  var high: Int32

  var start: Int { Int(low) }
  var end: Int { Int(high) }
}

extension Token.Kind {
  var isKeyword: Bool { rawValue >= Token.Kind.keywordFn.rawValue && rawValue <= Token.Kind.keywordNone.rawValue }

  /// A word that may name a field, a record key or an argument.
  var isKey: Bool { self == .name || isKeyword }

  var isComparison: Bool { rawValue >= Token.Kind.equalEqual.rawValue && rawValue <= Token.Kind.greaterEqual.rawValue }

  var closer: Token.Kind? {
    switch self {
    case .leftParen: .rightParen
    case .leftBracket: .rightBracket
    case .leftBrace: .rightBrace
    default: nil
    }
  }

  var isCloser: Bool { self == .rightParen || self == .rightBracket || self == .rightBrace }

  /// Whether a line that ends in this token goes on in the next.
  var continuesLine: Bool {
    switch self {
    case .plus, .minus, .star, .slash, .slashSlash, .percent, .at, .starStar, .dotDot, .dotDotEqual, .equalEqual,
      .bangEqual, .less, .lessEqual, .greater, .greaterEqual, .shiftRight, .pipeRight, .fatArrow, .arrow, .equal,
      .plusEqual, .minusEqual, .starEqual, .slashEqual, .comma, .keywordAnd, .keywordOr, .keywordNot, .keywordIn:
      true
    default: false
    }
  }

  /// How a token of this kind is written, where that is fixed.
  var text: String? { tokenTexts[self] }
}

private let tokenTexts: [Token.Kind: String] = [
  .keywordFn: "fn", .keywordIf: "if", .keywordElse: "else", .keywordFor: "for", .keywordIn: "in",
  .keywordWhile: "while", .keywordBreak: "break", .keywordContinue: "continue", .keywordReturn: "return",
  .keywordTry: "try", .keywordCatch: "catch", .keywordAnd: "and", .keywordOr: "or", .keywordNot: "not",
  .keywordTrue: "true", .keywordFalse: "false", .keywordNone: "none", .plus: "+", .minus: "-", .star: "*",
  .slash: "/", .slashSlash: "//", .percent: "%", .at: "@", .starStar: "**", .dotDot: "..", .dotDotEqual: "..=",
  .dotDotDot: "...", .equalEqual: "==", .bangEqual: "!=", .less: "<", .lessEqual: "<=", .greater: ">",
  .greaterEqual: ">=", .shiftRight: ">>", .pipeRight: "|>", .fatArrow: "=>", .arrow: "->", .equal: "=",
  .plusEqual: "+=", .minusEqual: "-=", .starEqual: "*=", .slashEqual: "/=", .leftParen: "(", .rightParen: ")",
  .leftBracket: "[", .rightBracket: "]", .leftBrace: "{", .rightBrace: "}", .comma: ",", .colon: ":",
  .semicolon: ";", .dot: ".", .ampersand: "&", .bar: "|", .underscore: "_", .bang: "!", .question: "?",
  .tilde: "~", .caret: "^",
]
