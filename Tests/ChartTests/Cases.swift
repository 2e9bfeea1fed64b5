import Charts
import Glibc
import Testing

/// A chart, table or preview with the place it is drawn for; its text is kept in `Goldens/NAME.txt`.
struct DrawnCase: CustomTestStringConvertible, Sendable {
  var name: String
  var style: DisplayStyle
  var draw: @Sendable (DisplayStyle) -> String
  var testDescription: String { name }

}

/// A case that draws a chart.
private func chart(
  _ name: String, _ style: DisplayStyle = DisplayStyle(width: 60), _ make: @escaping @Sendable () -> Chart
) -> DrawnCase {
  DrawnCase(name: name, style: style) { make().text($0) }
}

/// A case that writes a table or a preview.
private func text(
  _ name: String, _ style: DisplayStyle = DisplayStyle(width: 60), _ make: @escaping @Sendable (DisplayStyle) -> String
) -> DrawnCase {
  DrawnCase(name: name, style: style, draw: make)
}

private let ascii = DisplayStyle(width: 60, canvas: .ascii)
private let block = DisplayStyle(width: 60, canvas: .block)
private let narrow = DisplayStyle(width: 20)
private let epochs = (1...10).map(Double.init)
private let loss = epochs.map { 0.9 / $0 + 0.2 }
private let clothes = [
  "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot",
]

private func single(_ ys: [Double], _ name: String = "y") -> [(name: String, xs: [Double], ys: [Double])] {
  [(name, ys.indices.map { Double($0 + 1) }, ys)]
}

/// Counts that look like a classifier's: mostly right, some mistakes.
private func counts(_ n: Int) -> [[Double]] {
  (0..<n).map { (i: Int) -> [Double] in
    (0..<n).map { (j: Int) -> Double in i == j ? Double(80 + i) : Double((i * 7 + j * 3) % 5) }
  }
}

private let waves: [[Double]] = (0..<50).map { (i: Int) -> [Double] in
  (0..<200).map { (j: Int) -> Double in sin(Double(i) / 8) * cos(Double(j) / 15) }
}

let drawnCases = lineCases + plotCases + barCases + gridCases + otherCases + textCases

private let lineCases: [DrawnCase] = [
  chart("line-two-series") {
    .line([("loss", epochs, loss), ("val_loss", epochs, loss.map { $0 + 0.1 })], x: "epoch", title: "Training")
  },
  chart("line-two-series-ascii", ascii) {
    .line([("loss", epochs, loss), ("val_loss", epochs, loss.map { $0 + 0.1 })], x: "epoch")
  },
  chart("line-block", block) { .line(single(loss, "loss"), x: "epoch") },
  chart("line-narrow", narrow) { .line(single(loss, "loss"), x: "epoch") },
  chart("line-color", DisplayStyle(width: 40, color: .indexed)) {
    .line([("a", epochs, loss), ("b", epochs, loss.reversed())], height: 4)
  },
  chart("line-log") { .line([("loss", epochs, epochs.map { exp(-2 * $0) })], isLog: true) },
  chart("line-log-within-a-decade") { .line([("loss", epochs, epochs.map { 2 + $0 / 5 })], isLog: true) },
  chart("line-log-of-not-positive") { .line(single([-1, 0, 1, 10, 100]), isLog: true) },
  chart("line-not-finite") { .line(single([1, .nan, .infinity, 4, 5, -.infinity, 7])) },
  chart("line-all-nan") { .line(single([.nan, .nan])) },
  chart("line-constant") { .line(single([3, 3, 3])) },
  chart("line-constant-zero") { .line(single([0, 0])) },
  chart("line-one-point") { .line(single([5])) },
  chart("line-no-points") { .line(single([])) },
  chart("line-no-series") { .line([]) },
  chart("line-1e9") { .line(single(epochs.map { $0 * 1e9 })) },
  chart("line-1e-9") { .line(single(epochs.map { $0 * 1e-9 })) },
  chart("line-1e300") { .line(single([1e300, -1e308, 1e299, -1e299])) },
  chart("line-close-to-each-other") { .line(single([1e9, 1e9 + 1, 1e9 + 2])) },
  chart("line-wide-characters") {
    .line([("损失", epochs, loss), ("验证损失", epochs, loss.reversed())], x: "步骤", title: "训练")
  },
  chart("line-more-series-than-colors") {
    .line((0..<12).map { k in ("class \(k)", epochs, epochs.map { $0 + Double(3 * k) }) })
  },
  chart("line-control-characters") {
    .line([("a\u{1B}[31m", [1, 2], [1, 2]), ("b\nc", [1, 2], [2, 1])], height: 3)
  },
]

private let plotCases: [DrawnCase] = [
  chart("scatter-one-class") { .scatter([("", epochs, loss)], x: "w", y: "h") },
  chart("scatter-two-classes") { .scatter([("a", epochs, loss), ("b", epochs, loss.reversed())]) },
]

private let barCases: [DrawnCase] = [
  chart("bars") { .bars(["apple", "日本語", "a label that is far too long for a bar"], [3, 7.5, 12]) },
  chart("bars-negative") { .bars(["a", "b", "c"], [-3, 7.5, .nan]) },
  chart("bars-ascii-narrow", DisplayStyle(width: 20, canvas: .ascii)) { .bars(["apple", "pear"], [3, 12]) },
  chart("bars-none") { .bars([], []) },
  chart("hist") { .hist((0..<1000).map { sin(Double($0)) }) },
  chart("hist-ascii", ascii) { .hist((0..<1000).map { sin(Double($0)) }, height: 6) },
  chart("hist-whole-numbers") { .hist([1, 2, 2, 3, 3, 3]) },
  chart("hist-constant") { .hist([5, 5, 5]) },
  chart("hist-none") { .hist([]) },
]

private let gridCases: [DrawnCase] = [
  chart("heatmap-numbers") { .heatmap([[1, 2, 3], [4, 5, 6], [7, 8, .nan]]) },
  chart("heatmap-large") {
    .heatmap(waves, height: 10)
  },
  chart("heatmap-constant", ascii) { .heatmap([[2, 2], [2, 2]]) },
  chart("heatmap-empty") { .heatmap([]) },
  chart("confusion", DisplayStyle(width: 80)) { .confusion(counts(10), labels: clothes) },
  chart("confusion-narrow", DisplayStyle(width: 40)) { .confusion(counts(10), labels: clothes) },
  chart("confusion-binary", ascii) { .confusion([[10, 2], [3, 40]], labels: ["no", "yes"]) },
  chart("confusion-empty-class") { .confusion([[10, 0], [0, 0]], labels: ["no", "yes"]) },
  chart("confusion-color", DisplayStyle(width: 60, color: .full)) {
    .confusion([[9, 1], [3, 7]], labels: ["no", "yes"])
  },
]

private let otherCases: [DrawnCase] = [
  chart("roc") { .roc([("", [0, 0.1, 0.3, 1], [0, 0.7, 0.9, 1], 0.87)]) },
  chart("roc-several") {
    .roc([("a", [0, 0.1, 1], [0, 0.8, 1], 0.85), ("b", [0, 0.4, 1], [0, 0.6, 1], .nan)])
  },
  chart("precision-recall") { .precisionRecall([("", [0, 0.5, 1], [1, 0.8, 0.5], 0.9)], positiveShare: 0.5) },
  chart("image") { .image([.init(height: 4, width: 4, values: (0..<16).map { Double($0) / 15 }, caption: "7")]) },
  chart("image-ascii", ascii) { .image([.init(height: 4, width: 4, values: (0..<16).map { Double($0) / 15 })]) },
  chart("image-color", DisplayStyle(width: 40, color: .full)) {
    .image([.init(height: 3, width: 2, channels: 3, values: (0..<18).map { Double($0) / 17 })])
  },
  chart("box") { .box([("a", [1, 2, 3, 4, 5, 20]), ("b", [2, 3, 4, 5, 6])]) },
  chart("spark") { .spark([1, 2, .nan, 4, 8]) },
  chart("spark-longer-than-the-screen", narrow) { .spark((0..<1000).map(Double.init)) },
  chart("beside") { .beside(.bars(["a", "b"], [1, 2]), .spark([1, 2, 3])) },
]

private let textCases: [DrawnCase] = [
  text("table") { style in
    TextTable(
      [
        .init("epoch", epochs), .init("loss", loss), .init("lr", epochs.map { (_: Double) in 0.001 }),
        .init("name", clothes),
      ],
      rowCount: 10
    ).text(style)
  },
  text("table-ascii", ascii) { style in
    TextTable([.init("x", [1.5, 20]), .init("名", ["a", "日本"])], rowCount: 2).text(style)
  },
  text("table-too-long-and-wide") { style in
    TextTable(
      (0..<30).map { k in .init("column \(k)", isNumeric: true) { .number(Double($0 * k)) } }, rowCount: 60_000
    ).text(style)
  },
  text("table-missing-and-hostile") { style in
    TextTable(
      [
        .init("a\tb", ["x\u{1B}[2J", "line\nbreak"]),
        .init("n", isNumeric: true) { $0 == 0 ? .missing : .number(.nan) },
        .init("size", isNumeric: true) { .number($0 == 0 ? 1e-9 : 1e9) },
      ], rowCount: 2, caption: "two rows"
    ).text(style)
  },
  text("table-no-rows") { style in TextTable([.init("a", [Double]())], rowCount: 0).text(style) },
  text("tensor-matrix") { style in
    TensorPreview("f32 [3, 4]", shape: [3, 4]) { .number(Double($0) / 3) }.text(style)
  },
  text("tensor-large") { style in
    TensorPreview("f32 [60000, 28, 28]", shape: [60_000, 28, 28]) { .number(Double($0 % 7)) }.text(style)
  },
  text("tensor-vector") { style in TensorPreview("f32 [5000]", shape: [5000]) { .number(Double($0)) }.text(style)
  },
  text("tensor-empty") { style in TensorPreview("f32 [0, 4]", shape: [0, 4]) { _ in .missing }.text(style) },
]
