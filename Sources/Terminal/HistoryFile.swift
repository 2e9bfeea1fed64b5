import Glibc

/// Entries of this and earlier sessions, the oldest first, each once.
///
/// The file holds one entry a line (`\n` and `\\` for newlines and backslashes). Sessions append under a lock, so none
/// loses another's entries; a file grown to twice the limit is written anew when a session starts.
package final class HistoryFile {
  package private(set) var entries: [String] = []
  private let path: String?
  private let limit: Int

  /// `NNS_HISTORY` names the file (empty: none is kept); else it is `.nns_history` in `$HOME`.
  package static var defaultPath: String? {
    if let named = getenv("NNS_HISTORY") { return named.pointee == 0 ? nil : String(cString: named) }
    return TerminalFacts.variable("HOME").map { $0 + "/.nns_history" }
  }

  package init(path: String? = HistoryFile.defaultPath, limit: Int = 2000) {
    self.path = path
    self.limit = limit
    guard let path, let text = readAll(path) else { return }
    let lines = text.split(separator: 0x0A)
    load(lines.suffix(limit * 2).map { Self.unescaped(String(decoding: $0, as: UTF8.self)) })
    if lines.count > limit * 2 { rewrite(path) }
  }

  /// The last of equal entries stays.
  private func load(_ all: [String]) {
    var seen = Set<String>()
    var kept: [String] = []
    for entry in all.reversed() where !entry.isEmpty && seen.insert(entry).inserted { kept.append(entry) }
    entries = kept.prefix(limit).reversed()
  }

  /// Adds an entry here and to the file; blank ones and repetitions of the last are left out.
  package func add(_ entry: String) {
    let entry = trimmed(entry)
    guard !entry.isEmpty, entries.last != entry else { return }
    entries.removeAll { $0 == entry }
    entries.append(entry)
    if let path { append(Self.escaped(entry) + "\n", to: path) }
  }

  private func trimmed(_ text: String) -> String {
    var view = Substring(text)
    while let last = view.last, last == "\n" || last == " " { view.removeLast() }
    return String(view)
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  static func unescaped(_ line: String) -> String {
    guard line.utf8.contains(UInt8(ascii: "\\")) else { return line }
    var result = ""
    var isEscape = false
    for character in line.unicodeScalars {
      if isEscape {
        result.unicodeScalars.append(character == "n" ? "\n" : character)
        isEscape = false
      } else if character == "\\" {
        isEscape = true
      } else {
        result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// The file opened and locked. Another session may have put a new file in its place while this one waited.
  private func locked(_ path: String) -> Int32? {
    for _ in 0..<8 {
      let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
      guard file >= 0 else { return nil }
      var here = stat()
      var there = stat()
      if flock(file, LOCK_EX) == 0, fstat(file, &here) == 0, stat(path, &there) == 0, here.st_ino == there.st_ino {
        return file
      }
      close(file)
    }
    return nil
  }

  private func append(_ text: String, to path: String) {
    guard let file = locked(path) else { return }
    writeAll(file, Array(text.utf8))
    close(file)
  }

  /// Written beside and renamed, so that a crash on the way loses nothing.
  private func rewrite(_ path: String) {
    guard let lock = locked(path) else { return }
    defer { close(lock) }
    let beside = path + ".new"
    let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let text = entries.map { Self.escaped($0) + "\n" }.joined()
    let isWhole = writeAll(file, Array(text.utf8)) && fsync(file) == 0
    close(file)
    if !isWhole || rename(beside, path) != 0 { unlink(beside) }
  }

  private func readAll(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size < 64 << 20 else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
    var count = 0
    while count < bytes.count {
      let n = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + count, $0.count - count) }
      if n <= 0 { break }
      count += n
    }
    return Array(bytes.prefix(count))
  }
}

@discardableResult
func writeAll(_ file: Int32, _ bytes: [UInt8]) -> Bool {
  var done = 0
  while done < bytes.count {
    let n = bytes.withUnsafeBytes { write(file, $0.baseAddress! + done, $0.count - done) }
    if n < 0, errno == EINTR { continue }
    if n <= 0 { return false }
    done += n
  }
  return true
}
