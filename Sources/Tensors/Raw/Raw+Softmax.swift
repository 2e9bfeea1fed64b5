import CKernels
import Diagnostics

/// Softmax and what belongs to it, over one axis, without overflow.
extension Raw {
  package static func softmax(_ x: Tensor, axis: Int = -1) throws -> Tensor {
    try rows(x, axis, nns_softmax_f32, nns_softmax_f64)
  }
  package static func logSoftmax(_ x: Tensor, axis: Int = -1) throws -> Tensor {
    try rows(x, axis, nns_log_softmax_f32, nns_log_softmax_f64)
  }

  private static func rows(
    _ x: Tensor, _ axis: Int,
    _ single: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int, Int) -> Void,
    _ double: (UnsafePointer<Double>?, UnsafeMutablePointer<Double>?, Int, Int) -> Void
  ) throws -> Tensor {
    let place = try x.shape.axis(axis)
    if place != x.rank - 1 {
      let moved = try swapAxes(x, place, x.rank - 1)
      return try swapAxes(try rows(moved, -1, single, double), place, x.rank - 1)
    }
    let dtype = floatType(x)
    let source = try kernelInput(x, dtype)
    let result = try Tensor.uninitialized(x.shape, dtype)
    let n = x.shape[place]
    let count = n == 0 ? 0 : x.count / n
    if dtype == .f32 {
      single(source.pointer(), result.pointer(), count, n)
    } else {
      double(source.pointer(), result.pointer(), count, n)
    }
    withExtendedLifetime(source) {}
    return result
  }

  /// The gradient of softmax from its output: `y * (g - sum(g * y))`.
  package static func softmaxGradient(_ g: Tensor, output y: Tensor, axis: Int = -1) throws -> Tensor {
    guard g.shape == y.shape else { _ = try broadcastShape(g.shape, y.shape); throw emptyFailure("softmax") }
    let place = try y.shape.axis(axis)
    if place != y.rank - 1 {
      let last = y.rank - 1
      return try swapAxes(
        try softmaxGradient(try swapAxes(g, place, last), output: try swapAxes(y, place, last)), place, last)
    }
    let dtype = floatType(y)
    let (a, b) = (try kernelInput(g, dtype), try kernelInput(y, dtype))
    let result = try Tensor.uninitialized(y.shape, dtype)
    let n = y.shape[place]
    let count = n == 0 ? 0 : y.count / n
    if dtype == .f32 {
      nns_softmax_gradient_f32(a.pointer(), b.pointer(), result.pointer(), count, n)
    } else {
      nns_softmax_gradient_f64(a.pointer(), b.pointer(), result.pointer(), count, n)
    }
    withExtendedLifetime((a, b)) {}
    return result
  }

  /// Cross-entropy of logits [..., c] against labels [...], one loss a row, with the probabilities for the gradient.
  /// Errors: `loss-shape`, `label-range`.
  package static func crossEntropy(_ logits: Tensor, _ labels: Tensor) throws -> (losses: Tensor, probabilities: Tensor)
  {
    let (source, places, dtype) = try crossEntropyInput(logits, labels)
    let losses = try Tensor.uninitialized(labels.shape, dtype)
    let probabilities = try Tensor.uninitialized(logits.shape, dtype)
    let n = logits.shape[logits.rank - 1]
    let p = places.pointer(Int64.self)
    if dtype == .f32 {
      nns_cross_entropy_f32(source.pointer(), p, losses.pointer(), probabilities.pointer(), places.count, n)
    } else {
      nns_cross_entropy_f64(source.pointer(), p, losses.pointer(), probabilities.pointer(), places.count, n)
    }
    withExtendedLifetime((source, places)) {}
    return (losses, probabilities)
  }

  /// `(probabilities - one_hot(labels)) * g`, where g has a value a row or one for all.
  package static func crossEntropyGradient(_ g: Tensor, _ probabilities: Tensor, _ labels: Tensor) throws -> Tensor {
    let (source, places, dtype) = try crossEntropyInput(probabilities, labels)
    guard g.count == 1 || g.shape == labels.shape else { throw lossShape(g, labels) }
    let scale = try kernelInput(g, dtype)
    let result = try Tensor.uninitialized(probabilities.shape, dtype)
    let n = probabilities.shape[probabilities.rank - 1]
    let step: Int32 = g.count == 1 ? 0 : 1
    let p = places.pointer(Int64.self)
    if dtype == .f32 {
      nns_cross_entropy_gradient_f32(source.pointer(), p, scale.pointer(), step, result.pointer(), places.count, n)
    } else {
      nns_cross_entropy_gradient_f64(source.pointer(), p, scale.pointer(), step, result.pointer(), places.count, n)
    }
    withExtendedLifetime((source, places, scale)) {}
    return result
  }

  private static func crossEntropyInput(_ x: Tensor, _ labels: Tensor) throws -> (Tensor, Tensor, DType) {
    guard x.rank >= 1, Shape(x.shape.dropLast()) == labels.shape, x.shape[x.rank - 1] > 0 else {
      throw lossShape(x, labels)
    }
    let dtype = floatType(x)
    return (try kernelInput(x, dtype), try Raw.labels(labels, classes: x.shape[x.rank - 1]), dtype)
  }

  private static func lossShape(_ x: Tensor, _ y: Tensor) -> Failure {
    Failure(
      "loss-shape", "labels of shape \(y.shape) do not go with predictions of shape \(x.shape)",
      facts: [.init("prediction", x.shape.description, argument: 0), .init("y", y.shape.description, argument: 1)],
      why: "predictions [..., classes] go with labels [...].")
  }
}
