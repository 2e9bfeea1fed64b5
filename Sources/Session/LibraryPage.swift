import Bindings
import Evaluator

/// The library as a page in Markdown, made of the registry alone: `docs/library.md`.
package func makeLibraryPage() -> String {
  // What is written in NNS is compiled in a session.
  let session = Session(
    streams: Session.Streams(out: { _ in }, err: { _ in }, style: { .init() }, errorStyle: { .init() }))
  let library = session.library
  let modules = library.modules.filter { !$0.builtins.isEmpty }
  var lines = [
    "# The library", "",
    "Everything here is reachable without an import, and `nns.name` reaches it behind a variable of the same name.",
    "`:help name` tells the same at the prompt. `nns --dump-library` prints this page from the declarations.", "",
    "| module | what is in it |", "|---|---|",
  ]
  lines += modules.map { "| [\($0.name)](#\(anchor($0.name))) | \($0.summary) |" }
  lines += ["", "Constants: " + library.constants.map { "`\($0.name)`, \($0.summary)" }.joined(separator: "; ") + "."]
  for module in modules {
    lines += ["", "## \(module.name)", "", "\(module.summary.capitalized)."]
    for builtin in module.builtins { lines += [""] + section(builtin) }
    for function in library.writtenFunctions(module) { lines += [""] + section(function) }
  }
  return lines.joined(separator: "\n") + "\n"
}

private func section(_ builtin: Builtin) -> [String] {
  var lines = ["### `\(builtin.signature)`", "", builtin.summary]
  if !builtin.parameters.isEmpty { lines.append("") }
  for p in builtin.parameters {
    let limits = p.constraints.isEmpty ? "" : "; \(p.constraints.joined(separator: ", "))"
    lines.append("- `\(p.name)` (\(p.typeName)\(limits)): \(p.summary)")
  }
  guard !builtin.examples.isEmpty else { return lines }
  lines += ["", "```"]
  for example in builtin.examples {
    lines.append("> \(example.source)")
    if !example.output.isEmpty { lines.append(example.output) }
  }
  return lines + ["```"]
}

/// The documentation as it stands: prose, then examples.
private func section(_ function: FunctionObject) -> [String] {
  let lines = (function.prototype.documentation ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    .map(String.init)
  let prose = lines.prefix { $0.first != ">" }
  let examples = lines.dropFirst(prose.count)
  return ["### `\(function.signature)`", ""] + prose + (examples.isEmpty ? [] : ["```"] + examples + ["```"])
}

/// What Markdown makes of a heading.
private func anchor(_ heading: String) -> String { String(heading.map { $0 == " " ? "-" : $0 }) }

extension String {
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
