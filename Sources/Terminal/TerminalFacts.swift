import CLibEdit
package import Charts
import Glibc

/// When colours are used.
package enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never
}

/// What is known about the place of output. A terminal is never asked, only the environment and the system.
package struct TerminalFacts: Sendable {
  package var inputIsTerminal: Bool
  package var outputIsTerminal: Bool
  package var errorIsTerminal: Bool
  package var term: String
  package var color: ColorDepth
  package var canvas: Canvas

  /// - Parameter color: the command line's choice, which goes before the environment.
  package init(color choice: ColorChoice = .auto) {
    inputIsTerminal = isatty(STDIN_FILENO) == 1
    outputIsTerminal = isatty(STDOUT_FILENO) == 1
    errorIsTerminal = isatty(STDERR_FILENO) == 1
    term = Self.variable("TERM") ?? ""
    color = Self.color(choice, isTerminal: outputIsTerminal, term: term)
    canvas = Self.canvas(isTerminal: outputIsTerminal, term: term)
  }

  /// A terminal that understands escape sequences at both ends.
  package var canEdit: Bool { inputIsTerminal && outputIsTerminal && term != "dumb" && !term.isEmpty }

  /// The style for charts and tables as the terminal is now; 80 columns when it is none, so that recorded output is
  /// stable.
  package var style: DisplayStyle {
    guard outputIsTerminal else { return DisplayStyle(width: 80, canvas: canvas, color: color) }
    let (columns, rows) = Self.size(STDOUT_FILENO)
    return DisplayStyle(width: columns, height: rows, canvas: canvas, color: color)
  }

  /// Columns and rows: the system's answer, else `COLUMNS`, else 80.
  static func size(_ descriptor: Int32) -> (columns: Int, rows: Int?) {
    var columns: Int32 = 0
    var rows: Int32 = 0
    nns_terminal_size(descriptor, &columns, &rows)
    if columns > 0 { return (Int(columns), rows > 0 ? Int(rows) : nil) }
    if let set = variable("COLUMNS").flatMap({ Int($0) }), set > 0, set < 10_000 { return (set, nil) }
    return (80, nil)
  }

  /// `--color`, then `NO_COLOR`, then `FORCE_COLOR` or `CLICOLOR_FORCE`, then whether there is a terminal.
  private static func color(_ choice: ColorChoice, isTerminal: Bool, term: String) -> ColorDepth {
    let depth: ColorDepth = ["truecolor", "24bit"].contains(variable("COLORTERM") ?? "") ? .full : .indexed
    switch choice {
    case .always: return depth
    case .never: return .none
    case .auto: break
    }
    if variable("NO_COLOR") != nil { return .none }
    for name in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
      if let value = variable(name), value != "0" { return depth }
    }
    return isTerminal && term != "dumb" && !term.isEmpty ? depth : .none
  }

  /// `NNS_CANVAS`, else braille; blocks on the Linux console, whose fonts have no braille, and ASCII on a terminal whose
  /// locale names another encoding than UTF-8.
  private static func canvas(isTerminal: Bool, term: String) -> Canvas {
    if let named = variable("NNS_CANVAS").flatMap(Canvas.init(rawValue:)) { return named }
    guard isTerminal else { return .braille }
    let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
    if let dot = locale.firstIndex(of: ".") {
      let encoding = locale[dot...].lowercased()
      if !encoding.contains("utf-8"), !encoding.contains("utf8") { return .ascii }
    }
    if term == "dumb" { return .ascii }
    return term == "linux" ? .block : .braille
  }

  /// An environment variable that is set and not empty.
  static func variable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}
