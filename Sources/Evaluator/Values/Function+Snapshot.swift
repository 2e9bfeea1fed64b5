import Diagnostics
import Syntax

/// Top-level values that a function keeps when it becomes part of a model: later assignments do not reach it.
final class OwnGlobals {
  /// Laid out as in `Globals`, with what the library has behind the values; what lies between is never touched.
  let slots: Registers
  private let count: Int

  init(copying globals: Globals, used: Set<Int>) {
    count = max(1, (used.max() ?? 0) + 1)
    slots = .allocate(capacity: Globals.capacity + count)
    slots.initialize(repeating: .missing, count: count)
    (slots + Globals.capacity).initialize(repeating: .missing, count: count)
    for slot in used {
      if !globals.slots[slot].isBusy { slots[slot] = globals.slots[slot].retained() }
      slots[Globals.capacity + slot] = globals.slots[Globals.capacity + slot]
    }
  }

  func code(like code: UnsafeMutablePointer<Prototype.Code>) -> UnsafeMutablePointer<Prototype.Code> {
    let copy = UnsafeMutablePointer<Prototype.Code>.allocate(capacity: 1)
    copy.initialize(to: code.pointee)
    copy.pointee.globals = slots
    return copy
  }

  deinit {
    for slot in 0..<count { slots[slot].release() }
    slots.deallocate()
  }
}

extension FunctionObject {
  /// The function with the top-level values that it reads kept as they are now; hands over a count.
  package func snapshot() -> Value {
    let used = prototype.globalSlots
    if ownGlobals != nil || used.isEmpty { return Value(sharing: self) }
    return Value(new: copy(OwnGlobals(copying: prototype.globals, used: used), replacing: [:]))
  }

  /// The function with other values for names that it captured; borrowed.
  package func replacing(captures values: [String: Value]) -> FunctionObject { copy(ownGlobals, replacing: values) }

  private func copy(_ globals: OwnGlobals?, replacing values: [String: Value]) -> FunctionObject {
    let copy = FunctionObject(prototype, globals: globals)
    for (index, capture) in prototype.captures.enumerated() {
      copy.captures[index] = (values[capture.name] ?? captures[index]).retained()
    }
    return copy
  }

  /// What it reads from outside: names that it captured and top-level names that are set. Borrowed.
  package var surroundings: [(name: String, value: Value)] {
    var found: [(name: String, value: Value)] = []
    for (index, capture) in prototype.captures.enumerated() where !captures[index].isMissing {
      found.append((capture.name, captures[index]))
    }
    let slots = ownGlobals?.slots ?? prototype.globals.slots
    for slot in prototype.globalSlots.sorted() {
      let value = slots[slot]
      let name = prototype.globals.names[slot]
      if !value.isMissing, !value.isBusy, !found.contains(where: { $0.name == name }) { found.append((name, value)) }
    }
    return found
  }

  /// As it is written.
  package var sourceText: String {
    let bytes = prototype.source.bytes
    let (start, end) = (prototype.span.start, min(prototype.span.end, bytes.count))
    return start <= end ? String(decoding: bytes[start..<end], as: UTF8.self) : ""
  }
}

extension Prototype {
  /// The places of the top-level names that it, or a function within it, reads.
  fileprivate var globalSlots: Set<Int> {
    var slots: Set<Int> = []
    for index in 0..<instructionCount {
      let instruction = code.pointee.instructions[index]
      if instruction.op == .getGlobal { slots.insert(Int(instruction.b)) }
    }
    return nested.reduce(into: slots) { $0.formUnion($1.globalSlots) }
  }
}

/// Makes a function of its source text, with the values that it reads from outside under their names.
///
/// The values are borrowed. The function lives in a text of its own, so nothing else is in its reach but the library; the
/// text's names have to be kept for as long as the function. The function hands over its count.
package func makeFunction(
  name: String, source: String, surroundings: [(name: String, value: Value)], library: Library
) throws -> (function: Value, names: Globals) {
  let globals = Globals(library: library)
  for (name, value) in surroundings { globals[name] = value.retained() }
  let isDefinition = source.hasPrefix("fn \(name)")
  let holder = isDefinition ? name : "function_of_the_model"
  let text = SourceText(name: "\(name) in the model", text: isDefinition ? source : "\(holder) = \(source)")
  guard case .complete(let program) = parse(text, mode: .file) else {
    throw Failure("not-a-model", "the function `\(name)` in this model cannot be read")
  }
  try Machine.current.run(compile(program, globals: globals, name: name))
  guard let function = globals[holder], function.function != nil else {
    throw Failure("not-a-model", "`\(name)` in this model is not a function")
  }
  return (function.retained(), globals)
}
