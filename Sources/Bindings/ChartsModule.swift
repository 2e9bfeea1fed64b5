import Charts
import Diagnostics
import Evaluation
import Evaluator
import Tables
import Tensors

private let title = Parameter<String?>("title", "a heading", default: nil)
private let width = Parameter<Int?>(
  "width", "columns; the screen's when none", default: nil, .given(.between(16, 1000)))
private let height = Parameter<Int?>("height", "rows", default: nil, .given(.between(3, 200)))
private let prediction = Parameter<Value>("pred", dims: "[n, ...]", "predicted labels, or a score for each class")
private let truth = Parameter<Value>("y", dims: "[n, ...]", "true labels")
private let score = Parameter<Tensor>(
  "score", dims: "[n, ...]", "scores of the positive class, or a column for each class")
private let chartLabelNames = Parameter<[String]?>("labels", "the classes' names", default: nil)

/// Charts: values that show at top level and are saved as SVG or text.
let chartsModule = Module(
  "charts", "charts: values that are shown at top level; `save(chart, \"x.svg\")` keeps one",
  [
    Builtin(
      "line", "Lines over a shared axis; each has its own marker.",
      Parameter<Value>("data", "a table, a record of vectors, a vector, or a matrix with a line in each column"),
      Parameter<Value>("x", "the table's column along the axis, or the positions", default: .none),
      Parameter<Value>("y", "the table's column or columns; all others when none", default: .none),
      Parameter<Bool>("log", "a logarithmic vertical axis", default: false), title, width, height,
      examples: [
        "line([1, 4, 9], width=16, height=3)"
          => "10 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡠⠔\n   │⠀⠀⠀⠀⠀⣀⡠⠔⠊⠁\n 0 ┤⠤⠒⠒⠉⠉\n   └┬──────────┬\n    0          2"
      ]
    ) { data, x, y, log, title, width, height in
      let (series, xName, yName) = try chartSeries(data, x: x, y: y)
      return Chart.line(series, x: xName, y: yName, isLog: log, title: title, width: width, height: height)
    },
    Builtin(
      "scatter", "Points; those of a class share a marker and a colour.",
      Parameter<Value>("data", "a table, a matrix [n, 2], or the positions along x"),
      Parameter<Value>(
        "x", "the table's column along x; with a vector before it, the positions along y", default: .none),
      Parameter<Value>("y", "the table's column along y", default: .none),
      Parameter<Value>("color", "the table's column with the classes, or a label for each point", default: .none),
      Parameter<Bool>("log", "a logarithmic vertical axis", default: false), title, width, height,
      examples: [
        "scatter([1, 2, 3], [3, 1, 2], width=16, height=3)"
          => "  │⡀\n  │⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠐\n0 ┤⠀⠀⠀⠀⠀⠀⠈\n  └──────┬──────\n         2"
      ]
    ) { data, x, y, color, log, title, width, height in
      var (series, xName, yName) = try chartSeries(data, x: x, y: y)
      if let tensor = data.tensor, tensor.rank == 2 {
        guard series.count == 2 else {
          throw Failure(
            "argument-range", "a scatter chart of a matrix needs two columns, and this one is \(tensor.shape)",
            argument: 0)
        }
        series = [("", series[0].ys, series[1].ys)]
      }
      if !color.isNone, let only = series.first, series.count == 1 {
        series = try splitSeries(only, by: color, in: data)
      }
      return Chart.scatter(series, x: xName, y: yName, isLog: log, title: title, width: width, height: height)
    },
    Builtin(
      "bars", "A bar for each label.",
      Parameter<Value>("labels", "the labels, a record of numbers, or a table of labels and numbers"),
      Parameter<Value>("values", "a number for each label; not after a record or a table", default: .none), title,
      width,
      height,
      examples: ["bars((\"cat\", \"dog\"), [1, 3], width=16)" => "cat ███▍       1\ndog ██████████ 3"]
    ) { labels, values, title, width, height in
      let (names, numbers) = try barData(labels, values)
      guard names.count == numbers.count else {
        throw Failure(
          "argument-range", "there are \(names.count) labels and \(numbers.count) values", argument: 1,
          why: "each bar needs both.")
      }
      return Chart.bars(names, numbers, title: title, width: width, height: height)
    },
    Builtin(
      "hist", "How often values fall into each of some bins.", Parameter<Value>("x", "numbers in any shape"),
      Parameter<Int?>(
        "bins", "how many bins; chosen by the count when none", default: nil, .given(.between(1, 10_000))),
      title, width, height,
      examples: [
        "hist([1, 2, 2, 3], bins=3, width=16, height=3)"
          => "count\n2 ┤⠀⠀⠀⠀█████\n  │▄▄▄▄█████▄▄▄▄\n0 ┤█████████████\n  └──────┬──────\n         2"
      ]
    ) { x, bins, title, width, height in
      Chart.hist(try chartNumbers(x, 0), bins: bins, title: title, width: width, height: height)
    },
    Builtin(
      "box", "The median, the middle half and the reach of each group.",
      Parameter<Value>("data", "a record of vectors, a table, a matrix with a group in each column, or a vector"),
      title,
      width,
      examples: [
        "box({a: [1, 2, 3], b: [2, 4, 6]}, width=24)"
          => "a ├─┤░┃░├─┤\nb     ├───┤░░░░┃░░░├───┤\n  ─────────────────┬────\n                   5"
      ]
    ) { data, title, width in
      let (series, _, _) = try chartSeries(data, x: .none, y: .none)
      return Chart.box(series.map { ($0.name, $0.ys) }, title: title, width: width)
    },
    Builtin(
      "heatmap", "A matrix as shades.", Parameter<Value>("m", "a matrix or a table of numbers"),
      Parameter<[String]?>("rows", "a name for each row", default: nil),
      Parameter<[String]?>("columns", "a name for each column", default: nil), title, width, height,
      examples: ["heatmap([[1, 2], [3, 4]])" => "   0   1\n0  1   2▒\n1  3▓  4█"]
    ) { m, rows, columns, title, width, height in
      let names =
        columns
        ?? (m.foreign as? Table).map { table in
          table.names.filter { (try? table.column($0).numbers) != nil }
        }
      return Chart.heatmap(
        try chartMatrix(m, 0), rows: rows ?? [], columns: names ?? [], title: title, width: width, height: height)
    },
    Builtin(
      "image", "Pictures in shades or colours.",
      Parameter<Tensor>("x", "[h, w], [h, w, 3], [n, h, w] or [n, h, w, 3]; bytes, or numbers from 0 to 1"),
      Parameter<Int?>("cols", "pictures side by side; as many as fit when none", default: nil, .given(.atLeast(1))),
      Parameter<[String]?>("labels", "a caption for each picture", default: nil), title, width,
      examples: ["image([[0, 1], [1, 0]])" => "  ██\n██"]
    ) { x, cols, labels, title, width in
      var pictures = try chartPictures(x, limit: 64)
      for i in pictures.indices where i < labels?.count ?? 0 { pictures[i].caption = labels?[i] ?? "" }
      return Chart.image(pictures, across: cols, title: title, width: width)
    },
    Builtin(
      "spark", "Numbers as one line of characters.", Parameter<Value>("x", "numbers"), width,
      examples: ["spark([1, 2, 4, 8])" => "▁▂▄█"]
    ) { x, width in Chart.spark(try chartNumbers(x, 0), width: width) },
    Builtin(
      "curve", "A function of a number, drawn from a to b.",
      Parameter<FunctionReference>("f", "takes and gives a number"),
      Parameter<Double>("a", "where the curve begins"), Parameter<Double>("b", "where it ends"), title, width, height,
      examples: [
        "curve(x => x ** 2, -1, 1, width=20, height=4)"
          => "1 ┤⢳⡀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⢀⡞\n  │⠀⠹⣄⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⣠⠏\n  │⠀⠀⠈⠣⡀⠀⠀⠀⠀⠀⠀⠀⢀⠜⠁\n0 ┤⠀⠀⠀⠀⠈⠳⠤⣀⣀⣀⠤⠞⠁\n  └┬───────┬───────┬\n  -1       0       1"
      ]
    ) { f, a, b, title, width, height in
      guard a < b, a.isFinite, b.isFinite else {
        throw Failure("argument-range", "`b` must be above `a`, not \(shortNumber(b))", argument: 2)
      }
      let xs = (0...400).map { a + (b - a) * Double($0) / 400 }
      let ys = try xs.map { x in
        var y = try f.call([Value(x)])
        defer { y.release() }
        guard let number = withUnsafeMutablePointer(to: &y, { Double.from($0) }) else {
          throw Failure("argument-type", "`f` must give a number, not \(y.described)", argument: 0)
        }
        return number
      }
      return Chart.line([("", xs, ys)], title: title, width: width, height: height)
    },
    Builtin(
      "confusion", "Counts of predicted against true classes; rows are the truth, shaded by their share.", prediction,
      truth, chartLabelNames, title, width,
      examples: [
        "confusion([0, 1, 1], [0, 1, 0], labels=(\"no\", \"yes\"))"
          => "Confusion matrix\n      predicted\ntruth  0   1   recall\n0 no   1▒  1▒   50.0%\n1 yes  0   1█  100.0%\n2 of 3 right (66.67%)"
      ]
    ) { prediction, truth, labels, title, width in
      let (predicted, actual, names) = try confusionLabels(prediction, truth, labels)
      let confusion = try Confusion(predicted, actual, classes: names.isEmpty ? nil : Array(names.indices))
      let rows = (0..<confusion.size).map { t in (0..<confusion.size).map { confusion[t, $0] } }
      return Chart.confusion(
        rows, labels: names.isEmpty ? confusion.classes.map(String.init) : names, title: title, width: width)
    },
    Builtin(
      "roc", "True against false positives over all thresholds, with the area under the curve.", score, truth,
      chartLabelNames, title, width, height,
      examples: [
        "roc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], width=20, height=4)"
          => "ROC curve, AUC 0.750\ntrue positive rate\n1 ┤⠀⠀⠀⠀⠀⠀⠀⠀⢸⠉⠉⠉⠉⢉⠉⠋⠉\n  │⣀⣀⣀⣀⣀⣀⣀⣀⣸⡀⠐⠀⠁\n  │⡇⠀⠀⠀⢀⠀⠄⠈\n0 ┤⡇⠠⠀⠁\n  └┬───────┬───────┬\n  0.0     0.5    1.0\n   false positive r…"
      ]
    ) { score, truth, labels, title, width, height in
      let curves = try rankingCurves(score, truth, labels).map { name, curve in
        let points = curve.roc()
        return (name: name, falseRate: points.fpr, trueRate: points.tpr, area: curve.area())
      }
      return Chart.roc(curves, title: title, width: width, height: height)
    },
    Builtin(
      "pr", "Precision against recall over all thresholds, with the average precision.", score, truth, chartLabelNames,
      title, width, height,
      examples: [
        "pr([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], width=20, height=4)"
          => "Precision and recal…\nprecision\n1 ┤⠉⠉⠉⠉⠉⠉⠉⠉⢹\n  │⡀⢀⠀⡀⢀⠀⡀⢀⢸⣀⣀⠤⡤⢤⠤⡒⢲\n  │\n0 ┤\n  └┬───────┬───────┬\n  0.0     0.5    1.0\n        recall"
      ]
    ) { score, truth, labels, title, width, height in
      let ranked = try rankingCurves(score, truth, labels)
      let curves = ranked.map { name, curve in
        let points = curve.precisionRecall
        return (name: name, recall: points.recall, precision: points.precision, average: curve.averagePrecision)
      }
      let share = ranked.count == 1 ? ranked[0].1.positives / (ranked[0].1.positives + ranked[0].1.negatives) : nil
      return Chart.precisionRecall(curves, positiveShare: share, title: title, width: width, height: height)
    },
    Builtin(
      "beside", "Two charts side by side.", Parameter<Chart>("a", "the left one"),
      Parameter<Chart>("b", "the right one"),
      title, width, examples: ["type(beside(spark([1, 2]), spark([2, 1])))" => "\"chart\""]
    ) { a, b, title, width in Chart.beside(a, b, title: title, width: width) },
  ])

/// Labels and numbers of a bar chart from what was given for them.
private func barData(_ labels: Value, _ values: Value) throws -> ([String], [Double]) {
  if values.isNone {
    if let record = labels.record {
      return (record.keys.map(\.name), try record.values.map { try chartNumbers($0, 0).first ?? .nan })
    }
    if let table = labels.foreign as? Table, table.columnCount >= 2, let numbers = table.columns[1].numbers {
      return (table.columns[0].cells.map(cellText), numbers)
    }
    let numbers = try chartNumbers(labels, 0)
    return (numbers.indices.map(String.init), numbers)
  }
  return (try chartTexts(labels, 0), try chartNumbers(values, 1))
}

private func cellText(_ cell: Cell) -> String {
  switch cell {
  case .missing: "missing"
  case .number(let x): shortNumber(x)
  case .text(let text): text
  case .bool(let b): b ? "true" : "false"
  }
}

/// Labels as numbers from 0 with their names; strings are numbered in their order.
private func confusionLabels(_ prediction: Value, _ truth: Value, _ names: [String]?) throws -> ([Int], [Int], [String])
{
  let areTexts = [prediction, truth].map { $0.list?.values.first?.string != nil }
  if areTexts[0] != areTexts[1] {
    throw Failure(
      "argument-type", "one side has texts and the other has numbers", argument: areTexts[0] ? 0 : 1,
      facts: [.init("prediction", prediction.described, argument: 0), .init("truth", truth.described, argument: 1)],
      why: numberedClasses)
  }
  if areTexts[1] {
    let (predicted, actual) = (try chartTexts(prediction, 0), try chartTexts(truth, 1))
    let known = names ?? Set(predicted + actual).sorted()
    let place = Dictionary(known.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    func numbered(_ labels: [String], _ argument: Int) throws -> [Int] {
      try labels.map { label in
        guard let at = place[label] else {
          throw Failure("label-range", "\"\(label)\" is not one of the \(known.count) classes", argument: argument)
        }
        return at
      }
    }
    return (try numbered(predicted, 0), try numbered(actual, 1), known)
  }
  return (try chartLabels(prediction, 0), try chartLabels(truth, 1), names ?? [])
}

/// One curve for a vector of scores (or two columns, of which the second counts), one a class for more columns.
private func rankingCurves(_ score: Tensor, _ truth: Value, _ names: [String]?) throws -> [(String, RankingCurve)] {
  let labels = try chartLabels(truth, 1)
  let scores = try score.doubles
  let columns = score.rank == 2 ? score.shape[1] : 1
  guard score.rank <= 2, scores.count == labels.count * columns else {
    throw Failure(
      "argument-range", "there are \(labels.count) labels for scores of shape \(score.shape)", argument: 1,
      why: "each row of scores needs one label.")
  }
  if columns <= 2 {
    let own = columns == 2 ? labels.indices.map { scores[$0 * 2 + 1] } : scores
    return [("", try RankingCurve(own, labels.map { $0 != 0 }))]
  }
  if let stray = labels.first(where: { $0 < 0 || $0 >= columns }) {
    throw Failure("label-range", "label \(stray) is out of range for \(columns) classes", argument: 1)
  }
  return try (0..<columns).filter { labels.contains($0) }.map { c in
    let name = names.flatMap { c < $0.count ? $0[c] : nil } ?? String(c)
    return (name, try RankingCurve(labels.indices.map { scores[$0 * columns + c] }, labels.map { $0 == c }))
  }
}
