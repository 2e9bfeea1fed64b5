import Bindings
import CLibEdit
import Charts
import Diagnostics
import Glibc
import Session
import Syntax
import Tensors

/// The ways to run NNS, on the terminal or pipe that the process has. Each answers the exit status.
package enum Launch {
  /// What a program may take and reach.
  package struct Limits {
    package var seconds: Double?
    package var bytes: Int?
    /// Without files, environment and standard input.
    package var isSandboxed = false

    package init() {}

    fileprivate func begin(_ streams: Session.Streams) {
      if isSandboxed { Outside.close() }
      guard seconds != nil || bytes != nil else { return }
      Resources.limit(seconds: seconds, bytes: bytes) { failure in
        let diagnostic = Diagnostic(failure.id, failure.message, why: failure.why)
        return diagnostic.rendered(streams.errorStyle()) + "\n"
      }
    }
  }

  /// A file, or with `-` the standard input, values shown; 66 when it cannot be read, 1 after an error, 130 after Ctrl-C.
  package static func run(path: String, arguments: [String], _ limits: Limits, _ facts: TerminalFacts) -> Int32 {
    guard let source = streams(facts).readProgram(path) else { return 66 }
    return run(source, arguments, limits, facts)
  }

  /// Code from the command line, like a file.
  package static func run(code: String, arguments: [String], _ limits: Limits, _ facts: TerminalFacts) -> Int32 {
    run(SourceText(name: "-e", text: code), arguments, limits, facts)
  }

  private static func run(
    _ source: SourceText, _ arguments: [String], _ limits: Limits, _ facts: TerminalFacts
  ) -> Int32 {
    Interrupts.install(secondEnds: true)
    showTraining(facts)
    let session = Session(streams: streams(facts), arguments: arguments)
    limits.begin(session.streams)
    return status(session.run(source), session)
  }

  /// `nns check`: tells what files get wrong for certain.
  package static func check(paths: [String], asJSON: Bool, _ facts: TerminalFacts) -> Int32 {
    defer { fflush(nil) }
    return streams(facts).check(paths, asJSON: asJSON)
  }

  /// `nns fmt`: lays files out anew, or names those that it would change.
  package static func format(paths: [String], isCheck: Bool, _ facts: TerminalFacts) -> Int32 {
    defer { fflush(nil) }
    return streams(facts).format(paths, isCheck: isCheck)
  }

  /// `nns test`: runs the examples of files and folders; 1 when one does not hold.
  package static func test(paths: [String], isRecording: Bool, _ facts: TerminalFacts) -> Int32 {
    Interrupts.install(secondEnds: true)
    defer { fflush(nil) }
    // An example that reads its input finds none, whatever the terminal is.
    let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
    dup2(nowhere, STDIN_FILENO)
    return TestRun(streams(facts), isRecording: isRecording).run(paths)
  }

  /// The prompt; in a pipe, statements as they arrive.
  package static func prompt(_ facts: TerminalFacts) -> Int32 {
    Interrupts.install(secondEnds: !facts.inputIsTerminal)
    showTraining(facts)
    let session = Session(streams: streams(facts))
    guard facts.inputIsTerminal else { return pipe(session) }
    let reader = editor(session, facts)
    while true {
      switch reader.next() {
      case .end: return 0
      case .interrupted: continue
      case .text(let text):
        Interrupts.reset()
        let outcome = session.enter(text)
        fflush(nil)
        if case .exit(let code) = outcome { return code }
        if case .interrupted = outcome { session.streams.err("stopped\n") }
      }
    }
  }

  /// 0 at the end of the input, 1 when a statement failed; the rest still runs.
  private static func pipe(_ session: Session) -> Int32 {
    let reader = PlainReader(prompt: nil, judge: judge)
    var code: Int32 = 0
    while true {
      switch reader.next() {
      case .end: return code
      case .interrupted: return 130
      case .text(let text):
        let outcome = session.enter(text)
        // Each result is there before the next statement is read.
        fflush(nil)
        switch outcome {
        case .done: continue
        case .failed: code = 1
        case .interrupted: return 130
        case .exit(let wanted): return wanted
        }
      }
    }
  }

  private static func status(_ outcome: Session.Outcome, _ session: Session) -> Int32 {
    fflush(nil)
    defer { reportLeaks(session) }
    switch outcome {
    case .done: return 0
    case .failed: return 1
    case .interrupted:
      session.streams.err("stopped by Ctrl-C\n")
      return 130
    case .exit(let code): return code
    }
  }

  /// With `NNS_DEBUG_LEAKS=1`, how many objects outlive the session: for tests.
  private static func reportLeaks(_ session: Session) {
    guard let wish = getenv("NNS_DEBUG_LEAKS"), wish.pointee != 0 else { return }
    session.streams.err("\(session.leakedObjects()) objects leaked\n")
  }

  private static func editor(_ session: Session, _ facts: TerminalFacts) -> any EntryReader {
    guard facts.canEdit else { return PlainReader(prompt: "nns> ", judge: judge) }
    let actions = EditorActions(
      judge: judge, highlight: highlights, indentation: { indentationDepth(atEndOf: $0) * 4 },
      complete: { before in
        let (replacing, candidates) = session.completions(before)
        return candidates.isEmpty ? nil : Completion(replacing: replacing, candidates: candidates)
      })
    let editor = LineEditor(
      prompt: "nns> ", color: facts.color == .none ? nil : "1;34", history: HistoryFile(), actions: actions)
    return editor ?? PlainReader(prompt: "nns> ", judge: judge)
  }

  /// Commands and requests for help are complete as they stand.
  private static func judge(_ text: String) -> EntryState {
    let first = text.first { !$0.isWhitespace }
    if first == nil || first == ":" || helpQuery(text) != nil { return .complete }
    return isUnfinished(text) ? .incomplete : .complete
  }

  private static func highlights(_ text: String) -> [Highlight] {
    if text.hasPrefix(":") { return [Highlight(0..<text.utf8.count, code: "36")] }
    return tokens(of: text).compactMap { token in
      code(token.kind).map { Highlight(token.span.start..<token.span.end, code: $0) }
    }
  }

  /// Colours of the sixteen that every terminal has, so that its own theme decides.
  private static func code(_ kind: SyntaxToken.Kind) -> String? {
    switch kind {
    case .keyword: "35"
    case .call: "34"
    case .number: "36"
    case .string: "32"
    case .comment, .documentation: "2"
    case .argument: "33"
    case .invalid: "31"
    case .name, .field, .operation, .bracket, .punctuation: nil
    }
  }

  /// The reference of the library in Markdown.
  package static var libraryPage: String { makeLibraryPage() }

  /// The catalogue of errors in Markdown.
  package static var errorsPage: String { makeErrorsPage() }

  /// The page of an error id, or without one the list of all; 1 for a word that is no id.
  package static func explain(_ id: String?, _ facts: TerminalFacts) -> Int32 {
    guard let id else {
      say(makeErrorList() + "\n", toError: false)
      return 0
    }
    let page = makeExplanation(id, width: facts.style.width)
    say((page ?? "nns: \(makeUnknownIDMessage(id))") + "\n", toError: page == nil)
    return page == nil ? 1 : 0
  }

  /// A text of the command line itself.
  package static func say(_ text: String, toError: Bool) {
    put(text, toError: toError)
    fflush(nil)
  }

  /// Values to standard output, everything else to standard error.
  static func streams(_ facts: TerminalFacts) -> Session.Streams {
    return Session.Streams(
      out: { put($0, toError: false) }, err: { put($0, toError: true) }, style: { facts.style },
      errorStyle: { DiagnosticStyle(usesColor: facts.color > .none && facts.errorIsTerminal) })
  }

  /// On a terminal, `fit` draws one line that is rewritten.
  private static func showTraining(_ facts: TerminalFacts) {
    guard facts.errorIsTerminal, facts.term != "dumb", !facts.term.isEmpty else { return }
    let line = ProgressLine(facts)
    var last: String?
    var began: ContinuousClock.Instant?
    TrainingDisplay.update = { state in
      let now = ContinuousClock.now
      let done = (state.epoch - 1) * state.batches + state.batch
      if began == nil { began = now }
      let spent = (now - (began ?? now)) / .seconds(1)
      line.update(
        ProgressLine.State(
          epoch: state.epoch, epochs: state.epochs, done: state.batch, total: state.batches,
          rate: spent > 0.5 ? Double(done) / spent : nil, secondsLeft: state.secondsLeft, details: state.details))
    }
    TrainingDisplay.epochDone = { last = $0 }
    // The last epoch's line stays.
    TrainingDisplay.finish = {
      line.finish(last)
      (last, began) = (nil, nil)
    }
  }

  private static func put(_ text: String, toError: Bool) {
    if toError {
      // What was shown before the error stands before it.
      fflush(nil)
      writeAll(STDERR_FILENO, Array(text.utf8))
    } else {
      nns_put(text, text.utf8.count)
    }
  }
}
