import Bindings
import CKernels
import Charts
import Checker
import Diagnostics
import Evaluator
import Session
import Syntax
import Tensors

/// Puts one text through everything that reads programs: parser, layout, checker, machine, display.
package final class Trial {
  /// What a program may take here.
  private static let seconds = 0.1
  private static let bytes = 1 << 30

  private var session: Session
  private var checker: Checker
  private var runs = 0
  /// How many texts parsed, and how many ran to their end.
  package private(set) var parsed = 0
  package private(set) var finished = 0
  package private(set) var timedOut = 0

  package init() {
    Outside.close()
    session = Trial.makeSession()
    checker = Checker(library: makeLibrary(), host: standardHost())
  }

  private static func makeSession() -> Session {
    Session(
      streams: Session.Streams(
        out: { _ in }, err: { _ in }, style: { DisplayStyle() }, errorStyle: { DiagnosticStyle() }))
  }

  package enum Depth { case text, everything }

  /// What is wrong with the way the text was taken, or nil. A crash is another matter.
  package func complaint(about bytes: [UInt8], _ depth: Depth) -> String? {
    let source = SourceText(name: "fuzz", bytes: bytes)
    if case .invalid(let problems) = parse(source, mode: .prompt) {
      for problem in problems { _ = problem.rendered() }
    }
    switch parse(source, mode: .file) {
    case .incomplete: return "a file is never incomplete"
    case .invalid(let problems):
      if problems.isEmpty { return "refused without an error" }
      for problem in problems { _ = problem.rendered() }
      if case .formatted = format(source) { return "laid out although it does not parse" }
      return nil
    case .complete: break
    }
    parsed += 1
    guard case .formatted(let once) = format(source) else { return "parses, but is not laid out" }
    guard case .formatted(let twice) = format(SourceText(name: "once", bytes: once)) else {
      return "laid out, it does not parse any more"
    }
    if once != twice { return "laying out twice changes more than once" }
    if depth == .text { return nil }
    for finding in checker.findings(in: source) { _ = finding.rendered() }
    return run(source)
  }

  private func run(_ source: SourceText) -> String? {
    runs += 1
    if runs % 200 == 0 { session = Trial.makeSession() }
    let outcome = Resources.limited(bytes: Trial.bytes, seconds: Trial.seconds) { session.run(source) }
    switch outcome {
    case .done, .exit: finished += 1
    case .interrupted: return "interrupted by nobody"
    case .failed(let diagnostic):
      if diagnostic.id == "internal" { return "an error of our own: \(diagnostic.message)" }
      if diagnostic.id == "time-limit" { timedOut += 1 }
    }
    session.globals.removeAll()
    if nns_memory_resident() > 4 * Trial.bytes { return "\(nns_memory_resident() >> 20) MB are in use" }
    return nil
  }
}
