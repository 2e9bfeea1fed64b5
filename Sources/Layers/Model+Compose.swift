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
    if models.count == 2, let model = try extended(models[0], models[1]) { return model }
    var layers: [any Layer] = []
    var boundary: Chain.Boundary?
    for model in models {
      if let own = (model.layer as? Chain)?.boundary {
        boundary = boundary ?? Chain.Boundary(index: layers.count + own.index, flow: own.flow)
      }
      for (element, node) in zip(model.elements, model.elementNodes) {
        let isTouched = node.parameters.contains { model.touched[$0] }
        layers.append(isTouched ? element.pinned(to: node.input) : element)
      }
    }
    let input = models.first?.architecture.input ?? .unknown
    var chain = try Model(Architecture(Chain(layers, boundary: boundary), input: input))
    chain.task = models.last?.task
    try chain.carry(models)
    return chain
  }

  /// `first >> second` where nothing has been learnt: the places of `first` stay, so that a network that grows layer by
  /// layer costs no more than its layers. Nil where more is to do.
  private static func extended(_ first: Model, _ second: Model) throws -> Model? {
    guard let chain = first.layer as? Chain, chain.boundary == nil, (second.layer as? Chain)?.boundary == nil,
      first.isAsMade, second.isAsMade
    else { return nil }
    var model = try Model(
      Architecture(Chain(chain.elements + second.elements), extending: first.architecture))
    model.task = second.task
    return model
  }

  /// Whether nothing was learnt, set, frozen or pruned.
  private var isAsMade: Bool {
    pass == nil && masks.isEmpty && states.isEmpty && !touched.contains(true)
      && zip(trainable, architecture.parameters).allSatisfy { $0 != $1.isFrozen }
  }

  /// Takes what was learnt, set, frozen or pruned in these models, whose layers are those of this one in the same order.
  mutating func carry(_ models: [Model]) throws {
    pass = models.lazy.compactMap(\.pass).first
    let sources = models.flatMap { model in model.architecture.root.leaves.map { (model: model, node: $0) } }
    let targets = architecture.root.leaves
    precondition(sources.count == targets.count, "the layers are the same")
    var given: [Int: Tensor] = [:]
    for (source, target) in zip(sources, targets) {
      let (model, node) = source
      for index in node.ownParameters {
        let old = model.architecture.parameters[index]
        guard let at = target.ownParameters.first(where: { architecture.parameters[$0].spec.name == old.spec.name })
        else {
          continue
        }
        if model.touched[index] || model.pass != nil, let value = model.known(index) {
          guard value.shape == architecture.parameters[at].spec.shape else { throw misfit(old, value, at) }
          given[at] = value
          touched[at] = model.touched[index]
        }
        if model.trainable[index] == old.isFrozen { trainable[at] = model.trainable[index] }
        if !model.masks.isEmpty, let mask = model.masks[index] { setMask(mask, at: at) }
      }
      for (index, at) in zip(node.ownStates, target.ownStates) where states[at].shape == model.states[index].shape {
        states[at] = model.states[index]
      }
    }
    give(given)
  }

  private func misfit(_ old: Site.Parameter, _ value: Tensor, _ at: Int) -> Failure {
    Failure(
      "layer-size",
      "`\(old.path)` was learnt with shape `\(value.shape)`, but here it needs "
        + "`\(architecture.parameters[at].spec.shape)`", why: "a layer that has learnt keeps its weights.")
  }
}

extension Node {
  /// The nodes without layers within, in order.
  var leaves: [Node] { children.isEmpty ? [self] : children.flatMap(\.leaves) }
}
