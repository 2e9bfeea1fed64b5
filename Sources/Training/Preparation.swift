import Autodiff
import Diagnostics
import Layers
import Tensors

/// A model taken apart into the preprocessors at its start, which learn at one look, and the rest, which learns by gradient.
///
/// The rest has the same parameters and states, in the same order.
struct Preparation {
  /// What of the chain are preprocessors, as a model of its own; nil where there are none.
  let transforms: Model?
  /// How many elements those are, with an `input` before them.
  let count: Int

  init(_ model: Model) throws {
    // An `input` may say the sizes of what comes in before it is prepared.
    let first = model.elements.first is Input ? 1 : 0
    let found = model.elements.dropFirst(first).prefix { preprocessor($0) != nil }.count
    count = found > 0 ? first + found : 0
    transforms = count > 0 ? try Model(Chain(Array(model.elements.prefix(count)))) : nil
  }

  private static func replacing(_ layer: any Layer, with fitted: any Preprocessor) -> any Layer {
    if let named = layer as? Named { return Named(named.name, replacing(named.layer, with: fitted)) }
    return fitted
  }

  /// Fits the preprocessors of `model` on the training part, one after the other, each on what the one before gives.
  ///
  /// Fitted ones stay unless `refits`; frozen ones always.
  /// - Returns: the training part as the rest of the model sees it.
  static func fit(_ model: inout Model, _ data: Datum, refits: Bool) throws -> Datum {
    let count = try Preparation(model).count
    guard count > 0 else { return data }
    var data = data
    var elements = model.elements
    for index in 0..<count {
      guard var found = preprocessor(elements[index]) else { continue }
      if !elements[index].isFrozen, refits || !found.isFitted {
        found = try found.forgotten.fitted(to: data)
        elements[index] = replacing(elements[index], with: found)
      }
      data = try found.transform(data, isTraining: true)
    }
    let boundary = (model.layer as? Chain)?.boundary
    let layer: any Layer = model.layer is Chain ? Chain(elements, boundary: boundary) : elements[0]
    model = try model.placed(layer, input: model.architecture.input)
    return data
  }

  /// Another data set as the rest of the model sees it: no rows are dropped.
  static func transform(_ model: Model, _ data: Datum) throws -> Datum {
    var data = data
    for element in model.elements.prefix(try Preparation(model).count) {
      guard let found = preprocessor(element) else { continue }
      data = try found.transform(data, isTraining: false)
    }
    return data
  }
}

extension Model {
  /// The layers behind the preprocessors, with this model's parameters; nil when there are none.
  ///
  /// - Parameters:
  ///   - input: the size of one example as the first of them sees it.
  ///   - asLogits: without a softmax at the end.
  func core(_ input: Flow, asLogits: Bool = false) throws -> Architecture? {
    let count = try Preparation(self).count
    guard count < elements.count else { return nil }
    var rest: any Layer = layer is Chain ? Chain(Array(elements.dropFirst(count))) : layer
    if asLogits { rest = rest.beforeSoftmax ?? rest }
    return try Architecture(rest, input: input)
  }

  /// The model with the sizes of its layers found from what goes in behind the preprocessors.
  func built(behindTransforms input: Flow) throws -> Model {
    let count = try Preparation(self).count
    guard count > 0, let chain = layer as? Chain else {
      let isKnown = isBuilt && (architecture.input.isKnown || elements.first is Input)
      return isKnown ? self : try built(for: elements.first is Input ? .unknown : input)
    }
    return try placed(
      Chain(chain.elements, boundary: Chain.Boundary(index: count, flow: input)), input: architecture.input)
  }
}
