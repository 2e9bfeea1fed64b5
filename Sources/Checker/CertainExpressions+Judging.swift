import Evaluator
import Syntax

/// What is certain.
extension CertainExpressions {
  /// How much is fixed by the text.
  enum Certainty: Int {
    case none, shape, value

    func and(_ other: Certainty) -> Certainty { rawValue < other.rawValue ? self : other }
  }

  /// - Parameter mayChange: whether a call may be handed a known variable with `&`.
  func certainty(of e: Expression, mayChange: Bool = false) -> Certainty {
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

  func certainty(ofName name: String) -> Certainty {
    if shadows.contains(where: { $0.contains(name) }) { return .none }
    if names[name] != nil { return guards > 0 ? .none : randomNames.contains(name) ? .shape : .value }
    guard !review.setNames.contains(name) else { return .none }
    if let builtin = library.builtins[name] { return isPure(builtin) ? .value : .none }
    return library.constants.contains { $0.name == name } ? .value : .none
  }

  func certainty(ofCall callee: Expression, _ arguments: [Argument], mayChange: Bool = false) -> Certainty {
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

  func certainty(ofApplied e: Expression) -> Certainty {
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

  func isShadowed(_ name: String) -> Bool { review.setNames.contains(name) || isLocal(name) }

  private func isKnownVariable(_ e: Expression) -> Bool {
    guard guards == 0, case .name(let name) = e.kind else { return false }
    return names[name] != nil
  }

  /// Whether a function of the text reads nothing but its own names, what is certain, and functions that depend on their
  /// arguments alone.
  ///
  /// - Parameter judged: functions that are being looked at already.
  func isPure(_ function: Function, within outer: Set<String> = [], _ judged: Set<String> = []) -> Bool {
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
