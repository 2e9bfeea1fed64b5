package import Syntax

/// The names that a function body binds, in order, and how many `for` loops it holds; nested functions are not entered.
package struct ScopeAnalysis {
  package private(set) var names: [String] = []
  private(set) var loopCount = 0
  /// How often each name is bound: a `for` variable bound once can serve as its own counter.
  private(set) var bindings: [String: Int] = [:]

  package init(_ statements: [Statement]) { visit(statements) }

  package init(_ expression: Expression) { visit(expression) }

  mutating func bind(_ name: String) {
    if bindings[name] == nil { names.append(name) }
    bindings[name, default: 0] += 1
  }

  private mutating func visit(_ statements: [Statement]) { for s in statements { visit(s) } }

  private mutating func visit(_ statement: Statement) {
    switch statement.kind {
    case .use(_, let name, let alias): bind((alias ?? name).text)
    case .model(let name, _), .function(let name, _): bind(name.text)
    case .forLoop(let targets, let sequence, let body):
      loopCount += 1
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
      bind(name.text)
      for dim in type.plainDimNames { bind(dim) }
    case .assign(let sides, let value):
      visit(value)
      for side in sides { bind(side) }
    case .augment(let side, _, _, let value):
      visit(value)
      if case .place(let place) = side { visit(place) }
    case .expression(let e): visit(e)
    }
  }

  private mutating func bind(_ target: Target) {
    switch target {
    case .name(let name): bind(name.text)
    case .wildcard: break
    case .list(let targets, _): for t in targets { bind(t) }
    }
  }

  private mutating func bind(_ side: LeftSide) {
    switch side {
    case .name(let name): bind(name.text)
    case .wildcard: break
    case .place(let e): visit(e)
    case .list(let sides, _): for s in sides { bind(s) }
    case .record(let names, _): for n in names { bind(n.text) }
    }
  }

  /// Only expressions that hold blocks can bind names.
  private mutating func visit(_ expression: Expression) {
    switch expression.kind {
    case .conditional(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      if let otherwise { visit(otherwise) }
    case .attempt(let body, let caught, let handler):
      visit(body)
      bind(caught.text)
      visit(handler)
    case .function: break
    default: expression.forEachChild { visit($0) }
    }
  }
}

extension Expression {
  /// The expressions directly inside, blocks and functions aside.
  package func forEachChild(_ visit: (Expression) -> Void) {
    switch kind {
    case .number, .bool, .none, .name, .placeholder, .function: break
    case .string(let parts): for case .value(let e, _, _) in parts { visit(e) }
    case .parenthesized(let e), .negate(let e), .not(let e), .field(let e, _): visit(e)
    case .bracket(let items, _):
      for item in items {
        switch item {
        case .value(let e), .spread(let e): visit(e)
        }
      }
    case .record(let fields):
      for field in fields {
        switch field {
        case .pair(_, let e), .spread(let e): visit(e)
        case .shorthand: break
        }
      }
    case .table(let table): for row in table.rows { row.forEach(visit) }
    case .arithmetic(_, _, let a, let b), .compare(_, _, let a, let b), .and(let a, let b), .or(let a, let b),
      .range(let a, let b, _), .compose(let a, _, let b), .pipe(let a, _, let b):
      visit(a)
      visit(b)
    case .call(let callee, let arguments):
      visit(callee)
      for argument in arguments { visit(argument.value) }
    case .index(let base, let indices):
      visit(base)
      for index in indices {
        switch index {
        case .ellipsis, .newAxis: break
        case .at(let e): visit(e)
        case .slice(let from, let to, let step, _, _): for e in [from, to, step] { if let e { visit(e) } }
        }
      }
    case .conditional(let condition, _, _): visit(condition)
    case .attempt: break
    }
  }

  /// Whether evaluating this can change a local of the function that holds it.
  var mayChangeLocals: Bool {
    switch kind {
    case .conditional, .attempt: return true
    case .call(_, let arguments) where arguments.contains(where: \.isInout): return true
    default:
      var found = false
      forEachChild { if !found, $0.mayChangeLocals { found = true } }
      return found
    }
  }
}

extension TypeExpression {
  /// The names that stand alone as a dim: they bind.
  package var plainDimNames: [String] {
    switch kind {
    case .value(_, let dims):
      return (dims ?? []).compactMap { dim in
        if case .expression(let e) = dim.kind, case .name(let name) = e.kind { return name }
        return nil
      }
    case .list(let types): return types.flatMap(\.plainDimNames)
    }
  }
}
