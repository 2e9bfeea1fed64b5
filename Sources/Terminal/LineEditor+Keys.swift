import CLibEdit

/// Key numbers that stand for our own events: C1 controls, which are never typed.
enum PrivateKey {
  static let paste: UInt32 = 0x81
}

extension LineEditor {
  func bindKeys() {
    el_source(editor, nil)
    // Functions first, keys after the user's own settings, which may have wiped them.
    nns_edit_add(editor, "nns-enter") { _, _ in LineEditor.act { $0.enter() } }
    nns_edit_add(editor, "nns-newline") { _, _ in LineEditor.act { $0.newline() } }
    nns_edit_add(editor, "nns-eof") { _, _ in LineEditor.act { $0.endOrDelete() } }
    nns_edit_add(editor, "nns-up") { _, _ in LineEditor.act { $0.up() } }
    nns_edit_add(editor, "nns-down") { _, _ in LineEditor.act { $0.down() } }
    nns_edit_add(editor, "nns-home") { _, _ in LineEditor.act { $0.home() } }
    nns_edit_add(editor, "nns-end") { _, _ in LineEditor.act { $0.end() } }
    nns_edit_add(editor, "nns-paste") { _, _ in LineEditor.act { $0.paste() } }
    nns_edit_add(editor, "nns-tab") { _, _ in LineEditor.act { $0.tab() } }
    nns_edit_add(editor, "nns-brace") { _, _ in LineEditor.act { $0.closingBrace() } }
    let keys: [(String, String)] = [
      ("^M", "nns-enter"), ("^J", "nns-enter"), ("\\e^M", "nns-newline"), ("\\e^J", "nns-newline"), ("^D", "nns-eof"),
      ("\\e[A", "nns-up"), ("\\eOA", "nns-up"), ("^P", "nns-up"), ("\\e[B", "nns-down"), ("\\eOB", "nns-down"),
      ("^N", "nns-down"), ("\\e[C", "ed-next-char"), ("\\eOC", "ed-next-char"), ("\\e[D", "ed-prev-char"),
      ("\\eOD", "ed-prev-char"), ("\\e[H", "nns-home"), ("\\eOH", "nns-home"), ("\\e[1~", "nns-home"),
      ("\\e[F", "nns-end"), ("\\eOF", "nns-end"), ("\\e[4~", "nns-end"), ("^A", "nns-home"), ("^E", "nns-end"),
      ("\\e[3~", "ed-delete-next-char"), ("\\e[1;5C", "em-next-word"), ("\\e[1;5D", "ed-prev-word"),
      ("\\e[1;3C", "em-next-word"), ("\\e[1;3D", "ed-prev-word"), ("^W", "ed-delete-prev-word"),
      ("^R", "em-inc-search-prev"), ("^I", "nns-tab"), ("\u{81}", "nns-paste"), ("}", "nns-brace"),
    ]
    let isVi = nns_edit_is_vi(editor) != 0
    for (key, name) in keys where !(isVi && key.first == "\\" && key.dropFirst(2).first == "^") {
      nns_edit_bind(editor, key, name)
    }
  }

  /// Runs a key's action; its answer tells libedit what to draw.
  private static func act(_ action: (LineEditor) -> Int32) -> UInt8 {
    guard let editor = current else { return UInt8(CC_ERROR) }
    return UInt8(truncatingIfNeeded: action(editor))
  }

  /// Ends the entry: the screen's cursor goes to a fresh line, and `next` returns it.
  private func submit(_ text: String) -> Int32 {
    leaveEntry()
    write("\n")
    outcome = .text(text)
    return CC_EOF
  }

  private func enter() -> Int32 {
    let (scalars, _) = text
    let entry = string(scalars)
    switch actions.judge(entry) {
    case .complete, .invalid: return submit(entry)
    case .incomplete: return newline()
    }
  }

  private func newline() -> Int32 {
    let (scalars, cursor) = text
    let layout = EntryLayout(scalars, promptWidth: promptWidth, columns: columns)
    // An entry as tall as the screen breaks libedit's display.
    guard layout.rows < screenRows - 2 else { return CC_ERROR }
    insert([0x0A] + [UInt32](repeating: 0x20, count: max(0, min(80, actions.indentation(string(scalars[..<cursor]))))))
    return CC_REFRESH
  }

  private func lineStart(_ scalars: ArraySlice<UInt32>, _ cursor: Int) -> Int {
    scalars[..<cursor].lastIndex(of: 0x0A).map { $0 + 1 } ?? scalars.startIndex
  }

  private func closingBrace() -> Int32 {
    let (scalars, cursor) = text
    let start = lineStart(scalars[...], cursor)
    if start > 0, cursor > start, scalars[start..<cursor].allSatisfy({ $0 == 0x20 }) {
      nns_edit_delete_before(editor, Int32(min(4, cursor - start)))
    }
    insert([0x7D])
    return CC_REFRESH
  }

  private func endOrDelete() -> Int32 {
    let (scalars, cursor) = text
    if scalars.isEmpty {
      outcome = .end
      return CC_EOF
    }
    guard cursor < scalars.count else { return CC_ERROR }
    nns_edit_move(editor, 1)
    nns_edit_delete_before(editor, 1)
    return CC_REFRESH
  }

  private func home() -> Int32 {
    let (scalars, cursor) = text
    moveCursor(to: lineStart(scalars[...], cursor))
    return CC_CURSOR
  }

  private func end() -> Int32 {
    let (scalars, cursor) = text
    moveCursor(to: scalars[cursor...].firstIndex(of: 0x0A) ?? scalars.count)
    return CC_CURSOR
  }

  private func paste() -> Int32 {
    defer { pasted = [] }
    let (scalars, cursor) = text
    let all = Array(scalars[..<cursor]) + pasted + Array(scalars[cursor...])
    let layout = EntryLayout(all, promptWidth: promptWidth, columns: columns)
    if layout.rows > screenRows - 3 {
      // Taller than the screen: it would break the display, so it runs at once.
      let lines = pasted.count { $0 == 0x0A } + 1
      write("# pasted \(lines) lines")
      write("\n")
      outcome = .text(string(all))
      return CC_EOF
    }
    // The last newline of a copied block is not part of what one meant to paste.
    while pasted.last == 0x0A { pasted.removeLast() }
    insert(pasted)
    return CC_REFRESH
  }

  // MARK: History

  /// Up goes to the line above; from the first line to the entry before that starts with what was typed.
  private func up() -> Int32 {
    let (scalars, cursor) = text
    let start = lineStart(scalars[...], cursor)
    if start > 0, !isBrowsing || cursor < scalars.count {
      let above = lineStart(scalars[...], start - 1)
      moveCursor(to: min(above + (cursor - start), start - 1))
      return CC_CURSOR
    }
    beginBrowsing(scalars)
    let prefix = string(typed)
    var i = place - 1
    while i >= 0 {
      if history.entries[i].hasPrefix(prefix), fits(history.entries[i]), history.entries[i] != string(scalars) {
        place = i
        replace(with: enterable(history.entries[i]))
        return CC_REFRESH
      }
      i -= 1
    }
    return CC_ERROR
  }

  private func down() -> Int32 {
    let (scalars, cursor) = text
    if let newline = scalars[cursor...].firstIndex(of: 0x0A) {
      let start = lineStart(scalars[...], cursor)
      let next = scalars[(newline + 1)...].firstIndex(of: 0x0A) ?? scalars.count
      moveCursor(to: min(newline + 1 + (cursor - start), next))
      return CC_CURSOR
    }
    guard isBrowsing else { return CC_ERROR }
    let prefix = string(typed)
    var i = place + 1
    while i < history.entries.count {
      if history.entries[i].hasPrefix(prefix), fits(history.entries[i]), history.entries[i] != string(scalars) {
        place = i
        replace(with: enterable(history.entries[i]))
        return CC_REFRESH
      }
      i += 1
    }
    place = history.entries.count
    isBrowsing = false
    replace(with: typed)
    return CC_REFRESH
  }

  /// Typing in a recalled entry makes it the one that is searched for.
  private func beginBrowsing(_ scalars: [UInt32]) {
    if isBrowsing, place < history.entries.count, enterable(history.entries[place]) == scalars { return }
    isBrowsing = true
    place = history.entries.count
    typed = scalars
  }

  private func fits(_ entry: String) -> Bool {
    EntryLayout(enterable(entry), promptWidth: promptWidth, columns: columns).rows < screenRows - 2
  }

  // MARK: Completion

  private func tab() -> Int32 {
    let (scalars, cursor) = text
    let start = lineStart(scalars[...], cursor)
    if scalars[start..<cursor].allSatisfy({ $0 == 0x20 }) {
      insert([0x20, 0x20, 0x20, 0x20])
      return CC_REFRESH
    }
    guard let found = actions.complete(string(scalars[..<cursor])), let first = found.candidates.first else {
      return CC_ERROR
    }
    let word = String(decoding: Array(string(scalars[..<cursor]).utf8.suffix(found.replacing)), as: UTF8.self)
    let common = found.candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    if common.utf8.count > word.utf8.count || (found.candidates.count == 1 && common != word) {
      nns_edit_delete_before(editor, Int32(word.unicodeScalars.count))
      insert(enterable(common))
      return CC_REFRESH
    }
    if found.candidates.count > 1 { return list(found.candidates) }
    return CC_ERROR
  }

  /// Candidates on fresh lines; libedit then draws prompt and entry below.
  private func list(_ candidates: [String]) -> Int32 {
    leaveEntry()
    let shown = candidates.prefix(100)
    let width = (shown.map { $0.unicodeScalars.count }.max() ?? 1) + 2
    let across = max(1, (columns - 1) / width)
    var out = "\n"
    for (i, name) in shown.enumerated() {
      out += name
      let isLast = i == shown.count - 1
      if isLast || i % across == across - 1 {
        out += "\n"
      } else {
        out += String(repeating: " ", count: width - name.unicodeScalars.count)
      }
    }
    if candidates.count > shown.count { out += "… \(candidates.count - shown.count) more\n" }
    write(out)
    nns_edit_forget_screen(editor)
    return CC_REFRESH
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map { $0.0 })
  }
}
