import Diagnostics
import Syntax
import Testing

/// Hostile and broken texts: the parser answers, quickly, whatever the text.
@Suite struct Robustness {
  @Test(arguments: Samples.all) func acceptsTheSample(_ sample: String) {
    #expect(verdict(sample, .file) == .complete, "\(outcome(sample, .file))")
    #expect(verdict(sample + "\n", .prompt) == .complete)
  }

  /// A file is never incomplete, and an entry cut between two lines is never wrong before its end.
  @Test(arguments: Samples.all) func answersAtEveryPrefix(_ sample: String) {
    let bytes = Array(sample.utf8)
    for end in 0...bytes.count {
      let source = SourceText(name: "", bytes: Array(bytes[..<end]))
      if case .incomplete = parse(source, mode: .file) { Issue.record("incomplete file at byte \(end)") }
      _ = parse(source, mode: .prompt)
      checkTokens(source.bytes)
    }
    var lines = ""
    for line in sample.split(separator: "\n", omittingEmptySubsequences: false) {
      lines += lines.isEmpty ? line : "\n" + line
      #expect(verdict(lines) != .invalid, "\(outcome(lines, .prompt))")
    }
  }

  @Test func survivesMutations() {
    var random = Generator(state: 20_240_607)
    let scraps = [
      "(", ")", "[", "]", "{", "}", "\"", "'", "\"\"\"", "=>", "=", "|>", ">>", "|", "\n", "\n\n", ";", ":", ",", "..",
      "...", "..=", "-", "not ", "if ", "else", " in ", "fn", "fn f(", "&", "_", "new", "#", "##", "#%%", "\\", "\u{0}",
      "é", "“", "×", "{{", "}}", "1", ".5", "5.", "1e", "0x", "use ", "model ", "assert ", "catch e ", "try {", "|--|",
      "\r", "\r\n", "\t", "*", "**", "+", "++", "==", "<", "?", "!", "@", "elif", "def f(x):", "lambda x: ", "\u{A0}",
    ].map { Array($0.utf8) }
    for round in 0..<6000 {
      var bytes = Array(Samples.all[round % Samples.all.count].utf8)
      for _ in 0...Int.random(in: 0..<4, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let length = min(bytes.count - at, Int.random(in: 0..<12, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(at..<at + length)
        case 1: bytes.insert(contentsOf: bytes[at..<at + length], at: Int.random(in: 0...bytes.count, using: &random))
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
        case 3: bytes.removeSubrange(at...)
        default: bytes.insert(contentsOf: scraps.randomElement(using: &random) ?? [], at: at)
        }
        if bytes.isEmpty { break }
      }
      answer(bytes)
    }
  }

  @Test func survivesRandomTokens() {
    var random = Generator(state: 7)
    let words = [
      "x", "f", "1", "0.5", "\"s\"", "\"a{", "}b\"", "'r'", "(", ")", "[", "]", "{", "}", "+", "-", "*", "**", "/",
      "//",
      "==", "<", "and", "or", "not", "in", "if", "else", "for", "while", "fn", "=>", "->", "=", "+=", "|>", ">>", "|",
      "|-|", ",", ":", ";", ".", "..", "..=", "...", "&", "_", "\n", "\n\n", "try", "catch", "return", "break", "use",
      "model", "assert", "new", "as", "none", "true", "?", "!", "^", "let", "def", "lambda", "elif", "None",
    ]
    for _ in 0..<20_000 {
      let count = Int.random(in: 1..<24, using: &random)
      let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }.joined(separator: " ")
      answer(Array(text.utf8))
    }
  }

  @Test(arguments: [
    ("", "(", 300_000, ""), ("", "{", 300_000, ""), ("x", "[", 300_000, ""), ("", "-", 300_000, "1"),
    ("", "not ", 100_000, "x"), ("x = 1", " + 1", 100_000, ""), ("", "x => ", 100_000, "1"),
    ("", "2 ** ", 100_000, "1"), ("", "fn(a) => ", 50_000, "1"), ("x", ".a", 100_000, ""), ("x", "(1)", 100_000, ""),
    ("", "if a { 1 } else ", 50_000, "{ 2 }"), ("", "\"{", 100_000, ""), ("", "a if b else ", 20_000, "c"),
    ("", "f(x ", 150, ""), ("f = ", "x => {a: ", 60, "y z"), ("", "[x for x in ", 90, ""), ("", "a < ", 50_000, "b"),
    ("", "x ? ", 5000, ""), ("", "“", 100_000, ""), ("", "\n", 1_000_000, ""), ("", "!", 100_000, "x"),
    ("", "x: [", 190, ""), ("", "| ", 100_000, ""), ("fn f(", "a, ", 50_000, ""), ("f(", "a=1, ", 50_000, ""),
  ])
  func refusesHostileTexts(_ head: String, _ piece: String, _ count: Int, _ tail: String) {
    answer(Array((head + String(repeating: piece, count: count) + tail).utf8))
  }

  @Test func acceptsTallButSaneTrees() {
    #expect(verdict("x = 1" + String(repeating: " + 1", count: 900), .file) == .complete)
    #expect(
      verdict(String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200), .file) == .complete)
    #expect(
      verdict(String(repeating: "if a { ", count: 200) + "1" + String(repeating: " }", count: 200), .file) == .complete)
    #expect(verdict(String(repeating: "(", count: 201) + "1" + String(repeating: ")", count: 201), .file) == .invalid)
  }

  @Test func acceptsALineOfTenMegabytes() {
    #expect(verdict("x = [" + String(repeating: "1, ", count: 3_300_000) + "]", .file) == .complete)
    #expect(verdict("x = \"" + String(repeating: "a", count: 10_000_000) + "\"", .file) == .complete)
  }

  @Test func saysSoWhenTheTextIsNotUTF8() {
    guard case .invalid(let problems) = parse(SourceText(name: "", bytes: [0x78, 0x0A, 0x22, 0xC3, 0x22]), mode: .file)
    else {
      Issue.record("accepted")
      return
    }
    #expect(problems[0].message == "this text is not UTF-8: byte 0xC3 at offset 3")
  }

  @Test func keepsNamesInNormalForm() {
    guard case .complete(let program) = parse(SourceText(name: "", text: "e\u{301} = 1"), mode: .file),
      case .assign(let sides, _) = program.statements[0].kind, case .name(let name) = sides[0]
    else {
      Issue.record("refused")
      return
    }
    #expect(name.text.unicodeScalars.count == 1)
  }

  /// Both modes and the highlighter answer, and every caret lies inside the text.
  private func answer(_ bytes: [UInt8]) {
    let source = SourceText(name: "", bytes: bytes)
    for mode in [ParseMode.file, .prompt] {
      switch parse(source, mode: mode) {
      case .complete: break
      case .incomplete: #expect(mode == .prompt)
      case .invalid(let problems):
        #expect(!problems.isEmpty)
        for problem in problems {
          for label in problem.labels {
            #expect(label.span.start >= 0 && label.span.start <= bytes.count && label.span.end >= label.span.start)
          }
          #expect(!problem.rendered().isEmpty)
        }
      }
    }
    checkTokens(bytes)
  }

  /// Tokens lie in order and apart.
  private func checkTokens(_ bytes: [UInt8]) {
    var end = 0
    for token in tokens(of: String(decoding: bytes, as: UTF8.self)) {
      if token.span.start < end || token.span.end < token.span.start { Issue.record("tokens overlap at \(end)") }
      end = token.span.end
    }
  }
}

/// A small generator with a fixed start (SplitMix64), so that a failure can be repeated.
struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
