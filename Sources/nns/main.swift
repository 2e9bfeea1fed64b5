import ArgumentParser
import Glibc
import Terminal

/// The command line: which way to run, and the choice of colours.
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nns",
    abstract: "NNS, a small language for neural networks.",
    usage: """
      nns                            the prompt
      nns [options] file.nns [args]  run a file; `args` holds the rest
      nns [options] -e 'code' [args] run code
      """,
    discussion: "At the prompt :help lists what there is, and Ctrl-D leaves.",
    version: "nns 0.1.0")

  @Option(name: .short, parsing: .unconditional, help: "Run this code.") var e: String?
  @Option(help: ArgumentHelp("Use colours: auto, always or never.", valueName: "when")) var color = ColorChoice.auto

  /// - Parameter rest: what stands behind the options: a file and its arguments, or those of the code.
  func status(_ rest: [String]) -> Int32 {
    let facts = TerminalFacts(color: color)
    if let e { return Launch.run(code: e, arguments: rest, facts) }
    guard let path = rest.first else { return Launch.prompt(facts) }
    return Launch.run(path: path, arguments: Array(rest.dropFirst()), facts)
  }
}

extension ColorChoice: ExpressibleByArgument {}

/// Options up to the first word that is none; what follows belongs to the program, whatever it looks like.
func divided(_ arguments: ArraySlice<String>) -> (options: [String], rest: [String]) {
  var at = arguments.startIndex
  while at < arguments.endIndex, arguments[at].hasPrefix("-"), arguments[at] != "-", arguments[at] != "--" {
    at += ["-e", "--color"].contains(arguments[at]) ? 2 : 1
  }
  at = min(at, arguments.endIndex)
  let rest = arguments[at...]
  return (Array(arguments[..<at]), Array(rest.first == "--" ? rest.dropFirst() : rest))
}

do {
  let (options, rest) = divided(CommandLine.arguments.dropFirst())
  exit(try Command.parse(options).status(rest))
} catch {
  // Help and the version arrive as errors too; wrong usage has status 2.
  let isAnswer = Command.exitCode(for: error).isSuccess
  Launch.say(Command.fullMessage(for: error) + "\n", toError: !isAnswer)
  exit(isAnswer ? 0 : 2)
}
