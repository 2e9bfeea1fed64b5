import Diagnostics
import Tensors

/// One layer of a model as `summary` lists it.
package struct SummaryRow {
  package let path: String
  /// As it is written: `dense(128, relu)`.
  package let layer: String
  /// With the batch axis, such as `[1, 128]`.
  package let output: String
  package let parameters: Int
  /// Floating-point operations for a batch.
  package let flops: Double
  /// What parameters, states and constants take in memory.
  package let bytes: Int
}

extension Model {
  /// The layers with what comes out of them for a batch of so many, their parameters and what they cost.
  ///
  /// Containers are taken apart, except `model` blocks, whose parts work in an order of their own.
  package func summary(batch: Int = 1) throws -> [SummaryRow] {
    var rows: [SummaryRow] = []
    try collect(architecture.root, batch, &rows)
    return rows
  }

  private func collect(_ node: Node, _ batch: Int, _ rows: inout [SummaryRow]) throws {
    let isTransparent = node.layer is Chain || node.layer is Group || node.layer is Named || node.layer is Frozen
    if isTransparent, !node.children.isEmpty {
      for child in node.children { try collect(child, batch, &rows) }
      return
    }
    let output: String =
      switch node.output {
      case .sample(let shape): "[" + ([batch] + shape).map(String.init).joined(separator: ", ") + "]"
      case .unknown: "?"
      default: node.output.description
      }
    let count = node.parameters.reduce(0) { $0 + architecture.parameters[$1].spec.shape.elementCount }
    let parameterBytes = node.parameters.reduce(0) { sum, index in
      sum + architecture.parameters[index].spec.shape.elementCount * (known(index)?.dtype.size ?? DType.f32.size)
    }
    let stateBytes = node.states.reduce(0) { $0 + states[$1].count * states[$1].dtype.size }
    rows.append(
      SummaryRow(
        path: node.path, layer: node.layer.text, output: output, parameters: count,
        flops: flops(node) * Double(batch), bytes: parameterBytes + stateBytes + constantBytes(node.layer)))
  }

  private func flops(_ node: Node) -> Double {
    node.children.reduce(node.layer.flops(node.input, node.output)) { $0 + flops($1) }
  }

  private func constantBytes(_ layer: any Layer) -> Int {
    layer.children.reduce(layer.constants.reduce(0) { $0 + $1.tensor.count * $1.tensor.dtype.size }) {
      $0 + constantBytes($1.layer)
    }
  }
}

extension Model: CustomStringConvertible {
  /// As it is written in NNS.
  package var description: String { layer.text }
}
