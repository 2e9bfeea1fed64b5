import Diagnostics
import Foundation
import Syntax
import Testing

/// The layout of programs: what it changes, and that it never changes what a program means.
@Suite struct Formatting {
  @Test(arguments: Layouts.all) func laysOut(_ before: String, _ after: String) {
    #expect(layout(before) == after)
    check(Array(before.utf8), "\(before)")
  }

  @Test func keepsTheMeaningOfEveryProduction() {
    for (source, _) in Grammar.statements + Grammar.expressions + Grammar.literals + Grammar.functions + Grammar.lines {
      check(Array(source.utf8), source)
    }
  }

  @Test func keepsTheMeaningOfMutations() {
    var random = Generator(state: 88)
    let scraps = [
      " ", "\n", "\n\n\n", "\t", "\r\n", "# c\n", " # c \n", "## d\n", "#%% t\n", "-", "- ", "(", ")", "[", "]", "{",
      "}",
      ";", ",", "..", "..=", "x", "(x)", "[0]", "{ }", "{}", ":", "=", "|", "&", "_", "fn", "assert ", "|> ", ">> ",
    ].map { Array($0.utf8) }
    var whole = 0
    for round in 0..<8000 {
      var bytes = Array(Samples.all[round % Samples.all.count].utf8)
      for _ in 0...Int.random(in: 0..<5, using: &random) {
        let at = Int.random(in: 0...bytes.count, using: &random)
        let length = min(bytes.count - at, Int.random(in: 0..<6, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes.removeSubrange(at..<at + length)
        default: bytes.insert(contentsOf: scraps.randomElement(using: &random) ?? [], at: at)
        }
      }
      if check(bytes, String(decoding: bytes, as: UTF8.self)) { whole += 1 }
    }
    #expect(whole > 1000, "only \(whole) mutations still parse")
  }

  @Test(arguments: Layouts.files(in: ["Tests", "scripts", "Benchmarks", "docs", "stdlib"], kind: "nns"))
  func keepsTheMeaningOfTheProgram(_ path: String) throws { check(try Layouts.bytes(path), path) }

  @Test(arguments: Layouts.files(in: ["docs", "README.md"], kind: "md"))
  func keepsTheMeaningOfTheBlocksIn(_ path: String) throws {
    var block: [Substring]?
    for line in String(decoding: try Layouts.bytes(path), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("```") {
        if let lines = block { check(Array(lines.joined(separator: "\n").utf8), path) }
        block = block == nil ? [] : nil
      } else {
        block?.append(line)
      }
    }
    #expect(block == nil)
  }

  @Test(arguments: Layouts.files(in: ["scripts/examples", "Benchmarks", "docs", "stdlib"], kind: "nns"))
  func ourOwnProgramsAreLaidOut(_ path: String) throws {
    let bytes = try Layouts.bytes(path)
    #expect(layout(bytes) == String(decoding: bytes, as: UTF8.self))
  }

  @Test func noLineThatCanBeBrokenIsTooLong() {
    let lines = Layouts.all.flatMap { $0.1.split(separator: "\n") }
    #expect(lines.allSatisfy { displayWidth($0) <= 88 })
    #expect(Layouts.all.contains { $0.0.split(separator: "\n").contains { displayWidth($0) > 88 } })
  }

  @Test func findsTheProgramsAndDocuments() {
    #expect(Layouts.files(in: ["Tests", "scripts", "Benchmarks"], kind: "nns").count > 100)
    #expect(Layouts.files(in: ["docs", "README.md"], kind: "md").count > 5)
  }

  @Test func refusesWhatDoesNotParse() {
    for source in ["f(", "x = = 1", "\"open", "if a\n{ }"] {
      guard case .invalid(let problems) = format(SourceText(name: "", text: source)) else {
        Issue.record("laid out: \(source)")
        continue
      }
      #expect(problems.map { $0.rendered() }.joined(separator: "\n") == outcome(source, .file))
    }
  }

  private func layout(_ text: String) -> String? { layout(Array(text.utf8)) }

  private func layout(_ bytes: [UInt8]) -> String? {
    guard case .formatted(let result) = format(SourceText(name: "", bytes: bytes)) else { return nil }
    return String(decoding: result, as: UTF8.self)
  }

  /// The same tree, tokens and comments before and after, and nothing to change the second time; false for what does
  /// not parse.
  @discardableResult private func check(_ bytes: [UInt8], _ name: String) -> Bool {
    guard case .formatted(let result) = format(SourceText(name: "", bytes: bytes)) else { return false }
    #expect(tree(result) == tree(bytes), "\(name)")
    #expect(words(result) == words(bytes), "\(name)")
    #expect(layout(result) == String(decoding: result, as: UTF8.self), "twice: \(name)")
    return true
  }

  private func tree(_ bytes: [UInt8]) -> String {
    guard case .complete(let program) = parse(SourceText(name: "", bytes: bytes), mode: .file) else { return "invalid" }
    return dump(program) + program.cells.map { "\n#%% \($0.title) at \($0.firstStatement)" }.joined()
  }

  /// The text of every token and comment, without the commas, of which a layout may add some: the tree tells of those.
  private func words(_ bytes: [UInt8]) -> [String] {
    tokens(of: String(decoding: bytes, as: UTF8.self)).compactMap { token in
      var text = bytes[token.span.start..<token.span.end]
      if token.kind == .comment || token.kind == .documentation {
        while text.last == 0x20 || text.last == 0x09 { text.removeLast() }
      }
      return text.elementsEqual([0x2C]) ? nil : String(decoding: text, as: UTF8.self)
    }
  }
}
