import Diagnostics
import Syntax

extension FunctionCompiler {
  /// Emits the check of the parameters; nothing when no parameter has a type.
  func compileSignature(_ function: Function) throws {
    var checks: [Signature.Check] = []
    for (i, p) in function.parameters.enumerated() {
      guard let type = p.type, let check = typeCheck(type) else { continue }
      checks.append(.init(register: i + 1, name: p.name.text, type: check))
    }
    let result = function.result.flatMap(typeCheck)
    guard !checks.isEmpty || result != nil else { return }
    let types = function.parameters.compactMap(\.type) + (function.result.map { [$0] } ?? [])
    prototype.signatures.append(
      Signature(
        checks: checks, plain: PlainDims(checks, isLenient: false), result: result, dims: dimPlaces(types)))
    if !checks.isEmpty {
      emit(.signature, 0, prototype.signatures.count - 1, at: function.headSpan)
      for dim in function.parameters.compactMap(\.type).flatMap(\.plainDimNames) { definitelySet.insert(dim) }
    }
    if result != nil { resultSignature = prototype.signatures.count - 1 }
  }

  func compileBindingCheck(_ type: TypeExpression, _ register: Int, value: Expression, name: String) throws {
    guard let check = typeCheck(type) else { return }
    prototype.bindings.append(BindingCheck(name: name, type: check, dims: dimPlaces([type])))
    emit(.checkBinding, register, prototype.bindings.count - 1, at: type.span, operands: [value.span])
    for dim in type.plainDimNames { definitelySet.insert(dim) }
  }

  private func dimPlaces(_ types: [TypeExpression]) -> [(name: String, place: DimPlace)] {
    var seen: Set<String> = []
    return types.flatMap(\.plainDimNames).filter { seen.insert($0).inserted }.map { ($0, place($0)) }
  }

  private func place(_ name: String) -> DimPlace {
    switch resolve(name) {
    case .local(let register): return .register(register)
    case .capture(let index): return .capture(index)
    case .global(let slot): return .global(slot)
    case .ownFunction: return .register(0)
    }
  }

  private static let kinds: Set<String> = [
    "number", "int", "f32", "f64", "f16", "i8", "u8", "bool", "tensor", "string", "list", "record", "table", "range",
    "fn", "model", "optimizer", "chart",
  ]

  /// Nil when the type is wrong, which is then a failure when the function is called.
  private func typeCheck(_ type: TypeExpression) -> TypeCheck? {
    switch type.kind {
    case .list(let types):
      let checks = types.compactMap(typeCheck)
      return checks.count == types.count ? TypeCheck(kind: .list(checks), span: type.span) : nil
    case .value(let kind, let dims):
      if let kind, !Self.kinds.contains(kind) {
        let near = nearMisses(kind, among: Self.kinds)
        emitFailure(
          Diagnostic(
            "unknown-name", "there is no type `\(kind)`", labels: [.init(source, type.span)],
            why: "a type is one of \(Self.kinds.sorted().joined(separator: ", ")), or dims such as [n, d].",
            hint: near.first), at: type.span)
        return nil
      }
      var checked: [DimCheck]?
      if let dims {
        checked = []
        for dim in dims {
          switch dim.kind {
          case .ellipsis: checked!.append(DimCheck(kind: .ellipsis, span: dim.span))
          case .wildcard: checked!.append(DimCheck(kind: .wildcard, span: dim.span))
          case .expression(let e):
            if case .name(let name) = e.kind, !isPinned(name) {
              checked!.append(DimCheck(kind: .name(name, place(name)), span: dim.span))
            } else if let term = dimTerm(e) {
              checked!.append(DimCheck(kind: .term(term), span: dim.span))
            } else {
              emitFailure(
                Diagnostic(
                  "syntax", "a dim is a name, a whole number, or these with `+`, `-`, `*`, `//`",
                  labels: [.init(source, dim.span)]), at: dim.span)
              return nil
            }
          }
        }
      }
      return TypeCheck(kind: .value(kind: kind, dims: checked), span: type.span)
    }
  }

  private func dimTerm(_ e: Expression) -> DimTerm? {
    switch e.kind {
    case .number(let value): return .number(value)
    case .name(let name): return .place(name, place(name))
    case .parenthesized(let inner): return dimTerm(inner)
    case .arithmetic(let op, _, let left, let right):
      guard let a = dimTerm(left), let b = dimTerm(right) else { return nil }
      switch op {
      case .add: return .operation("+", a, b)
      case .subtract: return .operation("-", a, b)
      case .multiply: return .operation("*", a, b)
      case .divide, .floorDivide: return .operation("/", a, b)
      default: return nil
      }
    default: return nil
    }
  }
}
