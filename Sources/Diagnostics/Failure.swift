/// What a domain module throws when a value it was handed is wrong: named facts, and which argument is guilty, but no
/// place in the source. The evaluator adds the place and makes a `Diagnostic` of it.
package struct Failure: Error, Sendable {
  /// The stable id, as in `[matmul-shape]`.
  package var id: String
  /// One sentence without a full stop; names and code in backquotes.
  package var message: String
  /// The index of the guilty argument, counted from 0 in the order of the builtin's parameters.
  package var argument: Int?
  /// The name of the guilty parameter, for those who do not know its place.
  package var parameter: String?
  /// The guilty argument's description, such as `[64, 784]`; the evaluator puts its source text in front.
  package var facts: [Fact]
  package var why: String?
  /// A fix, printed as `try: …`. Only what was checked against the values at hand.
  package var hint: String?
  /// Places that explain it apart from the call, such as a declaration that the call does not keep to.
  package var labels: [Diagnostic.Label]

  package init(
    _ id: String, _ message: String, argument: Int? = nil, parameter: String? = nil, facts: [Fact] = [],
    why: String? = nil, hint: String? = nil,
    labels: [Diagnostic.Label] = []
  ) {
    self.id = id
    self.message = message
    self.argument = argument
    self.parameter = parameter
    self.facts = facts
    self.why = why
    self.hint = hint
    self.labels = labels
  }

  /// A value worth showing beside the caret: `x: [64, 784]`.
  package struct Fact: Sendable {
    package var name: String
    package var value: String
    /// The argument whose source text should replace `name`, where there is one.
    package var argument: Int?

    package init(_ name: String, _ value: String, argument: Int? = nil) {
      self.name = name
      self.value = value
      self.argument = argument
    }
  }
}
