import Autodiff
import Diagnostics
import Evaluation
import Evaluator
import Insight
import Layers
import Tables
import Tensors
import Training

/// The table of `permutation_importance`: `column`, `importance` and its standard deviation `sd`, the largest first.
func importances(_ net: Model, _ data: Datum, metric: Value, target: String?, repeats: Int) throws -> Table {
  let columns = try PermutedColumns(target.map { try TargetColumn($0).split(data) } ?? data)
  let judge = try judge(metric, net, columns.truth)
  let found = try permutationImportance(columns: columns.names.count, rows: columns.rows, repeats: repeats) {
    shuffled in
    let x = try shuffled.map { try columns.shuffling($0.column, $0.rows) } ?? columns.x
    return try judge(predict(net, x), columns.truth)
  }
  let table = try Table([
    ("column", .text(columns.names)), ("importance", .number(found.falls.map(\.mean))),
    ("sd", .number(found.falls.map(\.deviation))),
  ])
  return try table.sorted(by: ["importance"], descending: true)
}

/// The metric that was given, or `accuracy` for a model of labels and `r2` for one of values.
private func judge(_ metric: Value, _ net: Model, _ truth: Tensor) throws -> (Tensor, Tensor) throws -> Double {
  if metric.isNone {
    let isValues = net.task.map { $0 == .values } ?? truth.dtype.isFloat
    return isValues ? { try Regression.r2($0.doubles, $1.doubles) } : { try Metrics.accuracy($0, $1) }
  }
  guard metric.isCallable else {
    throw Failure(
      "argument-type", "`metric` must be a function of prediction and truth, not \(metric.described)", argument: 2)
  }
  let function = callable(metric)
  return { prediction, truth in
    switch try function.call([.tensor(prediction), .tensor(truth)]) {
    case .number(let score): return score
    case .tensor(let score) where score.count == 1: return try score.doubles[0]
    case let other:
      throw Failure(
        "argument-type", "the metric `\(function.name)` has to give a number, not \(other.kindForPeople)", argument: 2)
    }
  }
}

/// Inputs whose columns can be shuffled one at a time: a table, or a tensor `[n, columns]`.
private struct PermutedColumns {
  let x: Datum
  let truth: Tensor
  let names: [String]
  let rows: Int

  init(_ data: Datum) throws {
    guard case .record(let record) = data, let x = record["x"], case .tensor(let truth)? = record["y"] else {
      throw Failure(
        "argument-type", "the data has to be a record `{x, y}`, not \(data.kindForPeople)", argument: 1,
        why: "for a table, `target` names the column that is predicted.")
    }
    switch x {
    case .tensor(let tensor) where tensor.rank == 2:
      rows = tensor.shape[0]
      names = (0..<tensor.shape[1]).map { "x\($0)" }
    case .object(let object as Boxed) where object.value is Table:
      let table = object.value as? Table
      rows = table?.rowCount ?? 0
      names = table?.names ?? []
    default:
      throw Failure(
        "argument-type", "`x` of the data has to be a table or a tensor [n, columns]", argument: 1,
        why: "columns are shuffled one at a time.")
    }
    guard rows > 0, truth.rank > 0, truth.shape[0] == rows else {
      throw Failure(
        "data-size", "`x` and `y` of the data must count the same examples, at least one", argument: 1,
        facts: [.init("x", "\(rows) rows"), .init("y", "\(truth.dtype) \(truth.shape)")])
    }
    self.x = x
    self.truth = truth
  }

  /// The inputs with one column's values taken from other rows.
  func shuffling(_ column: Int, _ order: Tensor) throws -> Datum {
    if case .object(let object as Boxed) = x, let table = object.value as? Table {
      let shuffled = try table.columns[column].gather(order.ints)
      return .object(Boxed(try table.setting(names[column], to: shuffled)))
    }
    guard case .tensor(let tensor) = x else { return x }
    let before = try Raw.take(tensor, axis: 1, Raw.sequence(count: column))
    let own = try Raw.take(Raw.take(tensor, axis: 1, Raw.sequence(from: column, count: 1)), order)
    let after = try Raw.take(tensor, axis: 1, Raw.sequence(from: column + 1, count: names.count - column - 1))
    return .tensor(try Raw.concat([before, own, after], axis: 1))
  }
}
