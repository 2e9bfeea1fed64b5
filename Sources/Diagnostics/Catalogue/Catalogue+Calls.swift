extension Catalogue {
  /// Errors about calling functions, and what they may change.
  static let calls = Family(
    "Functions and calls",
    [
      ErrorPage(
        "outer-assign", "A function changes a variable outside it",
        """
        A function may read the names around it, but it changes only its own and what it is handed with `&`. \
        Whoever reads the call `f(x)` can rely on it that nothing else has changed.
        """,
        wrong: """
          total = 0
          fn add(x) {
              total += x
          }
          add(3)
          """,
        mended: """
          total = 0
          fn add(&total, x) {
              total += x
          }
          add(&total, 3)
          """),
      ErrorPage(
        "needs-inout", "An argument that the call changes was handed over without `&`",
        """
        `&` marks at the call what may be different afterwards. Functions such as `push`, `fit` and `update` \
        change their first argument, and without the mark they would change a copy that is thrown away.
        """,
        wrong: """
          xs = (1, 2)
          push(xs, 3)
          """,
        mended: """
          xs = (1, 2)
          push(&xs, 3)
          xs
          """),
      ErrorPage(
        "busy-variable", "A variable is used while a call is changing it",
        """
        A call that took a variable with `&` owns it until it ends. Nothing else can read or change it in \
        between, so no one ever sees it half changed. Hand over a copy where the old value is wanted.
        """,
        wrong: """
          fn both(&a, &b) {
              a = b
          }
          x = 1
          both(&x, &x)
          """,
        mended: """
          fn both(&a, b) {
              a = b
          }
          x = 1
          y = 2
          both(&x, y)
          """),
      ErrorPage(
        "bad-argument", "A call has an argument that the function does not take",
        """
        Arguments given by name must be names that the function has, and there can be no more arguments than it \
        takes. An argument that was silently ignored would look as if it had worked. The message lists the \
        arguments there are.
        """,
        wrong: """
          opt = adam(learning_rate=0.001)
          """,
        mended: """
          opt = adam(lr=0.001)
          """),
      ErrorPage(
        "missing-argument", "A call lacks an argument",
        """
        Arguments without a default must be given. `:help name` shows which ones have one.
        """,
        wrong: """
          fn area(width, height) { width * height }
          area(3)
          """,
        mended: """
          fn area(width, height) { width * height }
          area(3, 4)
          """),
      ErrorPage(
        "not-callable", "Something is called that is no function",
        """
        Parentheses right behind a value call it. Functions, layers and models can be called; numbers, tensors, \
        lists and records cannot. To take an element, use square brackets.
        """,
        wrong: """
          xs = [10, 20, 30]
          xs(1)
          """,
        mended: """
          xs = [10, 20, 30]
          xs[1]
          """),
      ErrorPage(
        "recursion-depth", "Functions call each other without an end",
        """
        Every call waits for the one it made, and that takes memory. A program that nests very deep has nearly \
        always lost the case that ends it.
        """,
        wrong: """
          fn countdown(n) { countdown(n - 1) }
          countdown(3)
          """,
        mended: """
          fn countdown(n) { if n == 0 { "go" } else { countdown(n - 1) } }
          countdown(3)
          """),
      ErrorPage(
        "import-cycle", "Two files use each other",
        """
        `use "file.nns"` runs the file before the line goes on. When that file uses the first one again, neither \
        could ever be ready. Put what both need into a third file.
        """),
      ErrorPage(
        "private-name", "A name that a used file keeps to itself",
        """
        What a file names with a leading `_` is its own business, which it may change or drop at any time. Other \
        files see the rest. Where the name is wanted elsewhere, its file gives it one without the `_`.
        """),
      ErrorPage(
        "unused-binding", "A function sets a name that nothing reads",
        """
        `nns check` warns of it: often the name is misspelt where it should be read, or the line is left over. Write \
        `_` for a value that is not wanted, as in `for _ in 0..3` or `values, _ = topk(x, 3)`, or begin the name with \
        `_` to keep it for the reader. A run does not mind.
        """),
    ])
}
