import Foundation
import Testing

/// The prompt as a person meets it, in a terminal of its own.
@Suite(.serialized) struct PromptTests {
  private func prompt(_ extra: [String: String] = [:], arguments: [String] = []) throws -> Pseudoterminal {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("nns-home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let environment = [
      "HOME": home.path, "NNS_HISTORY": home.appendingPathComponent("history").path, "TERM": "xterm-256color",
      "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
    ]
    return try Pseudoterminal(arguments, environment: environment.merging(extra) { $1 })
  }

  @Test func anEntryShowsItsValueAndAnsHoldsIt() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("20 + 22\r")
    try terminal.expect("\n42\n")
    try terminal.expect("nns> ")
    terminal.send("ans + 1\r")
    try terminal.expect("\n43\n")
    try terminal.expect("nns> ")
    terminal.send("\u{04}")
    #expect(try terminal.end() == 0)
  }

  @Test func anUnfinishedEntryWaitsForTheRest() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("fn twice(x) {\r")
    terminal.send("x * 2\r")
    terminal.send("}\r")
    try terminal.expect("nns> ")
    terminal.send("twice(21)\r")
    try terminal.expect("\n42\n")
  }

  @Test func aPasteIsOneEntry() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("\u{1B}[200~a = 40\nb = 2\na + b\u{1B}[201~\r")
    try terminal.expect("\n42\n")
  }

  @Test func controlCStopsWhatRunsAndKeepsTheSession() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("kept = 41\r")
    try terminal.expect("nns> ")
    terminal.send("print(\"go\"); while true { }\r")
    try terminal.expect("\ngo\n")
    terminal.send("\u{03}")
    try terminal.expect("nns> ")
    terminal.send("kept + 1\r")
    try terminal.expect("\n42\n")
  }

  @Test func controlCAbandonsTheLine() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("this is never ru")
    try terminal.expect("never ru")
    terminal.send("\u{03}")
    try terminal.expect("nns> ")
    terminal.send("6 * 7\r")
    try terminal.expect("\n42\n")
  }

  @Test func upRecallsTheEntryBefore() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("40 + 2\r")
    try terminal.expect("\n42\n")
    try terminal.expect("nns> ")
    terminal.send("\u{1B}[A")
    try terminal.expect("40 + 2")
    terminal.send("\r")
    try terminal.expect("\n42\n")
  }

  @Test func anErrorLeavesTheSessionAsItWas() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("x = 42\r")
    try terminal.expect("nns> ")
    terminal.send("x @ undefined_name\r")
    try terminal.expect("[unknown-name]")
    try terminal.expect("nns> ")
    terminal.send("x\r")
    try terminal.expect("\n42\n")
  }

  @Test func helpAndVariablesAnswer() throws {
    let terminal = try prompt()
    try terminal.expect("nns> ")
    terminal.send("speed = 3\r")
    try terminal.expect("nns> ")
    terminal.send(":vars\r")
    try terminal.expect("speed")
    try terminal.expect("nns> ")
    terminal.send(":help mean\r")
    try terminal.expect("mean(")
    try terminal.expect("nns> ")
    terminal.send(":quit\r")
    #expect(try terminal.end() == 0)
  }

  @Test func aDumbTerminalIsSentNoEscapes() throws {
    let terminal = try prompt(["TERM": "dumb"])
    try terminal.expect("nns> ")
    terminal.send("40 + 2\n")
    try terminal.expect("42\n")
    terminal.send("\u{04}")
    #expect(try terminal.end() == 0)
    #expect(!terminal.raw.contains("\u{1B}"))
  }
}
