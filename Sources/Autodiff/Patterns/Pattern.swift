import Diagnostics
import Tensors

/// Axes by name: one side of `"b t (h d) -> b h t d"`.
struct AxisPattern {
  /// The axes, each a group of names that are multiplied together; a group of one is a plain name, an empty one is `1`.
  var groups: [[String]]
  /// Where `...` stands, counted in groups.
  var ellipsis: Int?

  var names: [String] { groups.flatMap { $0 } }

  /// Reads names separated by spaces, `1`, `(a b)` and `...`; letters without spaces are one axis each where `compact`.
  /// A name stands twice only where `allowsRepeats`: there it picks a diagonal.
  init(
    _ text: Substring, of pattern: String, compact: Bool = false, allowsRepeats: Bool = false
  ) throws {
    groups = []
    var open: [String]?
    var dots = 0
    func failure(_ message: String) -> Failure {
      Failure("pattern-shape", message, facts: [.init("pattern", "\"\(pattern)\"")])
    }
    for token in AxisPattern.tokens(text, compact: compact) {
      switch token {
      case "(":
        if open != nil { throw failure("a `(` stands inside another in the pattern") }
        open = []
      case ")":
        guard let names = open else { throw failure("a `)` has no `(` in the pattern") }
        groups.append(names)
        open = nil
      case "...":
        if open != nil || dots > 0 { throw failure("`...` stands once on each side, outside brackets") }
        dots += 1
        ellipsis = groups.count
      case "1":
        if open == nil { groups.append([]) }
      default:
        guard token.first.map({ $0.isLetter || $0 == "_" }) == true else {
          throw failure("`\(token)` is no name of an axis")
        }
        if open != nil { open?.append(token) } else { groups.append([token]) }
      }
    }
    if open != nil { throw failure("a `(` has no `)` in the pattern") }
    if !allowsRepeats, let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }).map({ names[$0] }) {
      throw failure("`\(twice)` stands twice on one side of the pattern")
    }
  }

  private static func tokens(_ text: Substring, compact: Bool) -> [String] {
    var tokens: [String] = []
    var word = ""
    func finish() {
      if !word.isEmpty { tokens.append(word) }
      word = ""
    }
    for character in text {
      if character == "." || character.isLetter || character.isNumber || character == "_" {
        let continues = (character == ".") == (word.last == ".")
        if !word.isEmpty, !continues || (compact && character != ".") { finish() }
        word.append(character)
      } else {
        finish()
        if !character.isWhitespace { tokens.append(String(character)) }
      }
    }
    finish()
    return tokens
  }

  /// The two sides of `"… -> …"`.
  static func sides(_ pattern: String) throws -> (Substring, Substring) {
    var parts: [Substring] = []
    var rest = Substring(pattern)
    while let arrow = rest.firstIndex(of: "-"), rest[arrow...].hasPrefix("->") {
      parts.append(rest[..<arrow])
      rest = rest[arrow...].dropFirst(2)
    }
    guard parts.count == 1 else {
      throw Failure(
        "pattern-shape", "a pattern has one `->` between what comes in and what goes out",
        facts: [.init("pattern", "\"\(pattern)\"")])
    }
    return (parts[0], rest)
  }

  /// The same with names in place of `...`, one for each axis that the others leave of `rank`.
  func filled(rank: Int, pattern: String) throws -> AxisPattern {
    var result = self
    let left = rank - groups.count
    if let ellipsis, left >= 0 {
      result.groups.insert(contentsOf: (0..<left).map { ["...\($0)"] }, at: ellipsis)
      result.ellipsis = nil
    } else if left != 0 {
      throw Failure(
        "pattern-shape",
        "the pattern names \(groups.count) ax\(groups.count == 1 ? "is" : "es") but the tensor has \(rank)",
        facts: [.init("pattern", "\"\(pattern)\"")])
    }
    return result
  }

  /// The same with those names that `...` stood for on the other side.
  func filled(like other: AxisPattern) -> AxisPattern {
    guard let ellipsis else { return self }
    var result = self
    result.groups.insert(contentsOf: other.groups.filter { $0.first?.hasPrefix("...") == true }, at: ellipsis)
    result.ellipsis = nil
    return result
  }

  /// The size of every name, from the shape and from what the caller gives.
  ///
  /// - Throws: `pattern-shape` when a group does not divide or a size disagrees.
  func sizes(_ shape: Shape, given: [(String, Int)], pattern: String) throws -> [String: Int] {
    var sizes = Dictionary(given, uniquingKeysWith: { $1 })
    func failure(_ message: String) -> Failure {
      Failure(
        "pattern-shape", message, argument: 0,
        facts: [.init("x", "\(shape)", argument: 0), .init("pattern", "\"\(pattern)\"")])
    }
    for (axis, group) in groups.enumerated() {
      let size = shape[axis]
      let open = group.filter { sizes[$0] == nil }
      let known = group.reduce(1) { $0 * (sizes[$1] ?? 1) }
      if open.count > 1 {
        throw failure("the sizes of `\(open.joined(separator: "` and `"))` do not follow: give all but one of them")
      }
      if let name = open.first {
        guard known > 0, size % known == 0 else {
          throw failure("axis \(axis) of size \(size) is no multiple of \(known)")
        }
        sizes[name] = size / known
      } else if known != size {
        let what = group.isEmpty ? "1" : group.count == 1 ? group[0] : "(\(group.joined(separator: " ")))"
        throw failure("`\(what)` is \(known) but axis \(axis) has size \(size)")
      }
    }
    return sizes
  }
}
