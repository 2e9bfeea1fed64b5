import Diagnostics

/// One part of a cross-validation: the rows to learn from and the rows to judge on.
package struct Fold: Equatable, Sendable {
  package var train: [Int]
  package var test: [Int]

  package init(train: [Int], test: [Int]) {
    self.train = train
    self.test = test
  }
}

/// Ways to divide `n` rows into folds. Without shuffling they agree with scikit-learn's splitters row for row.
package enum Folds {
  /// Contiguous folds; the first `n mod k` get one row more.
  ///
  /// - Parameter order: the rows as they are to be dealt out, a permutation when shuffling.
  package static func plain(order: [Int], k: Int) throws -> [Fold] {
    let n = order.count
    try checkCount(k, rows: n)
    var owner = [Int](repeating: 0, count: n)
    var start = 0
    for fold in 0..<k {
      let size = n / k + (fold < n % k ? 1 : 0)
      for at in start..<start + size { owner[order[at]] = fold }
      start += size
    }
    return folds(owner, k)
  }

  /// Folds with the classes in equal shares, their sizes kept even.
  ///
  /// Classes, in order of first appearance, are dealt out as the sorted labels fall on the folds in turn.
  /// - Parameter shuffle: gives a permutation of the fold numbers that a class's rows get, or nil to keep their order.
  package static func stratified(_ labels: [Int], k: Int, shuffle: (([Int]) -> [Int])? = nil) throws -> [Fold] {
    try checkCount(k, rows: labels.count)
    let (classes, count) = byAppearance(labels)
    var sizes = [Int](repeating: 0, count: count)
    for c in classes { sizes[c] += 1 }
    guard let largest = sizes.max(), largest >= k else {
      throw Failure(
        "argument-range", "\(k) folds need a class with at least \(k) rows; the largest has \(sizes.max() ?? 0)")
    }
    var allocation = [[Int]](repeating: [Int](repeating: 0, count: count), count: k)
    for (at, c) in classes.sorted().enumerated() { allocation[at % k][c] += 1 }
    var rows = [[Int]](repeating: [], count: count)
    for (row, c) in classes.enumerated() { rows[c].append(row) }
    var owner = [Int](repeating: 0, count: labels.count)
    for c in 0..<count {
      var folds = (0..<k).flatMap { Array(repeating: $0, count: allocation[$0][c]) }
      if let shuffle { folds = shuffle(folds) }
      for (row, fold) in zip(rows[c], folds) { owner[row] = fold }
    }
    return folds(owner, k)
  }

  /// Folds that never part a group: the largest group first, each into the fold with the fewest rows.
  package static func grouped(_ groups: [Int], k: Int) throws -> [Fold] {
    let (codes, count) = inOrder(groups)
    try checkGroups(k, count)
    var sizes = [Int](repeating: 0, count: count)
    for code in codes { sizes[code] += 1 }
    var weight = [Int](repeating: 0, count: k)
    var owner = [Int](repeating: 0, count: count)
    // Of two groups of one size the later comes first, as in a reversed ascending sort.
    for group in (0..<count).sorted(by: { (sizes[$0], $0) > (sizes[$1], $1) }) {
      let lightest = weight.indices.min { weight[$0] < weight[$1] } ?? 0
      weight[lightest] += sizes[group]
      owner[group] = lightest
    }
    return folds(codes.map { owner[$0] }, k)
  }

  /// Folds that never part a group and keep the classes in shares as equal as the groups allow.
  ///
  /// Groups with the most uneven class counts go first; each goes where the spread of class shares stays smallest.
  package static func stratifiedGrouped(_ labels: [Int], groups: [Int], k: Int) throws -> [Fold] {
    guard labels.count == groups.count else {
      throw Failure("argument-range", "`stratify` has \(labels.count) values where `groups` has \(groups.count)")
    }
    let (codes, groupCount) = inOrder(groups)
    let (classes, classCount) = inOrder(labels)
    try checkGroups(k, groupCount)
    var perGroup = [[Double]](repeating: [Double](repeating: 0, count: classCount), count: groupCount)
    var total = [Double](repeating: 0, count: classCount)
    for (code, c) in zip(codes, classes) {
      perGroup[code][c] += 1
      total[c] += 1
    }
    func spread(_ x: [Double]) -> Double {
      let mean = x.reduce(0, +) / Double(x.count)
      return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)).squareRoot()
    }
    var inFold = [[Double]](repeating: [Double](repeating: 0, count: classCount), count: k)
    var owner = [Int](repeating: 0, count: groupCount)
    for group in (0..<groupCount).sorted(by: { (-spread(perGroup[$0]), $0) < (-spread(perGroup[$1]), $1) }) {
      var best = (fold: 0, spread: Double.infinity, rows: Double.infinity)
      for fold in 0..<k {
        let shares = (0..<classCount).map { c in
          spread((0..<k).map { (inFold[$0][c] + ($0 == fold ? perGroup[group][c] : 0)) / total[c] })
        }
        let mean = shares.reduce(0, +) / Double(classCount)
        let rows = inFold[fold].reduce(0, +)
        let closer = mean < best.spread
        let level = best.spread.isFinite && abs(mean - best.spread) <= 1e-8 + 1e-5 * abs(best.spread)
        if closer || (level && rows < best.rows) { best = (fold, mean, rows) }
      }
      for c in 0..<classCount { inFold[best.fold][c] += perGroup[group][c] }
      owner[group] = best.fold
    }
    return folds(codes.map { owner[$0] }, k)
  }

  /// Rows in order of time: each fold learns from what came before its test rows.
  ///
  /// - Parameters:
  ///   - testSize: rows in each test part, or nil for `n / (k + 1)`.
  ///   - gap: rows left out between the two parts.
  ///   - largestTrain: only so many of the latest rows are learned from.
  package static func time(
    rows n: Int, k: Int, gap: Int = 0, testSize: Int? = nil, largestTrain: Int? = nil
  ) throws -> [Fold] {
    guard k >= 1, k + 1 <= n else {
      throw Failure("argument-range", "\(k) folds need at least \(k + 1) rows; there are \(n)")
    }
    let size = testSize ?? n / (k + 1)
    guard size >= 1, gap >= 0, size <= n, gap <= n, n - gap - size * k > 0 else {
      throw Failure(
        "argument-range", "\(k) folds of \(size) test rows with a gap of \(gap) do not fit into \(n) rows")
    }
    return (0..<k).map { fold in
      let testStart = n - (k - fold) * size
      let trainEnd = testStart - gap
      let trainStart = largestTrain.map { max(0, trainEnd - $0) } ?? 0
      return Fold(train: Array(trainStart..<trainEnd), test: Array(testStart..<testStart + size))
    }
  }

  /// Each row once as the only test row.
  package static func leaveOneOut(rows n: Int) throws -> [Fold] {
    guard n >= 2 else { throw Failure("argument-range", "leave-one-out needs at least 2 rows; there are \(n)") }
    return try plain(order: Array(0..<n), k: n)
  }

  /// Each group once as the test part.
  package static func leaveOneGroupOut(_ groups: [Int]) throws -> [Fold] {
    let (codes, count) = inOrder(groups)
    try checkGroups(count, count)
    return folds(codes, count)
  }

  /// The weight of each class that makes all classes count alike: `n / (classes * rows of the class)`.
  package static func balancedWeights(_ labels: [Int]) -> [Double] {
    let (codes, count) = inOrder(labels)
    var sizes = [Double](repeating: 0, count: count)
    for code in codes { sizes[code] += 1 }
    return sizes.map { Double(labels.count) / (Double(count) * $0) }
  }

  private static func folds(_ owner: [Int], _ k: Int) -> [Fold] {
    (0..<k).map { fold in
      Fold(train: owner.indices.filter { owner[$0] != fold }, test: owner.indices.filter { owner[$0] == fold })
    }
  }

  private static func checkCount(_ k: Int, rows: Int) throws {
    guard k >= 2 else { throw Failure("argument-range", "cross-validation needs at least 2 folds, not \(k)") }
    guard k <= rows else { throw Failure("argument-range", "\(k) folds need at least \(k) rows; there are \(rows)") }
  }

  private static func checkGroups(_ k: Int, _ groups: Int) throws {
    guard k >= 2 else { throw Failure("argument-range", "cross-validation needs at least 2 folds, not \(k)") }
    guard k <= groups else {
      throw Failure("argument-range", "\(k) folds need at least \(k) groups; there are \(groups)")
    }
  }

  private static func byAppearance(_ values: [Int]) -> (codes: [Int], count: Int) {
    var numbering: [Int: Int] = [:]
    let codes = values.map { value in
      if let code = numbering[value] { return code }
      numbering[value] = numbering.count
      return numbering.count - 1
    }
    return (codes, numbering.count)
  }

  static func inOrder(_ values: [Int]) -> (codes: [Int], count: Int) {
    let distinct = Set(values).sorted()
    let numbering = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    return (values.map { numbering[$0] ?? 0 }, distinct.count)
  }
}
