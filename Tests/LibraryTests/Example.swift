import Bindings
import Charts
import Diagnostics
import Evaluator
import Session
import Syntax
import Testing

/// A line of source that a declaration shows, with what it must print.
struct LibraryExample: CustomTestStringConvertible, Sendable {
  var builtin: String
  var source: String
  var output: String
  var testDescription: String { "\(builtin): \(source)" }

  static let all = makeLibrary().modules.flatMap(\.builtins).flatMap { builtin in
    builtin.examples.map { LibraryExample(builtin: builtin.name, source: $0.source, output: $0.output) }
  }
}

/// One limit of one parameter, with source for a value that breaks it.
struct Limit: CustomTestStringConvertible, Sendable {
  var builtin: String
  var parameter: String
  var index: Int
  /// An argument at this place or later can only be given by name.
  var firstNamed: Int
  /// No other argument need be given.
  var standsAlone: Bool
  var constraint: String
  var counterexample: String
  var examples: [String]
  var testDescription: String { "\(builtin)(\(parameter)=\(counterexample)) must be \(constraint)" }

  static let all = makeLibrary().modules.flatMap(\.builtins).flatMap { builtin in
    let rest = builtin.parameters.firstIndex { $0.isRest } ?? builtin.parameters.count
    return builtin.parameters.enumerated().flatMap { index, p in
      zip(p.constraints, p.counterexamples).map { constraint, counterexample in
        Limit(
          builtin: builtin.name, parameter: p.name, index: index, firstNamed: rest,
          standsAlone: builtin.parameters.allSatisfy { $0.defaultValue != nil || $0.name == p.name },
          constraint: constraint,
          counterexample: counterexample, examples: builtin.examples.map(\.source))
      }
    }
  }

  /// The declaration's own example with the argument replaced, or added, so that all else about the call is right.
  var broken: String? {
    for example in examples {
      guard let call = calls(in: example).first(where: { $0.name == builtin }) else { continue }
      var text = Array(example.utf8)
      func replace(_ start: Int, _ end: Int, _ new: String) -> String {
        text.replaceSubrange(start..<end, with: Array(new.utf8))
        return String(decoding: text, as: UTF8.self)
      }
      if let named = call.arguments.first(where: { $0.name?.text == parameter }) {
        return replace(named.value.span.start, named.value.span.end, counterexample)
      }
      let positional = call.arguments.filter { $0.name == nil }
      let place = index - call.shift
      if index < firstNamed, positional.indices.contains(place) {
        return replace(positional[place].value.span.start, positional[place].value.span.end, counterexample)
      }
      let comma = call.arguments.isEmpty ? "" : ", "
      return replace(call.end - 1, call.end - 1, "\(comma)\(parameter)=\(counterexample)")
    }
    return standsAlone ? "\(builtin)(\(parameter)=\(counterexample))" : nil
  }
}

/// What a session of its own prints for a text, how it ends, and what it leaves behind.
struct Trial {
  var output = ""
  var diagnostic: Diagnostic?
  var leaked = 0

  init(_ source: String) {
    let text = Transcript()
    let session = Session(
      streams: Session.Streams(
        out: { text.output += $0 }, err: { _ in }, style: { DisplayStyle() }, errorStyle: { DiagnosticStyle() }))
    _ = session.run(SourceText(name: "", text: "seed(0)"))
    if case .failed(let diagnostic) = session.run(SourceText(name: "example", text: source)) {
      self.diagnostic = diagnostic
    }
    leaked = session.leakedObjects()
    output = text.output
  }

  private final class Transcript { var output = "" }
}

/// A call by name; `shift` is 1 where a pipe hands over the first argument.
private struct Call {
  var name: String
  var arguments: [Argument]
  var shift: Int
  var end: Int
}

private func calls(in source: String) -> [Call] {
  guard case .complete(let program) = parse(SourceText(name: "", text: source), mode: .file) else { return [] }
  var found: [Call] = []
  for statement in program.statements {
    switch statement.kind {
    case .expression(let e), .assign(_, let e), .returns(let e?): collect(e, isPiped: false, &found)
    default: break
    }
  }
  return found
}

private func collect(_ e: Expression, isPiped: Bool, _ found: inout [Call]) {
  func visit(_ e: Expression) { collect(e, isPiped: false, &found) }
  switch e.kind {
  case .call(let callee, let arguments):
    if case .name(let name) = callee.kind {
      let fills = arguments.contains { if case .placeholder = $0.value.kind { true } else { false } }
      found.append(Call(name: name, arguments: arguments, shift: isPiped && !fills ? 1 : 0, end: e.span.end))
    }
    visit(callee)
    for argument in arguments { visit(argument.value) }
  case .pipe(let left, _, let right):
    visit(left)
    collect(right, isPiped: true, &found)
  case .arithmetic(_, _, let a, let b), .compare(_, _, let a, let b), .compose(let a, _, let b), .and(let a, let b),
    .or(let a, let b), .range(let a, let b, _):
    visit(a)
    visit(b)
  case .parenthesized(let e), .negate(let e), .not(let e), .field(let e, _), .index(let e, _): visit(e)
  case .bracket(let items, _):
    for case .value(let e) in items { visit(e) }
  case .record(let fields):
    for case .pair(_, let e) in fields { visit(e) }
  default: break
  }
}
