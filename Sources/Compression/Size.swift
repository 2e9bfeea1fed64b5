package import Layers
import Tensors

/// What a model weighs.
package struct ModelSize {
  /// What `save` writes.
  package var bytes = 0
  /// What parameters, states, masks and quantised weights take in memory.
  package var memory = 0
  /// Numbers that have been learnt, quantised ones among them.
  package var parameters = 0
  package var nonzero = 0
}

extension Model {
  /// - Throws: `unbuilt`.
  package func size() throws -> ModelSize {
    guard isBuilt else { throw unbuilt(self, "size") }
    var size = ModelSize()
    for value in try learnt() {
      size.parameters += value.count
      size.nonzero += try value.count - zeros(value)
    }
    let held = try parameters + states + masks.compactMap { $0 } + constants(layer)
    size.memory = held.reduce(0) { $0 + $1.count * $1.dtype.size }
    // A function without source cannot be saved, but its model has a size all the same.
    size.bytes = (try? encoded().count) ?? size.memory
    return size
  }

  /// The share of zeros among weights of rank 2 and more; 0 where there are none.
  package func sparsity() throws -> Double {
    guard isBuilt else { throw unbuilt(self, "sparsity") }
    let weights = try learnt().filter { $0.rank >= 2 }
    let count = weights.reduce(0) { $0 + $1.count }
    return count == 0 ? 0 : Double(try weights.reduce(0) { try $0 + zeros($1) }) / Double(count)
  }

  private func learnt() throws -> [Tensor] { try parameters + quantized(layer).flatMap(\.learnt) }

  private func quantized(_ layer: any Layer) -> [QuantizedDense] {
    if let dense = layer as? QuantizedDense { return [dense] }
    return layer.children.flatMap { quantized($0.layer) }
  }

  private func constants(_ layer: any Layer) -> [Tensor] {
    layer.constants.map(\.tensor) + layer.children.flatMap { constants($0.layer) }
  }
}

private func zeros(_ x: Tensor) throws -> Int { try x.floats.count { $0 == 0 } }
