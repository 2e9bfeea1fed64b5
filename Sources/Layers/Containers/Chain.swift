package import Autodiff
import Diagnostics
package import JSON
import Tensors

/// Layers one after the other: what `>>` makes. `chain([…])` is the same, but `>>` does not take it apart.
package struct Chain: Layer {
  package var elements: [any Layer]
  /// What goes into an element where the sizes before it say nothing: found from data behind preprocessors.
  package var boundary: Boundary?

  package struct Boundary {
    package var index: Int
    package var flow: Flow

    package init(index: Int, flow: Flow) {
      self.index = index
      self.flow = flow
    }
  }

  package init(_ elements: [any Layer], boundary: Boundary? = nil) {
    self.elements = elements
    self.boundary = boundary
  }

  package var kind: String { "sequence" }
  package var text: String { elements.map(\.text).joined(separator: " >> ") }
  package var children: [Child] { numbered(elements) }
  package func replacing(children: [any Layer]) -> any Layer { Chain(children, boundary: boundary) }

  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    try placeSequence(elements, input, &site, boundary: boundary)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try applySequence(elements, x, place) }

  package func pinned(to input: Flow) -> any Layer { Chain(pinnedSequence(elements, input), boundary: boundary) }

  package var beforeSoftmax: (any Layer)? {
    guard let last = elements.last?.beforeSoftmax else { return nil }
    return Chain(elements.dropLast() + [last], boundary: boundary)
  }

  package func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member] {
    guard let boundary, let shape = boundary.flow.shape else { return [] }
    return [.init("boundary", [boundary.index.json, Array(shape).json])]
  }

  static var layerKind: LayerKind {
    LayerKind("sequence") { reader in
      var boundary: Boundary?
      if let pair = reader.json["boundary"]?.array {
        guard pair.count == 2, let index = pair[0].int, let sizes = [Int](json: pair[1]) else {
          throw reader.failure("the sizes of a sequence are not valid")
        }
        boundary = Boundary(index: index, flow: .sample(try Shape.checked(sizes)))
      }
      return Chain(reader.children.map(\.layer), boundary: boundary)
    }
  }
}

/// `chain(list)`: a chain that stays one element of what it is placed in.
package struct Group: Layer {
  package var elements: [any Layer]

  package init(_ elements: [any Layer]) { self.elements = elements }

  package var kind: String { "chain" }
  package var text: String {
    "chain((\(elements.map(\.text).joined(separator: ", "))\(elements.count == 1 ? "," : "")))"
  }
  package var children: [Child] { numbered(elements) }
  package func replacing(children: [any Layer]) -> any Layer { Group(children) }

  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    try placeSequence(elements, input, &site)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try applySequence(elements, x, place) }

  package func pinned(to input: Flow) -> any Layer { Group(pinnedSequence(elements, input)) }

  package var beforeSoftmax: (any Layer)? {
    guard let last = elements.last?.beforeSoftmax else { return nil }
    return Group(elements.dropLast() + [last])
  }

  static var layerKind: LayerKind {
    LayerKind("chain") { Group($0.children.map(\.layer)) }
  }
}

/// Elements by number, or by the name that `named` gives.
func numbered(_ elements: [any Layer]) -> [(name: String, layer: any Layer)] {
  elements.enumerated().map { (name: String($0.offset), layer: $0.element) }
}

/// The elements of a chain, or the one layer, as what a container holds.
func sequence(_ layer: any Layer) -> [any Layer] { (layer as? Chain)?.elements ?? [layer] }

/// The elements with the sizes of their inputs written into them.
func pinnedSequence(_ elements: [any Layer], _ input: Flow) -> [any Layer] {
  var flow = input
  return elements.map { element in
    let pinned = element.pinned(to: flow)
    var site = Site()
    flow = (try? site.place(element, "", flow)) ?? .unknown
    return pinned
  }
}

/// Places layers one after the other; an error about sizes names both sides and tries what is usually meant.
///
/// - Parameter first: the first to be placed, where those before it are in their places; `input` is what goes into it.
func placeSequence(
  _ elements: [any Layer], _ input: Flow, _ site: inout Site, boundary: Chain.Boundary? = nil, from first: Int = 0
) throws -> Flow {
  var flow = input
  for index in first..<elements.count {
    let element = elements[index]
    if let boundary, boundary.index == index, flow.shape == nil { flow = boundary.flow }
    do {
      flow = try site.place(element, String(index), flow)
    } catch let failure as Failure where failure.id == "layer-size" && index > 0 && site.explains {
      throw explained(failure, elements, index, flow)
    }
  }
  return flow
}

private func explained(_ failure: Failure, _ elements: [any Layer], _ index: Int, _ flow: Flow) -> Failure {
  var failure = failure
  guard failure.hint == nil else { return failure }
  failure.facts.removeAll { $0.name == "input" }
  failure.facts.insert(.init("`\(elements[index - 1].text)` gives", flow.description), at: 0)
  for fix in fixes(for: flow) {
    // A fix is offered only if the layer and all that follow then fit.
    var trial = Site(explains: false)
    if (try? trial.place(Chain([fix] + elements[index...]), "", flow)) != nil {
      failure.hint = "\(elements[index - 1].text) >> \(fix.text) >> \(elements[index].text)"
      break
    }
  }
  return failure
}

private func fixes(for flow: Flow) -> [any Layer] {
  guard let shape = flow.shape else { return [] }
  var fixes: [any Layer] = []
  if shape.rank == 2 { fixes.append(ReshapeTo(shape: [shape[0], shape[1], 1])) }
  if shape.rank > 1 { fixes.append(Flatten()) }
  if shape.rank == 3 { fixes.append(GlobalPooling(how: .average)) }
  if shape.rank == 1 {
    let side = Int(Double(shape[0]).squareRoot().rounded())
    if side * side == shape[0], side > 1 { fixes.append(ReshapeTo(shape: [side, side, 1])) }
    fixes.append(ReshapeTo(shape: [shape[0], 1]))
  }
  return fixes
}
