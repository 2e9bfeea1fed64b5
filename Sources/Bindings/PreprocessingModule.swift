import Autodiff
import Diagnostics
import Evaluator
import Layers
import Preprocessing
import Tables
import Tensors

/// Layers that learn their statistics from data: cleaning, encoding, scaling.
let preprocessingModule = Module(
  "preprocessing", "cleaning, encoding and scaling, as models that `fit` and `>>` take",
  scalingBuiltins + cleaningBuiltins + encodingBuiltins + [inverseBuiltin])

private let scalingBuiltins: [Builtin] = [
  Builtin(
    "standardize", "Scales every feature to mean 0 and standard deviation 1.",
    examples: ["p = standardize(); fit(&p, [[1], [3]]); p([[2], [3]])" => "f32 [2, 1]\n  0\n  1"]
  ) { try Model(Scaler<StandardRule>()) },
  Builtin(
    "minmax", "Scales every feature so that the training range becomes low to high.",
    Parameter<Double>("low", "where the smallest value goes", default: 0),
    Parameter<Double>("high", "where the largest value goes", default: 1),
    Parameter<Bool>("clip", "cut later values off at the range", default: false),
    examples: ["p = minmax(); fit(&p, [[1], [3]]); p([[2], [5]])" => "f32 [2, 1]\n  0.5\n  2.0"]
  ) { low, high, clip in
    guard low < high else { throw Failure("argument-range", "`high` must be above `low`", argument: 1) }
    var rule = MinMaxRule()
    (rule.low, rule.high, rule.clip) = (low, high, clip)
    return try Model(Scaler(rule))
  },
  Builtin(
    "robust", "Scales every feature by its median and the range between two quantiles, so that outliers do not pull.",
    Parameter<Double>("low", "the lower quantile", default: 0.25, .between(0, 1)),
    Parameter<Double>("high", "the upper quantile", default: 0.75, .between(0, 1)),
    examples: ["p = robust(); fit(&p, [[1], [2], [3]]); p([[2], [3]])" => "f32 [2, 1]\n  0\n  1"]
  ) { low, high in
    guard low < high else { throw Failure("argument-range", "`high` must be above `low`", argument: 1) }
    var rule = RobustRule()
    (rule.low, rule.high) = (low, high)
    return try Model(Scaler(rule))
  },
  Builtin(
    "max_abs", "Scales every feature by its largest absolute value; zeros stay zeros.",
    examples: ["p = max_abs(); fit(&p, [[-4], [2]]); p([[2]])" => "f32 [1, 1]  0.5"]
  ) { try Model(Scaler<MaxAbsRule>()) },
  Builtin(
    "normalize", "Divides every row by its norm.",
    Parameter<Double>(
      "norm", "1, 2, or inf", default: 2,
      Constraint("1, 2 or inf", counterexample: 3) { [1, 2, .infinity].contains($0) }),
    examples: ["normalize()([[3, 4]])" => "f32 [1, 2]  0.6  0.8"]
  ) { norm in
    var layer = Normalize()
    layer.norm = norm
    return try Model(layer)
  },
  Builtin(
    "clip_outliers", "Cuts values off at limits learnt from the training data.",
    Parameter<String>("how", "quartiles, or the mean and standard deviation", default: "iqr", .oneOf("iqr", "zscore")),
    Parameter<Double?>(
      "k", "how far out; 1.5 interquartile ranges, or 3 standard deviations", default: nil, .given(.above(0))),
    examples: ["p = clip_outliers(); fit(&p, [[1], [2], [3], [4], [99]]); p([[99]])" => "f32 [1, 1]  7"]
  ) { how, k in
    var layer = ClipOutliers()
    (layer.how, layer.k) = (how, k)
    return try Model(layer)
  },
  Builtin(
    "bin", "Replaces numbers by the number of their bin.", Parameter<Int>("n", "how many bins", .between(2, 10_000)),
    Parameter<String>(
      "how", "bins of equal width, or of equally many rows", default: "uniform", .oneOf("uniform", "quantile")),
    examples: ["p = bin(2); fit(&p, [[0], [10]]); p([[4], [6]])" => "f32 [2, 1]\n  0\n  1"]
  ) { n, how in
    var layer = Bins()
    (layer.count, layer.how) = (n, how)
    return try Model(layer)
  },
  Builtin(
    "polynomial_features", "Products of features up to a degree.",
    Parameter<Int>("degree", "the highest number of factors", default: 2, .between(1, 10)),
    Parameter<Bool>("bias", "whether the first feature is 1", default: true),
    Parameter<Bool>("interaction_only", "only products of different features", default: false),
    examples: ["p = polynomial_features(2); fit(&p, [[2, 3]]); p([[2, 3]])" => "f32 [1, 6]  1  2  3  4  6  9"]
  ) { degree, bias, interactionOnly in
    var layer = PolynomialFeatures()
    (layer.degree, layer.bias, layer.interactionOnly) = (degree, bias, interactionOnly)
    return try Model(layer)
  },
  Builtin(
    "pca", "Projects onto the directions of largest variance.", Parameter<Int>("n", "how many directions", .atLeast(1)),
    Parameter<Bool>("whiten", "scale each to standard deviation 1", default: false),
    examples: ["p = pca(1); fit(&p, [[0, 0], [3, 4]]); p([[3, 4]])" => "f32 [1, 1]  2.5"]
  ) { n, whiten in
    var layer = PCA()
    (layer.count, layer.whiten) = (n, whiten)
    return try Model(layer)
  },
]

private let cleaningBuiltins: [Builtin] = [
  Builtin(
    "impute",
    "Fills missing values: numbers by the median, mean or most frequent value, texts by the most frequent one.",
    Parameter<Value>("how", "`median`, `mean`, `mode`, or the value to put", default: Value("median")),
    Parameter<Bool>("indicator", "add a 0/1 feature that says where values were missing", default: false),
    examples: ["p = impute(mean); fit(&p, [[1], [nan], [3]]); p([[nan]])" => "f32 [1, 1]  2"]
  ) { how, indicator in
    var layer = Impute()
    layer.indicator = indicator
    if how.isCallable, ["median", "mean", "mode"].contains(FunctionReference(how).name) {
      layer.how = FunctionReference(how).name
    } else if let text = how.string {
      if ["median", "mean", "mode"].contains(text) {
        layer.how = text
      } else {
        (layer.how, layer.label) = ("value", text)
      }
    } else if let cell = how.cell, let number = cell.number {
      (layer.how, layer.number) = ("value", number)
    } else {
      throw Failure(
        "argument-type", "`how` must be median, mean, mode, or the value to put, not \(how.described)", argument: 0)
    }
    return try Model(layer)
  },
  Builtin(
    "drop_missing",
    "A table without the rows that lack a value; without a table, the layer that does so while training.",
    Parameter<Table?>("t", "a table", default: nil),
    Parameter<Rest<String>>("columns", "the columns that count; none for all"),
    examples: ["len(drop_missing(table({a: (1, none)})))" => "1"]
  ) { t, columns -> Value in
    if let t {
      return try pointing(at: 1) { Value(foreign: try t.dropMissing(columns.values.isEmpty ? nil : columns.values)) }
    }
    var layer = DropMissing()
    layer.columns = ColumnNames(columns.values)
    return Value(foreign: try Model(layer))
  },
  Builtin(
    "drop_duplicates",
    "A table without rows that repeat an earlier one; without a table, the layer that does so while training.",
    Parameter<Table?>("t", "a table", default: nil),
    Parameter<Names?>("by", "the columns that count; none for all", default: nil),
    examples: ["len(drop_duplicates(table({a: (1, 1, 2)})))" => "2"]
  ) { t, by -> Value in
    if let t { return try pointing(at: 1) { Value(foreign: try t.dropDuplicates(by: by?.values)) } }
    var layer = DropDuplicates()
    layer.by = by?.values ?? []
    return Value(foreign: try Model(layer))
  },
]

private let encodingBuiltins: [Builtin] = [
  Builtin(
    "onehot", "A 0/1 column for each category of the named columns, or of all that hold text.",
    Parameter<Rest<String>>("columns", "names of columns"),
    Parameter<String>(
      "unknown", "what becomes of a category that training did not have", default: "error",
      .oneOf("error", "other", "zero")),
    examples: [
      "p = onehot(\"c\"); fit(&p, table({c: (\"a\", \"b\")})); columns(p(table({c: (\"b\",)})))" => "(\"c_a\", \"c_b\")"
    ]
  ) { columns, unknown in
    var layer = OneHot()
    (layer.columns, layer.unknown) = (ColumnNames(columns.values), unknown)
    return try Model(layer)
  },
  Builtin(
    "ordinal", "The place of each category in order, from 0, in the named columns or all that hold text.",
    Parameter<Rest<String>>("columns", "names of columns"),
    Parameter<String>(
      "unknown", "what becomes of a category that training did not have: an error, or -1", default: "error",
      .oneOf("error", "other")),
    examples: ["p = ordinal(); fit(&p, table({c: (\"b\", \"a\")})); p(table({c: (\"b\",)})).c" => "int [1]  1"]
  ) { columns, unknown in
    var layer = Ordinal()
    (layer.columns, layer.unknown) = (ColumnNames(columns.values), unknown)
    return try Model(layer)
  },
  Builtin(
    "to_xy", "Turns a table into {x, y}: the target column becomes y, all others side by side x.",
    Parameter<String>("target", "the name of a column"),
    examples: [
      "p = to_xy(\"b\"); t = table({a: (1, 2), b: (\"no\", \"yes\")}); fit(&p, t); p(t).y" => "int [2]  0  1"
    ]
  ) { target in try Model(ToXY(target: target)) },
  Builtin(
    "on", "Applies a preprocessor to the named columns only.", Parameter<Names>("columns", "names of columns"),
    Parameter<Model>("prep", "a preprocessor"),
    examples: [
      "p = on(\"a\", standardize()); t = table({a: (1, 3), b: (5, 9)}); fit(&p, t); p(t).b" => "int [2]  5  9"
    ]
  ) { columns, prep in
    guard let layer = prep.layer as? any Preprocessor else {
      throw Failure("argument-type", "`on` takes a preprocessor, such as standardize()", argument: 1)
    }
    return try Model(OnColumns(columns.values, layer))
  },
]

private let inverseBuiltin = Builtin(
  "inverse", "The data as they were before a fitted preprocessor changed them.",
  Parameter<Model>("prep", "a preprocessor, or a chain of such"), Parameter<Datum>("x", "a tensor or a table"),
  examples: ["p = standardize(); fit(&p, [[1], [3]]); inverse(p, p([[5]]))" => "f32 [1, 1]  5"]
) { prep, x in try inverse(prep.layer, x) }
