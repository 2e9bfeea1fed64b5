import Diagnostics

/// What may stand left of `=`.
extension Parser {
  mutating func leftSide(_ expression: Expression) throws(Stop) -> LeftSide {
    switch expression.kind {
    case .name(let text): return .name(Name(text, expression.span))
    case .placeholder:
      placeholders.removeAll { $0 == expression.span }
      return .wildcard(expression.span)
    case .index, .field:
      guard isPlace(expression) else { throw fail(notAPlace(expression, "only a variable and its parts can be set")) }
      return .place(expression)
    case .parenthesized(let inner): return try leftSide(inner)
    case .bracket(let items, makesList: true) where !items.isEmpty:
      var sides: [LeftSide] = []
      for item in items {
        guard case .value(let part) = item else {
          throw fail(notAPlace(expression, "`..` cannot stand left of `=`"))
        }
        sides.append(try leftSide(part))
      }
      return .list(sides, expression.span)
    case .record(let fields) where !fields.isEmpty:
      var names: [Name] = []
      for field in fields {
        guard case .shorthand(let name) = field else {
          throw fail(notAPlace(expression, "`{a, b} = …` takes the fields `a` and `b` by their names"))
        }
        names.append(name)
      }
      return .record(names, expression.span)
    default: throw fail(notAssignable(expression))
    }
  }

  /// Notes a name that one left side binds twice.
  mutating func checkDistinct(_ sides: [LeftSide]) {
    var names: [Name] = []
    func collect(_ side: LeftSide) {
      switch side {
      case .name(let name): names.append(name)
      case .list(let parts, _): parts.forEach(collect)
      case .record(let parts, _): names += parts
      case .wildcard, .place: break
      }
    }
    if sides.count == 1, case .name = sides[0] { return }
    sides.forEach(collect)
    checkDistinct(names)
  }

  mutating func checkDistinct(_ targets: [Target]) {
    var names: [Name] = []
    func collect(_ target: Target) {
      switch target {
      case .name(let name): names.append(name)
      case .list(let parts, _): parts.forEach(collect)
      case .wildcard: break
      }
    }
    targets.forEach(collect)
    checkDistinct(names)
  }

  private mutating func checkDistinct(_ names: [Name]) {
    var seen = NameSet()
    for name in names {
      if let before = seen.insert(name) { note(repeated("name", name, before)) }
    }
  }
}
