import Diagnostics
import Evaluator
import Syntax

extension Session {
  /// The names that the word before the cursor may become, and how many of its bytes they replace.
  package func completions(_ before: String) -> (replacing: Int, candidates: [String]) {
    if before.hasPrefix(":"), !before.contains(" ") {
      let names = Session.commands.map { ":" + $0.name }.filter { $0.hasPrefix(before) }
      return (before.utf8.count, names.sorted())
    }
    if before.hasPrefix(":explain ") {
      let word = String(before.dropFirst(":explain ".count))
      return (word.utf8.count, Catalogue.pages.map(\.id).filter { $0.hasPrefix(word) }.sorted())
    }
    let word = String(before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
    let rest = before.dropLast(word.count)
    let kept = rest.last == "." ? fields(of: String(rest.dropLast())) : word.isEmpty ? [] : words
    return (word.utf8.count, kept.filter { $0.hasPrefix(word) && $0 != word }.sorted())
  }

  private static let keywords = [
    "fn", "if", "else", "for", "in", "while", "break", "continue", "return", "try", "catch", "and", "or", "not", "true",
    "false", "none", "assert", "model", "use",
  ]

  private var words: [String] { Array(Set(library.names + globals.setNames + Session.keywords)) }

  /// The fields of the variable that stands before the dot; nothing is run.
  private func fields(of text: String) -> [String] {
    let name = String(text.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
    if name == "nns" { return library.names }
    guard let value = globals[name] else { return [] }
    if let record = value.record { return record.keys.map(\.name) }
    if value.tensor != nil { return ["shape", "rank", "dtype", "size", "T", "bytes"] }
    return value.foreign?.fieldNames ?? []
  }
}
