import Autodiff
import Diagnostics
package import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// How the next token is drawn from the model's scores.
package struct Sampling {
  /// What the scores are divided by: below 1 the likely becomes likelier; 0 always takes the likeliest.
  package var temperature = 1.0
  /// Only the so many likeliest, and only the likeliest that together have so much of the probability.
  package var topK: Int?
  package var topP: Double?

  package init(temperature: Double = 1, topK: Int? = nil, topP: Double? = nil) {
    (self.temperature, self.topK, self.topP) = (temperature, topK, topP)
  }

  func draw(_ scores: [Double], _ stream: inout RandomStream) -> Int {
    // Of several the first.
    let top = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    guard temperature > 0 else { return top }
    var tokens = Array(scores.indices)
    // Only a choice among the likeliest needs their order.
    if topK != nil || topP != nil { tokens.sort { (-scores[$0], $0) < (-scores[$1], $1) } }
    if let topK { tokens = Array(tokens.prefix(topK)) }
    var shares = tokens.map { exp((scores[$0] - scores[top]) / temperature) }
    if let topP {
      let wanted = topP * shares.reduce(0, +)
      var sum = 0.0
      let last = shares.firstIndex { share in
        sum += share
        return sum >= wanted
      }
      shares = Array(shares.prefix((last ?? shares.count - 1) + 1))
    }
    var rest = stream.nextUnit() * shares.reduce(0, +)
    for (index, share) in shares.enumerated() {
      rest -= share
      if rest < 0 { return tokens[index] }
    }
    return tokens[shares.count - 1]
  }
}

extension Model {
  /// A sequence of tokens with `count` more behind it, each drawn from what the model gives for those before:
  /// scores `[n, t, tokens]` for ids `[n, t]`.
  ///
  /// Where every layer goes step by step, causal attention remembers keys and values, and a token costs one step. Other
  /// models are given the whole sequence again for each. Past the longest sequence that the model takes, the last three
  /// quarters of it stay in sight.
  /// - Throws: `argument-type` for a model that does not give scores of each step.
  package func generated(_ prompt: [Int], _ count: Int, _ how: Sampling, _ stream: RandomStream) throws -> [Int] {
    guard isBuilt else { throw unbuiltFailure(.none) }
    var (ids, stream) = (prompt, stream)
    let core = try withoutInput()
    let limit = longestSequence ?? .max
    let takesPieces = core.root.layer.takesPieces
    let (parameters, states) = (try self.parameters, self.states)
    var memory = SequenceMemory()
    for _ in 0..<count {
      try Resources.check()
      if !takesPieces || memory.count >= limit { memory = SequenceMemory() }
      if memory.count == 0 {
        // A long sequence starts with room before it is full again.
        let room = ids.count < limit ? ids.count : takesPieces ? limit - limit / 4 : limit
        let piece = Array(ids.suffix(room))
        ids.append(try next(piece, core, parameters, states, takesPieces ? memory : nil, how, &stream))
      } else {
        ids.append(try next([ids[ids.count - 1]], core, parameters, states, memory, how, &stream))
      }
    }
    return ids
  }

  private func next(
    _ piece: [Int], _ core: Architecture, _ parameters: [Tensor], _ states: [Tensor], _ memory: SequenceMemory?,
    _ how: Sampling, _ stream: inout RandomStream
  ) throws -> Int {
    let pass = Pass(isTraining: false)
    pass.memory = memory
    let found = try core.apply(
      .tensor(Tensor(piece, [1, piece.count])), parameters: parameters, states: states, pass: pass)
    guard case .tensor(let y) = found, y.rank == 3, y.shape[1] == piece.count else {
      throw Failure(
        "argument-type", "this model does not give scores of each step: `[n, t, tokens]`", argument: 0,
        facts: [.init("given", "[1, \(piece.count)]"), .init("gives", found.kindForPeople)])
    }
    memory?.advance(piece.count)
    return how.draw(try Raw.slice(y.detached, axis: 1, start: piece.count - 1, count: 1).doubles, &stream)
  }

  /// The layers behind an `input`, which would want sequences of one length.
  private func withoutInput() throws -> Architecture {
    guard elements.first is Input, elements.count > 1 else { return architecture }
    return try Architecture(Chain(Array(elements.dropFirst())), input: architecture.root.children[0].output)
  }

  /// How many steps the model can look back over: the rows of its positions, or what its `input` says.
  private var longestSequence: Int? {
    var limits: [Int] = []
    func look(_ layer: any Layer) {
      if let positions = layer as? Positions { limits.append(positions.rows) }
      for child in layer.children { look(child.layer) }
    }
    look(layer)
    if limits.isEmpty, elements.first is Input, let length = architecture.root.children.first?.output.shape?.first {
      limits.append(length)
    }
    return limits.min()
  }
}
