import Autodiff
import Tensors

/// Takes one gradient case through first and second derivatives, in f64, against central differences.
struct CentralDifferences {
  let gradientCase: GradientCase
  let step = 1e-5

  /// A fixed weighted sum of the output, so that no two errors cancel.
  private func total(_ inputs: [Tensor]) throws -> Tensor {
    let y = try gradientCase.apply(inputs)
    return try Op.sum(Op.multiply(y, Domain.line.sample(y.shape)))
  }

  /// The gradient of `total` with respect to every input, with history while an enclosing gradient is taken.
  private func gradients(_ inputs: [Tensor]) throws -> [Tensor] {
    let leaves = try inputs.map(variable)
    let output = try recording { try total(leaves) }
    return try zip(backward(output, leaves: leaves), inputs).map { try $0 ?? Tensor.zeros($1.shape, $1.dtype) }
  }

  /// A fixed weighted sum of all first derivatives.
  private func slope(_ inputs: [Tensor]) throws -> Tensor {
    var sum = Tensor(number: 0)
    for gradient in try gradients(inputs) {
      sum = try Op.add(sum, Op.sum(Op.multiply(gradient, Domain.otherLine.sample(gradient.shape))))
    }
    return sum
  }

  /// The largest differences, relative where the values are large.
  func worst() throws -> (first: Double, second: Double) {
    let inputs = gradientCase.inputs
    let first = try difference(gradients(inputs)) { try total($0) }
    let leaves = try inputs.map(variable)
    let output = try recording { try slope(leaves) }
    let second = try zip(backward(output, leaves: leaves), inputs).map { try $0 ?? Tensor.zeros($1.shape, $1.dtype) }
    return (first, try difference(second) { try slope($0) })
  }

  private func difference(_ analytic: [Tensor], _ f: ([Tensor]) throws -> Tensor) throws -> Double {
    var worst = 0.0
    for (at, input) in gradientCase.inputs.enumerated() {
      let values = try input.doubles
      let exact = try analytic[at].doubles
      guard exact.count == values.count else { return .infinity }
      for index in values.indices {
        func shifted(_ by: Double) throws -> Double {
          var moved = values
          moved[index] += by
          var inputs = gradientCase.inputs
          inputs[at] = Tensor(moved, input.shape)
          return try f(inputs).detached.item
        }
        let numeric = (try shifted(step) - shifted(-step)) / (2 * step)
        let scale = max(1, abs(numeric), abs(exact[index]))
        let difference = abs(numeric - exact[index]) / scale
        worst = difference.isNaN ? .infinity : max(worst, difference)
      }
    }
    return worst
  }
}
