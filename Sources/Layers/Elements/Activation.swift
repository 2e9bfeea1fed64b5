package import Autodiff
import Diagnostics
import JSON
package import Tensors

/// The activation functions, under the names of the language.
package enum Activation: String, Configurable, CaseIterable, Sendable {
  case relu, elu, selu, celu, gelu, silu, mish, sigmoid, tanh, softmax, softplus, softsign
  case leakyRelu = "leaky_relu"
  case logSoftmax = "log_softmax"
  case hardSigmoid = "hard_sigmoid"
  case hardSwish = "hard_swish"
  case hardTanh = "hard_tanh"

  package var text: String { rawValue }

  package func callAsFunction(_ x: Tensor) throws -> Tensor {
    switch self {
    case .relu: try Op.relu(x)
    case .leakyRelu: try Op.leakyRelu(x)
    case .elu: try Op.elu(x)
    case .selu: try Op.selu(x)
    case .celu: try Op.celu(x)
    case .gelu: try Op.gelu(x)
    case .silu: try Op.silu(x)
    case .mish: try Op.mish(x)
    case .sigmoid: try Op.sigmoid(x)
    case .tanh: try Op.tanh(x)
    case .softmax: try Op.softmax(x)
    case .logSoftmax: try Op.logSoftmax(x)
    case .softplus: try Op.softplus(x)
    case .softsign: try Op.softsign(x)
    case .hardSigmoid: try Op.hardSigmoid(x)
    case .hardSwish: try Op.hardSwish(x)
    case .hardTanh: try Op.hardTanh(x)
    }
  }

  /// - Throws: `argument-range` with the near misses.
  package init(named name: String) throws {
    guard let found = Activation(rawValue: name) else {
      let names = Activation.allCases.map(\.rawValue)
      throw Failure(
        "argument-range", "there is no activation `\(name)`",
        facts: [.init("activations", names.joined(separator: ", "))],
        hint: nearMisses(name, among: names).first)
    }
    self = found
  }
}

/// An activation as an element of its own: `dense(128) >> relu`.
package struct ActivationLayer: Layer {
  package var function: Activation

  package init(_ function: Activation) { self.function = function }

  package var kind: String { function.rawValue }
  package var settings: [Setting] { [] }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { .tensor(try function(x.tensor(for: self))) }

  package func flops(_ input: Flow, _ output: Flow) -> Double { Double(output.shape?.elementCount ?? 0) }

  package var beforeSoftmax: (any Layer)? { function == .softmax ? Identity() : nil }

  static var layerKinds: [LayerKind] {
    Activation.allCases.map { function in
      LayerKind(function.rawValue) { _ in ActivationLayer(function) }
    }
  }
}

/// Gives what it gets; holds the place of a softmax that the loss takes over.
package struct Identity: DeclaredLayer {
  package static let kind = "identity"
  package static var fields: [Field<Identity>] { [] }
  package init() {}
  package func apply(_ x: Datum, _ place: Place) throws -> Datum { x }
}
