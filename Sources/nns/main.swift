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

  @Option(name: .short, help: "Run this code.") var e: String?
  @Option(help: ArgumentHelp("Use colours: auto, always or never.", valueName: "when")) var color = ColorChoice.auto
  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("A file to run, and its arguments.", valueName: "file.nns"))
  var file: [String] = []

  func status() -> Int32 {
    let facts = TerminalFacts(color: color)
    if let e { return Launch.run(code: e, arguments: file, facts) }
    guard let path = file.first else { return Launch.prompt(facts) }
    return Launch.run(path: path, arguments: Array(file.dropFirst()), facts)
  }
}

extension ColorChoice: ExpressibleByArgument {}

do {
  exit(try Command.parse().status())
} catch {
  // Help and the version arrive as errors too; wrong usage has status 2.
  let isAnswer = Command.exitCode(for: error).isSuccess
  Launch.say(Command.fullMessage(for: error) + "\n", toError: !isAnswer)
  exit(isAnswer ? 0 : 2)
}
