import CPseudoTerminal
import Foundation

/// The built `nns` on a terminal of its own. It waits for what the screen should show, never for a time.
final class Prompt {
  private let terminal: Int32
  private var process: pid_t = 0
  private(set) var screen: Screen
  /// Everything the program has written.
  private(set) var output: [UInt8] = []
  let history: URL
  private let keepsHistory: Bool

  struct Timeout: Error, CustomStringConvertible {
    var description: String
  }

  init(
    columns: Int = 60, rows: Int = 24, term: String = "xterm-256color", history: URL? = nil, arguments: [String] = []
  ) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let binary =
      ProcessInfo.processInfo.environment["NNS_BINARY"] ?? root.appendingPathComponent(".build/release/nns").path
    keepsHistory = history != nil
    self.history =
      history ?? FileManager.default.temporaryDirectory.appendingPathComponent("nns-history-\(UUID().uuidString)")
    screen = Screen(width: columns, height: rows)
    let environment = [
      "PATH=/usr/bin:/bin", "HOME=/nonexistent", "LANG=C.UTF-8", "TERM=\(term)", "NNS_HISTORY=\(self.history.path)",
    ]
    var argv = ([binary] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    terminal = pseudo_terminal_start(binary, &argv, &envp, Int32(columns), Int32(rows), &process)
    for text in argv + envp { free(text) }
    guard terminal >= 0 else { throw Timeout(description: "no pseudo-terminal") }
  }

  deinit {
    if process > 0 {
      kill(process, SIGKILL)
      _ = pseudo_terminal_end(process)
    }
    close(terminal)
    if !keepsHistory { try? FileManager.default.removeItem(at: history) }
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let n = bytes[done...].withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
      if n <= 0 { return }
      done += n
      // The program's answers must not fill the terminal's buffer.
      _ = read(waiting: 0)
    }
  }

  func paste(_ text: String) { type("\u{1B}[200~" + text + "\u{1B}[201~") }

  func resize(columns: Int, rows: Int) { _ = pseudo_terminal_resize(terminal, Int32(columns), Int32(rows)) }

  /// Reads until the screen's text satisfies the condition.
  func wait(_ what: String, seconds: Double = 20, until condition: (String) -> Bool) throws {
    let end = Date().addingTimeInterval(seconds)
    while true {
      if condition(screen.text) { return }
      guard Date() < end else { throw Timeout(description: "waited for \(what); the screen is\n\(screen.text)") }
      if !read(waiting: 200), hasEnded {
        throw Timeout(description: "the program ended; wanted \(what); the screen is\n\(screen.text)")
      }
    }
  }

  func wait(for text: String) throws { try wait("`\(text)`") { $0.hasSuffix(text) } }

  /// The next empty prompt.
  func waitForPrompt() throws { try wait("a prompt") { $0.hasSuffix("\nnns>") || $0 == "nns>" } }

  /// The exit status, once the program has ended.
  func end() throws -> Int32 {
    let end = Date().addingTimeInterval(20)
    while read(waiting: 200) || !hasEnded {
      guard Date() < end else { throw Timeout(description: "the program does not end; the screen is\n\(screen.text)") }
    }
    defer { process = 0 }
    return pseudo_terminal_end(process)
  }

  func signal(_ number: Int32) { kill(process, number) }

  private var hasEnded = false

  /// Takes what there is to read; false when there was nothing.
  @discardableResult private func read(waiting milliseconds: Int32) -> Bool {
    var poller = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    guard poll(&poller, 1, milliseconds) > 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 65536)
    let n = Foundation.read(terminal, &chunk, chunk.count)
    if n <= 0 {
      hasEnded = true
      return false
    }
    output += chunk.prefix(n)
    screen.feed(Array(chunk.prefix(n)))
    return true
  }
}
