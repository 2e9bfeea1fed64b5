package import Autodiff
import JSON

/// `named("body", layer)`: the name stands in paths instead of the number: `"body.weight"`.
package struct Named: Layer {
  package var name: String
  package var layer: any Layer

  package init(_ name: String, _ layer: any Layer) {
    self.name = name
    self.layer = layer
  }

  package var kind: String { "named" }
  package var text: String { "named(\"\(name)\", \(layer.text))" }
  package var settings: [Setting] {
    [Setting(name: "name", json: name.json, text: name.text, isPositional: true, isDefault: false)]
  }
  package var pathName: String? { name }
  package var children: [Child] { [(name: "", layer: layer)] }
  package func replacing(children: [any Layer]) -> any Layer { Named(name, children[0]) }
  package func pinned(to input: Flow) -> any Layer { Named(name, layer.pinned(to: input)) }
  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow { try site.place(layer, "", input) }
  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try place.apply(0, x) }
  package var beforeSoftmax: (any Layer)? { layer.beforeSoftmax.map { Named(name, $0) } }

  static var layerKind: LayerKind {
    LayerKind("named") { reader in
      guard let name = reader.json["name"]?.string, let child = reader.children.first else {
        throw reader.failure("`named` needs a name and a layer")
      }
      return Named(name, child.layer)
    }
  }
}

/// `frozen(layer)`: its parameters stay as they are, and it never trains; `fresh` keeps it.
package struct Frozen: Layer {
  package var layer: any Layer

  package init(_ layer: any Layer) { self.layer = layer }

  package var kind: String { "frozen" }
  package var isFrozen: Bool { true }
  package var pathName: String? { layer.pathName }
  package var children: [Child] { [(name: "", layer: layer)] }
  package func replacing(children: [any Layer]) -> any Layer { Frozen(children[0]) }
  package func pinned(to input: Flow) -> any Layer { Frozen(layer.pinned(to: input)) }

  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    try site.place((layer as? Named)?.layer ?? layer, "", input)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try place.apply(0, x) }
  package var beforeSoftmax: (any Layer)? { layer.beforeSoftmax.map { Frozen($0) } }

  static var layerKind: LayerKind {
    LayerKind("frozen") { reader in
      guard let child = reader.children.first else { throw reader.failure("`frozen` needs a layer") }
      return Frozen(child.layer)
    }
  }
}
