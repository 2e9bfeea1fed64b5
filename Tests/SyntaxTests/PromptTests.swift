import Diagnostics
import Syntax
import Testing

/// What the prompt asks: is the entry finished, how deep to indent, is it a question.
@Suite struct PromptEntries {
  @Test(arguments: [
    ("x", Verdict.complete), ("x =", .incomplete), ("x = 1 +", .incomplete), ("f(", .incomplete), ("f(1,", .incomplete),
    ("f(1)", .complete), ("[1,\n2", .incomplete), ("{", .incomplete), ("x = {a: 1,", .incomplete),
    ("if a {", .incomplete), ("if a {\n  b\n", .incomplete), ("if a {\n  b\n}", .complete), ("if a", .invalid),
    ("if a { b } else {", .incomplete), ("fn f(x) =>", .incomplete), ("fn f(x", .incomplete), ("fn f(x)", .invalid),
    ("for x in", .incomplete), ("while a <", .incomplete), ("try {", .incomplete), ("try { a } catch e {", .incomplete),
    ("try { a }", .invalid), ("\"abc", .invalid), ("x = 'abc", .invalid), ("\"\"\"abc\n", .incomplete),
    ("\"a {b", .invalid), ("\"\"\"a {b", .incomplete), ("\"\"\"a {b} c\"\"\"", .complete), ("", .complete),
    ("# note", .complete), ("x |>", .incomplete), ("x\n|> f", .complete), ("net >>", .incomplete), ("not", .incomplete),
    ("x = not", .incomplete), ("a, b", .complete), ("a,", .incomplete), ("| a |", .incomplete),
    ("| a |\n| 1 |", .incomplete), ("| a |\n| 1 |\n", .complete), ("| a |\n|---|", .incomplete),
    ("t = | a |\n# note", .incomplete), ("t = | a |\n\n", .complete), ("t = | a |\nx", .complete),
    ("f(g(x]", .invalid), (")", .invalid), ("x = 1;", .complete), ("x: [n,", .incomplete), ("x: [n] =", .incomplete),
    ("f(x => {", .incomplete), ("f(x => {\n a + 1\n}", .incomplete), ("0..", .incomplete), ("x[1..", .incomplete),
    ("a.", .invalid), ("fn f() {\n  return", .incomplete), ("model M() {", .incomplete), ("assert x,", .incomplete),
    ("x +=", .incomplete), ("fn f() ->", .incomplete),
  ])
  func knowWhetherTheyAreFinished(_ entry: String, _ expected: Verdict) {
    #expect(verdict(entry) == expected)
    #expect(isUnfinished(entry) == (expected == .incomplete))
  }

  @Test(arguments: [
    ("|> sqrt", "(|> ans sqrt)"), (">> dense(3)", "(>> ans (call dense 3))"),
    ("|> f(1)\n|> g", "(|> (|> ans (call f 1)) g)"),
  ])
  func goOnFromTheAnswer(_ entry: String, _ tree: String) {
    #expect(continuesAnswer(entry))
    #expect(outcome(entry, .prompt) == tree)
    #expect(verdict(entry, .file) == .invalid)
  }

  @Test(arguments: [
    ("x", 0), ("f(", 1), ("if a {", 1), ("f(fn() {", 2), ("if a {\n}", 0), ("x =", 1), ("x = [1,", 1), ("\"{f(", 1),
    ("f(x => {", 2), ("# {", 0), ("'('", 0),
  ])
  func knowTheirIndentation(_ entry: String, _ depth: Int) { #expect(indentationDepth(atEndOf: entry) == depth) }

  @Test(arguments: [
    ("mean?", "mean"), (" nns.mean? ", "nns.mean"), ("x.if?", "x.if"), ("mean ?", "mean"), ("f(x)?", nil), ("?", nil),
    ("a.?", nil), ("a b?", nil), ("3?", nil), ("a?b", nil), ("损失?", "损失"),
  ])
  func askForHelp(_ entry: String, _ query: String?) { #expect(helpQuery(entry) == query) }

  @Test(arguments: [
    ("h = x @ w.T", true), ("return x + 1", true), ("} else {", true), ("} catch e {", true), ("}", true),
    ("if x > 3 {", true), ("break", true), ("f(x,", true), ("x = = 1", false), ("if x", false), ("a b", false),
  ])
  func knowWhatCanBeALine(_ line: String, _ can: Bool) { #expect(canBeLine(line) == can) }

  @Test func areColoured() {
    let text = "## Doc.\nfn f(x) => \"a{x.y:.2f}\" # end\ng(lr=0.1)"
    let kinds = tokens(of: text).map { "\(SourceText(name: "", text: text).text($0.span)) \($0.kind.rawValue)" }
    #expect(
      kinds == [
        "## Doc. documentation", "fn keyword", "f call", "( bracket", "x name", ") bracket", "=> operation",
        "\"a{ string", "x name", ". punctuation", "y field", ":.2f string", "}\" string", "# end comment", "g call",
        "( bracket", "lr argument", "= operation", "0.1 number", ") bracket",
      ])
  }
}
