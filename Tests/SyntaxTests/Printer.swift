import Syntax

/// A tree as source that parses to the same tree. Grouping is in the tree, so no parentheses are added.
struct Printer {
  /// Set when a tree has no plain form, such as a block inside a one-line string.
  var isUnprintable = false

  mutating func program(_ program: Program) -> String {
    program.statements.map { statement($0) }.joined(separator: "\n")
  }

  private mutating func block(_ block: Block) -> String {
    "{\n" + block.map { statement($0) + "\n" }.joined() + "}"
  }

  private mutating func statement(_ statement: Statement) -> String {
    let documentation = statement.documentation.map { text in
      text.split(separator: "\n", omittingEmptySubsequences: false).map { "## \($0)\n" }.joined()
    }
    return (documentation ?? "") + bare(statement.kind) + (statement.isSilenced ? ";" : "")
  }

  private mutating func bare(_ kind: Statement.Kind) -> String {
    switch kind {
    case .use(let path, let name, let alias):
      let from = path.map { text($0) } ?? name.text
      return "use \(from)" + (alias.map { " as \($0.text)" } ?? "")
    case .model(let name, let function): return "model \(name.text)" + rest(function)
    case .function(let name, let function): return "fn \(name.text)" + rest(function)
    case .forLoop(let targets, let sequence, let body):
      return "for \(targets.map { target($0) }.joined(separator: ", ")) in \(expression(sequence)) \(block(body))"
    case .whileLoop(let condition, let body): return "while \(expression(condition)) \(block(body))"
    case .returns(let value): return "return" + (value.map { " " + expression($0) } ?? "")
    case .breaks: return "break"
    case .continues: return "continue"
    case .assert(let condition, let message):
      return "assert \(expression(condition))" + (message.map { ", " + expression($0) } ?? "")
    case .checkedBinding(let name, let type, let value):
      return "\(name.text): \(self.type(type)) = \(expression(value))"
    case .assign(let sides, let value):
      return "\(sides.map { side($0) }.joined(separator: ", ")) = \(expression(value))"
    case .augment(let left, let operation, _, let value):
      return "\(side(left)) \(operation.rawValue) \(expression(value))"
    case .expression(let value): return expression(value)
    }
  }

  private func target(_ target: Target) -> String {
    switch target {
    case .name(let name): name.text
    case .wildcard: "_"
    case .list(let parts, _): "(" + parts.map { self.target($0) }.joined(separator: ", ") + ",)"
    }
  }

  private mutating func side(_ side: LeftSide) -> String {
    switch side {
    case .name(let name): name.text
    case .wildcard: "_"
    case .place(let place): expression(place)
    case .list(let parts, _): "(" + parts.map { self.side($0) }.joined(separator: ", ") + ",)"
    case .record(let names, _): "{" + names.map(\.text).joined(separator: ", ") + "}"
    }
  }

  private mutating func rest(_ function: Function) -> String {
    let parameters = function.parameters.map { parameter in
      var text = (parameter.isInout ? "&" : parameter.isRest ? ".." : "") + parameter.name.text
      if let type = parameter.type { text += ": " + self.type(type) }
      if let value = parameter.defaultValue { text += " = " + expression(value) }
      return text
    }
    let result = function.result.map { " -> " + type($0) } ?? ""
    let head = "(" + parameters.joined(separator: ", ") + ")" + result
    switch function.body {
    case .expression(let body): return head + " => " + expression(body)
    case .block(let body): return head + " " + block(body)
    }
  }

  private mutating func type(_ type: TypeExpression) -> String {
    switch type.kind {
    case .list(let parts): return "(" + parts.map { self.type($0) }.joined(separator: ", ") + ")"
    case .value(let kind, let dims):
      let shape = dims.map { dims in
        "["
          + dims.map { dim in
            switch dim.kind {
            case .ellipsis: "..."
            case .wildcard: "_"
            case .expression(let value): expression(value)
            }
          }.joined(separator: ", ") + "]"
      }
      return (kind ?? "") + (shape ?? "")
    }
  }

  mutating func expression(_ value: Expression) -> String {
    func binary(_ a: Expression, _ operation: String, _ b: Expression) -> String {
      "\(expression(a)) \(operation) \(expression(b))"
    }
    switch value.kind {
    case .number(let number): return "\(number)"
    case .string(let parts): return string(parts)
    case .bool(let value): return "\(value)"
    case .none: return "none"
    case .name(let name): return name
    case .placeholder: return "_"
    case .parenthesized(let inner): return "(\(expression(inner)))"
    case .bracket(let items, let makesList):
      let text = items.map { item in
        switch item {
        case .value(let value): expression(value)
        case .spread(let value): ".." + expression(value)
        }
      }.joined(separator: ", ")
      return makesList ? "(\(text)\(items.isEmpty ? "" : ","))" : "[\(text)]"
    case .record(let fields):
      return "{"
        + fields.map { field in
          switch field {
          case .pair(let name, let value): "\(text(name.text)): \(expression(value))"
          case .shorthand(let name): name.text
          case .spread(let value): ".." + expression(value)
          }
        }.joined(separator: ", ") + "}"
    case .table(let table):
      let head = "|" + table.columns.map { " \(text($0.text)) |" }.joined()
      let rows = table.rows.map { row in "\n|" + row.map { " \(expression($0)) |" }.joined() }
      return "\n" + head + rows.joined() + "\n"
    case .negate(let inner): return "-" + expression(inner)
    case .not(let inner): return "not " + expression(inner)
    case .arithmetic(let operation, _, let a, let b): return binary(a, operation.rawValue, b)
    case .compare(let operation, _, let a, let b): return binary(a, operation.rawValue, b)
    case .and(let a, let b): return binary(a, "and", b)
    case .or(let a, let b): return binary(a, "or", b)
    case .range(let a, let b, let isInclusive): return binary(a, isInclusive ? "..=" : "..", b)
    case .compose(let a, _, let b): return binary(a, ">>", b)
    case .pipe(let a, _, let b): return binary(a, "|>", b)
    case .call(let callee, let arguments):
      return expression(callee) + "("
        + arguments.map { argument in
          (argument.name.map { $0.text + "=" } ?? "") + (argument.isInout ? "&" : argument.isSpread ? ".." : "")
            + expression(argument.value)
        }.joined(separator: ", ") + ")"
    case .index(let base, let indices):
      return expression(base) + "[" + indices.map { index($0) }.joined(separator: ", ") + "]"
    case .field(let base, let name): return expression(base) + "." + name.text
    case .function(let function): return "fn" + rest(function)
    case .conditional(let condition, let body, let otherwise):
      return "if \(expression(condition)) \(block(body))" + (otherwise.map { " else " + block($0) } ?? "")
    case .attempt(let body, let caught, let handler):
      return "try \(block(body)) catch \(caught.text) \(block(handler))"
    }
  }

  private mutating func index(_ index: Index) -> String {
    switch index {
    case .ellipsis: return "..."
    case .newAxis: return "new"
    case .at(let value): return expression(value)
    case .slice(let from, let to, let step, let isInclusive, _):
      return (from.map { expression($0) } ?? "") + (isInclusive ? " ..= " : " .. ") + (to.map { expression($0) } ?? "")
        + (step.map { " .. " + expression($0) } ?? "")
    }
  }

  private mutating func string(_ parts: [StringPart]) -> String {
    "\""
      + parts.map { part in
        switch part {
        case .text(let text): return escaped(text)
        case .value(let value, let spec, _):
          let code = expression(value)
          if code.contains(where: \.isNewline) { isUnprintable = true }
          return "{ \(code)\(spec.map { ":" + describe($0) } ?? "")}"
        }
      }.joined() + "\""
  }

  private func text(_ text: String) -> String { "\"" + escaped(text) + "\"" }

  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\\", "\"", "{", "}": result += "\\\(scalar)"
      case _ where scalar.value < 0x20: result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
