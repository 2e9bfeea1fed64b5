package import Diagnostics
package import Evaluator
package import Syntax
import Tensors

/// Computes what a text fixes completely, with the machine that would run it, and keeps the conflicts it meets.
///
/// An expression is certain when it is made of literals, of the library's functions that depend on their arguments alone,
/// of functions of the text that are made of these, and of top-level names that hold something certain. Anything else is
/// not judged, a shadowed name above all.
///
/// The lines of the text are followed in their order. What a branch or a loop may have changed is forgotten, and what is
/// inside of these, or of a function, is judged by its literals alone.
package struct CertainExpressions {
  private let program: Program
  let review: ProgramReview
  let library: Library
  /// The names that are known so far.
  let names: Globals
  private let machine: Machine
  /// Names with random numbers in them: their shapes are certain, their values are not.
  var randomNames: Set<String> = []
  /// Functions of the text that are set once, by name.
  var functions: [String: Function] = [:]
  private var found: [Diagnostic] = []
  /// Where what was computed went wrong: nothing more is known of these.
  package private(set) var failures: [Span] = []
  /// The names that functions around the place bind.
  var shadows: [Set<String>] = []
  /// How many branches, loops and functions are around the place: it may be reached only where what is known of a name does
  /// no harm, as in `if len(x) > 0 { max(x) }`, so that there literals alone are certain.
  var guards = 0
  /// How long what is certain may still be computed; what comes after that is not judged.
  private var seconds = 2.0

  package init(program: Program, review: ProgramReview, library: Library, makeMachine: (Globals) -> Machine) {
    self.program = program
    self.review = review
    self.library = library
    names = Globals(library: library)
    machine = makeMachine(names)
  }

  package mutating func mistakes() -> [Diagnostic] {
    Outside.closed { for statement in program.statements { follow(statement) } }
    names.removeAll()
    return found
  }

  // MARK: Following

  /// A line of the text: it is run where it is certain. Otherwise its parts are judged, and what it may change is forgotten.
  private mutating func follow(_ statement: Statement) {
    switch statement.kind {
    case .assign(let sides, let value):
      let certainty = sides.allSatisfy(canFollow) ? certainty(of: value) : .none
      for name in sides.flatMap(\.names) { randomNames.remove(name) }
      if certainty != .none, run(statement, certainty) {
        if certainty == .shape { randomNames.formUnion(sides.flatMap(\.names)) }
        return
      }
      if certainty == .none { visit(statement) }
      for name in sides.flatMap(\.names) { names[name] = nil }
    case .augment(let side, _, _, let value):
      let certainty = canFollow(side) ? certainty(of: value).and(side.names.isEmpty ? .none : .value) : .none
      let isKnown = side.names.allSatisfy { names[$0] != nil && !randomNames.contains($0) }
      if certainty == .value, isKnown, run(statement, .value) { return }
      if certainty == .none { visit(statement) }
      for name in side.names { names[name] = nil }
    case .function(let name, let function):
      visit(function)
      names[name.text] = nil
      guard review.settledNames.contains(name.text), run(statement, .value) else { return }
      functions[name.text] = function
      return
    case .assert(let condition, let message):
      if certainty(of: condition) == .value, message.map({ certainty(of: $0) == .value }) ?? true {
        _ = run(statement, .value)
        return
      }
      visit(statement)
    case .expression(let e):
      // A call that changes a variable which is known.
      let certainty = certainty(of: e, mayChange: true)
      if certainty == .none {
        visit(statement)
      } else if e.isComputed {
        if !run(statement, certainty) { forgetChanged(in: statement) }
        return
      }
    case .checkedBinding(let name, _, _):
      visit(statement)
      names[name.text] = nil
    default: visit(statement)
    }
    forgetChanged(in: statement)
  }

  private func canFollow(_ side: LeftSide) -> Bool {
    switch side {
    case .name, .wildcard, .record: true
    case .list(let sides, _): sides.allSatisfy(canFollow)
    case .place: false
    }
  }

  /// What a line that was not followed may have changed: the names that it binds, hands over with `&`, or assigns parts of.
  private mutating func forgetChanged(in statement: Statement) {
    var mentions = Mentions()
    mentions.visit([statement])
    for name in mentions.changes.union(mentions.bindings.map(\.name.text))
    where !review.settledNames.contains(name) && names[name] != nil { names[name] = nil }
  }

  // MARK: Walking

  private mutating func visit(_ block: Block) { for statement in block { visit(statement) } }

  private mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .use, .breaks, .continues: break
    case .model(_, let function), .function(_, let function): visit(function)
    case .forLoop(_, let sequence, let body):
      visit(sequence)
      guarded { $0.visit(body) }
    case .whileLoop(let condition, let body):
      visit(condition: condition)
      guarded { $0.visit(body) }
    case .returns(let value): if let value { visit(value) }
    case .assert(let condition, let message):
      visit(condition)
      if let message { visit(message) }
    case .checkedBinding(_, _, let value), .assign(_, let value), .augment(_, _, _, let value): visit(value)
    case .expression(let e): visit(e)
    }
  }

  private mutating func visit(_ function: Function) {
    var bound = Set(function.parameters.map(\.name.text))
    for type in function.parameters.map(\.type) + [function.result] { bound.formUnion(type?.plainDimNames ?? []) }
    switch function.body {
    case .expression(let e): bound.formUnion(ScopeAnalysis(e).names)
    case .block(let block): bound.formUnion(ScopeAnalysis(block).names)
    }
    shadows.append(bound)
    guarded {
      switch function.body {
      case .expression(let e): $0.visit(e)
      case .block(let block): $0.visit(block)
      }
    }
    shadows.removeLast()
  }

  private mutating func visit(_ e: Expression) {
    let certainty = certainty(of: e)
    if certainty != .none {
      if e.isComputed { _ = run(Statement(.expression(e), e.span), certainty) }
      return
    }
    switch e.kind {
    case .function(let function): return visit(function)
    case .conditional(let condition, let then, let otherwise):
      visit(condition: condition)
      return guarded {
        $0.visit(then)
        if let otherwise { $0.visit(otherwise) }
      }
    case .and(let left, let right), .or(let left, let right):
      visit(left)
      return guarded { $0.visit(right) }
    // What a `try` guards may be meant.
    case .attempt(_, _, let handler): return guarded { $0.visit(handler) }
    // So may what is handed to a function of the program, which can guard it.
    case .call(let callee, let arguments) where !isLibrary(callee):
      visit(callee)
      for argument in arguments { visitUnlessFunction(argument.value) }
      return
    case .pipe(let left, _, let right):
      let isGuarding = !isLibrary(right.callee)
      for part in [left] + right.arguments { if isGuarding { visitUnlessFunction(part) } else { visit(part) } }
      return
    default: break
    }
    e.forEachChild { visit($0) }
  }

  /// What `if` and `while` ask.
  private mutating func visit(condition: Expression) {
    let certainty = certainty(of: condition)
    guard certainty != .none else { return visit(condition) }
    _ = run(
      Statement(.expression(Expression(.conditional(condition, [], otherwise: nil), condition.span)), condition.span),
      certainty)
  }

  private mutating func guarded(_ visit: (inout CertainExpressions) -> Void) {
    guards += 1
    visit(&self)
    guards -= 1
  }

  private mutating func visitUnlessFunction(_ e: Expression) {
    if case .function = e.kind { return }
    visit(e)
  }

  private func isLibrary(_ callee: Expression) -> Bool {
    guard case .name(let name) = callee.kind, library.builtins[name] != nil else { return false }
    return !review.setNames.contains(name) && !shadows.contains { $0.contains(name) }
  }

  // MARK: Computing

  /// Runs one certain statement; keeps what goes wrong. Returns whether it went well.
  private mutating func run(_ statement: Statement, _ certainty: Certainty) -> Bool {
    let begin = ContinuousClock.now
    defer { seconds -= (ContinuousClock.now - begin) / .seconds(1) }
    do {
      guard seconds > 0 else { return false }
      try Resources.limited(bytes: CertainExpressions.memory, seconds: seconds) {
        try machine.run(
          compile(Program(source: program.source, statements: [statement]), globals: names, name: "main"))
      }
      return true
    } catch let diagnostic as Diagnostic {
      guard isJudged(diagnostic.id, certainty) else { return false }
      found.append(diagnostic)
      failures.append(statement.span)
    } catch {}
    return false
  }

  /// What is larger is not judged.
  private static let memory = 256 << 20

  /// Errors that kinds, shapes and dtypes alone decide.
  private static let shapeErrors: Set = [
    "matmul-shape", "broadcast", "layer-size", "loss-shape", "pattern-shape", "ragged-rows", "concat-shape",
    "stack-shape", "reshape", "rank", "axis-range", "dtype", "argument-type", "argument-range", "not-callable",
    "not-indexable", "not-a-field", "unbuilt", "dim-conflict",
  ]
  /// What a run might not meet, or is not wrong with the text.
  private static let unjudged: Set = [
    "too-large", "time-limit", "memory-limit", "interrupted", "internal", "sandbox", "unknown-name",
  ]

  private func isJudged(_ id: String, _ certainty: Certainty) -> Bool {
    certainty == .shape
      ? CertainExpressions.shapeErrors.contains(id)
      : !CertainExpressions.unjudged.contains(id) && !id.hasPrefix("file-")
  }
}

extension Expression {
  /// What a call calls; itself when it is none.
  fileprivate var callee: Expression {
    if case .call(let callee, _) = kind { return callee }
    return self
  }

  /// What is handed over in a call, apart from what a pipe fills in.
  fileprivate var arguments: [Expression] {
    guard case .call(_, let arguments) = kind else { return [] }
    return arguments.map(\.value).filter { if case .placeholder = $0.kind { false } else { true } }
  }

  /// Whether anything is computed here that could go wrong.
  fileprivate var isComputed: Bool {
    switch kind {
    case .number, .bool, .none, .name: return false
    case .string(let parts): return parts.contains { if case .value = $0 { true } else { false } }
    case .parenthesized(let e), .negate(let e): return e.isComputed
    default: return true
    }
  }
}

extension LeftSide {
  /// The variables that are set as a whole.
  fileprivate var names: [String] {
    switch self {
    case .name(let name): [name.text]
    case .wildcard, .place: []
    case .list(let sides, _): sides.flatMap(\.names)
    case .record(let names, _): names.map(\.text)
    }
  }
}
