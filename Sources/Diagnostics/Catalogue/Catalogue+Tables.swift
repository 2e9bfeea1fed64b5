extension Catalogue {
  /// Errors about tables and preparing data.
  static let tables = Family(
    "Tables and preparation",
    [
      ErrorPage(
        "unknown-column", "A table has no column of that name",
        """
        Columns are known by name, and a name is spelt as in the header of the file. `columns(t)` lists them.
        """,
        wrong: """
          t = table({age: [31, 45], city: ("Bonn", "Rome")})
          t["agee"]
          """,
        mended: """
          t = table({age: [31, 45], city: ("Bonn", "Rome")})
          t["age"];
          """),
      ErrorPage(
        "duplicate-column", "Two columns have one name",
        """
        A column is found by its name, so no two can share it.
        """,
        wrong: """
          t = table({a: [1, 2], b: [3, 4]})
          rename(t, {b: "a"})
          """,
        mended: """
          t = table({a: [1, 2], b: [3, 4]})
          rename(t, {b: "c"});
          """),
      ErrorPage(
        "column-length", "The columns are not equally long",
        """
        Every row has a value in each column, be it `missing`. A column, or a mask that chooses rows, has one \
        value a row.
        """,
        wrong: """
          t = table({a: [1, 2, 3], b: [4, 5]})
          """,
        mended: """
          t = table({a: [1, 2, 3], b: [4, 5, nan]})
          """),
      ErrorPage(
        "column-shape", "A column of a table is made of something that is no vector",
        """
        A column holds one value a row. A matrix is several columns: hand it to `table` as a whole, or take one \
        column of it.
        """,
        wrong: """
          t = table({a: zeros(3, 2)})
          """,
        mended: """
          t = table({a: zeros(3, 2)[.., 0]})
          """),
      ErrorPage(
        "column-type", "A column holds values of another kind than is wanted",
        """
        The values of a column are all numbers, all text or all bools, and arithmetic is for numbers only. Turn \
        text into numbers with `onehot` or `ordinal`, or read the column with another type.
        """,
        wrong: """
          t = table({size: (1, "two", 3)})
          """,
        mended: """
          t = table({size: (1, 2, 3)})
          """),
      ErrorPage(
        "unknown-dataset", "There is no data set of that name",
        """
        `dataset(name)` knows the sets that come with NNS and those whose files it can find. The message lists \
        them; docs/datasets.md tells where the files go.
        """,
        wrong: """
          d = dataset("irises")
          """,
        mended: """
          d = dataset("iris")
          """),
      ErrorPage(
        "missing-target", "A row lacks what should be learnt",
        """
        A missing feature can be filled in, but a row without its answer teaches nothing, and a made-up answer \
        teaches something false. Drop those rows.
        """,
        wrong: """
          t = table({x: [1, 2, 3], y: [0, nan, 1]})
          net = dense(2)
          fit(&net, t, target="y")
          """,
        mended: """
          t = table({x: [1, 2, 3], y: [0, nan, 1]})
          net = dense(2)
          fit(&net, drop_missing(t, "y"), target="y", epochs=1);
          """),
      ErrorPage(
        "unfitted", "A preparation has seen no data yet",
        """
        `standardize()`, `impute()`, `onehot()` and their like learn from the training data what to subtract or \
        fill in. Until `fit` has shown them some, they cannot do anything.
        """,
        wrong: """
          prep = standardize()
          prep([[1, 2], [3, 4]])
          """,
        mended: """
          prep = standardize()
          x = [[1, 2], [3, 4]]
          fit(&prep, x);
          prep(x);
          """),
      ErrorPage(
        "unknown-category", "A category was not there in the training data",
        """
        `onehot` and `ordinal` give each category that they saw in training a place of its own. A new one has \
        none. With `unknown="zero"` all of its places are 0.
        """,
        wrong: """
          prep = onehot("city")
          fit(&prep, table({city: ("Bonn", "Rome")}));
          prep(table({city: ("Oslo",)}))
          """,
        mended: """
          prep = onehot("city", unknown="zero")
          fit(&prep, table({city: ("Bonn", "Rome")}));
          prep(table({city: ("Oslo",)}));
          """),
      ErrorPage(
        "no-inverse", "A preparation cannot be undone",
        """
        `inverse` leads back from the prepared values to the old ones. Where a step forgets something, as \
        `normalize` forgets the length of a row, there is no way back.
        """,
        wrong: """
          prep = normalize()
          x = [[3, 4], [6, 8]]
          fit(&prep, x);
          inverse(prep, prep(x))
          """,
        mended: """
          prep = standardize()
          x = [[3, 4], [6, 8]]
          fit(&prep, x);
          inverse(prep, prep(x));
          """),
    ])
}
