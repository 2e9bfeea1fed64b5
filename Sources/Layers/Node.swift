import Diagnostics
import Tensors

/// A layer in its place in a model: its path, the sizes at hand, and where its tensors stand among the model's.
package final class Node {
  package let layer: any Layer
  /// Empty for the root.
  package let path: String
  package let input: Flow
  package let output: Flow
  /// Its own parameters, then those of the layers within.
  package let ownParameters: Range<Int>
  package let parameters: Range<Int>
  package let ownStates: Range<Int>
  package let states: Range<Int>
  package let children: [Node]

  init(
    _ layer: any Layer, path: String, input: Flow, output: Flow, ownParameters: Range<Int>, parameters: Range<Int>,
    ownStates: Range<Int>, states: Range<Int>, children: [Node]
  ) {
    self.layer = layer
    self.path = path
    self.input = input
    self.output = output
    self.ownParameters = ownParameters
    self.parameters = parameters
    self.ownStates = ownStates
    self.states = states
    self.children = children
  }
}

/// Places layers: gives each its path, lets sizes flow, and collects what the model has to hold.
package struct Site {
  package struct Parameter {
    package let path: String
    package let spec: ParameterSpec
    package let isFrozen: Bool
  }

  package struct State {
    package let path: String
    package let spec: StateSpec
  }

  package private(set) var parameters: [Parameter] = []
  package private(set) var states: [State] = []
  /// The layers whose sizes are not known yet.
  package private(set) var unbuilt: [String] = []
  private(set) var children: [Node] = []
  private var path = ""
  private var depth = 0
  private var isFrozen = false

  static let deepestNesting = 100

  /// Whether errors about sizes look for a fix; not while a fix is being tried.
  let explains: Bool

  init(explains: Bool = true) { self.explains = explains }

  /// Places a layer within the one that is being placed, and says what comes out of it.
  package mutating func place(_ layer: any Layer, _ name: String, _ input: Flow) throws -> Flow {
    let own = layer.pathName ?? name
    let node = try root(layer, path.isEmpty || own.isEmpty ? path + own : "\(path).\(own)", input)
    children.append(node)
    return node.output
  }

  /// Goes on behind the layers of a chain, which are in their places.
  init(behind chain: Architecture) {
    parameters = chain.parameters
    states = chain.states
    unbuilt = chain.unbuilt
    children = chain.root.children
    depth = 1
    explains = true
  }

  mutating func root(_ layer: any Layer, _ path: String, _ input: Flow) throws -> Node {
    guard depth < Site.deepestNesting else {
      throw Failure("layer-size", "layers nest more than \(Site.deepestNesting) deep")
    }
    let outer = (path: self.path, children: children, isFrozen: isFrozen)
    self.path = path
    children = []
    isFrozen = isFrozen || layer.isFrozen
    depth += 1
    defer {
      self.path = outer.path
      children = outer.children
      isFrozen = outer.isFrozen
      depth -= 1
    }
    let (firstParameter, firstState) = (parameters.count, states.count)
    let specs = try layer.parameters(for: input)
    let stateSpecs = try layer.state(for: input)
    if specs == nil || stateSpecs == nil { unbuilt.append(layer.text) }
    for spec in specs ?? [] {
      _ = try spec.shape.checkedCount()
      parameters.append(Parameter(path: join(path, spec.name), spec: spec, isFrozen: isFrozen))
    }
    for spec in stateSpecs ?? [] { states.append(State(path: join(path, spec.name), spec: spec)) }
    let (ownParameters, ownStates) = (firstParameter..<parameters.count, firstState..<states.count)
    let output = try layer.placeChildren(input, &self)
    return Node(
      layer, path: path, input: input, output: output, ownParameters: ownParameters,
      parameters: firstParameter..<parameters.count, ownStates: ownStates, states: firstState..<states.count,
      children: children)
  }

  private func join(_ path: String, _ name: String) -> String {
    path.isEmpty || name.isEmpty ? path + name : "\(path).\(name)"
  }
}

/// A tree of layers with every place known: what copies of a model share.
package final class Architecture {
  package let root: Node
  package let parameters: [Site.Parameter]
  package let states: [Site.State]
  /// What goes in: from `input(…)`, or from data.
  package let input: Flow
  /// The layers whose sizes are not known yet; such a model has to be built from data.
  package let unbuilt: [String]

  /// - Throws: `layer-size` for layers that do not fit, `bad-argument` for two parts of one name.
  package init(_ layer: any Layer, input: Flow = .unknown) throws {
    var site = Site()
    root = try site.root(layer, "", input)
    parameters = site.parameters
    states = site.states
    unbuilt = site.unbuilt
    self.input = input
    var seen: Set<String> = []
    for path in parameters.map(\.path) + states.map(\.path) where !seen.insert(path).inserted { throw twice(path) }
  }

  /// A chain whose first layers stand as they do in `known`, at the cost of the layers behind them.
  ///
  /// - Throws: as the other.
  init(_ chain: Chain, extending known: Architecture) throws {
    var site = Site(behind: known)
    let first = known.root.children.count
    let output = try placeSequence(chain.elements, known.root.output, &site, from: first)
    let old = known.parameters.map(\.path) + known.states.map(\.path)
    let new =
      site.parameters.dropFirst(known.parameters.count).map(\.path)
      + site.states.dropFirst(known.states.count).map(\.path)
    if let path = new.first(where: { old.contains($0) }) { throw twice(path) }
    root = Node(
      chain, path: "", input: known.input, output: output, ownParameters: 0..<0,
      parameters: 0..<site.parameters.count, ownStates: 0..<0, states: 0..<site.states.count, children: site.children)
    parameters = site.parameters
    states = site.states
    unbuilt = site.unbuilt
    input = known.input
  }

  package func parameterIndex(_ path: String) -> Int? { parameters.firstIndex { $0.path == path } }
  package func stateIndex(_ path: String) -> Int? { states.firstIndex { $0.path == path } }
}

private func twice(_ path: String) -> Failure {
  Failure("bad-argument", "two parts of the model are called `\(path)`", why: "each path names one tensor.")
}
