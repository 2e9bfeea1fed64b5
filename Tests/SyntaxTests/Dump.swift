import Diagnostics
import Syntax

/// A tree as a compact s-expression, for tests.
func dump(_ program: Program) -> String { program.statements.map(dump).joined(separator: "\n") }

func dump(_ block: Block) -> String { "{" + block.map { " " + dump($0) }.joined() + " }" }

func dump(_ statement: Statement) -> String {
  var text = dump(statement.kind)
  if statement.isSilenced { text += ";" }
  if let documentation = statement.documentation { text = "(doc \(quoted(documentation)) \(text))" }
  return text
}

private func dump(_ kind: Statement.Kind) -> String {
  switch kind {
  case .use(let path, let name, let alias):
    let from = path.map { quoted($0) + " " } ?? ""
    return "(use \(from)\(name.text)\(alias.map { " as \($0.text)" } ?? ""))"
  case .model(let name, let function): return "(model \(name.text) \(dump(function)))"
  case .function(let name, let function): return "(def \(name.text) \(dump(function)))"
  case .forLoop(let targets, let sequence, let body):
    return "(for \(targets.map(dump).joined(separator: " ")) in \(dump(sequence)) \(dump(body)))"
  case .whileLoop(let condition, let body): return "(while \(dump(condition)) \(dump(body)))"
  case .returns(let value): return "(return\(value.map { " " + dump($0) } ?? ""))"
  case .breaks: return "break"
  case .continues: return "continue"
  case .assert(let condition, let message):
    return "(assert \(dump(condition))\(message.map { " " + dump($0) } ?? ""))"
  case .checkedBinding(let name, let type, let value): return "(= \(name.text):\(dump(type)) \(dump(value)))"
  case .assign(let sides, let value): return "(= \(sides.map(dump).joined(separator: " ")) \(dump(value)))"
  case .augment(let side, let operation, _, let value):
    return "(\(operation.rawValue) \(dump(side)) \(dump(value)))"
  case .expression(let expression): return dump(expression)
  }
}

private func dump(_ target: Target) -> String {
  switch target {
  case .name(let name): name.text
  case .wildcard: "_"
  case .list(let parts, _): "(" + parts.map(dump).joined(separator: " ") + ")"
  }
}

private func dump(_ side: LeftSide) -> String {
  switch side {
  case .name(let name): name.text
  case .wildcard: "_"
  case .place(let place): dump(place)
  case .list(let parts, _): "(" + parts.map(dump).joined(separator: " ") + ")"
  case .record(let names, _): "{" + names.map(\.text).joined(separator: " ") + "}"
  }
}

private func dump(_ function: Function) -> String {
  let parameters = function.parameters.map { parameter in
    var text = parameter.isRest ? ".." : parameter.isInout ? "&" : ""
    text += parameter.name.text
    if let type = parameter.type { text += ":" + dump(type) }
    if let value = parameter.defaultValue { text += "=" + dump(value) }
    return text
  }
  let result = function.result.map { " -> " + dump($0) } ?? ""
  let body =
    switch function.body {
    case .expression(let expression): dump(expression)
    case .block(let block): dump(block)
    }
  return "(\(parameters.joined(separator: " ")))\(result) \(body)"
}

private func dump(_ type: TypeExpression) -> String {
  switch type.kind {
  case .value(let kind, let dims):
    (kind ?? "") + (dims.map { "[" + $0.map(dump).joined(separator: " ") + "]" } ?? "")
  case .list(let parts): "(" + parts.map(dump).joined(separator: " ") + ")"
  }
}

private func dump(_ dim: Dim) -> String {
  switch dim.kind {
  case .ellipsis: "..."
  case .wildcard: "_"
  case .expression(let expression): dump(expression)
  }
}

func dump(_ expression: Expression) -> String {
  switch expression.kind {
  case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  case .string(let parts): dump(parts)
  case .bool(let value): "\(value)"
  case .none: "none"
  case .name(let name): name
  case .placeholder: "_"
  case .parenthesized(let inner): "(paren \(dump(inner)))"
  case .bracket(let items, let makesList):
    (makesList ? "(list" : "(bracket") + items.map { " " + dump($0) }.joined() + ")"
  case .record(let fields): "(record" + fields.map { " " + dump($0) }.joined() + ")"
  case .table(let table):
    "(table [\(table.columns.map(\.text).joined(separator: " "))]"
      + table.rows.map { " [" + $0.map { dump($0) }.joined(separator: " ") + "]" }.joined() + ")"
  case .negate(let inner): "(neg \(dump(inner)))"
  case .not(let inner): "(not \(dump(inner)))"
  case .arithmetic(let operation, _, let a, let b): "(\(operation.rawValue) \(dump(a)) \(dump(b)))"
  case .compare(let operation, _, let a, let b): "(\(operation.rawValue) \(dump(a)) \(dump(b)))"
  case .and(let a, let b): "(and \(dump(a)) \(dump(b)))"
  case .or(let a, let b): "(or \(dump(a)) \(dump(b)))"
  case .range(let a, let b, let isInclusive): "(\(isInclusive ? "..=" : "..") \(dump(a)) \(dump(b)))"
  case .compose(let a, _, let b): "(>> \(dump(a)) \(dump(b)))"
  case .pipe(let a, _, let b): "(|> \(dump(a)) \(dump(b)))"
  case .call(let callee, let arguments): "(call \(dump(callee))" + arguments.map { " " + dump($0) }.joined() + ")"
  case .index(let base, let indices): "(at \(dump(base))" + indices.map { " " + dump($0) }.joined() + ")"
  case .field(let base, let name): "(. \(dump(base)) \(name.text))"
  case .function(let function): "(fn \(dump(function)))"
  case .conditional(let condition, let body, let otherwise):
    "(if \(dump(condition)) \(dump(body))\(otherwise.map { " " + dump($0) } ?? ""))"
  case .attempt(let body, let caught, let handler): "(try \(dump(body)) \(caught.text) \(dump(handler)))"
  }
}

private func dump(_ parts: [StringPart]) -> String {
  if parts.isEmpty { return "\"\"" }
  if parts.count == 1, case .text(let text) = parts[0] { return quoted(text) }
  return "(string"
    + parts.map { part in
      switch part {
      case .text(let text): " " + quoted(text)
      case .value(let value, let spec, _): " \(dump(value))" + (spec.map { ":" + describe($0) } ?? "")
      }
    }.joined() + ")"
}

func describe(_ spec: FormatSpec) -> String {
  var text = ""
  if let alignment = spec.alignment { text += "\(spec.fill)\(alignment)" }
  if spec.showsPlus { text += "+" }
  if spec.padsWithZeros { text += "0" }
  if spec.width > 0 { text += "\(spec.width)" }
  if let grouping = spec.grouping { text.append(grouping) }
  if let precision = spec.precision { text += ".\(precision)" }
  if let type = spec.type { text.append(type) }
  return text
}

private func dump(_ item: Item) -> String {
  switch item {
  case .value(let value): dump(value)
  case .spread(let value): "..\(dump(value))"
  }
}

private func dump(_ field: Field) -> String {
  switch field {
  case .pair(let name, let value): "\(name.text):\(dump(value))"
  case .shorthand(let name): name.text
  case .spread(let value): "..\(dump(value))"
  }
}

private func dump(_ argument: Argument) -> String {
  (argument.name.map { $0.text + "=" } ?? "") + (argument.isInout ? "&" : "") + (argument.isSpread ? ".." : "")
    + dump(argument.value)
}

private func dump(_ index: Index) -> String {
  switch index {
  case .ellipsis: "..."
  case .newAxis: "new"
  case .at(let value): dump(value)
  case .slice(let from, let to, let step, let isInclusive, _):
    "<\(from.map { dump($0) } ?? "")\(isInclusive ? "..=" : "..")\(to.map { dump($0) } ?? "")"
      + (step.map { "..\(dump($0))" } ?? "") + ">"
  }
}

func quoted(_ text: String) -> String {
  var result = "\""
  for character in text {
    switch character {
    case "\n": result += "\\n"
    case "\"": result += "\\\""
    default: result.append(character)
    }
  }
  return result + "\""
}
