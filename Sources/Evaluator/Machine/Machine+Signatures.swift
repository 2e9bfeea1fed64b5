import Diagnostics
import Tensors

extension Machine {
  func checkSignature(_ function: Unmanaged<FunctionObject>, _ index: Int, _ r: Registers) throws {
    try function._withUnsafeGuaranteedRef { object in
      try object.prototype.signatures.withUnsafeBufferPointer { signatures in
        for check in signatures[index].checks {
          do {
            try self.check(check.type, r[check.register], check.name, object, r, index)
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
      try check(type, value, "the result", object, r, index)
    }
  }

  func checkBinding(_ function: Unmanaged<FunctionObject>, _ index: Int, _ value: Value, _ r: Registers) throws {
    try function._withUnsafeGuaranteedRef { object in
      let binding = object.prototype.bindings[index]
      try check(binding.type, value, binding.name, object, r, -1 - index)
    }
  }

  private func check(
    _ type: TypeCheck, _ value: Value, _ name: String, _ function: FunctionObject, _ r: Registers, _ signature: Int
  ) throws {
    switch type.kind {
    case .list(let types):
      guard let list = value.list, list.length == types.count else {
        throw wrongKind(name, "(…) of \(types.count)", value, type, function)
      }
      for (t, v) in zip(types, list.values) { try check(t, v, name, function, r, signature) }
    case .value(let kind, let dims):
      if let kind, !value.isKind(kind) { throw wrongKind(name, kind, value, type, function) }
      guard let dims else { return }
      guard let shape = value.shapeForDims else { throw wrongKind(name, "tensor", value, type, function) }
      try check(dims, shape, value, name, type, function, r, signature)
    }
  }

  private func check(
    _ dims: [DimCheck], _ shape: Shape, _ value: Value, _ name: String, _ type: TypeCheck, _ function: FunctionObject,
    _ r: Registers, _ signature: Int
  ) throws {
    let open = dims.firstIndex { if case .ellipsis = $0.kind { true } else { false } }
    guard open == nil ? shape.rank == dims.count : shape.rank >= dims.count - 1 else {
      throw Failure(
        "dim-conflict",
        "`\(name)` has \(shape.rank) \(shape.rank == 1 ? "axis" : "axes"), but \(open == nil ? "" : "at least ")\(dims.count - (open == nil ? 0 : 1)) \(dims.count == 1 ? "is" : "are") wanted",
        facts: [.init(name, "\(shape)"), typeFact(type, function)] + soFar(function, r, signature))
    }
    for (j, dim) in dims.enumerated() {
      let axis: Int
      if let open, j > open { axis = shape.rank - (dims.count - j) } else { axis = j }
      switch dim.kind {
      case .ellipsis, .wildcard: break
      case .name(let dimName, let place):
        let slot = register(place, function, r)
        if slot.pointee.isNumber {
          guard slot.pointee.number == Double(shape[axis]) else {
            throw conflict(dimName, slot.pointee.preview, shape, axis, name, dim, function, r, signature)
          }
        } else {
          slot.put(Value(Double(shape[axis])))
        }
      case .term(let term):
        let wanted = try evaluate(term, function, r)
        guard wanted == Double(shape[axis]) else {
          throw conflict(
            function.prototype.source.text(dim.span), Value(wanted).preview, shape, axis, name, dim, function, r,
            signature)
        }
      }
    }
  }

  private func register(_ place: DimPlace, _ function: FunctionObject, _ r: Registers) -> Registers {
    switch place {
    case .register(let n): return r + n
    case .capture(let n): return function.captures + n
    case .global(let slot): return function.prototype.globals.slots + slot
    }
  }

  private func evaluate(_ term: DimTerm, _ function: FunctionObject, _ r: Registers) throws -> Double {
    switch term {
    case .number(let n): return n
    case .place(let name, let place):
      var value = register(place, function, r).pointee
      guard let number = withUnsafeMutablePointer(to: &value, { Double.from($0) }), number == number.rounded() else {
        throw Failure(
          "dim-conflict", "the dim `\(name)` must be a whole number, not \(value.isMissing ? "unset" : value.preview)")
      }
      return number
    case .operation(let op, let a, let b):
      let x = try evaluate(a, function, r)
      let y = try evaluate(b, function, r)
      switch op {
      case "+": return x + y
      case "-": return x - y
      case "*": return x * y
      default: return (x / y).rounded(.down)
      }
    }
  }

  private func conflict(
    _ dim: String, _ wanted: String, _ shape: Shape, _ axis: Int, _ name: String, _ check: DimCheck,
    _ function: FunctionObject, _ r: Registers, _ signature: Int
  ) -> Failure {
    let call = signature >= 0 ? " in this call to `\(function.prototype.name)`" : ""
    let isName = dim.allSatisfy { $0.isLetter || $0 == "_" || $0.isNumber } && Double(dim) == nil
    let first = isName ? binder(of: dim, function, signature) : nil
    var facts = [Failure.Fact(name, "\(shape)")]
    if let first, first.span != check.span { facts.append(placeFact("declared", first.span)) }
    facts.append(placeFact("marked", check.span))
    let said = "then `\(name)` says \(dim)=\(shape[axis])"
    return Failure(
      "dim-conflict",
      isName
        ? "`\(dim)` has two sizes\(call)"
        : "axis \(axis) of `\(name)` must be \(dim == wanted ? wanted : "\(dim) = \(wanted)"), not \(shape[axis])",
      facts: facts + soFar(function, r, signature, dim: dim, from: first?.name, said: said))
  }

  /// The parameter that gives a dim its size, and where it names it: the first one that does.
  private func binder(of dim: String, _ function: FunctionObject, _ signature: Int) -> (name: String, span: Span)? {
    guard signature >= 0 else { return nil }
    for check in function.prototype.signatures[signature].checks {
      if let span = check.type.place(of: dim) { return (check.name, span) }
    }
    return nil
  }

  /// The declared type as a second place: rendered as a label on the signature.
  private func typeFact(_ type: TypeCheck, _ function: FunctionObject) -> Failure.Fact {
    placeFact("declared", type.span)
  }

  private func placeFact(_ kind: String, _ span: Span) -> Failure.Fact {
    Failure.Fact("\u{1}\(kind)", "\(span.start) \(span.end)")
  }

  /// The sizes that are known: a line of its own below the error.
  private func soFar(
    _ function: FunctionObject, _ r: Registers, _ signature: Int, dim: String = "", from: String? = nil,
    said: String? = nil
  ) -> [Failure.Fact] {
    let dims =
      signature >= 0 ? function.prototype.signatures[signature].dims : function.prototype.bindings[-1 - signature].dims
    let known = dims.compactMap { known -> String? in
      let value = register(known.place, function, r).pointee
      guard value.isNumber else { return nil }
      return "\(known.name)=\(value.preview)" + (known.name == dim ? from.map { " (from `\($0)`)" } ?? "" : "")
    }
    if known.isEmpty { return [] }
    return [.init("\u{1}so far", known.joined(separator: "  ") + (said.map { "; " + $0 } ?? ""))]
  }

  private func wrongKind(
    _ name: String, _ kind: String, _ value: Value, _ type: TypeCheck, _ function: FunctionObject
  ) -> Failure {
    Failure(
      "argument-type", "`\(name)` must be \(kind.withArticle), not \(value.described)",
      facts: [.init(name, value.preview), typeFact(type, function)])
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

  /// A number has a shape without axes.
  var shapeForDims: Shape? { isNumber ? [] : tensor?.shape }
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
