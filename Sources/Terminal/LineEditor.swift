import CLibEdit
import Glibc

/// The prompt's editor on libedit: entries of several lines, colours as one types, paste, history, completion.
///
/// There is one at a time: libedit's callbacks are plain C functions that find it in `current`.
package final class LineEditor: EntryReader {
  nonisolated(unsafe) static var current: LineEditor?

  let editor: OpaquePointer
  let actions: EditorActions
  let history: HistoryFile
  private let past: OpaquePointer?
  private let promptText: UnsafeMutablePointer<CChar>
  let promptWidth: Int
  private let isColored: Bool

  /// Bytes read and not yet handed to libedit, and scalars that go before them.
  private var bytes: [UInt8] = []
  private var queued: [UInt32] = []
  private var isAtEnd = false

  /// How the entry at hand ended, once it has.
  var outcome: Entry?
  var pasted: [UInt32] = []
  /// Where Up and Down are: an index into the history, its length for the entry being typed.
  var place = 0
  var typed: [UInt32] = []
  var isBrowsing = false
  private var painted: [UInt32] = []
  private var cache: (text: String, highlights: [Highlight]) = ("", [])

  /// Nil where libedit cannot be opened.
  ///
  /// - Parameter color: the body of the prompt's colour sequence, or nil for no colours at all.
  package init?(prompt: String, color: String?, history: HistoryFile, actions: EditorActions) {
    nns_locale_setup()
    nns_terminal_keep()
    let shown =
      color.map { "\u{1}\u{1B}[\($0)m\u{1}\(prompt.dropLast())\u{1}\u{1B}[0m\u{1}\(prompt.suffix(1))" } ?? prompt
    guard let text = strdup(shown) else { return nil }
    promptText = text
    promptWidth = prompt.unicodeScalars.reduce(0) { $0 + max(0, Int(nns_edit_width($1.value))) }
    guard
      let editor = nns_edit_open(
        { _ in LineEditor.current.map { UnsafePointer($0.promptText) } },
        { _, out in LineEditor.current?.nextScalar(out) ?? -1 })
    else {
      free(text)
      return nil
    }
    self.editor = editor
    self.history = history
    self.actions = actions
    isColored = color != nil
    past = nns_history_open(2000)
    if let past {
      for entry in history.entries { nns_history_enter(past, entry) }
      nns_history_attach(editor, past)
    }
    LineEditor.current = self
    bindKeys()
  }

  /// The next entry; returns with the terminal as it was.
  package func next() -> Entry {
    outcome = nil
    place = history.entries.count
    isBrowsing = false
    painted = []
    nns_interrupt_reset()
    el_resize(editor)
    write("\u{1B}[?2004h")
    // libedit would only do so with the first key, behind the prompt: what is typed in between would show twice.
    nns_edit_raw(editor)
    nns_edit_run(editor)
    write("\u{1B}[?2004l")
    let entry = outcome ?? .end
    switch entry {
    case .text(let text):
      history.add(text)
      if let past, let last = history.entries.last { nns_history_enter(past, last) }
    case .interrupted: nns_interrupt_reset()
    case .end: write("\n")
    }
    return entry
  }

  func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { nns_edit_write($0.baseAddress, $0.count) }
    }
  }

  // MARK: The buffer

  var text: (scalars: [UInt32], cursor: Int) {
    var start: UnsafePointer<UInt32>?
    var cursor = 0
    let count = nns_edit_text(editor, &start, &cursor)
    return (Array(UnsafeBufferPointer(start: start, count: count)), cursor)
  }

  func insert(_ scalars: [UInt32]) {
    guard !scalars.isEmpty else { return }
    _ = (scalars + [0]).withUnsafeBufferPointer { nns_edit_insert(editor, $0.baseAddress) }
  }

  func replace(with scalars: [UInt32]) {
    let (old, cursor) = text
    nns_edit_move(editor, Int32(old.count - cursor))
    if !old.isEmpty { nns_edit_delete_before(editor, Int32(old.count)) }
    insert(scalars)
  }

  func moveCursor(to target: Int) { nns_edit_move(editor, Int32(target - text.cursor)) }

  /// Puts the screen's cursor behind the entry, so that what is written next does not overwrite it.
  func leaveEntry() {
    paint()
    let (scalars, cursor) = text
    let places = EntryLayout(scalars, promptWidth: promptWidth, columns: columns).places
    let (here, end) = (places[cursor], places[scalars.count])
    write(
      "\r" + (end.row > here.row ? "\u{1B}[\(end.row - here.row)B" : "")
        + (end.column > 0 ? "\u{1B}[\(end.column)C" : ""))
  }

  // MARK: Input

  /// libedit asks for a key: the one place where the editor waits.
  private func nextScalar(_ out: UnsafeMutablePointer<UInt32>?) -> Int32 {
    if outcome != nil { return -1 }
    while true {
      if !queued.isEmpty {
        out?.pointee = queued.removeFirst()
        return 1
      }
      if let scalar = takeScalar() {
        if scalar == 0x1B, startsPaste() {
          pasted = enterable(string(readPaste()))
          out?.pointee = PrivateKey.paste
        } else {
          // C1 controls are our own keys' numbers; nobody types them.
          if (0x80..<0xA0).contains(scalar) { continue }
          out?.pointee = scalar
        }
        return 1
      }
      if nns_signal_interrupted() != 0 {
        leaveEntry()
        write("^C\n")
        outcome = .interrupted
        return -1
      }
      if isAtEnd {
        leaveEntry()
        outcome = .end
        return 0
      }
      if nns_signal_take_continue() != 0 {
        nns_edit_raw(editor)
        write("\u{1B}[?2004h\r")
        redraw(fromPromptRow: false)
      }
      if nns_signal_take_resize() != 0 {
        redraw(fromPromptRow: true)
      }
      if nns_wait(STDIN_FILENO, 0) == 0 { paint() }
      if nns_wait(STDIN_FILENO, -1) == 1 { fill() }
    }
  }

  private func fill() {
    var chunk = [UInt8](repeating: 0, count: 4096)
    let count = read(STDIN_FILENO, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk.prefix(count)
    } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
      isAtEnd = true
    }
  }

  /// The first scalar of the bytes at hand, nil when they hold none that is whole.
  private func takeScalar() -> UInt32? {
    guard let first = bytes.first else { return nil }
    let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    if bytes.count < length {
      // The rest of a character follows at once, or never.
      while bytes.count < length, nns_wait(STDIN_FILENO, 50) == 1, !isAtEnd { fill() }
    }
    let part = bytes.prefix(length)
    bytes.removeFirst(part.count)
    let decoded = Array(String(decoding: part, as: UTF8.self).unicodeScalars)
    return decoded.first?.value
  }

  private static let pasteStart = Array("[200~".utf8)
  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  /// After an escape: a paste's mark has 25 ms to follow.
  private func startsPaste() -> Bool {
    while bytes.count < Self.pasteStart.count {
      if !Self.pasteStart.starts(with: bytes) { return false }
      guard nns_wait(STDIN_FILENO, 25) == 1, !isAtEnd else { return false }
      fill()
    }
    guard bytes.starts(with: Self.pasteStart) else { return false }
    bytes.removeFirst(Self.pasteStart.count)
    return true
  }

  private func readPaste() -> [UInt32] {
    var searched = 0
    while true {
      var i = max(0, searched - Self.pasteEnd.count)
      while i + Self.pasteEnd.count <= bytes.count {
        if bytes[i] == 0x1B, bytes[i...].starts(with: Self.pasteEnd) {
          let text = String(decoding: bytes[..<i], as: UTF8.self)
          bytes.removeFirst(i + Self.pasteEnd.count)
          return text.unicodeScalars.map(\.value)
        }
        i += 1
      }
      searched = bytes.count
      // A paste that never ends (a lost mark) is taken as it is.
      guard nns_wait(STDIN_FILENO, 2000) == 1, !isAtEnd else {
        let text = String(decoding: bytes, as: UTF8.self)
        bytes = []
        return text.unicodeScalars.map(\.value)
      }
      fill()
    }
  }

  // MARK: The screen

  var columns: Int { TerminalFacts.size(STDOUT_FILENO).columns }
  var screenRows: Int { TerminalFacts.size(STDOUT_FILENO).rows ?? 24 }

  /// Draws prompt and entry anew, over what is there after a resize, below it after a stop.
  private func redraw(fromPromptRow: Bool) {
    let (scalars, cursor) = text
    if fromPromptRow {
      let up = EntryLayout(scalars, promptWidth: promptWidth, columns: columns).places[cursor].row
      write("\r" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[J")
    }
    el_resize(editor)
    nns_edit_forget_screen(editor)
    nns_edit_refresh(editor)
    paint()
  }

  /// The same characters again, in their colours: libedit compares characters only, and is not confused.
  func paint() {
    guard isColored else { return }
    let (scalars, cursor) = text
    guard !scalars.isEmpty, scalars.count < 20_000 else { return }
    let layout = EntryLayout(scalars, promptWidth: promptWidth, columns: columns)
    guard layout.rows < screenRows else { return }
    let entry = string(scalars)
    if cache.text != entry { cache = (entry, actions.highlight(entry)) }
    var styles = [String?](repeating: nil, count: scalars.count)
    var offset = 0
    var next = 0
    let highlights = cache.highlights
    for (i, scalar) in scalars.enumerated() {
      while next < highlights.count, highlights[next].range.upperBound <= offset { next += 1 }
      if next < highlights.count, highlights[next].range.contains(offset) { styles[i] = highlights[next].code }
      offset += scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
    }
    let at = layout.places[cursor]
    var out = "\u{1B}7" + (at.row > 0 ? "\u{1B}[\(at.row)A" : "") + "\r"
    var row = 0
    var column = 0
    var style: String?
    for (i, scalar) in scalars.enumerated() where scalar != 0x0A {
      let place = layout.places[i]
      if place.row != row || place.column != column {
        if place.row > row { out += "\u{1B}[\(place.row - row)B" }
        out += "\r" + (place.column > 0 ? "\u{1B}[\(place.column)C" : "")
      }
      if styles[i] != style {
        style = styles[i]
        out += "\u{1B}[0m" + (style.map { "\u{1B}[\($0)m" } ?? "")
      }
      if let character = Unicode.Scalar(scalar) { out.unicodeScalars.append(character) }
      (row, column) = (place.row, place.column + max(0, Int(nns_edit_width(scalar))))
    }
    out += "\u{1B}[0m\u{1B}8"
    write(out)
  }
}
