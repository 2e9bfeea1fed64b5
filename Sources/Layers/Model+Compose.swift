import Diagnostics
import Tensors

extension Model {
  /// The layers that `>>` strings together: those of a chain, or the one layer.
  package var elements: [any Layer] { (layer as? Chain)?.elements ?? [layer] }

  private var elementNodes: [Node] { layer is Chain ? architecture.root.children : [architecture.root] }

  /// `first >> second`: one chain of all their layers, numbered anew.
  ///
  /// Weights are drawn anew, except those that something has been learnt in or that were set: they stay.
  ///
  /// - Throws: `layer-size` where what comes out of `first` does not fit.
  package static func chain(_ first: Model, _ second: Model) throws -> Model { try chain([first, second]) }

  package static func chain(_ models: [Model]) throws -> Model {
    var layers: [any Layer] = []
    var sources: [(model: Model, node: Node)] = []
    var boundary: Chain.Boundary?
    for model in models {
      if let own = (model.layer as? Chain)?.boundary {
        boundary = boundary ?? Chain.Boundary(index: layers.count + own.index, flow: own.flow)
      }
      for (element, node) in zip(model.elements, model.elementNodes) {
        let isTouched = node.parameters.contains { model.touched[$0] }
        layers.append(isTouched ? element.pinned(to: node.input) : element)
        sources.append((model, node))
      }
    }
    let input = models.first?.architecture.input ?? .unknown
    var chain = try Model(Architecture(Chain(layers, boundary: boundary), input: input))
    chain.pass = models.lazy.compactMap(\.pass).first
    chain.task = models.last?.task
    for (source, node) in zip(sources, chain.architecture.root.children) {
      try chain.carry(source.model, source.node, to: node)
    }
    return chain
  }

  /// Takes what was learnt, set, frozen or pruned in an element of `model` to where it stands now.
  mutating func carry(_ model: Model, _ from: Node, to node: Node) throws {
    func relative(_ path: String, _ base: String) -> Substring { path.dropFirst(base.count) }
    var given: [Int: Tensor] = [:]
    for index in from.parameters {
      let old = model.architecture.parameters[index]
      let name = relative(old.path, from.path)
      let isKept = model.touched[index] || model.pass != nil
      let isPruned = !model.masks.isEmpty && model.masks[index] != nil
      guard isKept || isPruned || model.trainable[index] == old.isFrozen else { continue }
      guard
        let at = node.parameters.first(where: {
          let path = architecture.parameters[$0].path
          return relativeMatches(path, node.path, name)
        })
      else { continue }
      if isKept, let value = model.known(index) {
        guard value.shape == architecture.parameters[at].spec.shape else {
          throw Failure(
            "layer-size",
            "`\(old.path)` was learnt with shape `\(value.shape)`, but here it needs "
              + "`\(architecture.parameters[at].spec.shape)`",
            why: "a layer that has learnt keeps its weights.", hint: nil)
        }
        given[at] = value
        touched[at] = model.touched[index]
      }
      if model.trainable[index] == old.isFrozen { trainable[at] = model.trainable[index] }
      if isPruned { setMask(model.masks[index], at: at) }
    }
    give(given)
    for index in from.states {
      let name = relative(model.architecture.states[index].path, from.path)
      guard let at = node.states.first(where: { relativeMatches(architecture.states[$0].path, node.path, name) }),
        states[at].shape == model.states[index].shape
      else { continue }
      states[at] = model.states[index]
    }
  }

  /// Whether `path` under `base` is `name`; a layer alone has "weight" where in a chain it has ".weight".
  private func relativeMatches(_ path: String, _ base: String, _ name: Substring) -> Bool {
    func trimmed(_ text: Substring) -> Substring { text.first == "." ? text.dropFirst() : text }
    return trimmed(path.dropFirst(base.count)) == trimmed(name)
  }
}
