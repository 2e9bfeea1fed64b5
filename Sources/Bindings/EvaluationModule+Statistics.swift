import Diagnostics
import Evaluation
import Evaluator
import Tensors

private let a = Parameter<[Double]>("a", dims: "[n]", "results of the first")
private let b = Parameter<[Double]>("b", dims: "[n]", "results of the second, in the same order")

let statisticsBuiltins: [Builtin] = [
  Builtin(
    "bootstrap", "A statistic of data with its interval, from resampled rows.",
    Parameter<FunctionReference>("f", "takes data and gives a number"),
    Parameter<Value>("data", "a table, a tensor, or a record {x, y}"),
    Parameter<Int>("n", "how many resamples", default: 2000, .between(2, 1_000_000)),
    Parameter<Double>("level", "the chance that the interval covers", default: 0.95, .between(0.01, 0.9999)),
    examples: ["bootstrap(mean, [1, 2, 3, 4], n=100).value" => "2.5"]
  ) { f, data, n, level -> Value in
    let rows = try DataRows(data, argument: 1)
    guard rows.count > 0 else { throw Failure("label-shape", "there are no rows to resample", argument: 1) }
    func statistic(_ argument: Value) throws -> Double {
      var result = try f.call([argument])
      defer { result.release() }
      guard let x = withUnsafeMutablePointer(to: &result, { Double.from($0) }) else {
        throw Failure("argument-type", "the function must give a number, not \(result.described)", argument: 0)
      }
      return x
    }
    let value = try statistic(data)
    var stream = RandomSource.next()
    var found: [Double] = []
    for _ in 0..<n {
      let sample = try rows.gather((0..<rows.count).map { _ in stream.next(below: rows.count) })
      defer { sample.release() }
      found.append(try statistic(sample))
    }
    let interval = try Intervals.percentile(found, level: level)
    let mean = found.reduce(0, +) / Double(n)
    let spread = (found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n - 1)).squareRoot()
    return Value(
      new: RecordObject([
        ("value", Value(foreign: value)), ("low", Value(foreign: interval.low)),
        ("high", Value(foreign: interval.high)),
        ("std", Value(foreign: spread)),
      ]))
  },
  Builtin(
    "paired_t", "Student's test of whether paired results differ: {t, p}.", a, b,
    Parameter<Double?>(
      "overlap", "test rows over training rows of the splits, which corrects for their overlap", default: nil,
      .given(.above(0))),
    examples: ["paired_t([0.9, 0.8, 0.7], [0.8, 0.7, 0.5]).p < 0.1" => "true"]
  ) { a, b, overlap in
    let outcome =
      try overlap.map { try Comparisons.correctedT(a, b, share: $0) } ?? Comparisons.pairedT(a, b)
    return record(outcome, "t")
  },
  Builtin(
    "wilcoxon", "The signed-rank test of whether paired results differ: {statistic, p}.", a, b,
    examples: ["wilcoxon([0.9, 0.8, 0.7], [0.8, 0.71, 0.5]).statistic" => "0"]
  ) { a, b in record(try Comparisons.wilcoxon(a, b), "statistic") },
  Builtin(
    "mcnemar", "The test of whether two classifiers err on different rows: {statistic, p}.",
    Parameter<Value>("a", dims: "[n, ...]", "labels that the first gave"),
    Parameter<Value>("b", dims: "[n, ...]", "labels that the second gave"), judgedTruth,
    Parameter<Bool>("exact", "by the binomial distribution, otherwise chi-squared", default: true),
    examples: ["mcnemar([0, 1, 1], [0, 1, 0], [0, 1, 1]).p" => "1"]
  ) { a, b, truth, exact in
    let (first, y) = try judged(a, truth)
    let (second, _) = try judged(b, truth)
    let (p, labels) = try Judged.labels(first, y)
    let (q, _) = try Judged.labels(second, y)
    let onlyFirst = labels.indices.count { p[$0] == labels[$0] && q[$0] != labels[$0] }
    let onlySecond = labels.indices.count { p[$0] != labels[$0] && q[$0] == labels[$0] }
    return record(try Comparisons.mcnemar(onlyFirst, onlySecond, exact: exact), "statistic")
  },
  Builtin(
    "delong",
    "Whether the areas under two ROC curves of the same rows differ: {a, b, z, p, low, high} of the difference.",
    Parameter<Tensor>("a", dims: "[n, ...]", "scores of the first"),
    Parameter<Tensor>("b", dims: "[n, ...]", "scores of the second"),
    Parameter<Tensor>("truth", dims: "[n, ...]", "two classes"),
    examples: ["delong([0.1, 0.4, 0.35, 0.8], [0.1, 0.2, 0.7, 0.8], [0, 0, 1, 1]).b" => "1"]
  ) { a, b, truth in
    let (first, positive) = try Judged.scores(a, truth)
    let (second, _) = try Judged.scores(b, truth)
    let test = try DeLong([first, second], positive)
    let outcome = test.difference
    let gap = test.areas[0] - test.areas[1]
    let error = outcome.statistic == 0 ? 0 : gap / outcome.statistic
    let reach = Distributions.normalQuantile(0.975) * error
    return Value(
      new: RecordObject([
        ("a", Value(test.areas[0])), ("b", Value(test.areas[1])), ("z", Value(outcome.statistic)),
        ("p", Value(outcome.p)),
        ("low", Value(gap - reach)), ("high", Value(gap + reach)),
      ]))
  },
]

private func record(_ outcome: Comparisons.Outcome, _ name: String) -> Value {
  Value(new: RecordObject([(name, Value(foreign: outcome.statistic)), ("p", Value(foreign: outcome.p))]))
}
