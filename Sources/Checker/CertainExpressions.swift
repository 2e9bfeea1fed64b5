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
  private let review: ProgramReview
  private let library: Library
  /// The names that are known so far.
  private let names: Globals
  private let machine: Machine
  /// Names with random numbers in them: their shapes are certain, their values are not.
  private var randomNames: Set<String> = []
  /// Functions of the text that are set once, by name.
  private var functions: [String: Function] = [:]
  private var found: [Diagnostic] = []
  /// Where what was computed went wrong: nothing more is known of these.
  package private(set) var failures: [Span] = []
  /// The names that functions around the place bind.
  private var shadows: [Set<String>] = []
  /// How many branches, loops and functions are around the place: it may be reached only where what is known of a name does
  /// no harm, as in `if len(x) > 0 { max(x) }`, so that there literals alone are certain.
  private var guards = 0
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

  // MARK: Judging

  /// How much is fixed by the text.
  private enum Certainty: Int {
    case none, shape, value

    func and(_ other: Certainty) -> Certainty { rawValue < other.rawValue ? self : other }
  }

  /// - Parameter mayChange: whether a call may be handed a known variable with `&`.
  private func certainty(of e: Expression, mayChange: Bool = false) -> Certainty {
    switch e.kind {
    case .number, .bool, .none: return .value
    case .string(let parts):
      let isCertain = parts.allSatisfy { part in
        guard case .value(let e, spec: _, _) = part else { return true }
        return certainty(of: e) == .value
      }
      return isCertain ? .value : .none
    case .function(let function): return guards == 0 && isPure(function) ? .value : .none
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
    case .call(let callee, let arguments): return certainty(ofCall: callee, arguments, mayChange: mayChange)
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

  private func certainty(ofCall callee: Expression, _ arguments: [Argument], mayChange: Bool = false) -> Certainty {
    let given = arguments.reduce(Certainty.value) { sum, argument in
      if argument.isSpread || argument.isInout && !(mayChange && isKnownVariable(argument.value)) { return .none }
      return sum.and(certainty(of: argument.value))
    }
    // In call position a name that holds no function is the library's.
    if case .name(let name) = callee.kind, names[name]?.isCallable != true, let builtin = library.builtins[name] {
      guard isPure(builtin), names[name] != nil ? !isLocal(name) && guards == 0 : !isShadowed(name) else {
        return .none
      }
      if CertainExpressions.shapeOnes.contains(name) { return given.and(.shape) }
      if builtin.module == "layers" { return given == .value ? .shape : .none }
      if given == .shape, !CertainExpressions.keepsShapes.contains(builtin.module) { return .none }
      return given
    }
    if case .name(let name) = callee.kind, isPureWritten(name), !isShadowed(name) {
      return given == .value ? .value : .none
    }
    let called = certainty(of: callee)
    // A function may choose by what it is given.
    if isFunction(callee) {
      if case .name(let name) = callee.kind, !isPureFunction(name) { return .none }
      return called.and(given) == .value ? .value : .none
    }
    // A layer or model that is applied has random weights.
    return given.and(called).and(.shape)
  }

  private func certainty(ofApplied e: Expression) -> Certainty {
    guard case .call(let callee, let arguments) = e.kind else { return certainty(of: e).and(.shape) }
    let rest = arguments.filter { if case .placeholder = $0.value.kind { false } else { true } }
    guard case .name(let name) = callee.kind, library.builtins[name] != nil else { return .none }
    return certainty(ofCall: callee, rest)
  }

  /// Whether an expression is a function of the text, or what such a function or one of the library gave.
  private func isFunction(_ callee: Expression) -> Bool {
    switch callee.kind {
    case .name(let name):
      names[name]?.function != nil || names[name]?.foreign?.callable != nil && !randomNames.contains(name)
    case .function: true
    case .parenthesized(let e): isFunction(e)
    case .call(let inner, _): !isLayerCall(inner)
    default: false
    }
  }

  private func isLayerCall(_ callee: Expression) -> Bool {
    guard case .name(let name) = callee.kind, let builtin = library.builtins[name] else { return false }
    return builtin.module == "layers"
  }

  private func isLocal(_ name: String) -> Bool { shadows.contains { $0.contains(name) } }

  private func isShadowed(_ name: String) -> Bool { review.setNames.contains(name) || isLocal(name) }

  private func isKnownVariable(_ e: Expression) -> Bool {
    guard guards == 0, case .name(let name) = e.kind else { return false }
    return names[name] != nil
  }

  /// Whether a function of the text reads nothing but its own names, what is certain, and functions that depend on their
  /// arguments alone.
  ///
  /// - Parameter judged: functions that are being looked at already.
  private func isPure(_ function: Function, within outer: Set<String> = [], _ judged: Set<String> = []) -> Bool {
    var mentions = Mentions()
    mentions.visit(function)
    var bound = outer.union(function.parameters.map(\.name.text)).union(mentions.bindings.map(\.name.text))
    for type in function.parameters.map(\.type) + [function.result] { bound.formUnion(type?.plainDimNames ?? []) }
    return mentions.reads.allSatisfy { isPure($0, bound, judged) }
      && mentions.functions.allSatisfy { !$0.isModel && isPure($0.function, within: bound, judged) }
  }

  private func isPure(_ name: String, _ bound: Set<String>, _ judged: Set<String>) -> Bool {
    let isSafe = name == "error" || name == "assert" || isPureWritten(name)
    let isLibrary = isSafe || library.builtins[name].map { isPure($0) && $0.module != "layers" } ?? false
    // In call position a name that holds no function is the library's.
    if bound.contains(name) { return isLibrary || library.value(name) == nil }
    if let value = names[name] {
      guard review.settledNames.contains(name), !randomNames.contains(name) else { return false }
      return value.isCallable ? isPureFunction(name, judged) : isLibrary || library.value(name) == nil
    }
    return !isShadowed(name) && (isLibrary || library.constants.contains { $0.name == name })
  }

  /// Whether what a name holds depends on its arguments alone when it is called: a function of the text, or one that was
  /// made of such.
  private func isPureFunction(_ name: String, _ judged: Set<String> = []) -> Bool {
    if judged.contains(name) { return true }
    guard let function = functions[name] else { return true }
    return isPure(function, within: [], judged.union([name]))
  }

  /// Whether the name is a function of the library that is written in NNS and depends on its arguments alone.
  private func isPureWritten(_ name: String) -> Bool {
    library.written.contains { CertainExpressions.pureWritten.contains($0.name) && $0.names.contains(name) }
  }

  /// Whether the result depends on nothing but the arguments, and nothing else changes.
  private func isPure(_ builtin: Builtin) -> Bool {
    CertainExpressions.pure.contains(builtin.module) || CertainExpressions.pureOnes.contains(builtin.name)
  }

  private static let pure: Set = [
    "tensors", "elementwise", "reductions", "shapes", "linear algebra", "activations", "layers", "losses",
    "optimizers", "lists", "strings", "evaluation", "learning", "preprocessing",
  ]
  private static let pureWritten: Set = ["reductions", "shapes", "data"]
  /// Functions of other modules that depend on their arguments alone, or, with files closed, say what is wrong with them.
  private static let pureOnes: Set = [
    "len", "same", "format", "type", "range", "map", "filter", "reduce", "zip", "enumerate", "table", "select", "drop",
    "rename", "columns", "rows", "describe", "dataset", "early", "evaluate", "predict", "predict_proba", "summary",
  ]
  /// Of these, what weights decide: their shapes are certain.
  private static let shapeOnes: Set = ["evaluate", "predict", "predict_proba", "summary"]
  /// Modules whose functions give a shape that only the shapes of their arguments decide.
  private static let keepsShapes: Set = ["elementwise", "reductions", "activations", "losses"]
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
