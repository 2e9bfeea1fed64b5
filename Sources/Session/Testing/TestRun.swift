import Diagnostics
import Glibc
import Syntax
import Tables

/// One run of `nns test`: the files, what was found, and what is written back.
package final class TestRun {
  private let streams: Session.Streams
  private let isRecording: Bool
  private let began = Stopwatch()
  private var passed = 0
  private var failed = 0
  private var recorded = 0
  private var fileCount = 0
  /// Of the file at hand.
  private var path = ""
  private var edits: [Edit] = []
  private var isInterrupted = false

  package init(_ streams: Session.Streams, isRecording: Bool) {
    self.streams = streams
    self.isRecording = isRecording
  }

  /// Tests files and the files in folders, each from its own folder; in folders those that end in `.nns` or `.md`, but for
  /// names that start with `_`.
  ///
  /// - Returns: the exit status: 0 when everything holds, 1 when something does not, 130 after Ctrl-C.
  package func run(_ paths: [String]) -> Int32 {
    for path in paths {
      guarded {
        for file in try Files.programs(at: path, endingIn: [".nns", ".md"], skipping: [".", "_"]) where !isInterrupted {
          self.path = file
          fileCount += 1
          guarded { try runFile() }
        }
      }
    }
    streams.out(summary + "\n")
    return isInterrupted ? 130 : failed == 0 ? 0 : 1
  }

  private func guarded(_ body: () throws -> Void) {
    do { try body() } catch {
      failed += 1
      streams.report(diagnosis(of: error))
    }
  }

  private func runFile() throws {
    let bytes = try Files.read(path, limit: 1 << 26)
    edits = []
    let home = WorkingFolder.current
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 1 {
      WorkingFolder.enter(parts.count == 2 && parts[0].isEmpty ? "/" : parts.dropLast().joined(separator: "/"))
    }
    defer { WorkingFolder.enter(home) }
    if path.hasSuffix(".md") {
      runDocument(SourceText(name: "", bytes: bytes))
    } else {
      runProgram(SourceText(name: String(parts.last ?? ""), bytes: bytes))
    }
    guard !edits.isEmpty else { return }
    WorkingFolder.enter(home)
    try Files.write(Edit.apply(edits, to: bytes), to: path)
  }

  private func runDocument(_ source: SourceText) {
    for block in documentBlocks(in: source) where !isInterrupted {
      let run = TestSession().run(SourceText(name: "", text: block.code))
      var shown = block
      shown.code = ""
      judge(shown, run, got: run.transcript)
    }
  }

  private func runProgram(_ source: SourceText) {
    let program: Program
    switch parse(source, mode: .file) {
    case .complete(let whole): program = whole
    case .invalid(let problems): return refuse(problems)
    case .incomplete: return refuse([Diagnostic("syntax", "the text ends too early")])
    }
    let tested = TestedProgram(program)
    let session = TestSession()
    for index in program.statements.indices {
      let expectation = tested.expectation(ofStatement: index)
      let run = session.run(program.statements[index], of: source)
      let isExpected = judge(expectation, run, got: run.lines)
      if !isExpected || isInterrupted { return }
      if case .exit = run.outcome { return }
    }
    for examples in tested.documented where !isInterrupted {
      session.aside {
        for example in examples where !isInterrupted {
          // Errors name the line of the comment.
          let above = String(repeating: "\n", count: example.line - 1)
          let code = SourceText(name: source.name, text: above + example.code)
          let run = session.run(code)
          judge(example, run, got: run.lines)
        }
      }
    }
    if tested.expectsNothing { passed += 1 }
  }

  private func refuse(_ problems: [Diagnostic]) {
    failed += 1
    for problem in problems { streams.report(problem) }
  }

  /// Counts and tells; false when an error ends the file.
  @discardableResult private func judge(_ expectation: Expectation, _ run: TestSession.Run, got: [String]) -> Bool {
    if case .interrupted = run.outcome {
      isInterrupted = true
      return false
    }
    var got = got
    if case .exit(let code) = run.outcome, code != 0 { got.append("exit \(code)") }
    guard let wanted = expectation.wanted else {
      var isOver = run.diagnostic != nil
      if case .exit(let code) = run.outcome { isOver = code != 0 }
      if isOver { fail(expectation, run, got: got) }
      return !isOver
    }
    if wanted == got || names(wanted, run.diagnostic, in: got) {
      passed += 1
    } else if isRecording, let edits = expectation.record(got) {
      self.edits += edits
      recorded += 1
    } else {
      fail(expectation, run, got: got)
      return run.diagnostic == nil
    }
    return true
  }

  /// Whether the error is wanted by its id alone: `error: [id]`.
  private func names(_ wanted: [String], _ diagnostic: Diagnostic?, in got: [String]) -> Bool {
    guard let diagnostic else { return false }
    return wanted.last == "error: [\(diagnostic.id)]" && wanted.dropLast() == got.dropLast()
  }

  private func fail(_ expectation: Expectation, _ run: TestSession.Run, got: [String]) {
    failed += 1
    let code = expectation.code.split(whereSeparator: \.isNewline).first.map { "  \($0)" } ?? ""
    var lines = ["FAIL  \(path):\(expectation.line)\(code)"]
    if let wanted = expectation.wanted { lines += told("wanted", wanted) }
    if let diagnostic = run.diagnostic {
      // In place of its one line, the error as it is shown elsewhere.
      let error = diagnostic.rendered(streams.errorStyle()).split(whereSeparator: \.isNewline).map(String.init)
      lines += told("got", comparable(run.output) + error, isText: true)
    } else {
      lines += told("got", got)
    }
    streams.out(lines.joined(separator: "\n") + "\n")
  }

  private func told(_ title: String, _ lines: [String], isText: Bool = false) -> [String] {
    if isText || lines.count > 1 { return ["      \(title)"] + lines.map { $0.isEmpty ? "" : "        " + $0 } }
    return ["      \(title)" + String(repeating: " ", count: 8 - title.count) + (lines.first ?? "nothing")]
  }

  private var summary: String {
    let notes =
      (recorded > 0 ? ["\(recorded) recorded"] : []) + ["\(fileCount) file\(fileCount == 1 ? "" : "s")"]
      + (began.seconds >= 1 ? [began.text] : [])
    return "\(passed) passed, \(failed) failed (\(notes.joined(separator: ", ")))"
  }
}
