import Diagnostics
import Tensors

extension Machine {
  func checkSignature(_ function: Unmanaged<FunctionObject>, _ index: Int, _ r: Registers) throws {
    try function._withUnsafeGuaranteedRef { object in
      try object.prototype.signatures.withUnsafeBufferPointer { signatures in
        if let plain = signatures[index].plain, plain.hold(r) { return }
        let scope = SignatureScope(prototype: object.prototype, captures: object.captures, r: r, index: index)
        for check in signatures[index].checks {
          do {
            try scope.check(check.type, r[check.register], check.name)
          } catch var failure as Failure {
            failure.argument = -1 - check.register
            throw failure
          }
        }
      }
    }
  }

  func checkResult(_ function: Unmanaged<FunctionObject>, _ index: Int, _ value: Value, _ r: Registers) throws {
    try function._withUnsafeGuaranteedRef { object in
      guard let type = object.prototype.signatures[index].result else { return }
      try SignatureScope(prototype: object.prototype, captures: object.captures, r: r, index: index)
        .check(type, value, "the result")
    }
  }

  func checkBinding(_ function: Unmanaged<FunctionObject>, _ index: Int, _ value: Value, _ r: Registers) throws {
    try function._withUnsafeGuaranteedRef { object in
      let binding = object.prototype.bindings[index]
      try SignatureScope(prototype: object.prototype, captures: object.captures, r: r, index: -1 - index)
        .check(binding.type, value, binding.name)
    }
  }
}

/// The types of one function and the registers of one call of it, in which its dims stand.
struct SignatureScope {
  let prototype: Prototype
  let captures: Registers
  let r: Registers
  /// Of the signature; -1 - n for the n-th checked binding.
  let index: Int

  fileprivate func check(_ type: TypeCheck, _ value: Value, _ name: String) throws {
    switch type.kind {
    case .list(let types):
      guard let list = value.list, list.length == types.count else {
        throw wrongKind(name, "(…) of \(types.count)", value, type)
      }
      for (t, v) in zip(types, list.values) { try check(t, v, name) }
    case .value(let kind, let dims):
      if let kind, !value.isKind(kind) { throw wrongKind(name, kind, value, type) }
      guard let dims else { return }
      guard let shape = value.shapeForDims else { throw wrongKind(name, "tensor", value, type) }
      try check(dims, shape, name, type)
    }
  }

  func check(_ dims: [DimCheck], _ shape: Shape, _ name: String, _ type: TypeCheck) throws {
    let open = dims.firstIndex { if case .ellipsis = $0.kind { true } else { false } }
    guard open == nil ? shape.rank == dims.count : shape.rank >= dims.count - 1 else {
      throw wrongRank(dims.count - (open == nil ? 0 : 1), isLeast: open != nil, shape, name, type)
    }
    for (j, dim) in dims.enumerated() {
      let axis: Int
      if let open, j > open { axis = shape.rank - (dims.count - j) } else { axis = j }
      switch dim.kind {
      case .ellipsis, .wildcard: break
      case .name(let dimName, let place):
        let slot = register(place)
        if slot.pointee.isNumber {
          guard slot.pointee.number == Double(shape[axis]) else {
            throw conflict(dimName, slot.pointee.preview, shape, axis, name, dim)
          }
        } else {
          slot.put(Value(Double(shape[axis])))
        }
      case .term(let term):
        let wanted = try evaluate(term)
        guard wanted == Double(shape[axis]) else {
          throw conflict(prototype.source.text(dim.span), Value(wanted).preview, shape, axis, name, dim)
        }
      }
    }
  }

  private func register(_ place: DimPlace) -> Registers {
    switch place {
    case .register(let n): return r + n
    case .capture(let n): return captures + n
    case .global(let slot): return prototype.globals.slots + slot
    }
  }

  private func evaluate(_ term: DimTerm) throws -> Double {
    switch term {
    case .number(let n): return n
    case .place(let name, let place):
      var value = register(place).pointee
      guard let number = withUnsafeMutablePointer(to: &value, { Double.from($0) }), number == number.rounded() else {
        throw Failure(
          "dim-conflict", "the dim `\(name)` must be a whole number, not \(value.isMissing ? "unset" : value.preview)")
      }
      return number
    case .operation(let op, let a, let b):
      let x = try evaluate(a)
      let y = try evaluate(b)
      switch op {
      case "+": return x + y
      case "-": return x - y
      case "*": return x * y
      default: return (x / y).rounded(.down)
      }
    }
  }

  // MARK: Failures

  private func wrongRank(_ count: Int, isLeast: Bool, _ shape: Shape, _ name: String, _ type: TypeCheck) -> Failure {
    Failure(
      "dim-conflict",
      "`\(name)` has \(shape.rank) \(shape.rank == 1 ? "axis" : "axes"), but \(isLeast ? "at least " : "")\(count) \(count == 1 ? "is" : "are") wanted",
      facts: [.init(name, "\(shape)")] + soFar(), labels: declared(type.span))
  }

  private func conflict(
    _ dim: String, _ wanted: String, _ shape: Shape, _ axis: Int, _ name: String, _ check: DimCheck
  ) -> Failure {
    let call = index >= 0 ? " in this call to `\(prototype.name)`" : ""
    let isName = dim.allSatisfy { $0.isLetter || $0 == "_" || $0.isNumber } && Double(dim) == nil
    let first = isName ? binder(of: dim) : nil
    let binding = first.flatMap { $0.span == check.span ? nil : declared($0.span) } ?? []
    return Failure(
      "dim-conflict",
      isName
        ? "`\(dim)` has two sizes\(call)"
        : "axis \(axis) of `\(name)` must be \(dim == wanted ? wanted : "\(dim) = \(wanted)"), not \(shape[axis])",
      facts: [.init(name, "\(shape)")]
        + soFar(dim: dim, from: first?.name, said: "then `\(name)` says \(dim)=\(shape[axis])"),
      labels: binding + declared(check.span, isPrimary: true))
  }

  /// The parameter that gives a dim its size, and where it names it: the first one that does.
  private func binder(of dim: String) -> (name: String, span: Span)? {
    guard index >= 0 else { return nil }
    for check in prototype.signatures[index].checks {
      if let span = check.type.place(of: dim) { return (check.name, span) }
    }
    return nil
  }

  /// A place of the declaration; a checked binding is the place itself.
  private func declared(_ span: Span, isPrimary: Bool = false) -> [Diagnostic.Label] {
    index < 0 ? [] : [Diagnostic.Label(prototype.source, span, isPrimary: isPrimary)]
  }

  /// The sizes that are known: a line of its own below the error.
  private func soFar(dim: String = "", from: String? = nil, said: String? = nil) -> [Failure.Fact] {
    let dims = index >= 0 ? prototype.signatures[index].dims : prototype.bindings[-1 - index].dims
    let known = dims.compactMap { known -> String? in
      let value = register(known.place).pointee
      guard value.isNumber else { return nil }
      return "\(known.name)=\(value.preview)" + (known.name == dim ? from.map { " (from `\($0)`)" } ?? "" : "")
    }
    if known.isEmpty { return [] }
    return [.init("\u{1}so far", known.joined(separator: "  ") + (said.map { "; " + $0 } ?? ""))]
  }

  private func wrongKind(_ name: String, _ kind: String, _ value: Value, _ type: TypeCheck) -> Failure {
    Failure(
      "argument-type", "`\(name)` must be \(kind.withArticle), not \(value.described)",
      facts: [.init(name, value.preview)], labels: declared(type.span))
  }
}

extension Value {
  func isKind(_ kind: String) -> Bool {
    switch kind {
    case "number": return isNumber || tensor?.shape.rank == 0 && tensor?.dtype != .bool
    case "bool": return isBool || tensor?.dtype == .bool
    case "tensor": return isNumber || tensor != nil
    case "int", "f32", "f64", "f16", "i8", "u8": return tensor.map { "\($0.dtype)" == kind } ?? false
    default: return typeName == kind
    }
  }

  /// A number or a bool has a shape without axes.
  var shapeForDims: Shape? { isNumber || isBool ? [] : tensor?.shape }
}

extension TypeCheck {
  /// Where the type names a dim first.
  fileprivate func place(of dim: String) -> Span? {
    switch kind {
    case .list(let types): return types.lazy.compactMap { $0.place(of: dim) }.first
    case .value(_, let dims):
      return dims?.first { if case .name(dim, _) = $0.kind { true } else { false } }?.span
    }
  }
}
