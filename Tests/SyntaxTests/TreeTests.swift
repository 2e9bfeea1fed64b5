import Diagnostics
import Syntax
import Testing

/// Cells, and the places that the tree keeps.
@Suite struct Trees {
  @Test func keepCells() throws {
    let text = "x\n#%% One\ny\nif a {\n  #%% inside\n}\n# %%  Two \n#%%\nz\n#%% Last"
    let program = try #require(parsed(text))
    #expect(program.cells.map { "\($0.title)@\($0.firstStatement)" } == ["One@1", "inside@3", "Two@3", "@3", "Last@4"])
  }

  @Test(arguments: [
    ("f(x, &y)[0].z", "f(x, &y)[0].z"), (" a + b * c ", "a + b * c"), ("- x ** 2", "- x ** 2"), ("(a, b)", "(a, b)"),
    ("a, b # end", "a, b"), ("if a { 1 } else { 2 } # end", "if a { 1 } else { 2 }"), ("x => x + 1;", "x => x + 1"),
    ("fn(a) { b } ", "fn(a) { b }"), ("\"a {b} c\"", "\"a {b} c\""), ("x[1..2, ...]", "x[1..2, ...]"),
    ("try { a } catch e { b }\n", "try { a } catch e { b }"), ("not  a", "not  a"), ("a\n|> f(1)\n", "a\n|> f(1)"),
    ("| a |\n| 1 |\n\n", "| a |\n| 1 |"), ("x: [n] = 1", "x: [n] = 1"), ("assert a, b\n", "assert a, b"),
    ("for x in y { }\n", "for x in y { }"), ("use \"a.nns\" as b ;", "use \"a.nns\" as b"),
  ])
  func keepTheSpanOfAStatement(_ source: String, _ text: String) throws {
    let program = try #require(parsed(source))
    #expect(program.source.text(program.statements[0].span) == text)
  }

  @Test func keepTheSpansOfOperatorsAndParts() throws {
    let program = try #require(parsed("value = a not in b\nf(x=\"{y:.2f}\")"))
    guard case .assign(_, let value) = program.statements[0].kind,
      case .compare(_, let operation, let left, let right) = value.kind,
      case .expression(let call) = program.statements[1].kind, case .call(_, let arguments) = call.kind,
      case .string(let parts) = arguments[0].value.kind, case .value(let inner, _, let braces) = parts[0]
    else {
      Issue.record("another tree")
      return
    }
    let spans = [operation, left.span, right.span, arguments[0].name?.span ?? Span(0, 0), inner.span, braces]
    #expect(spans.map { program.source.text($0) } == ["not in", "a", "b", "x", "y", "{y:.2f}"])
  }

  private func parsed(_ text: String) -> Program? {
    guard case .complete(let program) = parse(SourceText(name: "", text: text), mode: .file) else { return nil }
    return program
  }
}
