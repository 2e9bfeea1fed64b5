import CLibEdit
import Glibc

/// Entries line by line, for pipes and for terminals without escape sequences: no prompt in a pipe, no codes anywhere.
package final class PlainReader: EntryReader {
  private let prompt: String?
  private let judge: (String) -> EntryState
  private var bytes: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// - Parameter prompt: written before each entry; nil in a pipe.
  package init(prompt: String?, judge: @escaping (String) -> EntryState) {
    self.prompt = prompt
    self.judge = judge
  }

  package func next() -> Entry {
    if let prompt {
      put(prompt)
    }
    var entry = ""
    while true {
      switch line() {
      case .interrupted:
        if prompt != nil { put("\n") }
        return .interrupted
      case .end:
        if entry.isEmpty, prompt != nil { put("\n") }
        // What is left unfinished is handed on: the parser says what is missing.
        return entry.isEmpty ? .end : .text(entry)
      case .text(let text):
        entry += entry.isEmpty ? text : "\n" + text
        if text.isEmpty, entry.isEmpty { return .text("") }
        if judge(entry) != .incomplete { return .text(entry) }
      }
    }
  }

  private func put(_ text: String) { nns_edit_write(text, text.utf8.count) }

  private func line() -> Entry {
    while true {
      if let newline = bytes[start...].firstIndex(of: 0x0A) {
        defer { start = newline + 1 }
        return .text(decoded(bytes[start..<newline]))
      }
      if isAtEnd {
        guard start < bytes.count else { return .end }
        defer { start = bytes.count }
        return .text(decoded(bytes[start...]))
      }
      bytes.removeFirst(start)
      start = 0
      var chunk = [UInt8](repeating: 0, count: 65536)
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count > 0 {
        bytes += chunk.prefix(count)
      } else if count == 0 {
        isAtEnd = true
      } else if errno != EINTR {
        isAtEnd = true
      } else if nns_signal_interrupted() != 0 {
        nns_interrupt_reset()
        return .interrupted
      }
    }
  }

  private func decoded(_ line: ArraySlice<UInt8>) -> String {
    String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
  }
}
