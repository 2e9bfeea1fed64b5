package import Autodiff
import Diagnostics
import JSON
import Tensors

/// `dense(units, activation)`: `activation(x @ weight + bias)` over the last axis.
///
/// Weight `[in, units]`, bias `[units]`.
package struct Dense: DeclaredLayer {
  package static let kind = "dense"
  package static var fields: [Field<Dense>] {
    [
      Field("units", \.units, positional: true, required: true),
      Field("activation", \.activation, positional: true),
      Field("bias", \.bias),
      Field("inputs", \.inputs),
      Field("init", \.initializer),
    ]
  }

  package var units = 1
  package var activation: Activation?
  package var bias = true
  package var inputs: Int?
  package var initializer = Initializer.he

  package init() {}

  package init(
    units: Int, activation: Activation? = nil, bias: Bool = true, inputs: Int? = nil, initializer: Initializer = .he
  ) {
    self.units = units
    self.activation = activation
    self.bias = bias
    self.inputs = inputs
    self.initializer = initializer
  }

  private func width(_ input: Flow) throws -> Int? {
    if input == .unknown { return inputs }
    guard let width = input.shape?.last else { throw sizeFailure("tensors with a last axis to work on", input) }
    if let inputs, inputs != width { throw sizeFailure("`[\(inputs)]`", input) }
    return width
  }

  package func parameters(for input: Flow) throws -> [ParameterSpec]? {
    guard let width = try width(input) else { return nil }
    let weight = ParameterSpec(
      "weight", try Shape.checked([width, units]), initializer, fanIn: width, fanOut: units)
    return bias ? [weight, weight.bias(units)] : [weight]
  }

  package func output(for input: Flow) throws -> Flow {
    guard try width(input) != nil else { return .sample([units]) }
    return .sample(input.shape.map { $0.replacing($0.rank - 1, with: units) } ?? [units])
  }

  package func pinned(to input: Flow) -> any Layer {
    var copy = self
    copy.inputs = (try? width(input)) ?? inputs
    return copy
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let y = try Op.dense(
      x.tensor(for: self), place.parameter(0), bias ? place.parameter(1) : nil, relu: activation == .relu)
    guard let activation, activation != .relu else { return .tensor(y) }
    return .tensor(try activation(y))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double {
    guard let width = input.shape?.last ?? inputs else { return 0 }
    return 2 * Double(width) * Double(output.shape?.elementCount ?? 0)
  }

  package var beforeSoftmax: (any Layer)? {
    guard activation == .softmax else { return nil }
    var copy = self
    copy.activation = nil
    return copy
  }
}
