/// The format after the colon in `"{x:>8.2f}"`: Python's mini-language.
///
/// `[[fill]align][sign][0][width][grouping][.precision][type]`, with `<`, `>`, `^` to align, `+` to show the sign, `,` or
/// `_` to group thousands, and a type of `d f e g s %`.
package struct FormatSpec: Sendable, Equatable {
  package var fill: Character = " "
  package var alignment: Character?
  package var showsPlus = false
  package var padsWithZeros = false
  package var width = 0
  package var grouping: Character?
  package var precision: Int?
  package var type: Character?

  package init() {}

  /// Nil when the text is not a format spec.
  package init?(_ text: String) {
    var rest = Substring(text)
    func isAlignment(_ c: Character) -> Bool { c == "<" || c == ">" || c == "^" }
    if let second = rest.dropFirst().first, isAlignment(second) {
      fill = rest.removeFirst()
      alignment = rest.removeFirst()
    } else if let first = rest.first, isAlignment(first) {
      alignment = rest.removeFirst()
    }
    if let sign = rest.first, sign == "+" || sign == "-" || sign == " " {
      showsPlus = sign == "+"
      rest.removeFirst()
    }
    if rest.first == "0" {
      padsWithZeros = true
      rest.removeFirst()
    }
    let widthDigits = rest.prefix { $0.isASCII && $0.isNumber }
    if !widthDigits.isEmpty {
      guard let w = Int(widthDigits), w <= 1000 else { return nil }
      width = w
      rest = rest.dropFirst(widthDigits.count)
    }
    if let group = rest.first, group == "," || group == "_" {
      grouping = group
      rest.removeFirst()
    }
    if rest.first == "." {
      rest.removeFirst()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let p = Int(digits), p <= 100 else { return nil }
      precision = p
      rest = rest.dropFirst(digits.count)
    }
    if let kind = rest.first, "dfegs%".contains(kind) {
      type = kind
      rest.removeFirst()
    }
    guard rest.isEmpty else { return nil }
  }
}
