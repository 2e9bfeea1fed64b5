import Diagnostics
package import Tensors

/// The state of recording: how many gradients are being taken around the code that runs now.
///
/// Only the thread that runs NNS values records; see docs/architecture.md.
package enum Recording {
  /// How many gradients enclose the code that runs now. 0: nothing is recorded, pullbacks leave no history.
  @exclusivity(unchecked) nonisolated(unsafe) package fileprivate(set) static var depth = 0
  /// Whether pullbacks run for nobody further out: then operations leave no history, whatever they are applied to.
  @exclusivity(unchecked) nonisolated(unsafe) static var isPaused = false
  @exclusivity(unchecked) nonisolated(unsafe) static var sequence: UInt64 = 0
  @exclusivity(unchecked) nonisolated(unsafe) static var pass: UInt64 = 0
}

/// Runs `body` as a function that is being differentiated. `backward` belongs after it, not inside, so that it records
/// its own steps only for a gradient further out.
package func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
  Recording.depth += 1
  defer { Recording.depth -= 1 }
  return try body()
}

/// A tensor with the same values whose gradient can be asked for with `backward`.
///
/// - Throws: `dtype` for a tensor of whole numbers or bools, which has no gradient.
package func variable(_ x: Tensor) throws -> Tensor {
  guard x.dtype.isFloat else {
    throw Failure(
      "dtype", "a tensor of dtype `\(x.dtype)` has no gradient",
      why: "a derivative needs values that can change by a little.", hint: nil)
  }
  var copy = x
  copy.node = Leaf(x)
  return copy
}
