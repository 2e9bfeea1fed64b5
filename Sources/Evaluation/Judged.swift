import Diagnostics
package import Tensors

/// Predictions and truths as the metrics take them, from the tensors that users have.
package enum Judged {
  /// Labels of both. A prediction may be labels `[n]`, class scores `[n, k]` (the highest wins, the first of equals), or,
  /// where the truth is 0 and 1, one score a row: a probability counts as 1 from 0.5, a logit from 0.
  ///
  /// - Throws: `label-shape`, `label-range`, `swapped-arguments`, `nan-score`, `argument-type`.
  package static func labels(_ prediction: Tensor, _ truth: Tensor) throws -> (prediction: [Int], truth: [Int]) {
    try checkOrder(prediction, truth)
    let y = try truthLabels(truth)
    if let k = classCount(prediction) {
      try check(prediction.shape[0], y.count, prediction, truth)
      try checkRange(y, k)
      return (try highest(prediction, k), y)
    }
    let p = try column(prediction, "prediction", 0)
    try check(p.count, y.count, prediction, truth)
    if let whole = wholes(p) { return (whole, y) }
    guard y.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw Failure(
        "argument-type", "predictions of one number a row must be whole to be labels", argument: 0,
        facts: [.init("prediction", described(prediction), argument: 0)],
        why: "scores of several classes have the shape [n, classes].")
    }
    let limit = p.allSatisfy { $0 >= 0 && $0 <= 1 } ? 0.5 : 0
    return (p.map { $0 >= limit ? 1 : 0 }, y)
  }

  /// One score a row and whether the row is positive: the greater of the truth's two values is.
  ///
  /// Two columns of scores `[n, 2]` count by their second.
  package static func scores(_ prediction: Tensor, _ truth: Tensor) throws -> (scores: [Double], positive: [Bool]) {
    try checkOrder(prediction, truth)
    let y = try truthLabels(truth)
    let p: [Double]
    if classCount(prediction) == 2 {
      let both = try prediction.doubles
      p = stride(from: 1, to: both.count, by: 2).map { both[$0] }
    } else {
      p = try column(prediction, "score", 0)
    }
    try check(p.count, y.count, prediction, truth)
    let values = Set(y).sorted()
    guard values.count <= 2 else {
      throw Failure(
        "label-range", "a curve needs two classes in the truth; there are \(values.count): \(list(values))",
        argument: 1,
        why: "judge one class against the rest: y == class.")
    }
    let positive = values.count == 2 ? values[1] : 1
    return (p, y.map { $0 == positive })
  }

  /// Scores of each class, row-major, and labels.
  package static func classScores(
    _ prediction: Tensor, _ truth: Tensor
  ) throws -> (scores: [Double], classes: Int, truth: [Int]) {
    try checkOrder(prediction, truth)
    let y = try truthLabels(truth)
    guard let k = classCount(prediction) else {
      let p = try column(prediction, "prediction", 0)
      try check(p.count, y.count, prediction, truth)
      return (p, 1, y)
    }
    try check(prediction.shape[0], y.count, prediction, truth)
    try checkRange(y, k)
    return (try prediction.doubles, k, y)
  }

  /// Numbers of both, for regression: of equal shape, or `[n]` beside `[n, 1]`.
  package static func values(_ prediction: Tensor, _ truth: Tensor) throws -> (prediction: [Double], truth: [Double]) {
    let isColumn =
      prediction.count == truth.count && (prediction.rank <= 1 || truth.rank <= 1)
      && prediction.count == max(prediction.shape.first ?? 1, truth.shape.first ?? 1)
    guard prediction.shape == truth.shape || isColumn else {
      throw Failure(
        "label-shape", "prediction and truth differ in shape",
        facts: [
          .init("prediction", described(prediction), argument: 0), .init("truth", described(truth), argument: 1),
        ])
    }
    return (try prediction.doubles, try truth.doubles)
  }

  /// Whole numbers `[n]` or `[n, 1]`, bools, or rows of a one-hot matrix.
  package static func truthLabels(_ truth: Tensor) throws -> [Int] {
    if let k = classCount(truth) {
      let values = try truth.doubles
      let isOneHot = (0..<truth.shape[0]).allSatisfy { row in
        let part = values[row * k..<(row + 1) * k]
        return part.allSatisfy { $0 == 0 || $0 == 1 } && part.count { $0 == 1 } == 1
      }
      guard isOneHot else {
        throw Failure(
          "label-shape", "the truth must be labels [n], or rows of a one-hot matrix", argument: 1,
          facts: [.init("truth", described(truth), argument: 1)])
      }
      return try highest(truth, k)
    }
    let values = try column(truth, "truth", 1)
    guard let whole = wholes(values) else {
      let odd = values.first { $0 != $0.rounded() || abs($0) > 0x1p53 } ?? .nan
      throw Failure(
        "argument-type", "labels must be whole numbers, not \(formatNumber(odd))", argument: 1,
        facts: [.init("truth", described(truth), argument: 1)], why: "classes count from 0.")
    }
    return whole
  }

  /// The number of classes of scores `[n, k]`; nil for one number a row.
  private static func classCount(_ x: Tensor) -> Int? { x.rank == 2 && x.shape[1] > 1 ? x.shape[1] : nil }

  private static func column(_ x: Tensor, _ name: String, _ argument: Int) throws -> [Double] {
    guard x.rank <= 1 || (x.rank == 2 && x.shape[1] == 1) else {
      throw Failure(
        "label-shape", "`\(name)` must be one value a row [n]\(argument == 0 ? ", or scores [n, classes]" : "")",
        argument: argument, facts: [.init(name, described(x), argument: argument)])
    }
    return try x.doubles
  }

  private static func wholes(_ values: [Double]) -> [Int]? {
    values.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 } ? values.map { Int($0) } : nil
  }

  private static func highest(_ x: Tensor, _ k: Int) throws -> [Int] {
    let values = try x.doubles
    return try (0..<x.shape[0]).map { row in
      var best = row * k
      for at in row * k..<(row + 1) * k {
        if values[at].isNaN { throw Failure("nan-score", "the scores of row \(row) hold nan", argument: 0) }
        if values[at] > values[best] { best = at }
      }
      return best - row * k
    }
  }

  private static func checkOrder(_ prediction: Tensor, _ truth: Tensor) throws {
    guard classCount(prediction) == nil, classCount(truth) != nil, truth.dtype == .f32 || truth.dtype == .f64,
      truth.shape[0] == prediction.count, wholes(try prediction.doubles) != nil
    else { return }
    if wholes(try truth.doubles) == nil {
      throw Failure(
        "swapped-arguments", "the prediction comes first, the truth second",
        facts: [
          .init("prediction", described(prediction), argument: 0), .init("truth", described(truth), argument: 1),
        ],
        why: "the first looks like labels, the second like scores of classes.")
    }
  }

  private static func check(_ p: Int, _ y: Int, _ prediction: Tensor, _ truth: Tensor) throws {
    guard p == y else {
      throw Failure(
        "label-shape", "there are \(p) predictions for \(y) true values",
        facts: [
          .init("prediction", described(prediction), argument: 0), .init("truth", described(truth), argument: 1),
        ])
    }
  }

  private static func checkRange(_ y: [Int], _ k: Int) throws {
    guard let least = y.min(), let most = y.max(), least < 0 || most >= k else { return }
    let isFromOne = least == 1 && most == k
    throw Failure(
      "label-range", "label \(least < 0 ? least : most) is out of range for \(k) classes", argument: 1,
      facts: [.init("truth", "int[\(y.count)], smallest \(least), largest \(most)", argument: 1)],
      why: isFromOne ? "classes count from 0; these look 1-based." : "classes count from 0.",
      hint: isFromOne ? "\u{1}append - 1" : nil)
  }

  private static func described(_ x: Tensor) -> String {
    x.dtype == .f32 ? x.shape.description : "\(x.dtype)\(x.shape)"
  }
}
