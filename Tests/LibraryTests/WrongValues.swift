import Bindings
import Charts
import Diagnostics
import Evaluator
import Foundation
import Session
import Tensors
import Testing

/// Every parameter of every function of the library is handed values of every kind. What is refused is refused by an error
/// that a user can act on: it has an id, a place in the text, and no name of ours.
///
/// With `NNS_WRONG_VALUES=FILE` all of the errors are written to a file, to be read.
@Suite(.serialized) struct WrongValues {
  private static let values = [
    "\"a\"", "\"7\"", "1", "-1", "2.5", "nan", "1e300", "true", "none", "()", "(\"a\", \"b\")", "[]", "zeros(0)",
    "[1, 2, 3]",
    "[[1, 2], [3, 4]]", "zeros(2, 2, 2, 2)", "{}", "{a: 1}", "table({a: (1, 2), b: (\"x\", \"y\")})", "table({})",
    "x => x", "relu", "dense(3)", "u8((1, 2))", "bool((1, 0))", "adam()", "0..3",
  ]
  /// These end the program, wait, or are there to fail.
  private static let excepted: Set = ["exit", "error", "assert", "time"]

  static let functions: [SampleCall] = {
    let session = silent()
    let library = session.library
    defer { _ = session.leakedObjects() }
    return library.modules.flatMap(\.builtins).map { SampleCall($0) }
      + library.written.flatMap { module in
        module.names.compactMap { name in library.value(name)?.function.map { SampleCall(name, $0) } }
      }
  }().filter { !excepted.contains($0.name) }

  private static func silent() -> Session {
    Session(streams: Session.Streams(out: { _ in }, err: { _ in }, style: { .init() }, errorStyle: { .init() }))
  }

  @Test(arguments: functions) func everyErrorCanBeActedOn(_ call: SampleCall) throws {
    var sources: [String] = []
    for index in call.parameters.indices {
      sources += Self.values.compactMap { call.replacing(index, with: $0) }
    }
    sources += [call.empty, call.adding("no_such_name=1"), call.adding("1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1")].compactMap
    { $0 }
    let session = Self.silent()
    var log = ""
    for source in sources {
      Outside.closed {
        for line in call.preamble + ["seed(0)"] { _ = session.run(SourceText(name: "", text: line + ";")) }
        // A million steps are no mistake.
        let outcome = Resources.limited(bytes: 1 << 30, seconds: 0.5) {
          session.run(SourceText(name: "call", text: source + ";"))
        }
        guard case .failed(let diagnostic) = outcome, diagnostic.id != "time-limit" else { return }
        log += diagnostic.rendered() + "\n\n"
        judge(diagnostic, source, call)
      }
    }
    #expect(session.leakedObjects() == 0)
    if let path = ProcessInfo.processInfo.environment["NNS_WRONG_VALUES"] {
      let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      try (before + log).write(toFile: path, atomically: true, encoding: .utf8)
    }
  }

  private func judge(_ diagnostic: Diagnostic, _ source: String, _ call: SampleCall) {
    let text = diagnostic.rendered()
    #expect(Catalogue.page(diagnostic.id) != nil && diagnostic.id != "internal", "\(text)")
    let place = diagnostic.labels.first { !$0.source.isLibrary && $0.isPrimary }
    #expect(place.map { $0.span.start < $0.span.end } == true, "no place: \(text)")
    let said = diagnostic.message + (diagnostic.why ?? "")
    let prose = said.replacing(/`[^`]*`|"[^"]*"/, with: "")
    let foreign =
      /Optional|\bSwift\b|\bnil\b|0x[0-9a-f]{5}|Object\b|Failure|Diagnostic|[Pp]recondition|\bInt\b|\bDouble\b/
    #expect(prose.firstMatch(of: foreign) == nil, "a name of ours: \(text)")
    // What is wrong within a function of the example is wrong with the calls that stand there.
    guard place?.source.name == "call",
      ["argument-type", "argument-range", "missing-argument", "bad-argument"].contains(diagnostic.id)
    else { return }
    // The call is named in the error, or the marked text names it.
    let line = place.map { $0.source.text($0.source.range(ofLine: $0.source.line(at: $0.span.start))) } ?? ""
    #expect(said.contains("`\(call.name)`") || line.contains(call.name), "the call is not named: \(text)")
  }
}
