/// Names met so far, to find one that is given twice: a short list as a rule, a dictionary when it grows.
struct NameSet {
  private var few: [Name] = []
  private var many: [String: Name] = [:]

  /// Adds a name, and returns the one before it of the same text.
  mutating func insert(_ name: Name) -> Name? {
    if many.isEmpty, few.count < 16 {
      if let before = few.first(where: { $0.text == name.text }) { return before }
      few.append(name)
      return nil
    }
    if many.isEmpty { for name in few { many[name.text] = name } }
    if let before = many[name.text] { return before }
    many[name.text] = name
    return nil
  }
}
