package import Autodiff
import Diagnostics
import Tensors

extension Recurrent {
  /// What goes in: the sequences, and what a record says besides.
  private struct Given {
    var x: Tensor
    /// `[layers * directions][n, units]`, where given: h, and c.
    var h: [Tensor]?
    var c: [Tensor]?
    var lengths: Tensor?
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum {
    let given = try given(x, place)
    let (batch, steps) = (given.x.shape[0], given.x.shape[1])
    let alive = try given.lengths.map { try living($0, batch, steps) }
    // Steps first, so that each lies in one piece.
    var sequence = try Op.permute(given.x, [1, 0, 2])
    var (h, c): ([Tensor], [Tensor]) = ([], [])
    for layer in 0..<layers {
      var outputs: [Tensor] = []
      for direction in 0..<directions {
        let index = layer * directions + direction
        let how = Recurrence(cell, isReversed: direction > 0, alive: alive)
        let zeros = try Tensor.zeros([batch, units], sequence.dtype)
        let first = [given.h?[index] ?? zeros] + (form == .lstm ? [given.c?[index] ?? zeros] : [])
        let all = try run(sequence, weights(place, layer, direction), first, how)
        let last = direction > 0 ? 0 : steps - 1
        let hidden = try Op.select(all, axis: 0, 0)
        outputs.append(hidden)
        h.append(try Op.select(hidden, axis: 0, last))
        if form == .lstm { c.append(try Op.select(Op.select(all, axis: 0, 1), axis: 0, last)) }
      }
      sequence = outputs.count == 1 ? outputs[0] : try Op.concat(outputs, axis: -1)
      if let alive {
        sequence = try Op.multiply(sequence, Raw.cast(Raw.expandDims(alive, axis: 2), sequence.dtype))
      }
      if layer < layers - 1, dropout > 0, place.isTraining {
        sequence = try dropped(sequence, mask: sequence.shape, dropout, place)
      }
    }
    let y =
      sequences
      ? try Op.permute(sequence, [1, 0, 2])
      : directions == 1 ? h[h.count - 1] : try Op.concat(Array(h.suffix(directions)), axis: -1)
    guard states else { return .tensor(y) }
    func joined(_ parts: [Tensor]) throws -> Datum {
      .tensor(parts.count == 1 ? parts[0] : try Op.stack(parts, axis: 1))
    }
    var fields: [(String, Datum)] = [("y", .tensor(y)), ("h", try joined(h))]
    if form == .lstm { fields.append(("c", try joined(c))) }
    return .record(DatumRecord(fields))
  }

  private var cell: Recurrence.Cell {
    switch form {
    case .rnn: activation == .relu ? .relu : .tanh
    case .lstm: .lstm
    case .gru: .gru(updateFirst: like == .keras)
    }
  }

  /// One direction of one layer: the input's part of all gates in one product, then step by step.
  private func run(_ x: Tensor, _ w: Weights, _ first: [Tensor], _ how: Recurrence) throws -> Tensor {
    let isFused = activation == .tanh || (form == .rnn && activation == .relu)
    guard isFused, form != .gru || resetAfter else { return try composed(x, w, first, how) }
    if form == .gru {
      let bias = try w.stateBias ?? Tensor.zeros([gates * units], x.dtype)
      return try Op.recurrence(Op.dense(x, w.input, w.bias), w.state, bias, first, how)
    }
    // Both biases only ever meet in their sum.
    let bias = try w.bias.map { own in try w.stateBias.map { try Op.add(own, $0) } ?? own }
    return try Op.recurrence(Op.dense(x, w.input, bias), w.state, nil, first, how)
  }

  /// The same with any activation, or with r before the product, made of single operations.
  private func composed(_ x: Tensor, _ w: Weights, _ first: [Tensor], _ how: Recurrence) throws -> Tensor {
    let one = Tensor(number: 1)
    let own = try Op.dense(x, w.input, w.bias)
    return try Op.stepByStep(own, first, how) { x, states in
      let h = states[0]
      switch form {
      case .rnn: return [try activation(Op.add(x, Op.dense(h, w.state, w.stateBias)))]
      case .lstm:
        let parts = try Op.pieces(Op.add(x, Op.dense(h, w.state, w.stateBias)), 4)
        let fresh = try Op.multiply(Op.sigmoid(parts[0]), activation(parts[2]))
        let c = try Op.add(Op.multiply(Op.sigmoid(parts[1]), states[1]), fresh)
        return [try Op.multiply(Op.sigmoid(parts[3]), activation(c)), c]
      case .gru:
        let (reset, update) = like == .keras ? (1, 0) : (0, 1)
        let parts = try Op.pieces(x, 3)
        func gate(_ index: Int, _ state: Tensor) throws -> Tensor {
          let weight = try Op.pieces(w.state, 3)[index]
          return try Op.dense(state, weight, w.stateBias.map { try Op.pieces($0, 3)[index] })
        }
        let r = try Op.sigmoid(Op.add(parts[reset], gate(reset, h)))
        let z = try Op.sigmoid(Op.add(parts[update], gate(update, h)))
        let pull = resetAfter ? try Op.multiply(r, gate(2, h)) : try gate(2, Op.multiply(r, h))
        let n = try activation(Op.add(parts[2], pull))
        return [try Op.add(Op.multiply(Op.subtract(one, z), n), Op.multiply(z, h))]
      }
    }
  }

  private func given(_ x: Datum, _ place: Place) throws -> Given {
    func checked(_ x: Tensor) throws -> Tensor {
      let channels = place.parameter(0).shape[0]
      guard x.rank == 3, x.shape[2] == channels, x.shape[1] > 0 else {
        throw sizeFailure("sequences `[n, t, \(channels)]`", .sample(x.shape))
      }
      return x.dtype.isFloat ? x : try Op.cast(x, to: .f32)
    }
    guard case .record(let record) = x else { return Given(x: try checked(x.tensor(for: self))) }
    let known = ["x", "h", "c", "lengths"]
    if let other = record.keys.first(where: { !known.contains($0) }) {
      throw Failure(
        "unknown-name", "`\(text)` takes a record of `x`, `h`, `c` and `lengths`, not `\(other)`", argument: 0,
        hint: nearMisses(other, among: known).first)
    }
    guard let sequences = record["x"] else {
      throw Failure("missing-argument", "`\(text)` takes a record whose `x` are sequences `[n, t, c]`", argument: 0)
    }
    var given = Given(x: try checked(sequences.tensor(for: self)))
    given.h = try record["h"].map { try split($0, "h", given.x) }
    given.c = try record["c"].map { try split($0, "c", given.x) }
    given.lengths = try record["lengths"].map { try $0.tensor(for: self) }
    return given
  }

  /// First states for each layer and direction.
  private func split(_ state: Datum, _ name: String, _ x: Tensor) throws -> [Tensor] {
    let (batch, count) = (x.shape[0], layers * directions)
    let state = try Op.cast(state.tensor(for: self), to: x.dtype)
    if count == 1, state.shape == [batch, units] { return [state] }
    guard state.shape == [batch, count, units] else {
      let wanted = count == 1 ? "[\(batch), \(units)]" : "[\(batch), \(count), \(units)]"
      throw Failure(
        "layer-size", "`\(name)` of `\(text)` is `\(wanted)`, not `\(state.shape)`", argument: 0,
        why: count == 1 ? nil : "the second axis counts layers and their directions.")
    }
    return try (0..<count).map { try Op.select(state, axis: 1, $0) }
  }

  /// Where each example has a step: bools `[t, n]`.
  private func living(_ lengths: Tensor, _ batch: Int, _ steps: Int) throws -> Tensor {
    let counts = try lengths.doubles
    guard lengths.shape == [batch], counts.allSatisfy({ $0 >= 0 && $0 <= Double(steps) && $0.rounded() == $0 }) else {
      throw Failure(
        "argument-range", "`lengths` of `\(text)` is a whole number from 0 to \(steps) for each of \(batch) examples",
        argument: 0, facts: [.init("lengths", "\(lengths.dtype)\(lengths.shape)")])
    }
    return Tensor((0..<steps * batch).map { Double($0 / batch) < counts[$0 % batch] }, [steps, batch])
  }
}
