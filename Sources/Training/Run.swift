package import Autodiff
import Diagnostics

/// What `fit` did: a row of numbers for every epoch, and how it ended.
package struct Run {
  package enum Ending: String, Sendable {
    case epochs, early, interrupt
  }

  /// The columns in order: `epoch loss accuracy val_loss val_accuracy seconds lr`.
  package internal(set) var columns: [String]
  package internal(set) var rows: [[Double]] = []
  package internal(set) var seconds = 0.0
  package internal(set) var stopped = Ending.epochs
  /// The epoch with the best value of what was watched; 0 before any.
  package internal(set) var best = 0
  /// What the training showed that its user would want to know, each with what helps.
  package internal(set) var remarks: [String] = []
  /// The name of the loss.
  package internal(set) var loss: String

  init(columns: [String], loss: String) {
    self.columns = columns
    self.loss = loss
  }

  package func column(_ name: String) -> [Double]? {
    columns.firstIndex(of: name).map { at in rows.map { $0[at] } }
  }
}

/// Ends training when what is watched has not improved for a while.
package struct EarlyStopping {
  package var monitor: String
  package var patience: Int
  package var keepsBest: Bool

  package init(monitor: String = "val_loss", patience: Int = 5, keepsBest: Bool = true) {
    self.monitor = monitor
    self.patience = patience
    self.keepsBest = keepsBest
  }

  /// Errors get smaller, scores larger.
  var wantsSmaller: Bool {
    ["loss", "mse", "mae", "rmse", "mape", "error", "brier", "ece"].contains { monitor.hasSuffix($0) }
  }

  func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard let best else { return !value.isNaN }
    return wantsSmaller ? value < best : value > best
  }
}

/// Follows a training as it goes on, to draw it.
package protocol TrainingObserver: AnyObject {
  /// - Parameter batches: how many batches an epoch has.
  func trainingBegins(epochs: Int, batches: Int, columns: [String])
  /// After every batch; `loss` is the mean of the epoch so far.
  func batchEnded(epoch: Int, batch: Int, loss: Double)
  func epochEnded(_ row: [Double], columns: [String])
  func trainingEnded(_ run: Run)
  /// Something worth saying, such as which loss was picked.
  func note(_ text: String)
}

extension TrainingObserver {
  package func trainingBegins(epochs: Int, batches: Int, columns: [String]) {}
  package func batchEnded(epoch: Int, batch: Int, loss: Double) {}
  package func trainingEnded(_ run: Run) {}
  package func note(_ text: String) {}
}

/// How `fit` is to train.
package struct FitOptions {
  package var validation: Datum?
  /// Turns a table into `{x, y}` by the column that is to be predicted.
  package var target: ((Datum) throws -> Datum)?
  package var loss: (any Callable)?
  package var epochs = 10
  package var batch = 32
  package var metrics: [MetricChoice] = []
  package var shuffles = true
  package var classWeight: [Double]?
  /// Batches whose gradients are averaged into one step.
  package var accumulate = 1
  /// The largest length of a step's gradient.
  package var clip: Double?
  package var stop: EarlyStopping?
  package var onEpoch: (any Callable)?
  package var onBatch: (any Callable)?
  /// The folder that holds the state of the training after each epoch, and the one that it goes on from.
  package var checkpoint: String?
  package var resume: String?
  package var isQuiet = false
  /// Looks at the trained model for what the user would want to know.
  package var remarks = false
  /// Forgets fitted statistics of preprocessors and learns them again.
  package var refits = false

  package init() {}
}
