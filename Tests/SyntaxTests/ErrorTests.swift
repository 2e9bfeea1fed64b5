import Diagnostics
import Glibc
import Syntax
import Testing

/// The rendered text of each syntax error, kept in `Errors/*.golden`.
///
/// A case is `== what is wrong`, the source, a line `--`, and the error. `NNS_RECORD=1` writes the files anew and fails
/// the run, so that nothing recorded passes unseen.
@Suite struct SyntaxErrors {
  @Test(arguments: ["brackets", "expressions", "functions", "habits", "lines", "records", "strings", "words"])
  func areWorded(_ area: String) throws {
    let path = String(#filePath.dropLast("ErrorTests.swift".count)) + "Errors/\(area).golden"
    let recorded = try #require(read(path), "missing \(path)")
    let rerun = rerun(recorded)
    if getenv("NNS_RECORD") != nil {
      if rerun != recorded { write(path, rerun) }
      Issue.record("recorded \(path); run again without NNS_RECORD")
      return
    }
    let (now, then) = (sections(rerun), sections(recorded))
    #expect(now.count == then.count)
    for (new, old) in zip(now, then) { #expect(new == old) }
  }

  /// The same cases with what they give today.
  private func rerun(_ text: String) -> String {
    sections(text).map { section in
      let lines = section.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let source = lines.dropFirst().prefix { $0 != "--" }.joined(separator: "\n")
      let mode: ParseMode = lines[0].hasSuffix("(prompt)") ? .prompt : .file
      return "\(lines[0])\n\(source)\n--\n\(outcome(source, mode))\n"
    }.joined(separator: "\n")
  }

  private func sections(_ text: String) -> [String] {
    var result: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("== ") {
        result.append(String(line))
      } else if !result.isEmpty {
        result[result.count - 1] += "\n" + line
      }
    }
    return result.map { section in
      var section = Substring(section)
      while section.last == "\n" { section.removeLast() }
      return String(section)
    }
  }

  private func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[0..<count]
    }
  }

  private func write(_ path: String, _ text: String) {
    guard let file = fopen(path, "w") else { return }
    fputs(text, file)
    fclose(file)
  }
}
