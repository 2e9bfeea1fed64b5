/// An error, warning or note with its places in the source: data, rendered elsewhere.
package struct Diagnostic: Error, Sendable {
  package enum Severity: String, Sendable { case error, warning, note }

  /// One place: a caret run under the source, with words beside it.
  package struct Label: Sendable {
    package var source: SourceText
    package var span: Span
    package var text: String
    /// The primary place is underlined with `^`, the others with `-`.
    package var isPrimary: Bool

    package init(_ source: SourceText, _ span: Span, _ text: String = "", isPrimary: Bool = true) {
      self.source = source
      self.span = span
      self.text = text
      self.isPrimary = isPrimary
    }
  }

  package var severity: Severity
  /// The stable id that `:explain` takes.
  package var id: String
  package var message: String
  package var labels: [Label]
  package var why: String?
  package var hint: String?
  /// Further lines, each `name: text`, such as `arguments: lr=0.001` or `so far: b=8`.
  package var notes: [String]
  /// The user's own frames from the innermost outwards: calls that led here, without the primary place.
  package var trace: [Label]

  package init(
    _ id: String, _ message: String, severity: Severity = .error, labels: [Label] = [], why: String? = nil,
    hint: String? = nil, notes: [String] = [], trace: [Label] = []
  ) {
    self.severity = severity
    self.id = id
    self.message = message
    self.labels = labels
    self.why = why
    self.hint = hint
    self.notes = notes
    self.trace = trace
  }
}
