import Diagnostics
import Tensors

extension Op {
  /// The two halves of an axis, for the activation `name`.
  static func halves(_ x: Tensor, _ position: Int, _ name: String) throws -> (Tensor, Tensor) {
    let axis = try axis(position, rank: x.rank)
    let size = x.shape[axis]
    guard size % 2 == 0 else {
      throw Failure(
        "argument-range", "`\(name)` needs an axis of even size", argument: 0,
        facts: [.init("x", "\(x.shape)", argument: 0)], why: "one half gates the other.")
    }
    return (
      try slice(x, axis: axis, from: 0, count: size / 2), try slice(x, axis: axis, from: size / 2, count: size / 2)
    )
  }
}
