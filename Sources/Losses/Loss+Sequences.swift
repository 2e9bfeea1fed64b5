import Autodiff
import Diagnostics
package import Tensors

/// Losses on sequences.
extension Loss {
  /// Connectionist temporal classification (Graves et al., 2006): minus the logarithm of the probability of all ways to
  /// spread the labels over the steps, with blanks between.
  ///
  /// Logits `[n, t, classes]`, labels `int[n, l]`; `lengths` and `labelLengths`, `int[n]`, say how much of either counts.
  /// A mean divides each loss by the length of its labels first, as in PyTorch; labels that do not fit into the steps
  /// give infinity, or 0 with `zeroInfinity`.
  /// - Throws: `loss-shape`, `label-range`, `dtype`, `argument-range`.
  package static func ctc(
    _ logits: Tensor, _ labels: Tensor, lengths: Tensor? = nil, labelLengths: Tensor? = nil, blank: Int = 0,
    zeroInfinity: Bool = false, reduce: Reduce = .mean
  ) throws -> Tensor {
    let way = try Alignment(logits, labels, lengths, labelLengths, blank)
    var losses = try Op.negate(way.logProbability(Op.logSoftmax(logits)))
    let isImpossible = try Raw.greater(losses.detached, number(Alignment.impossible))
    losses = try Op.select(isImpossible, number(zeroInfinity ? 0 : .infinity), losses)
    guard reduce == .mean else { return try reduce(losses) }
    return try Op.mean(Op.divide(losses, Raw.cast(Tensor(way.labelCounts.map { max($0, 1) }), logits.dtype)))
  }
}

/// The labels of a batch with blanks between them, and which ways lead through them.
private struct Alignment {
  /// Ways of a smaller probability do not exist; below it stands for the logarithm of 0, whose differences are nan.
  static let impossible = 1e29

  let labelCounts: [Int]
  private let steps: [Int]
  private let (batch, time, width): (Int, Int, Int)
  /// The class at each place: blanks at the even ones. `[n, 2 l + 1]`
  private let classes: [Int]
  private let labels: [Int]
  private let blank: Int

  init(_ logits: Tensor, _ truth: Tensor, _ lengths: Tensor?, _ labelLengths: Tensor?, _ blank: Int) throws {
    guard logits.rank == 3, logits.dtype.isFloat, truth.rank == 2, truth.shape[0] == logits.shape[0] else {
      throw Failure(
        "loss-shape", "`ctc` needs logits `[n, t, classes]` and labels `int[n, l]`", argument: truth.rank == 2 ? 0 : 1,
        facts: [
          .init("logits", "\(logits.dtype)\(logits.shape)", argument: 0),
          .init("labels", "\(truth.dtype)\(truth.shape)", argument: 1),
        ])
    }
    (batch, time) = (logits.shape[0], logits.shape[1])
    let (count, kinds) = (truth.shape[1], logits.shape[2])
    guard blank >= 0, blank < kinds else {
      throw Failure("argument-range", "`blank` is one of the \(kinds) classes, not \(blank)")
    }
    func read(_ x: Tensor?, _ name: String, _ most: Int, _ batch: Int) throws -> [Int] {
      guard let x else { return [Int](repeating: most, count: batch) }
      guard x.shape == [batch] else {
        throw Failure("loss-shape", "`\(name)` is one number for each example", facts: [.init(name, "\(x.shape)")])
      }
      let values = try x.ints
      guard values.allSatisfy({ $0 >= 0 && $0 <= most }) else {
        throw Failure("argument-range", "`\(name)` are between 0 and \(most)", facts: [.init(name, "\(values)")])
      }
      return values
    }
    steps = try read(lengths, "lengths", time, batch)
    labelCounts = try read(labelLengths, "label_lengths", count, batch)
    labels = try truth.ints
    width = 2 * count + 1
    self.blank = blank
    var places = [Int](repeating: blank, count: batch * width)
    for n in 0..<batch {
      for k in 0..<labelCounts[n] {
        let label = labels[n * count + k]
        guard label >= 0, label < kinds else {
          throw Failure(
            "label-range", "label \(label) is out of range for \(kinds) classes", argument: 1,
            facts: [.init("labels", "\(truth.dtype)\(truth.shape)", argument: 1)])
        }
        places[n * width + 2 * k + 1] = label
      }
    }
    classes = places
  }

  /// `[n]`, from log-probabilities `[n, t, classes]`: the forward recursion over the places, all examples at once.
  func logProbability(_ log: Tensor) throws -> Tensor {
    guard time > 0, batch > 0 else { return try Tensor.zeros([batch], log.dtype) }
    let index = try Raw.broadcast(Tensor(classes, [batch, 1, width]), to: [batch, time, width]).contiguous
    let emitted = try Op.unstack(Op.permute(Op.gather(log, index, axis: 2), [1, 0, 2]))
    let never = Tensor(number: -1e30)
    // At the first step one stands on the first blank or the first label.
    var ways = try Op.select(mask { _, place in place < 2 }, emitted[0], never)
    let mayJump = try mask { n, place in
      place > 2 && place % 2 == 1 && classes[n * width + place] != classes[n * width + place - 2]
    }
    for t in 1..<max(time, 1) {
      let one = try moved(ways, 1)
      let two = try Op.select(mayJump, moved(ways, 2), never)
      let next = try Op.add(Op.logsumexp(Op.stack([ways, one, two]), axes: [0]), emitted[t])
      ways = steps.allSatisfy { $0 > t } ? next : try Op.select(mask { n, _ in steps[n] > t }, next, ways)
    }
    let isEnd = try mask { n, place in
      place == 2 * labelCounts[n] || place == 2 * labelCounts[n] - 1
    }
    return try Op.logsumexp(Op.select(isEnd, ways, never), axes: [1])
  }

  /// Every way moved on by some places.
  private func moved(_ ways: Tensor, _ by: Int) throws -> Tensor {
    let stays = try Op.slice(ways, axis: 1, from: 0, count: max(width - by, 0))
    return try Op.pad(stays, [(0, 0), (min(by, width), 0)], value: -1e30)
  }

  private func mask(_ holds: (_ n: Int, _ place: Int) -> Bool) throws -> Tensor {
    Tensor((0..<batch * width).map { holds($0 / width, $0 % width) }, [batch, width])
  }
}
