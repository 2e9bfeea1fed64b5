extension Catalogue {
  /// Errors of the language itself: its text, its names, its calls.
  static let language = Family(
    "The text, names and conditions",
    [
      ErrorPage(
        "syntax", "The text does not follow the rules of the language",
        """
        The program is read as a whole before its first line runs, so a slip of the pen stops it before it has \
        changed anything. The caret stands where reading could not go on, which is sometimes a little behind the \
        mistake. A fix is offered only when the text with it can be read.
        """,
        wrong: """
          total = (1 + 2
          print(total)
          """,
        mended: """
          total = (1 + 2)
          print(total)
          """),
      ErrorPage(
        "unknown-name", "A name that nobody has set",
        """
        A name means what was assigned to it, or something of the library. Anything else is a slip of spelling \
        or a line that has not run yet, and guessing would hide it. Names near it are offered.
        """,
        wrong: """
          learning_rate = 0.1
          print(learning_rte)
          """,
        mended: """
          learning_rate = 0.1
          print(learning_rate)
          """),
      ErrorPage(
        "unset-local", "A local name is read before it has a value",
        """
        A name that a function assigns anywhere in its body belongs to that function, from its first line to its \
        last. Here the outer variable of the same name is another one. So a function cannot depend on the \
        outside by accident: hand it the value.
        """,
        wrong: """
          count = 1
          fn next() {
              count = count + 1
              count
          }
          next()
          """,
        mended: """
          count = 1
          fn next(count) { count + 1 }
          count = next(count)
          """),
      ErrorPage(
        "not-a-field", "A value has no field of that name",
        """
        `.name` reads a field of a record, or one of the few fields that other values have, such as the `shape` \
        of a tensor. A key that may be absent can be asked for with `"key" in record`.
        """,
        wrong: """
          point = {x: 1, y: 2}
          point.z
          """,
        mended: """
          point = {x: 1, y: 2}
          if "z" in point { point.z } else { 0 }
          """),
      ErrorPage(
        "not-indexable", "A value has no elements to take",
        """
        Square brackets take elements of lists, tensors, strings, records and tables. A number is one value and \
        a function is none; there is nothing inside to count.
        """,
        wrong: """
          n = 42
          n[0]
          """,
        mended: """
          n = (42, 43)
          n[0]
          """),
      ErrorPage(
        "unpack-count", "The names and the values differ in number",
        """
        `a, b = pair` gives each name one value. With more values or fewer, some would be lost or some \
        names left without one. Use `_` for a value that you do not need.
        """,
        wrong: """
          a, b = (1, 2, 3)
          """,
        mended: """
          a, b, _ = (1, 2, 3)
          """),
      ErrorPage(
        "chained-comparison", "Comparisons stand in a chain",
        """
        `a < b` is true or false, and that answer has no order of its own, so `a < b < c` cannot mean what it \
        looks like. Say both comparisons and join them with `and`.
        """,
        wrong: """
          x = 5
          print(0 < x < 10)
          """,
        mended: """
          x = 5
          print(0 < x and x < 10)
          """),
      ErrorPage(
        "condition-type", "A condition is neither true nor false",
        """
        `if`, `while`, `and`, `or` and `not` take bools only. A number, a list or a tensor could mean "not \
        zero", "not empty" or "all of them"; write down which.
        """,
        wrong: """
          n = 3
          if n { print("yes") }
          """,
        mended: """
          n = 3
          if n != 0 { print("yes") }
          """),
      ErrorPage(
        "assertion", "Something that should hold does not",
        """
        `assert` writes down what you are sure of, and stops the program at the first place where you were \
        wrong. The message repeats the condition as it is written.
        """,
        wrong: """
          share = 1.2
          assert share <= 1, "a share is at most 1"
          """,
        mended: """
          share = 0.2
          assert share <= 1, "a share is at most 1"
          """),
      ErrorPage(
        "error", "An error that the program itself raised",
        """
        `error("message")` stops with a message of your own; with `kind="name"` it has that id in place of \
        `error`. `try` and `catch` take it like any other.
        """,
        wrong: """
          fn root(x) { if x < 0 { error("no root of {x}") } else { sqrt(x) } }
          root(-4)
          """,
        mended: """
          fn root(x) { if x < 0 { error("no root of {x}") } else { sqrt(x) } }
          try { root(-4) } catch e { e.message }
          """),
      ErrorPage(
        "interrupted", "Ctrl-C stopped the program",
        """
        Ctrl-C ends what is running, and `catch` does not take it. A training ends after the batch at hand and \
        keeps what it has learnt; at the prompt all your names are still there.
        """),
      ErrorPage(
        "internal", "A mistake in NNS itself",
        """
        Nothing you write should lead here. Please report it, with the shortest program that shows it.
        """),
      ErrorPage(
        "time-limit", "The program ran longer than it may",
        """
        `nns --time SECONDS` was given for a program that is not trusted to end. The error stands where the program \
        was when the time was up; `catch` does not take it.
        """),
      ErrorPage(
        "memory-limit", "The program needs more memory than it may have",
        """
        `nns --memory SIZE` was given, or the machine has no more. Memory is counted for the whole process, the program \
        of NNS itself with some 20 MB among it. `catch` does not take this error; a single value that would be too \
        large is refused before, as `too-large`, which can be caught.
        """),
      ErrorPage(
        "sandbox", "A program reaches for something outside that is closed to it",
        """
        `nns --sandbox` keeps a program from files, folders, environment variables and standard input. It may \
        compute and print. The functions in a model file are kept from the same whenever they run, and cannot end \
        the program.
        """),
    ])
}
