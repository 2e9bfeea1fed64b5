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
  let arity: Int
  let inoutMask: InoutMask

  package init(_ builtin: Builtin) {
    self.builtin = builtin
    arity = builtin.parameters.count
    inoutMask = builtin.parameters.contains(where: \.isRest) ? .unfit : InoutMask(builtin.parameters.map(\.isInout))
    super.init(.builtin)
  }
}
