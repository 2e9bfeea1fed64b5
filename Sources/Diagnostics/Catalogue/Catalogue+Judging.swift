extension Catalogue {
  /// Errors about judging predictions.
  static let judging = Family(
    "Judging",
    [
      ErrorPage(
        "label-shape", "Predictions and truth do not match row by row",
        """
        A metric compares row `i` of the prediction with row `i` of the truth. So there are equally many of \
        both: one label a row, or one score for each class.
        """,
        wrong: """
          rmse(zeros(2, 3), zeros(2, 2))
          """,
        mended: """
          rmse(zeros(2, 3), zeros(2, 3))
          """),
      ErrorPage(
        "one-class", "The truth holds only one class",
        """
        A curve over thresholds weighs hits against false alarms. Where all rows are positive, or all negative, \
        one of the two cannot happen. Judge on more rows, or split with `stratify`.
        """,
        wrong: """
          auc([0.2, 0.7, 0.9], int((1, 1, 1)))
          """,
        mended: """
          auc([0.2, 0.7, 0.9], int((0, 1, 1)))
          """),
      ErrorPage(
        "nan-score", "A score is not a number",
        """
        Rows are put in order by their scores, and `nan` is neither before nor after any other. It nearly always \
        comes from a model that went astray, so it is not sorted to one end in silence.
        """,
        wrong: """
          auc([0.2, nan, 0.9], int((0, 1, 1)))
          """,
        mended: """
          auc([0.2, 0.7, 0.9], int((0, 1, 1)))
          """),
    ])
}
