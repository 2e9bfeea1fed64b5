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
  var call: SampleCall
  var index: Int
  var constraint: String
  var counterexample: String
  var builtin: String { call.name }
  var parameter: String { call.parameters[index] }
  var testDescription: String { "\(builtin)(\(parameter)=\(counterexample)) must be \(constraint)" }

  static let all = makeLibrary().modules.flatMap(\.builtins).flatMap { builtin in
    builtin.parameters.enumerated().flatMap { index, p in
      zip(p.constraints, p.counterexamples).map { constraint, counterexample in
        Limit(call: SampleCall(builtin), index: index, constraint: constraint, counterexample: counterexample)
      }
    }
  }

  /// All else about the call is right.
  var broken: String? { call.replacing(index, with: counterexample) }
}

/// A function of the library with the calls of it that its own examples show.
struct SampleCall: CustomTestStringConvertible, Sendable {
  var name: String
  var parameters: [String]
  /// Whether each may be left out.
  var hasDefault: [Bool]
  /// An argument at this place or later can only be given by name.
  var firstNamed: Int
  var examples: [String]
  var testDescription: String { name }

  init(_ builtin: Builtin) {
    name = builtin.name
    parameters = builtin.parameters.map(\.name)
    hasDefault = builtin.parameters.map { $0.defaultValue != nil }
    firstNamed = builtin.parameters.firstIndex { $0.isRest } ?? builtin.parameters.count
    examples = builtin.examples.map(\.source)
  }

  /// One that is written in NNS; the lines of its documentation that show it run in their order.
  init(_ name: String, _ function: FunctionObject) {
    let declared = function.prototype.parameters
    self.name = name
    parameters = declared.map(\.name)
    hasDefault = declared.map { $0.defaultText != nil }
    firstNamed = declared.count
    let lines = (function.prototype.documentation ?? "").split(separator: "\n").filter { $0.hasPrefix("> ") }
    examples = lines.map { String($0.dropFirst(2)) }
  }

  /// The first example that calls it, and the lines before that.
  private var shown: (index: Int, call: Call)? {
    for (index, example) in examples.enumerated() {
      if let call = calls(in: example).first(where: { $0.name == name }) { return (index, call) }
    }
    return nil
  }

  var preamble: [String] { Array(examples[..<(shown?.index ?? 0)]) }

  /// The call with one argument replaced, or added.
  func replacing(_ index: Int, with value: String) -> String? {
    let parameter = parameters[index]
    guard let (at, call) = shown else {
      let isAlone = zip(parameters, hasDefault).allSatisfy { $1 || $0 == parameter }
      return isAlone ? "\(name)(\(parameter)=\(value))" : nil
    }
    func replace(_ start: Int, _ end: Int, _ new: String) -> String {
      var text = Array(examples[at].utf8)
      text.replaceSubrange(start..<end, with: Array(new.utf8))
      return String(decoding: text, as: UTF8.self)
    }
    if let named = call.arguments.first(where: { $0.name?.text == parameter }) {
      return replace(named.value.span.start, named.value.span.end, value)
    }
    let positional = call.arguments.filter { $0.name == nil }
    let place = index - call.shift
    if index < firstNamed, positional.indices.contains(place) {
      return replace(positional[place].value.span.start, positional[place].value.span.end, value)
    }
    return adding("\(parameter)=\(value)")
  }

  /// The call with one more argument at its end.
  func adding(_ argument: String) -> String? {
    shown.map { at, call in
      var text = Array(examples[at].utf8)
      let comma = call.arguments.isEmpty ? "" : ", "
      text.replaceSubrange(call.end - 1..<call.end - 1, with: Array("\(comma)\(argument)".utf8))
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// The call without arguments.
  var empty: String? { shown == nil ? nil : "\(name)()" }
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
