package import Diagnostics
package import Evaluator
package import Syntax
import Tensors

/// Computes what a text fixes completely, with the machine that would run it, and keeps the conflicts it meets.
///
/// An expression is certain when it is made of literals, of the library's functions that depend on their arguments alone,
/// and of top-level names that were set once to something certain. Anything else, a shadowed or reassigned name above all,
/// is not judged.
package struct CertainExpressions {
  private let program: Program
  private let review: ProgramReview
  private let library: Library
  /// The settled names that are known so far.
  private let names: Globals
  private let machine: Machine
  /// Names with random numbers in them: their shapes are certain, their values are not.
  private var randomNames: Set<String> = []
  private var found: [Diagnostic] = []
  /// Where what was computed went wrong: nothing more is known of these.
  package private(set) var failures: [Span] = []
  /// The names that functions around the place bind.
  private var shadows: [Set<String>] = []
  /// How many branches, loops and functions are around the place: it may be reached only where what is known of a name does
  /// no harm, as in `if len(x) > 0 { max(x) }`, so that there literals alone are certain.
  private var guards = 0

  package init(program: Program, review: ProgramReview, library: Library, makeMachine: (Globals) -> Machine) {
    self.program = program
    self.review = review
    self.library = library
    names = Globals(library: library)
    machine = makeMachine(names)
  }

  package mutating func mistakes() -> [Diagnostic] {
    for statement in program.statements { visitTopLevel(statement) }
    names.removeAll()
    return found
  }

  private mutating func visitTopLevel(_ statement: Statement) {
    guard case .assign(let sides, let value) = statement.kind, sides.count == 1, case .name(let name) = sides[0],
      review.settledNames.contains(name.text), library.value(name.text) == nil
    else { return visit(statement) }
    let certainty = certainty(of: value)
    guard certainty != .none else { return visit(value) }
    guard run(statement, certainty) else { return }
    if certainty == .shape { randomNames.insert(name.text) }
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
      visit(condition)
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
    case .conditional(_, let then, let otherwise):
      guarded {
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
    case .pipe(let left, _, let right) where !isLibrary(right.callee):
      visitUnlessFunction(left)
      return visit(right)
    default: break
    }
    e.forEachChild { visit($0) }
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
    do {
      try Resources.limited(bytes: CertainExpressions.memory, seconds: CertainExpressions.seconds) {
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

  /// What is larger or takes longer than this is not judged.
  private static let memory = 256 << 20
  private static let seconds = 2.0

  /// Errors that kinds, shapes and dtypes alone decide.
  private static let shapeErrors: Set = [
    "matmul-shape", "broadcast", "layer-size", "loss-shape", "pattern-shape", "ragged-rows", "concat-shape",
    "stack-shape", "reshape", "rank", "axis-range", "dtype", "argument-type", "argument-range", "not-callable",
    "not-indexable", "not-a-field",
  ]
  /// What a run might not meet, or is not wrong with the text.
  private static let unjudged: Set = [
    "too-large", "time-limit", "memory-limit", "interrupted", "recursion-depth", "internal", "sandbox", "error",
    "assertion", "unknown-name",
  ]

  private func isJudged(_ id: String, _ certainty: Certainty) -> Bool {
    certainty == .shape
      ? CertainExpressions.shapeErrors.contains(id)
      : !CertainExpressions.unjudged.contains(id) && !id.hasPrefix("file-")
  }

  // MARK: Judging

  /// How much is fixed by the text.
  private enum Certainty: Int {
    case none, shape, value

    func and(_ other: Certainty) -> Certainty { rawValue < other.rawValue ? self : other }
  }

  private func certainty(of e: Expression) -> Certainty {
    switch e.kind {
    case .number, .bool, .none: return .value
    case .string(let parts):
      return parts.contains { if case .value = $0 { true } else { false } } ? .none : .value
    case .name(let name): return certainty(ofName: name)
    case .parenthesized(let inner), .negate(let inner): return certainty(of: inner)
    case .bracket(let items, _):
      return items.reduce(.value) { sum, item in
        guard case .value(let e) = item else { return .none }
        return sum.and(certainty(of: e))
      }
    case .record(let fields):
      return fields.reduce(.value) { sum, field in
        guard case .pair(_, let e) = field else { return .none }
        return sum.and(certainty(of: e))
      }
    case .arithmetic(_, _, let a, let b), .compare(_, _, let a, let b), .range(let a, let b, _),
      .compose(let a, _, let b):
      return certainty(of: a).and(certainty(of: b))
    case .pipe(let left, _, let right): return certainty(of: left).and(certainty(ofApplied: right))
    case .call(let callee, let arguments): return certainty(ofCall: callee, arguments)
    case .index(let base, let indices):
      // Random positions choose a random shape.
      let all = indices.reduce(certainty(of: base)) { sum, index in
        switch index {
        case .ellipsis, .newAxis: sum
        case .at(let e): certainty(of: e) == .value ? sum : .none
        case .slice(let from, let to, let step, _, _):
          [from, to, step].compactMap { $0 }.allSatisfy { certainty(of: $0) == .value } ? sum : .none
        }
      }
      return all
    case .field(let base, _): return certainty(of: base)
    default: return .none
    }
  }

  private func certainty(ofName name: String) -> Certainty {
    if shadows.contains(where: { $0.contains(name) }) { return .none }
    if names[name] != nil { return guards > 0 ? .none : randomNames.contains(name) ? .shape : .value }
    guard !review.setNames.contains(name) else { return .none }
    if let builtin = library.builtins[name] { return isPure(builtin) ? .value : .none }
    return library.constants.contains { $0.name == name } ? .value : .none
  }

  private func certainty(ofCall callee: Expression, _ arguments: [Argument]) -> Certainty {
    let given = arguments.reduce(Certainty.value) { sum, argument in
      argument.isInout || argument.isSpread ? .none : sum.and(certainty(of: argument.value))
    }
    if case .name(let name) = callee.kind, names[name] == nil, let builtin = library.builtins[name] {
      guard certainty(ofName: name) != .none else { return .none }
      if builtin.module == "layers" { return given == .value ? .shape : .none }
      if given == .shape, !CertainExpressions.keepsShapes.contains(builtin.module) { return .none }
      return given
    }
    // A layer or model that is applied has random weights.
    return given.and(certainty(of: callee)).and(.shape)
  }

  private func certainty(ofApplied e: Expression) -> Certainty {
    guard case .call(let callee, let arguments) = e.kind else { return certainty(of: e).and(.shape) }
    let rest = arguments.filter { if case .placeholder = $0.value.kind { false } else { true } }
    guard case .name(let name) = callee.kind, library.builtins[name] != nil else { return .none }
    return certainty(ofCall: callee, rest)
  }

  /// Whether the result depends on nothing but the arguments, and nothing else changes.
  private func isPure(_ builtin: Builtin) -> Bool {
    CertainExpressions.pure.contains(builtin.module) && !builtin.parameters.contains(where: \.isInout)
  }

  private static let pure: Set = [
    "tensors", "elementwise", "reductions", "shapes", "linear algebra", "activations", "layers", "losses",
    "optimizers",
  ]
  /// Modules whose functions give a shape that only the shapes of their arguments decide.
  private static let keepsShapes: Set = ["elementwise", "reductions", "activations", "losses"]
}

extension Expression {
  /// What a call calls; itself when it is none.
  fileprivate var callee: Expression {
    if case .call(let callee, _) = kind { return callee }
    return self
  }

  /// Whether anything is computed here that could go wrong.
  fileprivate var isComputed: Bool {
    switch kind {
    case .number, .string, .bool, .none, .name: return false
    case .parenthesized(let e), .negate(let e): return e.isComputed
    default: return true
    }
  }
}
