import CKernels
import Diagnostics

/// One step of an optimizer as one pass over memory, in place where nothing else holds the tensors.
extension Raw {
  /// The settings of one Adam step; `step` counts from 1.
  package struct Adam: Sendable {
    package var rate: Double, beta1: Double, beta2: Double, epsilon: Double
    /// L2 decay, added to the gradient; and AdamW's, which shrinks the weights themselves.
    package var decay: Double, decoupledDecay: Double
    package var step: Int

    package init(
      rate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0,
      decoupledDecay: Double = 0, step: Int
    ) {
      self.rate = rate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.decay = decay
      self.decoupledDecay = decoupledDecay
      self.step = step
    }

    var kernel: nns_adam {
      nns_adam(
        step_size: rate / (1 - power(beta1, step)), root_scale: 1 / (1 - power(beta2, step)).squareRoot(),
        beta1: beta1, beta2: beta2, epsilon: epsilon, decay: decay, decoupled: rate * decoupledDecay)
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
      var (result, square, n) = (1.0, base, Swift.max(exponent, 1))
      while n > 0 {
        if n & 1 == 1 { result *= square }
        square *= square
        n >>= 1
      }
      return result
    }
  }

  /// `p -= rate * m̂ / (sqrt(v̂) + epsilon)`; Kingma and Ba (2015), and Loshchilov and Hutter (2019) for AdamW.
  package static func adamStep(
    _ settings: Adam, _ p: inout Tensor, gradient g: Tensor, _ m: inout Tensor, _ v: inout Tensor
  ) throws {
    let gradient = try stepInput(&p, g)
    try matchMoment(&m, p)
    try matchMoment(&v, p)
    var kernel = settings.kernel
    if p.dtype == .f32 {
      nns_adam_f32(&kernel, p.pointer(), gradient.pointer(), m.pointer(), v.pointer(), p.count)
    } else {
      nns_adam_f64(&kernel, p.pointer(), gradient.pointer(), m.pointer(), v.pointer(), p.count)
    }
    withExtendedLifetime(gradient) {}
  }

  /// The settings of one step of gradient descent, as in PyTorch; `first` starts the velocity as the gradient.
  package struct Sgd: Sendable {
    package var rate: Double, momentum: Double, dampening: Double, decay: Double
    package var nesterov: Bool, first: Bool

    package init(
      rate: Double, momentum: Double = 0, dampening: Double = 0, decay: Double = 0, nesterov: Bool = false,
      first: Bool = false
    ) {
      self.rate = rate
      self.momentum = momentum
      self.dampening = dampening
      self.decay = decay
      self.nesterov = nesterov
      self.first = first
    }
  }

  package static func sgdStep(
    _ settings: Sgd, _ p: inout Tensor, gradient g: Tensor, velocity: inout Tensor?
  ) throws {
    let gradient = try stepInput(&p, g)
    var kernel = nns_sgd(
      rate: settings.rate, momentum: settings.momentum, dampening: settings.dampening, decay: settings.decay,
      nesterov: settings.nesterov ? 1 : 0, first: settings.first || velocity == nil ? 1 : 0)
    if settings.momentum != 0 {
      var v = try velocity ?? Tensor.zeros(p.shape, p.dtype)
      velocity = nil
      try matchMoment(&v, p)
      if p.dtype == .f32 {
        nns_sgd_f32(&kernel, p.pointer(), gradient.pointer(), v.pointer(), p.count)
      } else {
        nns_sgd_f64(&kernel, p.pointer(), gradient.pointer(), v.pointer(), p.count)
      }
      velocity = v
    } else if p.dtype == .f32 {
      nns_sgd_f32(&kernel, p.pointer(), gradient.pointer(), nil, p.count)
    } else {
      nns_sgd_f64(&kernel, p.pointer(), gradient.pointer(), nil, p.count)
    }
    withExtendedLifetime(gradient) {}
  }

  /// Sets p to 0 wherever the bool mask is false, in place.
  package static func applyMask(_ mask: Tensor, _ p: inout Tensor) throws {
    guard mask.dtype == .bool, mask.shape == p.shape, p.dtype == .f32 || p.dtype == .f64 else {
      throw Failure("broadcast", "a bool mask of shape \(p.shape) is wanted, not \(mask.dtype)\(mask.shape)")
    }
    let bits = try mask.contiguous
    try p.makeUnique()
    if p.dtype == .f32 {
      nns_mask_f32(bits.pointer(), p.pointer(), p.count)
    } else {
      nns_mask_f64(bits.pointer(), p.pointer(), p.count)
    }
    withExtendedLifetime(bits) {}
  }

  private static func stepInput(_ p: inout Tensor, _ g: Tensor) throws -> Tensor {
    guard p.dtype == .f32 || p.dtype == .f64 else {
      throw Failure("dtype", "\(p.dtype) parameters cannot be trained", argument: 0)
    }
    guard g.shape == p.shape else {
      throw Failure("broadcast", "a gradient of shape \(p.shape) is wanted, not \(g.shape)")
    }
    try p.makeUnique()
    return try kernelInput(g, p.dtype)
  }

  private static func matchMoment(_ m: inout Tensor, _ p: Tensor) throws {
    guard m.shape == p.shape, m.dtype == p.dtype else {
      throw Failure("broadcast", "the optimizer's state has shape \(m.shape), the parameter \(p.shape)")
    }
    try m.makeUnique()
  }
}
