import Charts
import Foundation
import Testing

@Suite struct ChartTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Goldens")
  private static let isRecording = ProcessInfo.processInfo.environment["NNS_RECORD"] == "1"

  /// Recording writes the file and fails the run, so that nothing recorded passes unseen.
  @Test(arguments: drawnCases)
  func isDrawnAsRecorded(_ drawn: DrawnCase) throws {
    let text = drawn.draw(drawn.style) + "\n"
    let file = Self.folder.appendingPathComponent(drawn.name + ".txt")
    let recorded = try? String(contentsOf: file, encoding: .utf8)
    if text == recorded { return }
    if Self.isRecording {
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(drawn.name); read it, then run again without NNS_RECORD")
    } else {
      Issue.record("\(drawn.name) is drawn as\n\(text)\nand was recorded as\n\(recorded ?? "nothing")")
    }
  }

  @Test func everyRecordHasItsCase() throws {
    let names = Set(drawnCases.map { $0.name + ".txt" })
    for file in try FileManager.default.contentsOfDirectory(atPath: Self.folder.path) {
      #expect(names.contains(file), "\(file) is an orphan")
    }
  }

  @Test(arguments: drawnCases)
  func staysWithinTheWidth(_ drawn: DrawnCase) {
    for canvas in Canvas.allCases {
      for width in [16, 20, 33, 80, 200] {
        let style = DisplayStyle(width: width, canvas: canvas)
        for line in drawn.draw(style).split(separator: "\n") {
          // Braille, blocks and box lines are one column each.
          #expect(columns(line) <= width, "\(drawn.name) at \(width): \(line)")
        }
      }
    }
  }

  @Test(arguments: drawnCases.filter { $0.style.canvas == .ascii })
  func plainCanvasIsPlain(_ drawn: DrawnCase) {
    // Labels keep the user's letters; everything else is ASCII.
    let text = drawn.draw(drawn.style).filter { !"名日本".contains($0) }
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func millionPointsTakeLessThanATenthOfASecond() {
    let xs = (0..<1_000_000).map(Double.init)
    let chart = Chart.line([("y", xs, xs.map { $0.truncatingRemainder(dividingBy: 977) })])
    let time = ContinuousClock().measure { _ = chart.text(DisplayStyle()) }
    #expect(time < .milliseconds(100))
  }

  @Test func svgIsWellFormedAndEscaped() {
    let chart = Chart.line([("a<b>&\"", [1, 2], [1, 2]), ("c", [1, 2], [2, 1])], title: "<script>")
    let found = fault(chart.svg)
    #expect(found == nil)
    for drawn in [
      Chart.bars(["a"], [1]), .heatmap([[1, 2]]), .roc([("", [0, 1], [0, 1], 0.5)]), .hist([]), .line([]),
    ] {
      #expect(fault(drawn.svg) == nil)
    }
  }

  /// Columns of plain text as a terminal counts them.
  private func columns(_ line: Substring) -> Int {
    line.unicodeScalars.reduce(0) { $0 + ((0x2E80...0x9FFF).contains($1.value) ? 2 : 1) }
  }

  /// The first fault in the nesting of tags, or nil.
  private func fault(_ text: String) -> String? {
    var open: [Substring] = []
    var rest = Substring(text)
    while let start = rest.firstIndex(of: "<") {
      if rest[..<start].contains(">") { return "a stray >" }
      guard let end = rest[start...].firstIndex(of: ">") else { return "a tag without an end" }
      let tag = rest[rest.index(after: start)..<end]
      if tag.contains("<") { return "a stray <" }
      rest = rest[rest.index(after: end)...]
      if tag.hasSuffix("/") { continue }
      if tag.hasPrefix("/") {
        if open.popLast() != tag.dropFirst() { return "\(tag) closes nothing" }
      } else {
        open.append(tag.prefix { $0 != " " })
      }
    }
    return open.isEmpty ? nil : "\(open) is not closed"
  }
}
