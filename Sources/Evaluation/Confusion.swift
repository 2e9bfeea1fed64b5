import Diagnostics

/// How often each true class was predicted as each class: rows are the truth, columns the prediction.
package struct Confusion: Sendable {
  /// The classes, in order; an index of `counts` stands for the class at that place.
  package let classes: [Int]
  /// Row-major; weights in place of ones where rows are weighted.
  package let counts: [Double]

  package var size: Int { classes.count }

  package subscript(truth: Int, prediction: Int) -> Double { counts[truth * size + prediction] }

  /// - Parameters:
  ///   - classes: the classes to count over, or nil for all that occur.
  ///   - weights: one weight a row, or nil for ones.
  /// - Throws: `label-shape`, and `label-range` for a label outside `classes`.
  package init(_ prediction: [Int], _ truth: [Int], classes given: [Int]? = nil, weights: [Double]? = nil) throws {
    try checkPair(prediction.count, truth.count, weights?.count)
    let classes = given ?? Set(prediction).union(truth).sorted()
    guard classes.count <= 10_000 else {
      throw Failure(
        "label-range", "there are \(classes.count) different labels",
        why: "a confusion matrix takes at most 10000 classes.")
    }
    let place = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var counts = [Double](repeating: 0, count: classes.count * classes.count)
    for row in truth.indices {
      guard let t = place[truth[row]], let p = place[prediction[row]] else {
        let stray = place[truth[row]] == nil ? truth[row] : prediction[row]
        throw Failure("label-range", "label \(stray) is not one of the \(classes.count) classes")
      }
      counts[t * classes.count + p] += weights?[row] ?? 1
    }
    self.classes = classes
    self.counts = counts
  }

  package var total: Double { counts.reduce(0, +) }
  /// How many rows are of a class.
  package func support(_ c: Int) -> Double { (0..<size).reduce(0) { $0 + self[c, $1] } }
  /// How many rows are predicted as a class.
  package func predicted(_ c: Int) -> Double { (0..<size).reduce(0) { $0 + self[$1, c] } }
  package var correct: Double { (0..<size).reduce(0) { $0 + self[$1, $1] } }

  package enum Normalization: String, CaseIterable, Sendable { case truth, prediction, all }

  /// The counts as shares of their row, their column, or of all; an empty row or column gives zeros.
  package func normalized(_ by: Normalization) -> [Double] {
    let rows = (0..<size).map(support)
    let columns = (0..<size).map(predicted)
    let all = total
    return counts.indices.map { at in
      let whole =
        switch by {
        case .truth: rows[at / size]
        case .prediction: columns[at % size]
        case .all: all
        }
      return whole == 0 ? 0 : counts[at] / whole
    }
  }
}

/// - Throws: `label-shape` when the counts differ or are zero.
func checkPair(_ predictions: Int, _ truths: Int, _ weights: Int? = nil) throws {
  guard predictions == truths else {
    throw Failure(
      "label-shape", "there are \(predictions) predictions for \(truths) true values",
      facts: [.init("prediction", "\(predictions) rows", argument: 0), .init("truth", "\(truths) rows", argument: 1)])
  }
  guard truths > 0 else { throw Failure("label-shape", "there is nothing to judge: no rows") }
  if let weights, weights != truths {
    throw Failure("label-shape", "there are \(weights) weights for \(truths) rows")
  }
}
