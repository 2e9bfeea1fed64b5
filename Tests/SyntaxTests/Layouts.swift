import Foundation

/// Programs before and after they are laid out.
enum Layouts {
  static let all: [(String, String)] = [
    ("", ""),
    ("\n\n# only a comment  ", "# only a comment\n"),
    // Line ends, tabs, empty lines.
    (
      "x=1\r\nif a {\r\n\r\n\tb \t\r\n\r\n}\r\n\r\n\r\ny =2 # hi  \r\n\r\n",
      "x = 1\nif a {\n    b\n}\n\ny = 2 # hi\n"
    ),
    // Signs before values and between them.
    (
      "- a\na-b\na -b\n(-a,- b)\nx = -a**- 2\nf(-1)\nz= - -a",
      "-a\na - b\na - b\n(-a, -b)\nx = -a ** -2\nf(-1)\nz = - -a\n"
    ),
    (
      "return_ = fn(x) { return - x }\nif not(a)and -1 in [ ] { }",
      "return_ = fn(x) { return -x }\nif not (a) and -1 in [] { }\n"
    ),
    ("x = (a\n- b);\n- b", "x = (a\n    - b);\n-b\n"),
    // Arguments, spreads, `&`.
    ("f( x ,& v, ..xs , lr = 0.1,w=& v )", "f(x, &v, ..xs, lr=0.1, w=&v)\n"),
    ("f (x) [ 0 ] . y (z)\n[1,2,.. xs] [0]\nr . if (1)", "f(x)[0].y(z)\n[1, 2, ..xs][0]\nr.if(1)\n"),
    // Ranges and slices.
    ("for i in 0 .. n-1{ i }\na ..= b", "for i in 0..n - 1 { i }\na..=b\n"),
    (
      "x[ 1 .. ],x[..-1],x[ .., 0 ],x[.. .. 2],x[0 .. 10 .. 2],x[a ..= b],x[ ...,new ]",
      "x[1..], x[..-1], x[.., 0], x[.. .. 2], x[0..10..2], x[a..=b], x[..., new]\n"
    ),
    // Functions, types, assignments.
    ("fn f (x:[n,d],y : int [ n ],k = 3)->[ d,2*n ]{ x }", "fn f(x: [n, d], y: int[n], k=3) -> [d, 2 * n] { x }\n"),
    ("x:[ n , d ]=y\nx+=1\na,(b,_)=f ()\n{loss,auc}=r", "x: [n, d] = y\nx += 1\na, (b, _) = f()\n{loss, auc} = r\n"),
    ("fn g() -> fn{ x }\nmodel M (w) {\nfn (x)=>x\n}", "fn g() -> fn { x }\nmodel M(w) {\n    fn (x) => x\n}\n"),
    // Records and blocks.
    (
      "g=x=>{ a :x, \"b c\":1,if : 2 , ..r }\nh = _=>{f(x)}\nk = x =>{ }\nfn e() {}",
      "g = x => {a: x, \"b c\": 1, if: 2, ..r}\nh = _ => { f(x) }\nk = x => {}\nfn e() { }\n"
    ),
    (
      "try{ 1 }catch e{ 2 }\nif a{1}else if b{2}else{3}",
      "try { 1 } catch e { 2 }\nif a { 1 } else if b { 2 } else { 3 }\n"
    ),
    (
      "assert x>1 ,\"no\"\nassert -x\nassert (a)and b\nassert(a)\nassert {a: 1}.a\nassert = [1]\nassert [0]",
      "assert x > 1, \"no\"\nassert -x\nassert (a) and b\nassert(a)\nassert {a: 1}.a\nassert = [1]\nassert [0]\n"
    ),
    // Strings and the code in them.
    (
      "t=\"a {x :.3f} {f( a,b )}\" +'r  {x'\nu = \"\"\"\n  a\n\t{x+1 # c\n  }  \n  \"\"\"",
      "t = \"a {x :.3f} {f( a,b )}\" + 'r  {x'\nu = \"\"\"\n  a\n\t{x+1 # c\n  }  \n  \"\"\"\n"
    ),
    // Lines that go on.
    (
      "net = input(8)\n>> dense(3)\n  # why\n      >> relu   # aligned\n# next\ny = a +\nb",
      "net = input(8)\n    >> dense(3)\n    # why\n    >> relu   # aligned\n# next\ny = a +\n    b\n"
    ),
    (
      "y = xs\n|> map(fn(x) {\n# c\nx\n# end\n})\n|> f(\na,\nb)",
      "y = xs\n    |> map(fn(x) {\n        # c\n        x\n        # end\n    })\n    |> f(\n        a,\n        b)\n"
    ),
    (
      "fn f(a,\nb) {\nif a and\nb {\n1\n}\n}\nr = {\na: (\n1,\n\n\n2,\n),\n}",
      "fn f(a,\n    b) {\n    if a and\n        b {\n        1\n    }\n}\nr = {\n    a: (\n        1,\n\n        2,\n    ),\n}\n"
    ),
    // Tables keep their columns.
    (
      "t=\n|a | b|\n # c\n|---|--:|\n| -1|\"x\" |\n\n| d |\n|1|",
      "t =\n    |a | b|\n    # c\n    |---|--:|\n    | -1|\"x\" |\n\n| d |\n|1|\n"
    ),
    (
      "#%%  Title\n##doc\nfn f() {\n## inner\nfn g() => 1\n};a;\n;b",
      "#%%  Title\n##doc\nfn f() {\n    ## inner\n    fn g() => 1\n}; a;\n; b\n"
    ),
  ]

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The files of one kind in some folders, by their paths in the repository.
  static func files(in folders: [String], kind: String) -> [String] {
    folders.flatMap { folder -> [String] in
      if folder.hasSuffix("." + kind) { return [folder] }
      let paths = try? FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      return (paths ?? []).filter { $0.hasSuffix("." + kind) }.map { folder + "/" + $0 }
    }.sorted()
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
  }
}
