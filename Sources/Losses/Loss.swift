import Autodiff
import Diagnostics
import Tensors

/// How the losses of single examples become one.
package enum Reduce: String, Sendable, CaseIterable {
  case mean, sum, none

  /// `losses` reduced; `weight` replaces the count that a mean divides by.
  func callAsFunction(_ losses: Tensor, weight: Tensor? = nil) throws -> Tensor {
    switch self {
    case .none: return losses
    case .sum: return try Op.sum(losses)
    case .mean:
      if let weight { return try Op.divide(Op.sum(losses), weight) }
      return try Op.mean(losses)
    }
  }
}

/// The losses: prediction first, truth second, made of differentiable operations.
///
/// Shapes must agree exactly, since broadcasting a column against a row compares everything with everything.
package enum Loss {
  static func number(_ value: Double) -> Tensor { Tensor(number: value) }

  /// The truth in the prediction's dtype, after the checks that every elementwise loss makes.
  ///
  /// - Throws: `swapped-arguments`, `loss-shape`.
  static func matched(_ prediction: Tensor, _ truth: Tensor, _ name: String) throws -> (Tensor, Tensor) {
    try checkOrder(prediction, truth, name)
    guard prediction.shape == truth.shape || truth.isNumber || prediction.isNumber else {
      throw shapeFailure(prediction, truth, name)
    }
    let prediction = prediction.dtype.isFloat ? prediction : try Op.cast(prediction, to: .f32)
    let truth = truth.dtype == prediction.dtype || truth.isNumber ? truth : try Op.cast(truth, to: prediction.dtype)
    return (prediction, truth)
  }

  /// A prediction has decimals; whole numbers before decimals are the truth in the wrong place.
  static func checkOrder(_ prediction: Tensor, _ truth: Tensor, _ name: String) throws {
    guard !prediction.dtype.isFloat, truth.dtype.isFloat, !truth.isNumber else { return }
    throw Failure(
      "swapped-arguments", "`\(name)` takes the prediction first and the truth second", argument: 0,
      facts: [
        .init("first", "\(prediction.dtype)\(prediction.shape)", argument: 0),
        .init("second", "\(truth.dtype)\(truth.shape)", argument: 1),
      ],
      why: "the first holds \(prediction.dtype == .bool ? "bools" : "whole numbers") and the second decimals.",
      hint: "swap the two")
  }

  static func shapeFailure(_ prediction: Tensor, _ truth: Tensor, _ name: String) -> Failure {
    let (p, t) = (prediction.shape, truth.shape)
    var why: String?
    var hint: String?
    if Array(p) == Array(t) + [1] {
      why = "broadcasting them would compare every prediction with every truth."
      hint = "squeeze the prediction to \(t), or reshape the truth to \(p)"
    } else if Array(t) == Array(p) + [1] {
      why = "broadcasting them would compare every prediction with every truth."
      hint = "squeeze the truth to \(p), or reshape the prediction to \(t)"
    }
    return Failure(
      "loss-shape", "`\(name)` needs a prediction and a truth of one shape", argument: 1,
      facts: [.init("prediction", "\(p)", argument: 0), .init("truth", "\(t)", argument: 1)], why: why, hint: hint)
  }
}
