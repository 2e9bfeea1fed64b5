import Glibc
import Terminal

let usage = """
  NNS, a small language for neural networks.

  nns                            the prompt
  nns [options] file.nns [args]  run a file (`-`: standard input); `args` holds what follows its name; also nns run …
  nns [options] -e 'code' [args] run code
  nns explain [id]               what an error id means, with an example; without one, all ids
  nns fmt [--check] file.nns …   lay files out in the one layout, `-` from input to output;
                                 --check writes nothing, names those that would change, and ends with status 1
  nns test [--record] PATH …     run the examples in files and folders: `> code` in ## comments and `# expect: text` in
                                 .nns files, blocks fenced as nns and text in .md files; ends with status 1 if one
                                 does not hold; --record writes what they show into the files
  nns check [--json] PATH …      tell what files, and those in folders, get wrong for certain, without running them

  --time SECONDS                 stop a program that runs longer
  --memory SIZE                  stop one that needs more memory: 500M, 2G
  --sandbox                      keep files, the environment and standard input from it
  --color auto|always|never      when to use colours
  --version                      print the version
  --dump-library                 print the library's reference page, as docs/library.md has it
  --dump-errors                  print the page of all errors, as docs/errors.md has it
  -h, --help                     print this

  The status is 0, or 1 after an error and when check, fmt --check or test finds something, 2 for wrong usage, 66 when the
  program's file cannot be read, 130 after Ctrl-C, or what exit(n) says.

  At the prompt :help lists what there is, and Ctrl-D leaves.
  """

/// Wrong usage: one sentence, and status 2.
func refuse(_ problem: String) -> Never {
  Launch.say("nns: \(problem); nns --help tells more\n", toError: true)
  exit(2)
}

var arguments = Array(CommandLine.arguments.dropFirst())
var color = ColorChoice.auto
var code: String?
var isCommand = true
var limits = Launch.Limits()
var isLimited = false

/// The next word, which an option needs.
@MainActor func value(of option: String, _ what: String) -> String {
  guard let word = arguments.first else { refuse("\(option) needs \(what)") }
  arguments.removeFirst()
  return word
}

/// `500M`, `1.5G`, `4096`: bytes.
func byteCount(_ text: String) -> Int? {
  let units: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
  let unit = text.last.flatMap { units[Character($0.uppercased())] }
  guard let number = Double(unit == nil ? text : String(text.dropLast())), number > 0, number * (unit ?? 1) < 1e18
  else {
    return nil
  }
  return Int(number * (unit ?? 1))
}

/// Options end at the first word that is none; what follows belongs to the program, whatever it looks like.
while let option = arguments.first, option.hasPrefix("-"), option != "-" {
  arguments.removeFirst()
  switch option {
  case "--": break
  case "-h", "--help":
    Launch.say(usage + "\n", toError: false)
    exit(0)
  case "--version":
    Launch.say("nns 0.1.0\n", toError: false)
    exit(0)
  case "--dump-library":
    Launch.say(Launch.libraryPage, toError: false)
    exit(0)
  case "--dump-errors":
    Launch.say(Launch.errorsPage, toError: false)
    exit(0)
  case "-e":
    guard let text = arguments.first else { refuse("-e needs code") }
    arguments.removeFirst()
    code = text
  case "--color":
    guard let choice = arguments.first.flatMap(ColorChoice.init(rawValue:)) else {
      refuse("--color is auto, always or never")
    }
    arguments.removeFirst()
    color = choice
  case let joined where joined.hasPrefix("--color="):
    guard let choice = ColorChoice(rawValue: String(joined.dropFirst(8))) else {
      refuse("--color is auto, always or never")
    }
    color = choice
  case "--time":
    guard let seconds = Double(value(of: option, "seconds")), seconds > 0, seconds.isFinite else {
      refuse("--time needs a number of seconds above 0")
    }
    (limits.seconds, isLimited) = (seconds, true)
  case "--memory":
    guard let bytes = byteCount(value(of: option, "a size")) else { refuse("--memory needs a size, as 500M or 2G") }
    (limits.bytes, isLimited) = (bytes, true)
  case "--sandbox": (limits.isSandboxed, isLimited) = (true, true)
  default: refuse("there is no option \(option)")
  }
  if option == "--" {
    isCommand = false
    break
  }
}

/// The words after a command such as `nns fmt`: whether its one option is among them, and what follows.
func split(_ words: [String], of command: String, option wanted: String) -> (hasOption: Bool, rest: [String]) {
  var words = words.dropFirst()
  var hasOption = false
  while let option = words.first, option.hasPrefix("-"), option != "-" {
    words.removeFirst()
    if option == "--" { break }
    guard option == wanted else { refuse("\(command) has no option \(option)") }
    hasOption = true
  }
  return (hasOption, Array(words))
}

if isCommand, arguments.first == "run", code == nil {
  arguments.removeFirst()
  isCommand = false
  if arguments.isEmpty { refuse("run needs a file, or - for standard input") }
}
if isLimited, isCommand, code == nil, let word = arguments.first, ["explain", "fmt", "check", "test"].contains(word) {
  refuse("--time, --memory and --sandbox are for a program, not for \(word)")
}
let facts = TerminalFacts(color: color)
if let code {
  exit(Launch.run(code: code, arguments: arguments, limits, facts))
} else if isCommand, arguments.first == "explain" {
  guard arguments.count <= 2 else { refuse("explain takes one id") }
  exit(Launch.explain(arguments.dropFirst().first, facts))
} else if isCommand, arguments.first == "fmt" {
  let (isCheck, paths) = split(arguments, of: "fmt", option: "--check")
  if paths.isEmpty { refuse("fmt needs a file, or - for standard input") }
  exit(Launch.format(paths: paths, isCheck: isCheck, facts))
} else if isCommand, arguments.first == "check" {
  let (asJSON, paths) = split(arguments, of: "check", option: "--json")
  if paths.isEmpty { refuse("check needs a file, a folder, or - for standard input") }
  exit(Launch.check(paths: paths, asJSON: asJSON, facts))
} else if isCommand, arguments.first == "test" {
  let (isRecording, paths) = split(arguments, of: "test", option: "--record")
  if paths.isEmpty { refuse("test needs a file or a folder") }
  exit(Launch.test(paths: paths, isRecording: isRecording, facts))
} else if let path = arguments.first {
  exit(Launch.run(path: path, arguments: Array(arguments.dropFirst()), limits, facts))
} else if isLimited {
  refuse("--time, --memory and --sandbox are for programs, not for the prompt")
} else {
  exit(Launch.prompt(facts))
}
