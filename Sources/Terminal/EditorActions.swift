/// What the parser says about an entry.
package enum EntryState: Sendable {
  case complete, incomplete, invalid
}

/// A stretch of an entry in one colour.
package struct Highlight: Sendable {
  /// Offsets in UTF-8 bytes.
  package var range: Range<Int>
  /// The body of a select-graphic-rendition sequence, such as `1;34`.
  package var code: String

  package init(_ range: Range<Int>, code: String) {
    self.range = range
    self.code = code
  }
}

/// Candidates for the word that ends at the cursor.
package struct Completion: Sendable {
  /// How many bytes before the cursor a candidate replaces.
  package var replacing: Int
  package var candidates: [String]

  package init(replacing: Int, candidates: [String]) {
    self.replacing = replacing
    self.candidates = candidates
  }
}

/// What the editor asks of the language.
package struct EditorActions {
  package var judge: (String) -> EntryState
  package var highlight: (String) -> [Highlight]
  /// Spaces at the start of the line after this text.
  package var indentation: (String) -> Int
  /// Takes the text before the cursor.
  package var complete: (String) -> Completion?

  package init(
    judge: @escaping (String) -> EntryState, highlight: @escaping (String) -> [Highlight] = { _ in [] },
    indentation: @escaping (String) -> Int = { _ in 0 },
    complete: @escaping (String) -> Completion? = { _ in nil }
  ) {
    self.judge = judge
    self.highlight = highlight
    self.indentation = indentation
    self.complete = complete
  }
}

/// What came of asking for an entry.
package enum Entry: Sendable, Equatable {
  case text(String)
  /// Ctrl-C: the entry was given up.
  case interrupted
  /// Ctrl-D or the end of the input.
  case end
}

/// Where entries come from.
package protocol EntryReader {
  func next() -> Entry
}
