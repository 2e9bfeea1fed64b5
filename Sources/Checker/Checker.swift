package import Diagnostics
package import Evaluator
import Syntax

/// Finds what is wrong with a text for certain, without running it.
package struct Checker {
  private let makeMachine: (Globals) -> Machine
  private let library: Library
  private let load: (ModuleRequest, SourceText) throws -> SourceText?

  /// - Parameter host: what a session's machine has, so that `>>` composes here as it does in a run.
  /// - Parameter load: the text of a used file, nil where it cannot be told; it throws when there is none.
  package init(
    library: Library, host: Host, load: @escaping (ModuleRequest, SourceText) throws -> SourceText? = { _, _ in nil }
  ) {
    self.library = library
    self.load = load
    makeMachine = { Machine(globals: $0, host: host) }
  }

  /// The findings in the order of their places. A text that does not parse has its syntax errors alone.
  package func findings(in source: SourceText) -> [Diagnostic] {
    switch parse(source, mode: .file) {
    case .invalid(let problems): return problems
    case .incomplete: return [Diagnostic("syntax", "the text ends too early")]
    case .complete(let program): return findings(in: program)
    }
  }

  private func findings(in program: Program) -> [Diagnostic] {
    // A machine takes the place of the one before.
    let before = Machine.current
    defer { Machine.current = before }
    let names = Globals(library: library)
    let machine = makeMachine(names)
    let review: ProgramReview
    do {
      review = machine.review(try compile(program, globals: names), known: Checker.presetNames) {
        try load($0, program.source).flatMap(topLevelNames)
      }
    } catch {
      return (error as? Diagnostic).map { [$0] } ?? []
    }
    var certain = CertainExpressions(
      program: program, review: review, library: library, makeMachine: makeMachine)
    let conflicts = certain.mistakes()
    // The run of an expression stops at its first mistake, and tells that one best.
    let others = review.mistakes.filter { mistake in
      !certain.failures.contains { $0.start <= mistake.place && mistake.place < $0.end }
    }
    let found = conflicts + others + UnusedBindings(in: program).findings
    var places: Set<String> = []
    return found.filter { places.insert("\($0.id) \($0.place)").inserted }.sorted { $0.place < $1.place }
  }

  /// The names that a used file sets; nil when it cannot be read as a program.
  private func topLevelNames(of source: SourceText) -> Set<String>? {
    let names = Globals(library: library)
    guard case .complete(let program) = parse(source, mode: .file),
      let code = try? compile(program, globals: names)
    else { return nil }
    return SettingReview(code).all
  }

  /// What a session sets before a file runs, or while it does.
  private static let presetNames: Set = ["args", "ans"]
}

extension Diagnostic {
  /// Where its first primary label starts.
  fileprivate var place: Int { (labels.first(where: \.isPrimary) ?? labels.first)?.span.start ?? 0 }
}
