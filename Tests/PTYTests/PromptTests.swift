import Foundation
import Testing

/// The prompt as a person meets it. `nns` runs on a terminal; what counts is what the screen shows.
@Suite(.serialized) struct PromptTests {
  @Test func showsThePromptAndValues() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("1 + 2\r")
    try prompt.wait(for: "nns> 1 + 2\n3\nnns>")
    #expect(prompt.screen.unknown.isEmpty, "\(prompt.screen.unknown)")
  }

  @Test func waitsForTheRestOfAnEntry() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("fn f(x) {\r")
    prompt.type("x + 1\r}\rf(41)\r")
    try prompt.wait("42") { $0.contains("f(41)\n42\nnns>") }
    #expect(prompt.screen.text.contains("nns> fn f(x) {\n    x + 1\n}\nnns> f(41)"))
  }

  @Test func ctrlCAbandonsTheEntry() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("x = (1,\r")
    try prompt.wait("the second line") { $0.contains("x = (1,") }
    prompt.type("\u{3}")
    try prompt.wait("a fresh prompt") { $0.contains("^C\nnns>") }
    prompt.type("5\r")
    try prompt.wait(for: "nns> 5\n5\nnns>")
  }

  @Test func ctrlCStopsRunningCodeAndKeepsNames() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("kept = 7\r")
    try prompt.wait("the prompt") { $0.hasSuffix("kept = 7\nnns>") }
    prompt.type("i = 0; print(\"running\"); while true { i += 1 }\r")
    try prompt.wait("the loop") { $0.hasSuffix("\nrunning") }
    prompt.type("\u{3}")
    try prompt.waitForPrompt()
    prompt.type("kept\r")
    try prompt.wait(for: "nns> kept\n7\nnns>")
  }

  @Test func ctrlDLeaves() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("\u{4}")
    #expect(try prompt.end() == 0)
    #expect(String(decoding: prompt.output, as: UTF8.self).contains("\u{1B}[?2004l"))
  }

  @Test func ctrlDInAnEntryDeletes() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("12x\u{1B}[D\u{4}\r")
    try prompt.wait("12") { $0.hasSuffix("\n12\nnns>") }
  }

  @Test func aPasteIsOneEntry() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.paste("fn g(x) {\n\tx * 2\n}\n\ng(21)\n")
    try prompt.wait(for: "nns> fn g(x) {\n    x * 2\n}\n\ng(21)")
    prompt.type("\r")
    try prompt.wait(for: "g(21)\n42\nnns>")
  }

  @Test func aPasteTallerThanTheScreenRuns() throws {
    let prompt = try Prompt(rows: 10)
    try prompt.waitForPrompt()
    prompt.paste((1...30).map { "a = \($0)" }.joined(separator: "\n") + "\na\n")
    try prompt.wait(for: "# pasted 32 lines\n30\nnns>")
  }

  @Test func upRecallsWholeEntriesByTheirBeginning() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("fn h(x) {\rx\r}\r")
    try prompt.waitForPrompt()
    prompt.type("3 + 4\r")
    try prompt.wait(for: "\n7\nnns>")
    prompt.type("fn\u{1B}[A")
    try prompt.wait(for: "nns> fn h(x) {\n    x\n}")
    prompt.type("\u{3}")
    // Ctrl-C makes the terminal forget what was typed behind it.
    try prompt.waitForPrompt()
    prompt.type("\u{1B}[A")
    try prompt.wait(for: "nns> 3 + 4")
  }

  @Test func historyOutlivesTheSession() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("nns-history-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let first = try Prompt(history: file)
    try first.waitForPrompt()
    first.type("\"a\\\\b\"\r")
    try first.wait(for: "nns> \"a\\\\b\"\n\"a\\\\b\"\nnns>")
    first.type("\u{4}")
    _ = try first.end()
    let second = try Prompt(history: file)
    try second.waitForPrompt()
    second.type("\u{1B}[A")
    try second.wait(for: "nns> \"a\\\\b\"")
  }

  @Test func resizeKeepsTheEntry() throws {
    let prompt = try Prompt(columns: 60, rows: 24)
    try prompt.waitForPrompt()
    prompt.type("1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1")
    try prompt.wait(for: "+ 1 + 1")
    prompt.resize(columns: 40, rows: 24)
    prompt.type("\r")
    try prompt.wait("10") { $0.contains("10\nnns>") }
  }

  @Test func errorsLeaveThePromptUsable() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("nothing_of_this_name\r")
    try prompt.wait("the error") { $0.contains("[unknown-name]") && $0.hasSuffix("\nnns>") }
    prompt.type("1\r")
    try prompt.wait(for: "\n1\nnns>")
  }

  @Test func commandsAnswer() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.type("a = 3\r:vars\r")
    try prompt.wait("the names") { $0.contains(":vars\na  3") }
    prompt.type(":quit\r")
    #expect(try prompt.end() == 0)
  }

  @Test func aPlainTerminalGetsNoEscapeCodes() throws {
    let prompt = try Prompt(term: "dumb")
    try prompt.waitForPrompt()
    prompt.type("1 + 1\n")
    try prompt.wait("2") { $0.hasSuffix("\n2\nnns>") }
    prompt.type("\u{4}")
    #expect(try prompt.end() == 0)
    #expect(!prompt.output.contains(0x1B))
  }

  @Test func sigtermPutsTheTerminalBack() throws {
    let prompt = try Prompt()
    try prompt.waitForPrompt()
    prompt.signal(SIGTERM)
    #expect(try prompt.end() == 128 + SIGTERM)
    #expect(String(decoding: prompt.output, as: UTF8.self).hasSuffix("\u{1B}[?2004l"))
  }
}
