import Diagnostics
import Syntax
import Testing

/// A tree printed as source parses to the same tree.
@Suite struct RoundTrip {
  @Test func holdsForEveryProduction() {
    for (source, _) in Grammar.statements + Grammar.expressions + Grammar.literals + Grammar.functions + Grammar.lines {
      check(Array(source.utf8))
    }
  }

  @Test func holdsForTheSamplesAndTheirMutations() {
    var random = Generator(state: 11)
    for sample in Samples.all { check(Array(sample.utf8)) }
    for round in 0..<4000 {
      var bytes = Array(Samples.all[round % Samples.all.count].utf8)
      let length = Int.random(in: 1..<20, using: &random)
      let from = Int.random(in: 0..<bytes.count - length, using: &random)
      let piece = bytes[from..<from + length]
      let to = Int.random(in: 0..<bytes.count, using: &random)
      if round % 2 == 0 { bytes.insert(contentsOf: piece, at: to) } else { bytes.removeSubrange(from..<from + length) }
      check(bytes)
    }
  }

  private func check(_ bytes: [UInt8]) {
    guard case .complete(let program) = parse(SourceText(name: "", bytes: bytes), mode: .file) else { return }
    var printer = Printer()
    let printed = printer.program(program)
    if printer.isUnprintable { return }
    #expect(outcome(printed) == dump(program), "\(printed)")
  }
}
