/// Damages texts: of a corpus of programs, bytes, words and lines are dropped, doubled, swapped and put elsewhere.
package struct Mutation {
  private let corpus: [[UInt8]]
  private static let pieces: [String] = [
    "(", ")", "[", "]", "{", "}", "{{", "}}", "\"", "'", "\"\"\"", ",", ";", "\n", "=", "=>", "->", "|>", ">>", "..",
    "..=",
    "&", "|", "|-|", "#%% ", "##", "\\", "\\u{110000}", "\\{", ":", "`", "\u{0}", "\u{FEFF}", "\u{202E}", "🏽",
    "e\u{301}",
    "1e999", "0x", "0xffffffffffffffffff", "1_", "._", "_", "if", "else", "for x in", "while true {", "fn", "model",
    "try", "catch", "return", "use \"x.nns\"", "nns.", "not in", "new", "...", "**", "//", "@", "-", "- ", "\t", "\r",
    "\r\n", "assert", "none", "zeros(1e9, 1e9)", "0..1e18", "{x:>1000}", "args", "ans",
  ]

  package init(corpus: [[UInt8]]) { self.corpus = corpus }

  package func text(seed: UInt64) -> [UInt8] {
    var dice = Dice(seed: seed)
    var bytes = dice.pick(corpus)
    // A part of a long program, so that many are tried.
    if bytes.count > 600 {
      let start = dice.below(bytes.count - 500)
      let from = dice.isOne(in: 2) ? start : bytes[start...].firstIndex(of: 10).map { $0 + 1 } ?? start
      bytes = Array(bytes[min(from, bytes.count)..<min(bytes.count, from + 500)])
    }
    for _ in 0..<(1 + dice.below(5)) { mutate(&bytes, &dice) }
    return bytes
  }

  private func mutate(_ bytes: inout [UInt8], _ dice: inout Dice) {
    let at = dice.below(bytes.count + 1)
    let length = min(bytes.count - at, 1 + dice.below(dice.isOne(in: 4) ? 60 : 4))
    switch dice.below(9) {
    case 0: bytes.removeSubrange(at..<(at + length))
    case 1: bytes.insert(contentsOf: bytes[at..<(at + length)], at: dice.below(bytes.count + 1))
    case 2: if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: dice.next()) }
    case 3: if at < bytes.count { bytes[at] ^= 1 << UInt8(dice.below(8)) }
    case 4:
      let other = dice.pick(corpus)
      let from = dice.below(other.count + 1)
      bytes.insert(contentsOf: other[from..<min(other.count, from + dice.below(80))], at: at)
    case 5:
      let times = 1 + dice.below(dice.isOne(in: 30) ? 900 : 6)
      let piece = Array(dice.pick(Mutation.pieces).utf8)
      for _ in 0..<times { bytes.insert(contentsOf: piece, at: at) }
    case 6:
      let words = bytes.split(separator: 32, omittingEmptySubsequences: false)
      let (i, j) = (dice.below(words.count), dice.below(words.count))
      var swapped = words
      swapped.swapAt(i, j)
      bytes = Array(swapped.joined(separator: [32]))
    case 7: bytes.removeSubrange(at...)
    default: bytes.insert(contentsOf: Array(dice.pick(Mutation.pieces).utf8), at: at)
    }
  }
}
