import Diagnostics
import Evaluator
import Syntax
import Tensors

/// A fresh session that keeps what it shows.
final class TestSession {
  /// What a piece of code has shown, and how it ended.
  struct Run {
    /// Values and what was printed.
    var output: String
    /// Notes and the message of an error.
    var errors: String
    var outcome: Session.Outcome

    var diagnostic: Diagnostic? { if case .failed(let diagnostic) = outcome { diagnostic } else { nil } }

    /// The output, then the error as `error: message [id]`.
    var lines: [String] {
      comparable(output) + (diagnostic.map { ["error: \($0.message) [\($0.id)]"] } ?? [])
    }

    /// Both streams as a terminal shows them.
    var transcript: [String] { comparable(output + errors) }
  }

  private final class Kept {
    var output = ""
    var errors = ""
  }

  private let kept = Kept()
  private let session: Session

  init() {
    // A set of examples does not depend on those that ran before it.
    RandomSource.current = RandomSource()
    let kept = kept
    session = Session(
      streams: Session.Streams(
        out: { kept.output += $0 }, err: { kept.errors += $0 }, style: { .init() }, errorStyle: { DiagnosticStyle() }))
  }

  func run(_ source: SourceText) -> Run { take(session.run(source)) }

  /// One statement of a text that has been parsed.
  func run(_ statement: Statement, of source: SourceText) -> Run {
    take(session.run(Program(source: source, statements: [statement])))
  }

  /// Runs something whose names are forgotten afterwards, and starts the random numbers afresh for it.
  func aside(_ body: () -> Void) {
    RandomSource.current = RandomSource()
    let globals = session.globals
    let names = globals.setNames
    let values = names.map { globals[$0]!.retained() }
    body()
    globals.removeAll()
    for (name, value) in zip(names, values) { globals[name] = value }
  }

  private func take(_ outcome: Session.Outcome) -> Run {
    defer { (kept.output, kept.errors) = ("", "") }
    return Run(output: kept.output, errors: kept.errors, outcome: outcome)
  }
}
