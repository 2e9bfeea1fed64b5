import Diagnostics
import Evaluation
import Evaluator
import Tensors

private let data = Parameter<Value>("data", "a table, a tensor, or a record {x, y}")

let foldBuiltins: [Builtin] = [
  Builtin(
    "kfold", "Divides data into k folds: a list of {index, train, test}.", data,
    Parameter<Int>("k", "how many folds", default: 5, .atLeast(2)),
    Parameter<Value>("stratify", "a column, a field or labels whose values keep their shares", default: .none),
    Parameter<Value>("groups", "a column, a field or labels whose equal values stay together", default: .none),
    Parameter<Bool>("shuffle", "draw the rows at random", default: false),
    examples: ["map(kfold(range(0, 6) |> tensor, k=3), f => len(f.test))" => "(2, 2, 2)"]
  ) { data, k, stratify, groups, shuffle -> Value in
    let rows = try DataRows(data)
    return try foldRecords(
      rows, folds(rows, k, stratify: stratify, groups: groups, shuffle: shuffle, stratifyArgument: 2, groupsArgument: 3)
    )
  },
  Builtin(
    "time_split", "Folds of rows in order of time: each learns from what came before its test rows.", data,
    Parameter<Int>("k", "how many folds", default: 5, .atLeast(1)),
    Parameter<Int>("gap", "rows left out between the parts", default: 0, .atLeast(0)),
    Parameter<Int?>("test_size", "rows in each test part", default: nil, .given(.atLeast(1))),
    Parameter<Int?>("max_train", "only so many of the latest rows are learned from", default: nil, .given(.atLeast(1))),
    examples: ["map(time_split(tensor(0..8), k=3), f => len(f.train))" => "(2, 4, 6)"]
  ) { data, k, gap, testSize, largest -> Value in
    let rows = try DataRows(data)
    return try foldRecords(
      rows, Folds.time(rows: rows.count, k: k, gap: gap, testSize: testSize, largestTrain: largest))
  },
  Builtin(
    "leave_one_out", "Folds that test each row once.", data,
    examples: ["len(leave_one_out(tensor(0..4)))" => "4"]
  ) { data -> Value in
    let rows = try DataRows(data)
    guard rows.count <= 10_000 else {
      throw Failure("too-large", "leave-one-out would make \(rows.count) copies of the data", argument: 0)
    }
    return try foldRecords(rows, Folds.leaveOneOut(rows: rows.count))
  },
]

/// Folds as `kfold` and `cross_validate` make them.
func folds(
  _ rows: DataRows, _ k: Int, stratify: Value, groups: Value, shuffle: Bool, stratifyArgument: Int, groupsArgument: Int
) throws -> [Fold] {
  let labels = try rows.codes(stratify, "stratify", argument: stratifyArgument)
  let together = try rows.codes(groups, "groups", argument: groupsArgument)
  switch (labels, together) {
  case (let labels?, let together?): return try Folds.stratifiedGrouped(labels, groups: together, k: k)
  case (nil, let together?): return try Folds.grouped(together, k: k)
  case (let labels?, nil):
    guard shuffle else { return try Folds.stratified(labels, k: k) }
    var stream = RandomSource.next()
    return try Folds.stratified(labels, k: k) { folds in
      var folds = folds
      folds.shuffle(using: &stream)
      return folds
    }
  case (nil, nil): return try Folds.plain(order: shuffle ? shuffled(rows.count) : Array(0..<rows.count), k: k)
  }
}

private func foldRecords(_ rows: DataRows, _ folds: [Fold]) throws -> Value {
  Value(
    list: try folds.enumerated().map { index, fold in
      Value(
        new: RecordObject([
          ("index", Value(Double(index))), ("train", try rows.gather(fold.train)), ("test", try rows.gather(fold.test)),
        ]))
    })
}
