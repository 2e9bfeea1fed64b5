/// Why some bytes are no token.
enum LexicalFault {
  case nesting, nul, numberBase, trailingPoint, leadingPoint, emptyExponent, trailingUnderscore, hexadecimal
  case openString, openTripleString
  case character(String)
  /// A character that looks like one of the language, and the one it stands for.
  case lookalike(String, String)
  case smartQuotes(String, closingStart: Int)
  case numberThenName(Int)
  case doubledBrace(Int, closing: Int?)
}
