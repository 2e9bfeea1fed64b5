import Bindings
package import Evaluator

/// Writes random programs by the grammar: names from a small pool, so that they meet again, and calls of the whole library.
package struct Grammar {
  private var dice: Dice
  private var depth = 0
  private static let names = ["a", "b", "x", "y", "net", "data", "t", "e", "損", "mean"]
  private let builtins: [Builtin]

  package init(seed: UInt64, library: Library) {
    dice = Dice(seed: seed)
    // What waits, or ends the run, is left out.
    builtins = library.builtins.values.filter { !["exit"].contains($0.name) }.sorted { $0.name < $1.name }
  }

  package mutating func program() -> String {
    var lines: [String] = []
    // Names that mean something, so that more of what follows is reached.
    if !dice.isOne(in: 4) {
      for name in ["a", "b", "x", "y"] { lines.append("\(name) = \(dice.isOne(in: 2) ? tensor() : atom())") }
      lines += ["net = input(4) >> dense(3, relu) >> dense(2)", "t = table({a: (1, 2, 3), b: (\"x\", \"y\", \"x\")})"]
      lines.append("data = {x: uniform(shape=(6, 4)), y: int([0, 1, 0, 1, 1, 0])}")
    }
    // What goes wrong is mostly caught, so that the next line is reached.
    let isGuarded = !dice.isOne(in: 3)
    for _ in 0..<(1 + dice.below(8)) {
      let line = statement(indent: "")
      lines.append(isGuarded ? "try {\n\(line)\n} catch e { e }" : line)
    }
    return lines.joined(separator: dice.isOne(in: 12) ? "; " : "\n") + "\n"
  }

  private mutating func name() -> String { dice.pick(Grammar.names) }

  private mutating func statement(indent: String) -> String {
    depth += 1
    defer { depth -= 1 }
    let choice = depth > 4 ? dice.below(6) : dice.below(20)
    switch choice {
    case 0, 1, 2: return indent + "\(name()) = \(expression())"
    case 3: return indent + expression()
    case 4: return indent + "\(name()) \(dice.pick(["+=", "-=", "*=", "/="])) \(expression())"
    case 5: return indent + "\(place()) = \(expression())"
    case 6: return indent + "\(name()), \(name()) = \(expression())"
    case 7: return indent + "for \(target()) in \(expression()) \(block(indent))"
    case 8: return indent + "for \(name()) in \(dice.below(5))..\(dice.below(30)) \(block(indent))"
    case 9: return indent + "if \(condition()) \(block(indent)) else \(block(indent))"
    case 10: return indent + "while \(condition()) { \(expression()); break }"
    case 11, 12: return indent + "fn \(name())(\(parameters())) \(block(indent))"
    case 13:
      return indent
        + "model \(name())(\(parameters())) {\n\(indent)  w = dense(\(dice.below(5)))\n\(indent)  fn (x) => \(expression())\n\(indent)}"
    case 14: return indent + "try \(block(indent)) catch e \(block(indent))"
    case 15: return indent + "assert \(condition()), \"no\""
    case 16: return indent + "\(name()): [\(dice.pick(["n", "d", "3", "..., d", "n, 3 * d"]))] = \(expression())"
    case 17: return indent + "| k | v |\n\(indent)|---|---|\n\(indent)| \(atom()) | \(atom()) |"
    case 18: return indent + "{\(name()), \(name())} = \(expression())"
    default: return indent + "\(expression()) |> \(call())"
    }
  }

  private mutating func block(_ indent: String) -> String {
    var lines: [String] = []
    for _ in 0..<(1 + dice.below(3)) { lines.append(statement(indent: indent + "  ")) }
    return "{\n\(lines.joined(separator: "\n"))\n\(indent)}"
  }

  private mutating func target() -> String { dice.isOne(in: 4) ? "(\(name()), \(name()))" : name() }

  private mutating func condition() -> String {
    dice.isOne(in: 2) ? dice.pick(["true", "false"]) : "\(atom()) \(dice.pick(["<", "==", ">=", "in"])) \(atom())"
  }

  private mutating func parameters() -> String {
    var parts: [String] = []
    var hasDefault = false
    for name in ["x", "y", "a"].prefix(dice.below(4)) {
      hasDefault = hasDefault || dice.isOne(in: 5)
      var part = dice.isOne(in: 6) && !hasDefault ? "&\(name)" : name
      if dice.isOne(in: 4) { part += dice.pick([": [n, d]", ": number", ": [...]", ": list", ": [n, n + 1]"]) }
      if hasDefault { part += "=\(atom())" }
      parts.append(part)
    }
    if dice.isOne(in: 8), !hasDefault { parts.append("..rest") }
    return parts.joined(separator: ", ")
  }

  private mutating func place() -> String {
    var text = name()
    for _ in 0..<(1 + dice.below(2)) {
      text += dice.isOne(in: 2) ? ".\(name())" : "[\(index())]"
    }
    return text
  }

  private mutating func index() -> String {
    switch dice.below(7) {
    case 0: "..."
    case 1: "new"
    case 2: "\(dice.below(4))..\(number())"
    case 3: "..\(number())"
    case 4: "\(expression()), \(atom())"
    case 5: ".. .. \(number())"
    default: expression()
    }
  }

  private mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    if depth > 6 { return atom() }
    switch dice.below(22) {
    case 0...4: return atom()
    case 5...7: return "\(expression()) \(dice.pick(["+", "-", "*", "/", "//", "%", "**", "@"])) \(atom())"
    case 8: return "(\(expression())) \(dice.pick(["==", "<", "in", "and", "or", "not in"])) (\(expression()))"
    case 9...12: return call()
    case 13: return "\(atom())[\(index())]"
    case 14: return "\(atom()).\(dice.pick(["T", "shape", "a", "x", "rank", "dtype", "loss"]))"
    case 15: return "[\(expression()), \(expression())]"
    case 16: return "(\(expression()), ..\(atom()))"
    case 17: return "{a: \(expression()), x: \(atom())}"
    case 18: return "(\(name()) => \(expression()))"
    case 19: return "(\(layer()) >> \(dice.isOne(in: 3) ? expression() : layer()))"
    case 20: return "(if \(condition()) { \(expression()) } else { \(atom()) })"
    default: return "\"v {\(name()):\(dice.pick([".2f", ">8", ",", "e", ".1%", "05"]))} {\(call())}\"".replacingQuotes
    }
  }

  private mutating func layer() -> String {
    dice.pick([
      "input(4)", "input(8, 8, 1)", "flatten", "dense(3)", "dense(2, relu)", "relu", "dropout(0.5)", "batch_norm()",
      "conv2d(2, 3)", "max_pool2d(2)", "conv1d(2, 2)", "embedding(5, 3)", "softmax", "pca(2)", "standardize()",
      "layer_norm",
    ])
  }

  /// A builtin with arguments of the kinds that it declares, or of others.
  private mutating func call() -> String {
    if dice.isOne(in: 6) { return "\(name())(\(expression()), \(argument()))" }
    let builtin = dice.pick(builtins)
    var parts: [String] = []
    for p in builtin.parameters {
      if p.defaultValue != nil, dice.isOne(in: 2) { continue }
      let text = dice.isOne(in: 8) ? argument() : value(of: p.typeName)
      let mark = p.isInout && !dice.isOne(in: 10) ? "&\(name())" : text
      let isNamed = p.defaultValue != nil && !p.isRest && !p.isNamedRest
      parts.append(isNamed ? "\(p.name)=\(mark)" : mark)
    }
    if dice.isOne(in: 15) { parts.insert(argument(), at: 0) }
    parts = parts.filter { !$0.isNamed } + parts.filter(\.isNamed)
    return "\(builtin.name)(\(parts.joined(separator: ", ")))"
  }

  private mutating func argument() -> String {
    switch dice.below(8) {
    case 0: "\(name())=\(atom())"
    case 1: "&\(name())"
    case 2: "..\(atom())"
    default: expression()
    }
  }

  private mutating func value(of type: String) -> String {
    if dice.isOne(in: 3) { return dice.pick(["net", "data", "t", "x", "y", "data.x", "data.y"]) }
    if type.contains("string") { return dice.pick(["\"a\"", "\"b t d -> b d\"", "\"\"", "\"mean\"", "\"x\"", "'é'"]) }
    if type.contains("bool") { return dice.pick(["true", "false"]) }
    if type.contains("function") || type.contains("fn") {
      return dice.pick(["(x => x)", "relu", "(x => x * 2)", "sum"])
    }
    if type.contains("model") || type.contains("layer") {
      return dice.pick(["net", "(input(4) >> dense(2))", "dense(2)"])
    }
    if type.contains("table") { return dice.pick(["t", "table({a: (1, 2, 3), b: (\"x\", \"y\", \"x\")})"]) }
    if type.contains("list") { return dice.pick(["(1, 2, 3)", "()", "(\"a\", \"b\")", "((1, 2), (3, 4))"]) }
    if type.contains("record") { return dice.pick(["{a: 1}", "{x: [[1, 2], [3, 4]], y: [0, 1]}"]) }
    if type.contains("tensor") { return tensor() }
    return dice.isOne(in: 3) ? tensor() : number()
  }

  private mutating func tensor() -> String {
    dice.pick([
      "[1, 2, 3]", "[[1, 2], [3, 4]]", "[true, false]", "zeros(2, 3)", "zeros(0)", "zeros(3, 0)", "ones(4, 4)",
      "normal(shape=(4, 4))", "int([0, 1, 2])", "u8([1, 2, 255])", "i8([-128, 127])", "cast([1, 2], \"f16\")",
      "f64([0.1, nan])",
      "uniform(shape=(2, 8, 8, 1))", "[inf, -inf, nan]", "zeros(1, 1, 1, 1)", "tensor(3)", "int(0..5)",
      "linspace(0, 1, 4)",
      "-2**63", "int([9223372036854775807])",
    ])
  }

  private mutating func number() -> String {
    dice.pick([
      "0", "1", "2", "3", "-1", "0.5", "1e9", "-1e300", "nan", "inf", "-inf", "1e18", "9007199254740993", "2**63",
      "1e-300", "255", "-0.0", "100", "7",
    ])
  }

  private mutating func atom() -> String {
    switch dice.below(9) {
    case 0, 1: name()
    case 2, 3: number()
    case 4: dice.pick(["true", "none", "\"s\"", "'r'", "()", "[]", "{}", "pi", "0..3", "5..=1", "(0..1e18)"])
    case 5: "(1, \"a\", [2])"
    case 6: "{a: 1, x: [1, 2]}"
    default: tensor()
    }
  }
}

extension String {
  /// Whether it is an argument by name.
  fileprivate var isNamed: Bool {
    let name = prefix { $0.isLetter || $0 == "_" }
    let rest = dropFirst(name.count)
    return !name.isEmpty && rest.hasPrefix("=") && !rest.hasPrefix("==") && !rest.hasPrefix("=>")
  }

  /// What stands in a string cannot hold braces that follow each other.
  fileprivate var replacingQuotes: String { contains("{{") || contains("}}") ? "\"plain\"" : self }
}
