import Foundation
import Testing

/// A program under `Tests/Golden` or `scripts/examples` with what it must print.
///
/// `name.nns` runs as `nns name.nns` in its own folder. Beside it may lie `name.args` (one argument a line, instead of
/// the file's name), `name.input` (standard input) and either `name.expected` (the whole transcript) or `name.checks`
/// (one regular expression a line, with `>= NUMBER` after it where the captured number has a lower bound).
struct GoldenCase: CustomTestStringConvertible, Sendable {
  var program: URL
  var testDescription: String { House.relative(program.deletingPathExtension()) }

  func sibling(_ kind: String) -> URL? {
    let file = program.deletingPathExtension().appendingPathExtension(kind)
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }

  func outcome(limit: TimeInterval, extra: [String: String] = [:]) throws -> Outcome {
    var arguments = [program.lastPathComponent]
    if let file = sibling("args") {
      arguments = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }
    return try run(
      arguments, in: program.deletingLastPathComponent(), input: sibling("input"), limit: limit, extra: extra)
  }

  static func all(in folder: String) -> [GoldenCase] {
    House.files(in: folder, extensions: ["nns", "args"])
      .filter { $0.pathExtension == "nns" || !FileManager.default.fileExists(atPath: $0.program.path) }
      .filter { !$0.lastPathComponent.hasPrefix("_") }
      .map { GoldenCase(program: $0) }
  }
}

extension URL {
  fileprivate var program: URL { deletingPathExtension().appendingPathExtension("nns") }
}

@Suite struct GoldenTests {
  @Test(arguments: GoldenCase.all(in: "Tests/Golden"))
  func programPrintsWhatIsRecorded(_ golden: GoldenCase) throws {
    try compare(golden, limit: 60)
  }

  @Test(arguments: GoldenCase.all(in: "scripts/examples"))
  func exampleKeepsItsPromise(_ golden: GoldenCase) throws {
    guard let checks = golden.sibling("checks") else { return try compare(golden, limit: 300) }
    // In a folder of its own, for what it saves.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nns-example-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // A text that it reads goes along; `name.args` may ask for less than a user would.
    for text in House.files(in: "scripts/examples", extensions: ["txt"]) {
      try FileManager.default.copyItem(at: text, to: folder.appendingPathComponent(text.lastPathComponent))
    }
    let arguments = try golden.sibling("args").map {
      try String(contentsOf: $0, encoding: .utf8).split(separator: "\n")
    }
    let outcome = try run(
      [golden.program.path] + (arguments ?? []).dropFirst().map(String.init), in: folder, limit: 600)
    #expect(outcome.status == 0, "\(outcome.transcript)")
    for line in try String(contentsOf: checks, encoding: .utf8).split(separator: "\n") {
      let parts = line.components(separatedBy: " >= ")
      let found = try Regex(parts[0]).anchorsMatchLineEndings().firstMatch(in: outcome.output)
      guard let found else {
        Issue.record("nothing matches `\(parts[0])` in\n\(outcome.transcript)")
        continue
      }
      if parts.count == 2, let least = Double(parts[1]) {
        let value = found.output.count > 1 ? found.output[1].substring.flatMap { Double($0) } : nil
        #expect((value ?? -.infinity) >= least, "`\(line)` in\n\(outcome.transcript)")
      }
    }
  }

  @Test func everyExpectationHasItsProgram() {
    for folder in ["Tests/Golden", "scripts/examples"] {
      for file in House.files(in: folder, extensions: ["expected", "checks", "input"]) {
        let stem = file.deletingPathExtension()
        let hasProgram = ["nns", "args"].contains {
          FileManager.default.fileExists(atPath: stem.appendingPathExtension($0).path)
        }
        #expect(hasProgram, "\(House.relative(file)) is an orphan: no program has its name")
      }
    }
  }

  /// Compares with `name.expected`; recording writes the file and fails, so that nobody records by accident.
  private func compare(_ golden: GoldenCase, limit: TimeInterval) throws {
    let transcript = try golden.outcome(limit: limit).transcript
    let file = golden.program.deletingPathExtension().appendingPathExtension("expected")
    let expected = try? String(contentsOf: file, encoding: .utf8)
    if transcript == expected { return }
    if House.isRecording {
      try transcript.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(House.relative(file)); read it, then run again without NNS_RECORD")
    } else if let expected {
      let difference = transcript.difference(from: expected)
      Issue.record("\(House.relative(golden.program)) differs from its record\n\(difference)")
    } else {
      Issue.record("\(House.relative(file)) is missing; record it with NNS_RECORD=1. The run printed:\n\(transcript)")
    }
  }
}
