import Diagnostics
import Syntax

extension FunctionCompiler {
  func compileCall(_ callee: Expression, _ arguments: [Argument], into target: Int, at span: Span) throws {
    // Index registers of `&` places come before the window, which must be the topmost registers.
    var places: [Int: Place] = [:]
    for (i, argument) in arguments.enumerated() where argument.isInout {
      guard let place = try compilePlace(argument.value) else { return }
      places[i] = place
    }
    let window = allocate(1 + arguments.count)
    try compileCallee(callee, into: window)
    for (i, argument) in arguments.enumerated() where !argument.isInout {
      try compile(argument.value, into: window + 1 + i)
    }
    let isPlain = arguments.allSatisfy { $0.name == nil && !$0.isInout && !$0.isSpread }
    let spans = arguments.map { argument in
      argument.name.map { $0.span.union(argument.value.span) } ?? argument.value.span
    }
    let at: Int
    if isPlain {
      at = emit(.call, window, arguments.count, target, at: span, operands: spans)
    } else {
      prototype.callSites.append(
        CallSite(
          arguments: arguments.enumerated().map { i, argument in
            CallSite.Argument(
              name: argument.name.map { Symbol($0.text) }, isSpread: argument.isSpread, place: places[i],
              span: argument.name?.span ?? argument.value.span)
          }))
      at = emit(.callWith, window, prototype.callSites.count - 1, target, at: span, operands: spans)
    }
    if case .name(let name) = callee.kind { prototype.calleeNames[at] = name }
    prototype.calleeSpans[at] = callee.span
  }

  private func compileCallee(_ callee: Expression, into target: Int) throws {
    if case .name(let name) = callee.kind {
      compileName(name, into: target, at: callee.span, isCallee: true)
    } else {
      try compile(callee, into: target)
    }
  }

  /// `x |> f(y)` is `f(x, y)`; a `_` argument moves it; without a call the value of the right side is applied.
  func compilePipe(_ left: Expression, _: Span, _ right: Expression, into target: Int, at span: Span) throws {
    if case .call(let callee, var arguments) = right.kind {
      let slots = arguments.indices.filter { if case .placeholder = arguments[$0].value.kind { true } else { false } }
      if slots.isEmpty {
        arguments.insert(Argument(value: left), at: 0)
      } else {
        for slot in slots { arguments[slot].value = left }
      }
      if slots.count <= 1 { return try compileCall(callee, arguments, into: target, at: span) }
      // The value stands in several places, but is computed once.
      let once = allocate()
      try compile(left, into: once)
      let alias = "\u{1}pipe\(once)"
      locals[alias] = once
      definitelySet.insert(alias)
      defer { locals[alias] = nil }
      for slot in slots { arguments[slot].value = Expression(.name(alias), left.span) }
      return try compileCall(callee, arguments, into: target, at: span)
    }
    try compileCall(right, [Argument(value: left)], into: target, at: span)
  }

  /// The place that `&` or an assignment names; nil when it cannot be changed, which is then a failure at run time.
  func compilePlace(_ e: Expression) throws -> Place? {
    var steps: [Place.Step] = []
    var inner = e
    var chain: [Expression] = []
    while true {
      switch inner.kind {
      case .parenthesized(let e):
        inner = e
        continue
      case .field(let base, _), .index(let base, _):
        chain.append(inner)
        inner = base
        continue
      default: break
      }
      break
    }
    guard case .name(let name) = inner.kind else {
      emitFailure(
        Diagnostic(
          "syntax", "only a variable, or a part of one, can be changed", labels: [.init(source, inner.span)],
          why: "this is a value that nothing holds on to.", hint: nil), at: inner.span)
      return nil
    }
    for part in chain.reversed() {
      switch part.kind {
      case .field(_, let field): steps.append(.field(Symbol(field.text), field.span))
      case .index(_, let indices):
        if indices.count == 1, case .at(let e) = indices[0], !e.isRange {
          let register = allocate()
          try compile(e, into: register)
          steps.append(.index(register, part.span))
        } else {
          steps.append(.indices(try compileIndices(indices), part.span))
        }
      default: break
      }
    }
    switch resolve(name) {
    case .local(let register):
      if !definitelySet.contains(name) { emit(.check, register, self.name(name), at: inner.span) }
      return Place(root: .register(register), rootName: name, steps: steps, span: e.span)
    case .global(let slot) where isTopLevel:
      return Place(root: .global(slot), rootName: name, steps: steps, span: e.span)
    default:
      emitFailure(outerAssignment(name, at: inner.span), at: inner.span)
      return nil
    }
  }

  func outerAssignment(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      "outer-assign", "a function cannot change `\(name)`, which belongs outside it", labels: [.init(source, span)],
      why: "a function changes only its own names and what it is handed with `&`.",
      hint:
        "take it as a parameter: fn \(prototype.name == "fn" ? "f" : prototype.name)(&\(name), …), and call with &\(name)"
    )
  }
}
