extension Catalogue {
  /// Errors about single values, numbers and elements.
  static let values = Family(
    "Values and numbers",
    [
      ErrorPage(
        "argument-type", "A value is of another kind than the function takes",
        """
        A function says what it takes: a number, a string, a tensor, a table. Values are not turned into one \
        another behind your back, so that `"3"` never counts as 3 by accident. `:help name` tells what each \
        argument has to be.
        """,
        wrong: """
          sqrt("16")
          """,
        mended: """
          sqrt(number("16"))
          """),
      ErrorPage(
        "argument-range", "A value lies outside what the function takes",
        """
        The kind is right and the value is not: a share above 1, a negative size, no epochs at all. The message \
        says where the limits are, and `:help name` lists them.
        """,
        wrong: """
          dropout(1.5)
          """,
        mended: """
          dropout(0.5)
          """),
      ErrorPage(
        "index-range", "An index lies outside the list or tensor",
        """
        Elements count from 0, so the last of `n` is `n - 1`, and -1 is the last from behind. An index beyond \
        the end is a mistake of counting; it never wraps around or gives nothing.
        """,
        wrong: """
          xs = [10, 20, 30]
          xs[3]
          """,
        mended: """
          xs = [10, 20, 30]
          xs[-1]
          """),
      ErrorPage(
        "fractional-index", "An index is no whole number",
        """
        Places are counted, so an index is whole. `/` always divides truly: use `//` to get a place in the \
        middle.
        """,
        wrong: """
          xs = [10, 20, 30]
          xs[len(xs) / 2]
          """,
        mended: """
          xs = [10, 20, 30]
          xs[len(xs) // 2]
          """),
      ErrorPage(
        "exact-int", "A whole number is too large to be exact in a tensor",
        """
        `[…]` makes 32-bit floats, and those hold whole numbers exactly only up to 16777216. An identity number \
        that came out as its neighbour would be very hard to notice, so it is an error at once.
        """,
        wrong: """
          ids = [16777217, 5]
          """,
        mended: """
          ids = int((16777217, 5))
          """),
      ErrorPage(
        "integer-overflow", "A whole number does not fit its type",
        """
        Tensors of whole numbers have a smallest and a largest value: -128 to 127 for `i8`, 0 to 255 for `u8`. \
        Wrapping around to the other end would give a wrong number that looks like any other.
        """,
        wrong: """
          u8((100, 300))
          """,
        mended: """
          int((100, 300))
          """),
      ErrorPage(
        "division-by-zero", "A whole number is divided by zero",
        """
        Floats have `inf` and `nan` for this; whole numbers have nothing that could stand for it. Turn the \
        numbers into floats where a division by zero may happen.
        """,
        wrong: """
          int((7, 8)) // int((2, 0))
          """,
        mended: """
          float(int((7, 8))) / float(int((2, 0)))
          """),
      ErrorPage(
        "dtype", "Tensors hold numbers of kinds that do not go together",
        """
        A tensor holds one kind of number. Bytes (`u8`, `i8`) are for storing, and would overflow at once in \
        arithmetic; bools are answers and no numbers. Say with `float(x)`, `int(x)` or `bool(x)` which kind you \
        mean.
        """,
        wrong: """
          pixels = u8((0, 128, 255))
          pixels * 0.5
          """,
        mended: """
          pixels = u8((0, 128, 255))
          float(pixels) * 0.5
          """),
      ErrorPage(
        "too-large", "A tensor would not fit in memory",
        """
        The size is worked out before anything is made, so the machine does not come to a halt first. A size \
        that is far off often comes from two axes that should have been one, or from a missing `batch`.
        """,
        wrong: """
          zeros(10000000000, 10000000000)
          """,
        mended: """
          zeros(1000, 1000)
          """),
      ErrorPage(
        "empty", "There is nothing to take the result from",
        """
        The sum of nothing is 0, but nothing has no largest element, no middle and no shape. Look first whether \
        there is anything.
        """,
        wrong: """
          max(zeros(0))
          """,
        mended: """
          x = zeros(0)
          if len(x) > 0 { max(x) } else { 0 }
          """),
    ])
}
