import Bindings
package import Charts
package import Diagnostics
package import Evaluator
import Syntax

/// One run of NNS: its names, its machine and its library. Runs texts, shows values; knows no terminal.
package final class Session {
  /// Where things go: values, tables and charts to `out`, notes, progress and errors to `err`.
  package struct Streams {
    package var out: (String) -> Void
    package var err: (String) -> Void
    /// Asked anew for each value, since a window can be resized.
    package var style: () -> DisplayStyle
    package var errorStyle: () -> DiagnosticStyle

    package init(
      out: @escaping (String) -> Void, err: @escaping (String) -> Void, style: @escaping () -> DisplayStyle,
      errorStyle: @escaping () -> DiagnosticStyle
    ) {
      self.out = out
      self.err = err
      self.style = style
      self.errorStyle = errorStyle
    }

    func report(_ diagnostic: Diagnostic) { err(diagnostic.rendered(errorStyle()) + "\n") }
  }

  /// How an entry or a file ended.
  package enum Outcome {
    case done
    case failed(Diagnostic)
    case interrupted
    /// `exit(n)` or `:quit`.
    case exit(Int32)
  }

  package let streams: Streams
  package let globals: Globals
  package let library: Library
  let machine: Machine
  private let objectsAtStart: Int
  /// Successful entries, for `:history` and `:save`.
  package internal(set) var entries: [String] = []
  private var entryCount = 0
  /// Files that `use` has run, by their full path; nil while one is still running.
  var modules: [String: Value?] = [:]
  /// The names of those files, which their functions refer to.
  var moduleGlobals: [Globals] = []
  /// Those of each file that ran to its end, by its path.
  var moduleNames: [String: Globals] = [:]

  package init(streams: Streams, arguments: [String] = []) {
    self.streams = streams
    library = makeLibrary()
    globals = Globals(library: library)
    machine = Machine(globals: globals, host: standardHost())
    // The machine has taken the place of the one before by now, whose library is gone with it.
    objectsAtStart = Object.live
    Output.write = streams.out
    Output.note = streams.err
    machine.host.show = { [unowned self] value in self.show(value) }
    machine.host.note = { [unowned self] diagnostic in self.report(diagnostic) }
    machine.host.loadModule = { [unowned self] request, source in try self.loadModule(request, from: source) }
    machine.host.isPrivate = { [unowned self] value, name in self.isPrivate(value, name) }
    globals.commands = Set(Session.commands.map(\.name))
    globals["args"] = Value(list: arguments.map { Value($0) })
  }

  deinit { _ = leakedObjects() }

  /// Runs a whole text: nothing runs when it has a syntax error.
  package func run(_ source: SourceText) -> Outcome {
    switch parse(source, mode: .file) {
    case .complete(let program): return run(program)
    case .invalid(let diagnostics):
      for diagnostic in diagnostics { report(diagnostic) }
      return .failed(diagnostics[0])
    case .incomplete: return .failed(Diagnostic("syntax", "the text ends too early"))
    }
  }

  /// Runs one entry of the prompt.
  package func enter(_ text: String) -> Outcome {
    let trimmed = text.trimmed
    if trimmed.isEmpty { return .done }
    if let outcome = command(trimmed) { return outcome }
    entryCount += 1
    let source = SourceText(name: "prompt:\(entryCount)", text: text)
    let outcome: Outcome
    switch parse(source, mode: .prompt) {
    case .complete(let program): outcome = run(program)
    case .invalid(let diagnostics):
      for diagnostic in diagnostics { report(diagnostic) }
      outcome = .failed(diagnostics[0])
    case .incomplete: outcome = run(source)
    }
    if case .done = outcome { entries.append(text) }
    return outcome
  }

  func run(_ program: Program) -> Outcome {
    do {
      try machine.run(try compile(program, globals: globals))
      return .done
    } catch {
      return outcome(of: error)
    }
  }

  func outcome(of error: any Error) -> Outcome {
    if let request = error as? ExitRequest { return .exit(request.code) }
    let diagnostic = diagnosis(of: error)
    if diagnostic.id == "interrupted" { return .interrupted }
    report(diagnostic)
    return .failed(diagnostic)
  }

  package func report(_ diagnostic: Diagnostic) { streams.report(diagnostic) }

  /// A value at top level: shown, and kept as `ans`.
  private func show(_ value: Value) {
    globals["ans"] = value.retained()
    streams.out(display(value, streams.style()) + "\n")
  }

  /// Objects that are still alive when everything is released: none, or something leaks.
  package func leakedObjects() -> Int {
    globals.removeAll()
    for case let value? in modules.values { value.release() }
    modules = [:]
    for names in moduleGlobals { names.removeAll() }
    library.removeWritten()
    return Object.live - objectsAtStart
  }
}

/// An error that names no place in a program, such as that of a file which is missing, becomes a diagnostic without one.
func diagnosis(of error: any Error) -> Diagnostic {
  if let diagnostic = error as? Diagnostic { return diagnostic }
  let failure = error as? Failure
  return Diagnostic(failure?.id ?? "internal", failure?.message ?? "\(error)", why: failure?.why)
}

extension String {
  var trimmed: String {
    var part = Substring(self)
    while let c = part.first, c.isWhitespace { part.removeFirst() }
    while let c = part.last, c.isWhitespace { part.removeLast() }
    return String(part)
  }
}
