extension Catalogue {
  /// Errors about the shapes of tensors.
  static let shapes = Family(
    "Shapes",
    [
      ErrorPage(
        "ragged-rows", "The rows are not equally long",
        """
        A tensor is a full grid: each row of a matrix has as many numbers as the first. A missing number can be \
        written `nan`; rows that really differ in length belong in a list.
        """,
        wrong: """
          m = [[1, 2, 3], [4, 5]]
          """,
        mended: """
          m = [[1, 2, 3], [4, 5, nan]]
          """),
      ErrorPage(
        "broadcast", "Two shapes do not go together element by element",
        """
        The smaller shape is repeated only if it is the end of the larger one, or if sizes of 1 fill the same \
        number of axes. Anything looser lets a column and a row make a whole matrix by accident. Reshape one of \
        them to say how you mean it.
        """,
        wrong: """
          x = zeros(3, 4)
          x + [1, 2, 3]
          """,
        mended: """
          x = zeros(3, 4)
          x + reshape([1, 2, 3], 3, 1)
          """),
      ErrorPage(
        "matmul-shape", "The inner sizes of a matrix product differ",
        """
        In `a @ b` each row of `a` meets each column of `b`, so the last size of `a` must be the second-last of \
        `b`. Often one of them has to be turned over with `.T`.
        """,
        wrong: """
          x = zeros(64, 784)
          w = zeros(128, 784)
          x @ w;
          """,
        mended: """
          x = zeros(64, 784)
          w = zeros(128, 784)
          x @ w.T;
          """),
      ErrorPage(
        "singular", "A matrix has no inverse or no such factor",
        """
        The rows of a singular matrix depend on each other, so that a system of equations with it has no solution \
        or many. `lstsq` finds the best of them; a little on the diagonal (`a + 1e-6 * eye(n)`) makes most matrices \
        regular.
        """,
        wrong: """
          a = [[1, 2], [2, 4]]
          solve(a, [1, 2])
          """,
        mended: """
          a = [[1, 2], [2, 4]]
          lstsq(a, [1, 2]);
          """),
      ErrorPage(
        "needs-package", "A library that this needs is not installed",
        """
        Some of what NNS does is done by libraries that it finds when it is built and opens when they are first \
        needed. The message names the Debian package; `scripts/setup` installs all of them.
        """),
      ErrorPage(
        "dim-conflict", "One name of a size has two values in a call",
        """
        A name in the shape of a signature, such as `d` in `q: [n, d]`, stands for one size in the whole call. \
        The message shows what each name stood for, and the argument that says otherwise.
        """,
        wrong: """
          fn scores(q: [n, d], k: [m, d]) { q @ k.T }
          scores(zeros(2, 4), zeros(3, 5))
          """,
        mended: """
          fn scores(q: [n, d], k: [m, d]) { q @ k.T }
          scores(zeros(2, 4), zeros(3, 4))
          """),
      ErrorPage(
        "pattern-shape", "A pattern does not fit the tensor",
        """
        A pattern such as `"n c -> c n"` names every axis of the tensor from left to right, and the other side \
        may use only those names. A pattern that does not fit says so instead of moving the wrong axis.
        """,
        wrong: """
          x = zeros(2, 3, 4)
          rearrange(x, "a b -> b a");
          """,
        mended: """
          x = zeros(2, 3, 4)
          rearrange(x, "a b c -> b a c");
          """),
      ErrorPage(
        "reshape", "The elements do not fill the new shape",
        """
        `reshape` lays out the same elements anew, so the product of the sizes must stay. One size may be -1: it \
        becomes what is left over.
        """,
        wrong: """
          reshape([1, 2, 3, 4, 5, 6], 4, 2)
          """,
        mended: """
          reshape([1, 2, 3, 4, 5, 6], -1, 2)
          """),
      ErrorPage(
        "rank", "A tensor has too many axes, or too few",
        """
        A tensor has at most eight axes, and some functions need at least one to work along.
        """,
        wrong: """
          zeros(1, 2, 1, 2, 1, 2, 1, 2, 1)
          """,
        mended: """
          zeros(1, 2, 1, 2);
          """),
      ErrorPage(
        "axis-range", "There is no axis of that number",
        """
        Axes count from 0 on the left; -1 is the last one. A matrix has axes 0 and 1.
        """,
        wrong: """
          sum([[1, 2], [3, 4]], axis=2)
          """,
        mended: """
          sum([[1, 2], [3, 4]], axis=1)
          """),
      ErrorPage(
        "concat-shape", "Tensors cannot be joined end to end",
        """
        `cat` lays tensors end to end along one axis, so all other sizes must agree. To add a new axis, use \
        `stack`.
        """,
        wrong: """
          cat(zeros(2, 3), zeros(2, 4), axis=0)
          """,
        mended: """
          cat(zeros(2, 3), zeros(2, 4), axis=1)
          """),
      ErrorPage(
        "stack-shape", "Tensors of different shapes cannot be stacked",
        """
        `stack` puts tensors beside each other along a new axis, so all of them have one shape. To lay them end \
        to end, use `cat`.
        """,
        wrong: """
          stack(([1, 2], [3, 4, 5]))
          """,
        mended: """
          cat([1, 2], [3, 4, 5])
          """),
    ])
}
