import Bindings
import Diagnostics
import Evaluator
import Tensors

/// The page of an error id as text, with the message that its wrong program gives now; nil for no id.
package func makeExplanation(_ id: String, width: Int) -> String? {
  guard let page = Catalogue.page(id) else { return nil }
  var lines = ["\(page.id): \(page.title)", ""] + folded(page.text, width: min(width, 100))
  if let wrong = page.wrong, let message = message(of: wrong) {
    lines += ["", "This goes wrong:"] + indented(wrong) + [""] + indented(message)
  }
  if let mended = page.mended { lines += ["", "This is right:"] + indented(mended) }
  return lines.joined(separator: "\n")
}

/// All ids with what they mean, by family.
package func makeErrorList() -> String {
  let width = Catalogue.pages.map(\.id.count).max() ?? 0
  let lines = Catalogue.families.flatMap { family in
    [family.title]
      + family.pages.map { "  \($0.id)\(String(repeating: " ", count: width - $0.id.count + 2))\($0.title)" }
  }
  return (lines + [":explain id, or nns explain id, tells more"]).joined(separator: "\n")
}

/// What to say of a word that is no id.
package func makeUnknownIDMessage(_ id: String) -> String {
  let near = nearMisses(id, among: Catalogue.pages.map(\.id)).map { "`\($0)`" }
  return "there is no error id `\(id)`"
    + (near.isEmpty ? "; without an id, `explain` lists them all" : "; did you mean \(near.joined(separator: " or "))?")
}

/// The catalogue as a page in Markdown: `docs/errors.md`.
package func makeErrorsPage() -> String {
  var lines = [
    "# Errors", "",
    "The word in brackets behind an error is its id, which `catch e` finds in `e.kind`. `:explain id` at the prompt and",
    "`nns explain id` show its page. `nns --dump-errors` prints this document from the catalogue; the messages in it are",
    "those that the programs give.",
  ]
  for family in Catalogue.families {
    lines += ["", "## \(family.title)", "", "| id | what happened |", "|---|---|"]
    lines += family.pages.map { "| [`\($0.id)`](#\($0.id)) | \($0.title) |" }
    for page in family.pages {
      lines += ["", "### \(page.id)", "", "\(page.title)."] + folded(page.text, width: 120)
      if let wrong = page.wrong, let message = message(of: wrong) {
        lines += ["", "```nns", wrong, "```", "```text", message, "```"]
      }
      if let mended = page.mended { lines += ["", "Right:", "", "```nns", mended, "```"] }
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

/// What a program says when it fails, run in a session of its own; all that sessions share is put back afterwards.
private func message(of program: String) -> String? {
  let machine = Machine.current
  let (write, note) = (Output.write, Output.note)
  let drawing = (TrainingDisplay.update, TrainingDisplay.epochDone, TrainingDisplay.finish)
  let random = RandomSource.current
  defer {
    Machine.current = machine
    (Output.write, Output.note) = (write, note)
    (TrainingDisplay.update, TrainingDisplay.epochDone, TrainingDisplay.finish) = drawing
    RandomSource.current = random
  }
  (TrainingDisplay.update, TrainingDisplay.epochDone, TrainingDisplay.finish) = (nil, nil, nil)
  RandomSource.current = RandomSource()
  // Only the error is wanted, not what is shown before it.
  let session = Session(
    streams: Session.Streams(out: { _ in }, err: { _ in }, style: { .init() }, errorStyle: { DiagnosticStyle() }))
  guard case .failed(let diagnostic) = session.run(SourceText(name: "", text: program)) else { return nil }
  return diagnostic.rendered()
}

private func indented(_ text: String) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
}

/// Words in lines of at most so many columns.
private func folded(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, displayWidth(last) + displayWidth(String(word)) + 1 <= width {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
