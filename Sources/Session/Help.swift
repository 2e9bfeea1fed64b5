import Diagnostics
import Evaluator

extension Session {
  /// The modules with their names, and the commands.
  func overview() -> String {
    let width = streams.style().width
    var lines: [String] = []
    for module in library.modules where !module.builtins.isEmpty {
      lines.append("\(module.name): \(module.summary)")
      lines += wrapped(module.builtins.map(\.name) + library.writtenNames(module), width: width - 2).map { "  " + $0 }
    }
    lines.append("commands")
    let usage = Session.commands.map(\.usage).map(\.count).max() ?? 0
    for command in Session.commands {
      lines.append(
        "  \(command.usage)\(String(repeating: " ", count: usage - command.usage.count + 2))\(command.summary)")
    }
    lines.append("name? or :help name tells more")
    return lines.joined(separator: "\n")
  }

  private func wrapped(_ words: [String], width: Int) -> [String] {
    var lines: [String] = []
    for word in words {
      if let last = lines.last, last.count + word.count + 1 <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines
  }

  /// Signature, what it does, arguments and examples of a name.
  func help(_ name: String) -> String {
    let bare = name.hasPrefix("nns.") ? String(name.dropFirst(4)) : name
    if let value = globals[bare], name == bare {
      if let function = value.function { return help(function) }
      if library.builtins[bare] == nil || !value.isCallable { return "\(bare) is \(value.described): \(value.preview)" }
    }
    if let builtin = library.builtins[bare] { return help(builtin) }
    if let function = library.value(bare)?.function { return help(function) }
    if let constant = library.constants.first(where: { $0.name == bare }) { return "\(bare)\n\(constant.summary)" }
    if let module = library.modules.first(where: { $0.name == bare }) {
      let names =
        module.builtins.map { "  \($0.signature)\n      \($0.summary)" }
        + library.writtenFunctions(module).map { "  \($0.signature)\n      \($0.summary)" }
      return "\(module.name): \(module.summary)\n" + names.joined(separator: "\n")
    }
    let near = nearMisses(bare, among: library.names + globals.setNames)
    return "there is no `\(bare)`" + (near.isEmpty ? "" : "; near it: \(near.joined(separator: ", "))")
  }

  private func help(_ function: FunctionObject) -> String {
    let head = "\(function.prototype.isModel ? "model" : "fn") \(function.signature)"
    return ([head] + (function.prototype.documentation.map { [$0] } ?? [])).joined(separator: "\n")
  }

  private func help(_ builtin: Builtin) -> String {
    var lines = [builtin.signature, builtin.summary]
    let width = builtin.parameters.map { displayWidth($0.name) }.max() ?? 0
    for p in builtin.parameters {
      let padding = String(repeating: " ", count: width - displayWidth(p.name) + 2)
      let limits = p.constraints.isEmpty ? "" : " (\(p.constraints.joined(separator: ", ")))"
      lines.append("  \(p.name)\(padding)\(p.typeName): \(p.summary)\(limits)")
    }
    for example in builtin.examples {
      lines.append("  > \(example.source)")
      if !example.output.isEmpty { lines += example.output.split(separator: "\n").map { "  \($0)" } }
    }
    return lines.joined(separator: "\n")
  }
}

extension Library {
  /// Of a module's functions that are written in NNS.
  func writtenNames(_ module: Module) -> [String] { written.filter { $0.name == module.name }.flatMap(\.names) }

  func writtenFunctions(_ module: Module) -> [FunctionObject] {
    writtenNames(module).compactMap { value($0)?.function }
  }
}

extension FunctionObject {
  var signature: String { "\(name)(\(prototype.usage))" }

  /// The first paragraph of the documentation.
  var summary: String {
    let lines = (prototype.documentation ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { !$0.isEmpty && $0.first != ">" }.joined(separator: " ")
  }
}
