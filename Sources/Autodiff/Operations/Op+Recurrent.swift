package import Tensors

/// Recurrent layers: all steps of one direction as one operation.
extension Op {
  /// h after each step, and for an LSTM c behind it: `[states, t, n, u]`; steps stand where their input stands.
  ///
  /// `x` is what the input gives to the gates, `[t, n, gates * u]`; `weights` `[u, gates * u]` and, for a GRU, `bias`
  /// `[gates * u]` are the state's; `states` are h, and c, before the first step, `[n, u]`.
  package static func recurrence(
    _ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ states: [Tensor], _ how: Recurrence
  ) throws -> Tensor {
    let inputs = [x, weights] + (bias.map { [$0] } ?? []) + states
    return try recurring(inputs, Recurring(how))
  }

  /// The recurrence, and what its way there leaves for the way back.
  final class Recurring: @unchecked Sendable, CustomStringConvertible {
    let how: Recurrence
    var trace: Raw.RecurrentTrace?

    init(_ how: Recurrence) { self.how = how }

    var description: String {
      "\(how.cell)\(how.isReversed ? " reversed" : "")\(how.alive == nil ? "" : " with lengths")"
    }
  }

  static let recurring: Operation<Recurring> = Operation("recurrence") { inputs, recurring in
    let (output, trace) = try Raw.recurrence(inputs, recurring.how)
    recurring.trace = trace
    return output
  } pullback: { pull in
    let recurring = pull.attributes
    if pull.isRecording {
      return try recorded(pull.inputs, pull.gradient) { try stepByStep($0, recurring.how) }
    }
    guard let trace = recurring.trace else { preconditionFailure("a recurrence that never ran") }
    return try Raw.recurrenceGradient(pull.inputs, recurring.how, trace, pull.gradient)
  } samples: {
    let (x, other) = (Domain.line, Domain.otherLine)
    let state = other.sample([2, 2])
    let alive = Tensor([true, true, true, false], [2, 2])
    func sample(_ cell: Recurrence.Cell, isReversed: Bool = false, alive: Tensor? = nil) -> ([Tensor], Recurring) {
      let width = 2 * cell.gates
      var inputs = [x.sample([2, 2, width]), other.sample([2, width])]
      if case .gru = cell { inputs.append(x.sample([width])) }
      inputs += [Tensor](repeating: state, count: cell.states)
      return (inputs, Recurring(Recurrence(cell, isReversed: isReversed, alive: alive)))
    }
    return [
      sample(.tanh), sample(.lstm), sample(.lstm, isReversed: true, alive: alive), sample(.gru(updateFirst: false)),
      sample(.gru(updateFirst: true), alive: alive),
    ]
  }

  /// The gradients of a composition that stands for a fused operation, with a history of their own.
  static func recorded(_ inputs: [Tensor], _ g: Tensor, _ f: ([Tensor]) throws -> Tensor) throws -> [Tensor?] {
    let leaves = try inputs.map { try variable($0) }
    let y = try recording { try f(leaves) }
    return try backward(y, seed: g, leaves: leaves)
  }

  /// The same as `recurrence`, made of single operations.
  static func stepByStep(_ inputs: [Tensor], _ how: Recurrence) throws -> Tensor {
    let gru: Bool
    if case .gru = how.cell { gru = true } else { gru = false }
    let bias = gru ? inputs[2] : nil
    return try stepByStep(inputs[0], Array(inputs.suffix(how.cell.states)), how) { x, states in
      switch how.cell {
      case .tanh: return [try tanh(add(x, matmul(states[0], inputs[1])))]
      case .relu: return [try relu(add(x, matmul(states[0], inputs[1])))]
      case .lstm:
        let gates = try pieces(add(x, matmul(states[0], inputs[1])), 4)
        let kept = try multiply(sigmoid(gates[1]), states[1])
        let c = try add(kept, multiply(sigmoid(gates[0]), tanh(gates[2])))
        return [try multiply(sigmoid(gates[3]), tanh(c)), c]
      case .gru(let updateFirst):
        let (own, state) = (try pieces(x, 3), try pieces(dense(states[0], inputs[1], bias), 3))
        let (reset, update) = updateFirst ? (1, 0) : (0, 1)
        let r = try sigmoid(add(own[reset], state[reset]))
        let z = try sigmoid(add(own[update], state[update]))
        let n = try tanh(add(own[2], multiply(r, state[2])))
        return [try add(multiply(subtract(number(1), z), n), multiply(z, states[0]))]
      }
    }
  }

  /// Takes the steps of `x`, `[t, n, …]`, with any cell that gives the next states: `[states, t, n, u]`.
  package static func stepByStep(
    _ x: Tensor, _ states: [Tensor], _ how: Recurrence, cell: (_ x: Tensor, _ states: [Tensor]) throws -> [Tensor]
  ) throws -> Tensor {
    let steps = try unstack(x)
    let alive = try how.alive.map { try unstack(unsqueeze($0, axis: 2)) }
    var states = states
    var outputs = [[Tensor?]](repeating: [Tensor?](repeating: nil, count: steps.count), count: states.count)
    for t in how.order(steps.count) {
      var next = try cell(steps[t], states)
      for index in next.indices {
        if let alive { next[index] = try select(alive[t], next[index], states[index]) }
        outputs[index][t] = next[index]
      }
      states = next
    }
    return try stack(outputs.map { try stack($0.compactMap { $0 }) })
  }

  /// Equal parts of the last axis.
  package static func pieces(_ x: Tensor, _ count: Int) throws -> [Tensor] {
    let width = x.shape[x.rank - 1] / count
    return try (0..<count).map { try slice(x, axis: x.rank - 1, from: $0 * width, count: width) }
  }

  static let recurrences: [AnyOperation] = [recurring]
}
