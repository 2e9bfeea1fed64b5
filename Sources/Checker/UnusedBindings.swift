package import Diagnostics
import Evaluator
package import Syntax

/// Locals of functions that are set and never read. A name that begins with `_` says that this is meant.
///
/// Whatever mentions the name counts as reading it: functions inside, `&name`, `name += 1`, `name[i] = v`. The names that a
/// `model` binds are its parts, and top-level names may be another's to read.
package struct UnusedBindings {
  package private(set) var findings: [Diagnostic] = []
  private let source: SourceText

  package init(in program: Program) {
    source = program.source
    var top = Mentions()
    top.visit(program.statements)
    for function in top.functions { visit(function) }
  }

  private mutating func visit(_ found: Mentions.Found) {
    var mentions = Mentions()
    mentions.visit(found.function)
    for function in mentions.functions { visit(function) }
    if found.isModel { return }
    let read = mentions.allReads
    let parameters = Set(found.function.parameters.map(\.name.text))
    var told: Set<String> = []
    for binding in mentions.bindings {
      let name = binding.name.text
      guard !name.hasPrefix("_"), !read.contains(name), !parameters.contains(name), told.insert(name).inserted else {
        continue
      }
      findings.append(
        Diagnostic(
          "unused-binding", "nothing reads `\(name)`", severity: .warning,
          labels: [.init(source, binding.name.span)],
          why: "a function's names end with it, so nothing else can read it.",
          hint: binding.canBeWildcard ? edited(source, binding.name.span, "_") : nil))
    }
  }
}

/// What a function, or a text, binds, mentions and holds; functions inside are kept for a visit of their own.
struct Mentions {
  struct Found {
    var function: Function
    var isModel: Bool
  }
  struct Binding {
    var name: Name
    var canBeWildcard: Bool
  }
  private(set) var bindings: [Binding] = []
  private(set) var reads: Set<String> = []
  /// The variables of which parts are set, or which a call may change.
  private(set) var changes: Set<String> = []
  private(set) var functions: [Found] = []

  /// The names that it and the functions inside mention.
  var allReads: Set<String> {
    functions.reduce(into: reads) { names, found in
      var inner = Mentions()
      inner.visit(found.function)
      names.formUnion(inner.allReads)
    }
  }

  mutating func visit(_ function: Function) {
    for parameter in function.parameters {
      if let value = parameter.defaultValue { visit(value) }
      if let type = parameter.type { visit(type) }
    }
    if let type = function.result { visit(type) }
    switch function.body {
    case .expression(let e): visit(e)
    case .block(let block): visit(block)
    }
  }

  mutating func visit(_ block: Block) { for statement in block { visit(statement) } }

  private mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .use(_, let name, let alias): reads.insert((alias ?? name).text)
    case .model(let name, let function):
      bindings.append(Binding(name: name, canBeWildcard: false))
      functions.append(Found(function: function, isModel: true))
    case .function(let name, let function):
      bindings.append(Binding(name: name, canBeWildcard: false))
      functions.append(Found(function: function, isModel: false))
    case .forLoop(let targets, let sequence, let body):
      visit(sequence)
      for target in targets { bind(target) }
      visit(body)
    case .whileLoop(let condition, let body):
      visit(condition)
      visit(body)
    case .returns(let value): if let value { visit(value) }
    case .breaks, .continues: break
    case .assert(let condition, let message):
      visit(condition)
      if let message { visit(message) }
    case .checkedBinding(let name, let type, let value):
      visit(value)
      visit(type)
      bindings.append(Binding(name: name, canBeWildcard: false))
    case .assign(let sides, let value):
      visit(value)
      for side in sides { bind(side) }
    case .augment(let side, _, _, let value):
      visit(value)
      switch side {
      case .name(let name):
        reads.insert(name.text)
        changes.insert(name.text)
      default: bind(side)
      }
    case .expression(let e): visit(e)
    }
  }

  private mutating func bind(_ target: Target) {
    switch target {
    case .name(let name): bindings.append(Binding(name: name, canBeWildcard: true))
    case .wildcard: break
    case .list(let targets, _): for t in targets { bind(t) }
    }
  }

  private mutating func bind(_ side: LeftSide) {
    switch side {
    case .name(let name): bindings.append(Binding(name: name, canBeWildcard: true))
    case .wildcard: break
    case .place(let e):
      change(e)
      visit(e)
    case .list(let sides, _): for s in sides { bind(s) }
    case .record(let names, _): for name in names { bindings.append(Binding(name: name, canBeWildcard: false)) }
    }
  }

  private mutating func change(_ place: Expression) {
    switch place.kind {
    case .name(let name): changes.insert(name)
    case .index(let base, _), .field(let base, _): change(base)
    default: break
    }
  }

  private mutating func visit(_ type: TypeExpression) {
    switch type.kind {
    case .value(_, let dims):
      for dim in dims ?? [] { if case .expression(let e) = dim.kind { visit(e) } }
    case .list(let types): for t in types { visit(t) }
    }
  }

  private mutating func visit(_ expression: Expression) {
    switch expression.kind {
    case .name(let name): reads.insert(name)
    case .call(_, let arguments): for argument in arguments where argument.isInout { change(argument.value) }
    case .function(let function): functions.append(Found(function: function, isModel: false))
    case .record(let fields): for case .shorthand(let name) in fields { reads.insert(name.text) }
    case .conditional(_, let then, let otherwise):
      visit(then)
      if let otherwise { visit(otherwise) }
    case .attempt(let body, let caught, let handler):
      visit(body)
      // Whoever catches need not look.
      reads.insert(caught.text)
      visit(handler)
    default: break
    }
    expression.forEachChild { visit($0) }
  }
}
