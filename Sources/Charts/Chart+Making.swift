import Glibc

extension Chart {
  /// Lines over a shared x axis; points in the order given, gaps at nan.
  package static func line(
    _ series: [(name: String, xs: [Double], ys: [Double])], x: String? = nil, y: String? = nil, isLog: Bool = false,
    title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    let label = y ?? (series.count == 1 ? series.first.flatMap { $0.name.isEmpty ? nil : $0.name } : nil)
    let plot = Plot(
      series.map { Plot.Series($0.name, xs: $0.xs, ys: $0.ys) }, x: Axis(x), y: Axis(label, isLog: isLog))
    return Chart(.plot(plot), title: title, width: width, height: height)
  }

  /// Points; several series are told apart by marker and colour.
  package static func scatter(
    _ series: [(name: String, xs: [Double], ys: [Double])], x: String? = nil, y: String? = nil, isLog: Bool = false,
    title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    let plot = Plot(
      series.map { Plot.Series($0.name, xs: $0.xs, ys: $0.ys, kind: .points) }, x: Axis(x), y: Axis(y, isLog: isLog))
    return Chart(.plot(plot), title: title, width: width, height: height)
  }

  package static func bars(
    _ labels: [String], _ values: [Double], title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    Chart(.bars(Bars(labels, values)), title: title, width: width, height: height)
  }

  /// Counts over bins of equal width on round edges.
  ///
  /// - Parameter bins: about how many; by Sturges' rule (1926), `log2(n) + 1`, at least 10 for 100 values, when nil.
  package static func hist(
    _ values: [Double], bins: Int? = nil, x: String? = nil, title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    var (low, high, count) = (Double.infinity, -Double.infinity, 0)
    var isWhole = true
    for v in values where AxisScale.canShow(v, isLog: false) {
      low = min(low, v)
      high = max(high, v)
      count += 1
      if isWhole, v != v.rounded() { isWhole = false }
    }
    var notes: [String] = []
    if count < values.count { notes.append("\(grouped(values.count - count)) values not shown: nan or inf") }
    guard count > 0 else {
      return Chart(
        .plot(Plot([], x: Axis(x), y: Axis("count"), notes: notes)), title: title, width: width, height: height)
    }
    let wanted = bins ?? min(40, max(count >= 100 ? 10 : 5, Int(log2(Double(count)).rounded(.up)) + 1))
    let number: Int
    let step: Double
    var isCentered = false
    if bins == nil, isWhole, high - low < Double(2 * wanted), abs(low) < 1e15 {
      // A bin for each whole number, which stands under its middle.
      (number, step, isCentered) = (Int(high - low) + 1, 1, true)
      low -= 0.5
    } else {
      if high - low <= max(abs(low), abs(high)) * 1e-12 {
        let room = low == 0 ? 0.5 : abs(low) * 0.05
        (low, high) = (low - room, high + room)
      }
      if bins != nil {
        number = max(1, min(10_000, wanted))
        step = (high - low) / Double(number)
      } else {
        step = niceStep((high - low) / Double(wanted))
        low = (low / step).rounded(.down) * step
        number = max(1, Int(((high - low) / step).rounded(.down)) + 1)
      }
    }
    var counts = [Double](repeating: 0, count: number)
    for v in values where AxisScale.canShow(v, isLog: false) {
      counts[max(0, min(number - 1, Int((v - low) / step)))] += 1
    }
    let edges = (0...number).map { low + Double($0) * step }
    let plot = Plot(
      [Plot.Series("count", xs: edges, ys: counts, kind: .columns)], x: Axis(x, isWhole: isCentered), y: Axis("count"),
      notes: notes)
    return Chart(.plot(plot), title: title, width: width, height: height)
  }

  package static func heatmap(
    _ values: [[Double]], rows: [String] = [], columns: [String] = [], title: String? = nil, width: Int? = nil,
    height: Int? = nil
  ) -> Chart {
    Chart(
      .grid(Grid(values, rowLabels: rows, columnLabels: columns)), title: title, width: width, height: height)
  }

  /// Counts of predicted against true classes, rows the truth, with the recall of each class.
  ///
  /// The classes most often taken for another are named when the numbers do not fit.
  package static func confusion(
    _ counts: [[Double]], labels: [String] = [], title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    let names = counts.indices.map { $0 < labels.count ? labels[$0] : String($0) }
    var right = 0.0
    var all = 0.0
    var worst: [(count: Double, text: String)] = []
    var recall: [String] = []
    for (i, row) in counts.enumerated() {
      let sum = row.reduce(0, +)
      let hit = i < row.count ? row[i] : 0
      right += hit
      all += sum
      recall.append(sum > 0 ? fixed(hit / sum * 100, 1) + "%" : "-")
      for (j, count) in row.enumerated() where j != i && count > 0 {
        worst.append((count, "\(names[i]) as \(j < names.count ? names[j] : String(j)) (\(fixed(count, 0)))"))
      }
    }
    var notes: [String] = []
    if all > 0 { notes.append("\(fixed(right, 0)) of \(fixed(all, 0)) right (\(fixed(right / all * 100, 2))%)") }
    if counts.count > 3, !worst.isEmpty {
      let top = worst.sorted { $0.count > $1.count }.prefix(3).map(\.text)
      notes.append("most often mistaken: " + top.joined(separator: ", "))
    }
    let grid = Grid(
      counts, rowLabels: names, columnLabels: names, rowTitle: "truth", columnTitle: "predicted", shading: .perRow,
      sideTitle: "recall", side: recall, notes: notes)
    return Chart(.grid(grid), title: title ?? "Confusion matrix", width: width, height: height)
  }

  /// Receiver operating characteristic: rates of false and true positives, with the area under each curve.
  package static func roc(
    _ curves: [(name: String, falseRate: [Double], trueRate: [Double], area: Double)], title: String? = nil,
    width: Int? = nil, height: Int? = nil
  ) -> Chart {
    let diagonal = Plot.Series("chance", xs: [0, 1], ys: [0, 1], kind: .reference)
    let isSingle = curves.count == 1
    let series = curves.map {
      Plot.Series(isSingle ? $0.name : "\($0.name) AUC \(areaText($0.area))", xs: $0.falseRate, ys: $0.trueRate)
    }
    let plot = Plot(
      [diagonal] + series, x: Axis("false positive rate", range: 0...1), y: Axis("true positive rate", range: 0...1))
    let heading = isSingle ? "ROC curve, AUC \(areaText(curves[0].area))" : "ROC curves"
    return Chart(.plot(plot), title: title ?? heading, width: width ?? 64, height: height)
  }

  /// Precision against recall; the dashed line is the share of positives, what chance would give.
  package static func precisionRecall(
    _ curves: [(name: String, recall: [Double], precision: [Double], average: Double)], positiveShare: Double? = nil,
    title: String? = nil, width: Int? = nil, height: Int? = nil
  ) -> Chart {
    let isSingle = curves.count == 1
    var series = curves.map {
      Plot.Series(isSingle ? $0.name : "\($0.name) AP \(areaText($0.average))", xs: $0.recall, ys: $0.precision)
    }
    if let positiveShare {
      series.insert(Plot.Series("chance", xs: [0, 1], ys: [positiveShare, positiveShare], kind: .reference), at: 0)
    }
    let plot = Plot(series, x: Axis("recall", range: 0...1), y: Axis("precision", range: 0...1))
    let heading = isSingle ? "Precision and recall, AP \(areaText(curves[0].average))" : "Precision and recall"
    return Chart(.plot(plot), title: title ?? heading, width: width ?? 64, height: height)
  }

  private static func areaText(_ area: Double) -> String { area.isFinite ? fixed(area, 3) : "undefined" }

  package static func image(
    _ pictures: [ImageSheet.Picture], across: Int? = nil, title: String? = nil, width: Int? = nil
  ) -> Chart {
    Chart(.images(ImageSheet(pictures, across: across)), title: title, width: width)
  }

  package static func box(
    _ groups: [(label: String, values: [Double])], x: String? = nil, title: String? = nil, width: Int? = nil
  ) -> Chart {
    Chart(.boxes(Boxes(groups, axis: Axis(x))), title: title, width: width)
  }

  package static func spark(_ values: [Double], title: String? = nil, width: Int? = nil) -> Chart {
    Chart(.spark(values), title: title, width: width)
  }

  package static func beside(_ a: Chart, _ b: Chart, title: String? = nil, width: Int? = nil) -> Chart {
    Chart(.beside(a, b), title: title, width: width)
  }
}
