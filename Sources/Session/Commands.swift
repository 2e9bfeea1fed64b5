import Bindings
import Diagnostics
import Evaluator
import Syntax
import Tables
import Tensors

/// A word after `:` at the prompt.
package struct Command: Sendable {
  package var name: String
  package var usage: String
  package var summary: String
  var run: @Sendable (Session, String) -> Session.Outcome
}

extension Session {
  package static let commands: [Command] = [
    Command(name: "help", usage: ":help [name]", summary: "what a name is, or this overview") { session, name in
      session.say(name.isEmpty ? session.overview() : session.help(name))
      return .done
    },
    Command(name: "explain", usage: ":explain [id]", summary: "what an error id means, with an example; all ids") {
      session, id in
      if id.isEmpty {
        session.say(makeErrorList())
      } else if let page = makeExplanation(id, width: session.streams.style().width) {
        session.say(page)
      } else {
        return session.refuse(makeUnknownIDMessage(id))
      }
      return .done
    },
    Command(name: "vars", usage: ":vars", summary: "the names you have set") { session, _ in
      session.say(session.variables())
      return .done
    },
    Command(name: "time", usage: ":time code", summary: "run code and tell how long it took") { session, text in
      let start = Stopwatch()
      let outcome = session.enter(text)
      session.say(start.text)
      return outcome
    },
    Command(name: "load", usage: ":load file.nns", summary: "run a file in this session") { session, path in
      do {
        let bytes = try Files.read(path, limit: 1 << 26)
        return session.run(SourceText(name: path, text: String(decoding: bytes, as: UTF8.self)))
      } catch {
        return session.outcome(of: error)
      }
    },
    Command(name: "save", usage: ":save file.nns", summary: "write the entries that worked as a script") {
      session, path in
      guard !path.isEmpty else { return session.refuse(":save needs a file's name, as in :save run.nns") }
      do {
        try Files.write(Array((session.entries.joined(separator: "\n") + "\n").utf8), to: path)
        session.say("wrote \(session.entries.count) entries to \(path)")
        return .done
      } catch {
        return session.outcome(of: error)
      }
    },
    Command(name: "history", usage: ":history", summary: "the entries of this session that worked") { session, _ in
      session.say(session.entries.joined(separator: "\n"))
      return .done
    },
    Command(name: "seed", usage: ":seed [n]", summary: "start the random numbers afresh") { session, text in
      session.enter("seed(\(text.isEmpty ? "none" : text))")
    },
    Command(name: "reset", usage: ":reset", summary: "forget all names") { session, _ in
      session.globals.removeAll()
      session.entries = []
      return .done
    },
    Command(name: "quit", usage: ":quit", summary: "leave (as Ctrl-D does)") { _, _ in .exit(0) },
  ]

  /// Nil when the entry is no command.
  func command(_ text: String) -> Outcome? {
    if let name = helpRequest(text) {
      say(help(name))
      return .done
    }
    guard text.hasPrefix(":") else { return nil }
    let words = text.dropFirst()
    let name = String(words.prefix { !$0.isWhitespace })
    let rest = String(words.dropFirst(name.count)).trimmed
    if let command = Session.commands.first(where: { $0.name == name }) { return command.run(self, rest) }
    let near = nearMisses(name, among: Session.commands.map(\.name)).first
    return refuse("there is no command :\(name)" + (near.map { "; did you mean :\($0)?" } ?? "; :help lists them"))
  }

  func say(_ text: String) { if !text.isEmpty { streams.out(text + "\n") } }

  func refuse(_ text: String) -> Outcome {
    let diagnostic = Diagnostic("", text)
    streams.err(text + "\n")
    return .failed(diagnostic)
  }

  /// `name?`
  private func helpRequest(_ text: String) -> String? {
    guard text.hasSuffix("?"), text.count > 1 else { return nil }
    let name = String(text.dropLast())
    let isName = name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
    return isName && !(name.first!.isNumber) ? name : nil
  }

  private func variables() -> String {
    let names = globals.setNames.filter { $0 != "args" || globals["args"]?.list?.length != 0 }
    if names.isEmpty { return "nothing is set yet" }
    let width = names.map(displayWidth).max() ?? 0
    let room = streams.style().width - width - 2
    return names.map { name in
      let value = globals[name]!
      let text = value.tensor.map { $0.shape.rank == 0 ? value.preview : "\($0.dtype) \($0.shape)" } ?? value.preview
      let flat = String(text.map { $0.isNewline ? " " : $0 })
      return name + String(repeating: " ", count: width - displayWidth(name) + 2)
        + (flat.count > room ? String(flat.prefix(max(1, room - 1))) + "…" : flat)
    }.joined(separator: "\n")
  }
}
