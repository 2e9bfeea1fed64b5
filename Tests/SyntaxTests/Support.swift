import Diagnostics
import Syntax

/// What a text parses to: its dump, `incomplete`, or its first error rendered.
func outcome(_ text: String, _ mode: ParseMode = .file) -> String {
  switch parse(SourceText(name: "", text: text), mode: mode) {
  case .complete(let program): dump(program)
  case .incomplete: "incomplete"
  case .invalid(let problems): problems.map { $0.rendered() }.joined(separator: "\n")
  }
}

enum Verdict: String { case complete, incomplete, invalid }

func verdict(_ text: String, _ mode: ParseMode = .prompt) -> Verdict {
  switch parse(SourceText(name: "", text: text), mode: mode) {
  case .complete: .complete
  case .incomplete: .incomplete
  case .invalid: .invalid
  }
}
