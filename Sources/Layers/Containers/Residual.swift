package import Autodiff
import Diagnostics
package import JSON
import Tensors

/// `residual(f)`: `x + f(x)`.
package struct Residual: Layer {
  package var elements: [any Layer]

  package init(_ layer: any Layer) { elements = sequence(layer) }

  package var kind: String { "residual" }
  package var text: String { "residual(\(elements.map(\.text).joined(separator: " >> ")))" }
  package var children: [Child] { numbered(elements) }
  package func replacing(children: [any Layer]) -> any Layer { Residual(Chain(children)) }
  package func pinned(to input: Flow) -> any Layer { Residual(Chain(pinnedSequence(elements, input))) }

  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    let output = try placeSequence(elements, input, &site)
    if input.isKnown, output.isKnown, input != output {
      throw Failure(
        "layer-size", "`\(text)` adds what goes in, `\(input)`, to what comes out, `\(output)`",
        facts: [.init("input", input.description)], why: "the two have to be of one shape.")
    }
    return output.isKnown ? output : input
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var y = x
    for index in 0..<place.childCount { y = try place.apply(index, y) }
    return .tensor(try Op.add(x.tensor(for: self), y.tensor(for: self)))
  }

  package func flops(_ input: Flow, _ output: Flow) -> Double { Double(output.shape?.elementCount ?? 0) }

  static var layerKind: LayerKind {
    LayerKind("residual") { Residual(Chain($0.children.map(\.layer))) }
  }
}

/// `parallel(f, g, join="sum")`: several layers on the same input; what comes out is summed, or joined on the last axis.
package struct Parallel: Layer {
  package enum Join: String, Configurable, CaseIterable {
    case sum, cat
  }

  package var branches: [any Layer]
  package var join: Join

  package init(_ branches: [any Layer], join: Join = .sum) {
    self.branches = branches
    self.join = join
  }

  package var kind: String { "parallel" }
  package var settings: [Setting] {
    [Setting(name: "join", json: join.json, text: join.text, isPositional: false, isDefault: join == .sum)]
  }
  package var children: [Child] { numbered(branches) }
  package func replacing(children: [any Layer]) -> any Layer { Parallel(children, join: join) }
  package func pinned(to input: Flow) -> any Layer { Parallel(branches.map { $0.pinned(to: input) }, join: join) }

  package func placeChildren(_ input: Flow, _ site: inout Site) throws -> Flow {
    var outputs: [Flow] = []
    for (index, branch) in branches.enumerated() { outputs.append(try site.place(branch, String(index), input)) }
    guard let first = outputs.first else { return input }
    guard let shape = first.shape else { return .unknown }
    var last = 0
    for output in outputs {
      guard let other = output.shape else { return .unknown }
      let fits = join == .sum ? other == shape : other.rank == shape.rank && other.dropLast() == shape.dropLast()
      guard fits, other.rank > 0 else {
        throw Failure(
          "layer-size", "the branches of `\(text)` give `\(shape)` and `\(other)`",
          facts: [.init("input", input.description)],
          why: join == .sum ? "a sum needs equal shapes." : "joining needs shapes that agree but for the last axis.")
      }
      last += other[other.rank - 1]
    }
    return join == .sum ? first : .sample(Shape(shape.dropLast() + [last]))
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    var outputs: [Tensor] = []
    for index in 0..<place.childCount { outputs.append(try place.apply(index, x).tensor(for: self)) }
    guard var total = outputs.first else { return x }
    if join == .cat { return .tensor(try Op.concat(outputs, axis: -1)) }
    for output in outputs.dropFirst() { total = try Op.add(total, output) }
    return .tensor(total)
  }

  static var layerKind: LayerKind {
    LayerKind("parallel") { reader in
      guard let join = reader.json["join"].map(Join.init(json:)) ?? .sum else {
        throw reader.failure("`join` of `parallel` is not valid")
      }
      return Parallel(reader.children.map(\.layer), join: join)
    }
  }
}

extension Configurable where Self: RawRepresentable, RawValue == String {
  package var json: JSONValue { .string(rawValue) }
  package init?(json: JSONValue) {
    guard let name = json.string else { return nil }
    self.init(rawValue: name)
  }
  package var text: String { "\"\(rawValue)\"" }
}
