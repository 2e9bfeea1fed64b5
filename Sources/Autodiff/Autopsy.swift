import Diagnostics
import Tensors

/// Finds the operation that first made a value that is not finite.
///
/// `fit` switches it on to run a failed batch again; the operation throws where it stands, so the evaluator adds its line.
package enum Autopsy {
  @exclusivity(unchecked) nonisolated(unsafe) package fileprivate(set) static var isActive = false

  /// Runs `body` with every recorded operation, and every gradient, checked.
  ///
  /// - Throws: `nan-loss` at the first operation that turns finite values into nan or infinity.
  package static func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    let was = isActive
    isActive = true
    defer { isActive = was }
    return try body()
  }

  static func inspect(_ name: String, inputs: [Tensor], output: Tensor) throws {
    guard let at = try firstBad(output), try !inputs.contains(where: { try firstBad($0) != nil }) else { return }
    let value = try output.doubles[at]
    // Where the shapes agree, the guilty numbers can be shown: log(0) = -inf.
    let arguments = try inputs.map { input -> String in
      let values = input.shape.isEmpty || input.shape == output.shape ? try input.doubles : []
      return values.isEmpty ? "…" : formatNumber(values[values.count == 1 ? 0 : at], significant: 4)
    }
    let call = "\(name)(\(arguments.joined(separator: ", "))) = \(formatNumber(value))"
    throw Failure(
      "nan-loss", "the loss became \(value.isNaN ? "nan" : "infinite")", facts: [.init("first bad value", call)],
      why: cure(name))
  }

  static func inspectGradient(_ name: String, _ input: Tensor, _ gradient: Tensor) throws {
    guard let at = try firstBad(gradient), input.shape == gradient.shape else { return }
    let x = formatNumber(try input.doubles[at], significant: 4)
    let call = "the gradient of \(name) at \(x) is \(formatNumber(try gradient.doubles[at]))"
    throw Failure("nan-loss", "a gradient is not finite", facts: [.init("first bad value", call)], why: cure(name))
  }

  /// What usually helps where the operation gives what is not finite.
  private static func cure(_ name: String) -> String {
    switch name {
    case "log", "log2", "log10", "log1p":
      "a logarithm needs what is above 0: `log(clip(x, 1e-7, inf))`, or a loss that takes logits, such as `cross_entropy`."
    case "sqrt", "rsqrt":
      "a root needs what is not negative, and its slope at 0 is infinite: `sqrt(clip(x, 0, inf) + 1e-8)`."
    case "div", "reciprocal": "a divisor became 0: add a small number to it, as in `a / (b + 1e-8)`."
    case "asin", "acos", "atanh": "it is defined between -1 and 1: `clip(x, -1, 1)`."
    case "exp", "expm1", "pow", "sinh", "cosh":
      "the result is larger than a float can be: a smaller learning rate, or `softmax` and `logsumexp`, which take the "
        + "largest value off first."
    default:
      "the values have grown without bound: a smaller learning rate, `clip=1` in `fit`, or data that `standardize` has "
        + "scaled usually helps."
    }
  }

  private static func firstBad(_ x: Tensor) throws -> Int? {
    guard x.dtype.isFloat else { return nil }
    return try x.doubles.firstIndex { !$0.isFinite }
  }
}
