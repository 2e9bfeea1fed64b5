import Diagnostics
import Glibc
import Tensors
import Training

/// What is known of a training under way, for whoever draws it.
package struct TrainingState {
  package var epoch: Int
  package var epochs: Int
  package var batch: Int
  package var batches: Int
  package var secondsLeft: Double?
  /// Such as `loss 0.4321`.
  package var details: [String]
}

/// Where progress is drawn. A terminal puts itself in; without one, each epoch is a line on standard error.
package enum TrainingDisplay {
  nonisolated(unsafe) package static var update: ((TrainingState) -> Void)?
  nonisolated(unsafe) package static var epochDone: ((String) -> Void)?
  nonisolated(unsafe) package static var finish: (() -> Void)?
}

/// Turns the events of a training into progress.
final class TrainingProgress: TrainingObserver {
  private var epochs = 0
  private var batches = 0
  private var begin = ContinuousClock.now
  private var last = ContinuousClock.now

  func trainingBegins(epochs: Int, batches: Int, columns: [String]) {
    self.epochs = epochs
    self.batches = batches
    begin = ContinuousClock.now
  }

  func batchEnded(epoch: Int, batch: Int, loss: Double) {
    guard let update = TrainingDisplay.update else { return }
    let now = ContinuousClock.now
    // Asking the clock is cheap, making text is not.
    guard now - last >= .milliseconds(50) || batch == batches else { return }
    last = now
    let done = (epoch - 1) * batches + batch
    let spent = now - begin
    let seconds = Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18
    update(
      TrainingState(
        epoch: epoch, epochs: epochs, batch: batch, batches: batches,
        secondsLeft: seconds / Double(done) * Double(epochs * batches - done),
        details: ["loss \(formatNumber(loss, significant: 4))"]))
  }

  func epochEnded(_ row: [Double], columns: [String]) {
    let parts = zip(columns, row).dropFirst().filter { $0.0 != "lr" }.map { name, value in
      name == "seconds" ? "\(formatNumber(value, significant: 3)) s" : "\(name) \(formatNumber(value, significant: 4))"
    }
    line("epoch \(Int(row[0]))/\(epochs)  " + parts.joined(separator: "  "))
  }

  func trainingEnded(_ run: Run) {
    TrainingDisplay.finish?()
    if run.stopped == .interrupt {
      note("stopped by Ctrl-C after \(run.rows.count) of \(epochs) epochs; the model keeps what it has learned")
    }
  }

  func note(_ text: String) { Output.note(text + "\n") }

  private func line(_ text: String) {
    if let draw = TrainingDisplay.epochDone { draw(text) } else { Output.note(text + "\n") }
  }
}
