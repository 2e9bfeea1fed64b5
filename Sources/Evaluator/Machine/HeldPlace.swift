/// A variable that a call holds through `&`, or whose part it holds: written back however the call ends.
struct HeldPlace {
  /// The parameter that it became, counted from 1 in the callee's registers.
  var parameter: Int
  var root: Registers
  /// Nil when the whole variable is held.
  var part: Unmanaged<HeldPart>?
}

/// What is left of a variable while a part of it is out.
final class HeldPart {
  var container: Value
  let steps: [ResolvedStep]

  init(_ container: Value, _ steps: [ResolvedStep]) {
    self.container = container
    self.steps = steps
  }
}

enum ResolvedStep {
  case field(Symbol)
  case index(Value)
  case indices([IndexValue])
}

extension [ResolvedStep] {
  /// Gives up the counts of the indices.
  func release() {
    for case .index(let value) in self { value.release() }
  }
}
