/// A function written in NNS, with the values that it captured when it was made.
package final class FunctionObject: Object {
  package let prototype: Prototype
  let code: UnsafeMutablePointer<Prototype.Code>
  let captures: Registers
  /// The top-level values that it keeps of its own, by slot; nil when it looks them up where they stand.
  let ownGlobals: OwnGlobals?

  /// The captures start as missing; the maker fills them.
  init(_ prototype: Prototype, globals: OwnGlobals? = nil) {
    self.prototype = prototype
    ownGlobals = globals
    code = globals.map { $0.code(like: prototype.code) } ?? prototype.code
    captures = .allocate(capacity: max(1, prototype.captures.count))
    captures.initialize(repeating: .missing, count: max(1, prototype.captures.count))
    super.init(.function)
  }

  package var name: String { prototype.name }

  deinit {
    Disposal.releaseAll(UnsafeMutableBufferPointer(start: captures, count: prototype.captures.count))
    captures.deallocate()
    if ownGlobals != nil { code.deallocate() }
  }
}

/// A function of the library, as a value.
package final class BuiltinObject: Object {
  package let builtin: Builtin
  /// The number of arguments of a call that needs no arranging; -1 when every call does.
  let plainArity: Int
  let body: (Registers) throws -> Value
  let scalar: (@convention(c) (Double) -> Double)?
  let inPlace: ((_ variable: Registers, _ others: Registers) -> Value?)?
  let parameterCount: Int
  private var lastPositionalPlan: CallPlan?

  package init(_ builtin: Builtin) {
    self.builtin = builtin
    plainArity =
      builtin.parameters.contains { $0.isInout || $0.mayBeInout || $0.isRest || $0.isNamedRest }
      ? -1 : builtin.parameters.count
    body = builtin.body
    scalar = builtin.scalar
    inPlace = builtin.inPlace
    parameterCount = builtin.parameters.count
    super.init(.builtin)
  }

  /// For a call with so many positional arguments.
  func positionalPlan(_ count: Int) throws -> CallPlan {
    if let plan = lastPositionalPlan, plan.argumentCount == count { return plan }
    let plan = try builtin.plan(WrittenArguments(positional: count))
    lastPositionalPlan = plan
    return plan
  }
}
