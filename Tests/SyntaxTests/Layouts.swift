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
    // A comma behind the last item of what closes on a line of its own, where the language takes one.
    ("f(\na,\nb\n)", "f(\n    a,\n    b,\n)\n"),
    ("f(\na,\nb # why\n)", "f(\n    a,\n    b, # why\n)\n"),
    ("y = (\na\n)", "y = (\n    a\n)\n"),
    ("z = (\n1,\n2\n)", "z = (\n    1,\n    2,\n)\n"),
    ("xs[\n1\n]", "xs[\n    1\n]\n"),
    ("fn g(\na,\n..rest\n) { }", "fn g(\n    a,\n    ..rest,\n) { }\n"),
    (
      "fn h(x: (\nint,\n[n]\n)) -> (\nint,\nint\n) { }",
      "fn h(x: (\n    int,\n    [n]\n)) -> (\n    int,\n    int\n) { }\n"
    ),
    (
      "{\na,\nb\n} = {\na: 1,\nb: (\n1, 2\n)\n}",
      "{\n    a,\n    b\n} = {\n    a: 1,\n    b: (\n        1, 2,\n    ),\n}\n"
    ),
    ("for (\na,\nb\n) in xs { }", "for (\n    a,\n    b\n) in xs { }\n"),
    ("(\na,\nb\n) = xs", "(\n    a,\n    b\n) = xs\n"),
    ("assert(\nc,\n\"m\"\n)", "assert(\n    c,\n    \"m\"\n)\n"),
    ("f(\n)\nx: [\nn,\nd\n] = [\n1\n]", "f(\n)\nx: [\n    n,\n    d\n] = [\n    1,\n]\n"),
    // Lines of more than 88 columns.
    (
      "push(&rows, {kind: kind_of_the_thing, strength: strength_of_it, score: metric(predict(net, x), y)})",
      "push(&rows, {\n    kind: kind_of_the_thing,\n    strength: strength_of_it,\n    score: metric(predict(net, x), y),\n})\n"
    ),
    (
      "x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, -27, 28, 29, 30]",
      "x = [\n    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,\n    24, 25, 26, -27, 28, 29, 30,\n]\n"
    ),
    (
      "m = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16, 17, 18, 19, 20], [21, 22, 23, 24, 25, 26, 27]]",
      "m = [\n    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],\n    [11, 12, 13, 14, 15, 16, 17, 18, 19, 20],\n    [21, 22, 23, 24, 25, 26, 27],\n]\n"
    ),
    (
      "names = people |> filter(p => p.age > 30 and p.city == \"Bonn\") |> map(p => upper(p.name)) |> join(\", \")",
      "names = people\n    |> filter(p => p.age > 30 and p.city == \"Bonn\")\n    |> map(p => upper(p.name))\n    |> join(\", \")\n"
    ),
    (
      "net = input(28, 28, 1) >> conv2d(32, 3, activation=relu) >> max_pool2d(2) >> flatten >> dense(128, relu) # a chain",
      "net = input(28, 28, 1)\n    >> conv2d(32, 3, activation=relu)\n    >> max_pool2d(2)\n    >> flatten\n    >> dense(128, relu) # a chain\n"
    ),
    (
      "total = first_long_name * second_long_name + third_long_name * fourth_long_name + fifth_long_name",
      "total = first_long_name * second_long_name +\n    third_long_name * fourth_long_name +\n    fifth_long_name\n"
    ),
    (
      "if first_long_condition_name > 3 and second_long_condition_name < 4 or third_long_condition { print(1); print(2) }",
      "if first_long_condition_name > 3 and second_long_condition_name < 4 or\n    third_long_condition {\n    print(1);\n    print(2)\n}\n"
    ),
    (
      "fn f(first: [batch, time, dimension], second: [batch, time, dimension], third: int[batch]) -> [batch, dim] { first }",
      "fn f(\n    first: [batch, time, dimension],\n    second: [batch, time, dimension],\n    third: int[batch],\n) -> [batch, dim] {\n    first\n}\n"
    ),
    (
      "text = \"a long string that does not leave any room for more on its line, so it ends\" + \"and more\"",
      "text = \"a long string that does not leave any room for more on its line, so it ends\" +\n    \"and more\"\n"
    ),
    (
      "run = fit(&net, {x: x, y: y}, val=val, loss=cross_entropy, opt=adam(lr=1e-3), epochs=10, metrics=[accuracy])",
      "run = fit(\n    &net,\n    {x: x, y: y},\n    val=val,\n    loss=cross_entropy,\n    opt=adam(lr=1e-3),\n    epochs=10,\n    metrics=[accuracy],\n)\n"
    ),
    (
      "apply({alpha: 1, beta: {gamma: 2, delta: 3, epsilon: 4}, zeta: (1, 2, 3, 4, 5), eta: \"some text\", theta: 8})",
      "apply({\n    alpha: 1,\n    beta: {gamma: 2, delta: 3, epsilon: 4},\n    zeta: (1, 2, 3, 4, 5),\n    eta: \"some text\",\n    theta: 8,\n})\n"
    ),
    (
      "result = compute(\n    a, b, c_is_a_long_name, d_is_a_long_name, e_is_a_long_name, f_is_a_long_name, g_is_a_long_name,\n    h)",
      "result = compute(\n    a,\n    b,\n    c_is_a_long_name,\n    d_is_a_long_name,\n    e_is_a_long_name,\n    f_is_a_long_name,\n    g_is_a_long_name,\n    h,\n)\n"
    ),
    (
      "for i in 0..10 { for j in 0..10 { print(\"some rather long text {i} {j}\", i * j, i + j, i - j, i // (j + 1)) } }",
      "for i in 0..10 {\n    for j in 0..10 {\n        print(\"some rather long text {i} {j}\", i * j, i + j, i - j, i // (j + 1))\n    }\n}\n"
    ),
    (
      "a = b.some_field_name.another_field_name[some_long_index_expression + 1, another_long_index_expression - 2].shape",
      "a = b.some_field_name.another_field_name[\n    some_long_index_expression + 1,\n    another_long_index_expression - 2\n].shape\n"
    ),
    (
      "損失損失損失 = 損失損失損失損失損失損失損失(損失損失損失損失損失損失, 損失損失損失損失損失, 損失損失損失)",
      "損失損失損失 = 損失損失損失損失損失損失損失(\n    損失損失損失損失損失損失,\n    損失損失損失損失損失,\n    損失損失損失,\n)\n"
    ),
    (
      "fn scores(x) => softmax(first_layer(x) @ second_layer_weights + third_layer_bias) * fourth_layer_scale + 1",
      "fn scores(x) => softmax(\n    first_layer(x) @ second_layer_weights + third_layer_bias,\n) * fourth_layer_scale + 1\n"
    ),
    (
      "x, y = some_function_with_a_long_name(first_argument_name), another_function_with_a_long_name(second_argument)",
      "x, y = some_function_with_a_long_name(first_argument_name),\n    another_function_with_a_long_name(second_argument)\n"
    ),
    (
      "size = if some_long_condition_holds { some_value_with_a_long_name } else { another_value_with_a_long_name }",
      "size = if some_long_condition_holds {\n    some_value_with_a_long_name\n} else {\n    another_value_with_a_long_name\n}\n"
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
