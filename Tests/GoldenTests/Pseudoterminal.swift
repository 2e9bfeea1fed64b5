import Foundation
import Glibc

/// A program in a terminal of its own: what it writes is read as it comes, and a test waits for text instead of sleeping.
final class Pseudoterminal {
  struct Timeout: Error, CustomStringConvertible {
    var awaited: String
    var screen: String
    var description: String { "waited in vain for `\(awaited)`; the terminal showed:\n\(screen)" }
  }

  // Linux's own numbers (TIOCSPTLCK, TIOCGPTN, POSIX_SPAWN_SETSID), which Swift's Glibc does not show.
  private static let unlock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430
  private static let startsSession: Int16 = 0x80

  private let terminal: Int32
  private let process: pid_t
  private var bytes: [UInt8] = []
  private var seen = 0  // what `expect` has consumed of the plain text
  private var hasEnded = false

  init(_ arguments: [String], environment: [String: String], rows: UInt16 = 24, columns: UInt16 = 80) throws {
    terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard terminal >= 0, ioctl(terminal, Self.unlock, &lock) == 0, ioctl(terminal, Self.getNumber, &number) == 0 else {
      throw POSIXError(.ENXIO)
    }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    // The child leads a session, and the terminal that it opens first becomes its controlling one.
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    posix_spawn_file_actions_addclose(&actions, terminal)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    posix_spawnattr_setflags(&attributes, Self.startsSession)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let command = ([House.binary.path] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in command + variables { free(pointer) } }
    var child: pid_t = 0
    let status = posix_spawn(&child, House.binary.path, &actions, &attributes, command, variables)
    guard status == 0 else { throw POSIXError(.init(rawValue: status) ?? .EIO) }
    process = child
  }

  deinit {
    if !hasEnded {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(terminal)
  }

  func send(_ text: String) {
    let data = Array(text.utf8)
    _ = data.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
  }

  /// Reads until the text appears after what earlier calls have consumed.
  func expect(_ text: String, seconds: Double = 10) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
      let plain = self.plain
      let start = plain.index(plain.startIndex, offsetBy: min(seen, plain.count))
      if let range = plain.range(of: text, range: start..<plain.endIndex) {
        seen = plain.distance(from: plain.startIndex, to: range.upperBound)
        return
      }
      guard Date() < deadline, readMore() else { throw Timeout(awaited: text, screen: plain) }
    }
  }

  /// Waits for the program to end and returns its status.
  func end(seconds: Double = 10) throws -> Int32 {
    let deadline = Date().addingTimeInterval(seconds)
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      guard Date() < deadline else { throw Timeout(awaited: "the end", screen: plain) }
      _ = readMore()
    }
    hasEnded = true
    return (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// What was written, as it was.
  var raw: String { String(decoding: bytes, as: UTF8.self) }

  /// What was written, without escape sequences and carriage returns.
  var plain: String {
    raw
      .replacing(/\u{1B}\[[0-9;?]*[ -\/]*[@-~]/, with: "")
      .replacing(/\u{1B}[\]PX^_][^\u{07}\u{1B}]*(\u{07}|\u{1B}\\)/, with: "")
      .replacing(/\u{1B}[()][A-Z0-9]|\u{1B}[=>78]/, with: "")
      .replacingOccurrences(of: "\r", with: "")
  }

  private func readMore() -> Bool {
    var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    guard poll(&waiting, 1, 100) > 0 else { return true }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(terminal, &buffer, buffer.count)
    guard count > 0 else {
      usleep(5000)  // the program has gone; the caller's deadline or `waitpid` decides
      return true
    }
    bytes += buffer[..<count]
    return true
  }
}
