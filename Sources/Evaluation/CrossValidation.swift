import Diagnostics

/// Learns and judges once for every fold, and sums up the scores.
package enum CrossValidation {
  /// What one fold gave.
  package struct Part<Prediction> {
    package var scores: [(name: String, value: Double)]
    /// One prediction for each test row of the fold.
    package var predictions: [Prediction]

    package init(scores: [(name: String, value: Double)], predictions: [Prediction]) {
      self.scores = scores
      self.predictions = predictions
    }
  }

  /// One score over all folds.
  package struct Summary: Sendable {
    package var name: String
    package var values: [Double]
    package var mean: Double
    /// The spread of the folds' values, n - 1 in the denominator.
    package var std: Double
    /// The interval of the mean by Student's t.
    package var low: Double
    package var high: Double

    package init(name: String, values: [Double], level: Double) throws {
      self.name = name
      self.values = values
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      self.mean = mean
      std = values.count < 2 ? .nan : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)).squareRoot()
      let interval = try Intervals.mean(values, level: level)
      (low, high) = (interval.low, interval.high)
    }
  }

  package struct Result<Prediction> {
    package var summaries: [Summary]
    /// For each row the prediction of the fold that did not learn from it; nil for rows that no fold tested.
    package var predictions: [Prediction?]
  }

  /// - Parameters:
  ///   - rows: how many rows the data have.
  ///   - judge: learns from a fold's training rows, freshly each time, and judges on its test rows.
  package static func run<Prediction>(
    _ folds: [Fold], rows: Int, level: Double = 0.95, judge: (_ number: Int, _ fold: Fold) throws -> Part<Prediction>
  ) throws -> Result<Prediction> {
    var predictions = [Prediction?](repeating: nil, count: rows)
    var names: [String] = []
    var values: [[Double]] = []
    for (number, fold) in folds.enumerated() {
      let part = try judge(number, fold)
      guard part.predictions.count == fold.test.count else {
        throw Failure(
          "label-shape", "fold \(number) gave \(part.predictions.count) predictions for \(fold.test.count) rows")
      }
      for (row, prediction) in zip(fold.test, part.predictions) { predictions[row] = prediction }
      if number == 0 {
        names = part.scores.map(\.name)
        values = names.map { _ in [] }
      }
      for (at, score) in part.scores.enumerated() where at < values.count { values[at].append(score.value) }
    }
    let summaries = try zip(names, values).map { try Summary(name: $0, values: $1, level: level) }
    return Result(summaries: summaries, predictions: predictions)
  }
}
