import Autodiff
import Diagnostics
import Layers
import Optimizers
import Tensors

/// What a training shows that its user would want to know, each in a line with what helps. Nothing is said that has not
/// been measured: on the history, or by applying the model once more to at most `Remarks.most` of its examples, and to so
/// few that it takes no twentieth of the training.
struct Remarks {
  private static let most = 2048

  private let session: FitSession
  private let optimizer: Optimizer
  private(set) var lines: [String] = []

  init(_ session: FitSession, _ optimizer: Optimizer) throws {
    self.session = session
    self.optimizer = optimizer
    guard !session.run.rows.isEmpty else { return }
    let most = min(Remarks.most, max(256, session.count * session.run.rows.count / 10))
    let step = max(1, session.count / most)
    let rows = Array(stride(from: 0, to: session.count, by: step).prefix(most))
    lookForOverfitting()
    let dead = DeadUnits()
    let pass = Pass(isTraining: false)
    pass.watch = { node, output in dead.look(node, output) }
    var (parts, truths): ([Tensor], [Tensor]) = ([], [])
    var reader = session.reader
    // No more memory than the training took.
    let batch = min(session.options.batch, 256)
    for start in stride(from: 0, to: rows.count, by: batch) {
      let piece = Array(rows[start..<min(start + batch, rows.count)])
      let (x, y) = try reader.read(Tensor(piece))
      var output = try session.step.architecture.apply(x, session.parameters, session.states, pass)
      if session.task == .classes, var y, y.rank == 1, output.rank == 2 {
        // The batch's buffer is filled anew; what is kept has to be a copy.
        try output.makeUnique()
        try y.makeUnique()
        parts.append(output)
        truths.append(y)
      }
      if start == 0, let y { try lookAtRate(x, y) }
    }
    lines += dead.lines
    if !truths.isEmpty {
      try lookAtLabels(rows, Raw.softmax(Raw.concat(parts, axis: 0), axis: -1), Raw.concat(truths, axis: 0).ints)
    }
  }

  private func said(_ value: Double) -> String { formatNumber(value, significant: 3) }

  /// The validation loss has risen from its least while the training loss fell on.
  private mutating func lookForOverfitting() {
    let run = session.run
    guard session.options.stop == nil, let judged = run.column("val_loss"), let learnt = run.column("loss"),
      let least = judged.min(), let at = judged.firstIndex(of: least), let last = judged.last, last > 1.05 * least,
      learnt[learnt.count - 1] < learnt[at]
    else { return }
    lines.append(
      "overfitting from epoch \(at + 2): val_loss rose from \(said(least)) to \(said(last)) while loss fell from "
        + "\(said(learnt[at])) to \(said(learnt[learnt.count - 1])); `stop=early()` keeps the best weights")
  }

  /// Where the loss kept rising, one step at the rate in use and one at a tenth of it are compared on the same batch.
  private mutating func lookAtRate(_ x: Datum, _ y: Tensor) throws {
    guard let loss = session.run.column("loss") else { return }
    let rises = zip(loss.dropFirst(), loss).count { $0 > 1.01 * $1 }
    guard rises * 3 >= max(loss.count, 3) || loss[loss.count - 1] > loss[0] else { return }
    let before = try session.step.judge(session.parameters, session.states, x: x, y: y).loss
    func after(_ rate: Double) throws -> Double {
      var (parameters, own) = (session.parameters, optimizer)
      own.schedule = Schedule(constant: rate)
      let result = try session.step.run(parameters, session.states, x: x, y: y, session.stream)
      try own.update(paths: session.paths, &parameters, result.gradients, masks: session.masks)
      return try session.step.judge(parameters, session.states, x: x, y: y).loss
    }
    let rate = optimizer.rate
    let (full, tenth) = (try after(rate), try after(rate / 10))
    guard full > before, tenth < before else { return }
    lines.append(
      "the rate \(said(rate)) is too high: the loss rose in \(rises) of \(loss.count - 1) epochs, and on a batch one more "
        + "step takes it from \(said(before)) to \(said(full)), at a tenth of the rate to \(said(tenth))")
  }

  /// Classes that are rare and not found, and labels that a good model is sure are others.
  private mutating func lookAtLabels(_ rows: [Int], _ scores: Tensor, _ truth: [Int]) throws {
    let (values, classes) = (try scores.doubles, scores.shape[1])
    var (counts, hits) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
    var odd: [Int] = []
    for (index, label) in truth.enumerated() where label >= 0 && label < classes {
      let own = values[(index * classes)..<((index + 1) * classes)]
      guard let top = own.max() else { continue }
      counts[label] += 1
      if own[own.startIndex + label] == top { hits[label] += 1 }
      if top > 0.95, own[own.startIndex + label] < 0.01 { odd.append(rows[index]) }
    }
    let right = hits.reduce(0, +)
    if session.options.classWeight == nil, let most = counts.max(),
      let rare = counts.indices.filter({ counts[$0] > 0 }).min(by: { counts[$0] < counts[$1] }),
      counts[rare] * 10 < most, hits[rare] * 2 < counts[rare]
    {
      lines.append(
        "class \(rare) is rare (\(counts[rare]) of \(truth.count) examples looked at) and mostly missed (\(hits[rare]) "
          + "found); `class_weight=\"balanced\"` weighs all classes alike")
    }
    if !odd.isEmpty, odd.count * 50 <= truth.count, right * 10 >= 8 * truth.count {
      let shown = odd.prefix(6).map(String.init).joined(separator: ", ") + (odd.count > 6 ? ", …" : "")
      lines.append(
        "\(odd.count) of \(truth.count) labels looked at may be wrong: row\(odd.count == 1 ? "" : "s") \(shown); the model "
          + "gives another class more than 95 %")
    }
  }
}

/// Units behind a relu that were 0 for everything that they were given.
private final class DeadUnits {
  private var layers: [(path: String, text: String, isAlive: [Bool])] = []

  func look(_ node: Layers.Node, _ output: Datum) {
    guard node.children.isEmpty, DeadUnits.isRectified(node.layer), case .tensor(let y) = output, y.rank >= 2,
      let width = y.shape.last,
      let largest = try? Raw.max(y.detached, axes: Array(0..<(y.rank - 1)), keep: false).doubles
    else { return }
    let at = layers.firstIndex { $0.path == node.path } ?? layers.count
    if at == layers.count { layers.append((node.path, node.layer.text, [Bool](repeating: false, count: width))) }
    guard layers[at].isAlive.count == width else { return }
    for (index, value) in largest.enumerated() where value > 0 { layers[at].isAlive[index] = true }
  }

  private static func isRectified(_ layer: any Layer) -> Bool {
    switch layer {
    case let dense as Dense: dense.activation == .relu
    case let filters as any FilterLayer: filters.activation == .relu
    case let layer as ActivationLayer: layer.function == .relu
    default: false
    }
  }

  /// A few units die in any training; a quarter of a layer is told.
  var lines: [String] {
    layers.compactMap { layer in
      let dead = layer.isAlive.count { !$0 }
      guard dead * 4 >= layer.isAlive.count else { return nil }
      return "\(dead) of \(layer.isAlive.count) units of `\(layer.text)` are dead (0 for every example looked at): "
        + "a lower rate or `leaky_relu` keeps units alive"
    }
  }
}
