/// What those who come from other tools call what the library has under another name.
package let otherNames: [String: String] = [
  // scikit-learn and pandas
  "train_test_split": "split", "StandardScaler": "standardize", "MinMaxScaler": "minmax", "OneHotEncoder": "onehot",
  "get_dummies": "onehot", "SimpleImputer": "impute", "fillna": "impute", "dropna": "drop_missing",
  "duplicated": "drop_duplicates", "accuracy_score": "accuracy", "f1_score": "f1", "precision_score": "precision",
  "recall_score": "recall", "r2_score": "r2", "roc_auc_score": "auc", "mean_squared_error": "mse",
  "mean_absolute_error": "mae", "cross_val_score": "cross_validate", "DataFrame": "table", "groupby": "group",
  "group_by": "group",
  // PyTorch and Keras
  "Sequential": "chain", "sequential": "chain", "view": "reshape", "permute": "transpose",
  "clamp": "clip", "concat": "cat", "MSELoss": "mse", "L1Loss": "mae", "BCEWithLogitsLoss": "bce_logits",
  "NLLLoss": "nll", "sparse_categorical_crossentropy": "cross_entropy", "categorical_crossentropy": "cross_entropy",
  "binary_crossentropy": "bce", "to_categorical": "one_hot", "AdamW": "adamw",
  // NumPy and plotting
  "concatenate": "cat", "vstack": "cat", "hstack": "cat", "plot": "line",
  "imshow": "image", "histogram": "hist", "power": "pow", "absolute": "abs",
  // languages
  "sorted": "sort", "println": "print", "printf": "print", "echo": "print", "length": "len",
]

/// What other tools import, and write in front of their functions.
let otherModules: Set = [
  "np", "numpy", "torch", "tf", "tensorflow", "keras", "nn", "F", "pd", "pandas", "plt", "math", "sklearn", "optim",
]

/// What other tools have that is done in another way here, and which way.
let otherWays: [String: String] = [
  // texts
  "str": "a string with {…} in it shows any value: `\"{x}\"`.",
  "string": "a string with {…} in it shows any value: `\"{x}\"`.",
  "repr": "a string with {…} in it shows any value: `\"{x}\"`.",
  // tensors
  "arange": "`tensor(0..n)` makes a tensor of 0, 1, … and `range(a, b, step)` takes steps.",
  "random": drawing, "rand": drawing, "randn": drawing, "matmul": "`a @ b` multiplies matrices.",
  "mm": "`a @ b` multiplies matrices.",
  "bmm": "`a @ b` multiplies matrices.", "unsqueeze": "`x[new]` or `x[.., new]` adds an axis.",
  "expand_dims": "`x[new]` or `x[.., new]` adds an axis.", "newaxis": "`x[.., new]` adds an axis.",
  "tolist": values, "item": values, "detach": "`stop_grad(x)` stops a gradient.", "numpy": values,
  "clone": copies, "copy": copies, "deepcopy": copies,
  "astype": "`float(x)`, `int(x)` and `cast(x, \"f64\")` change the dtype.",
  "ndim": "a tensor has `x.rank`.", "dim": "a tensor has `x.rank`.",
  "append": "`push(&xs, v)` adds to a list, and `cat(a, b)` joins two.",
  "extend": "`cat(a, b)` joins two lists.", "get": "`r.name` or `r[\"name\"]` is a field; `\"name\" in r` asks for it.",
  // layers
  "Linear": "`dense(10)` gives 10 values; how many come in follows from what stands before it.",
  "Conv2d": "`conv2d(32, 3)` makes 32 channels; how many come in follows from what stands before it.",
  "Conv1d": "`conv1d(32, 3)` makes 32 channels; how many come in follows from what stands before it.",
  "Module": "`model Name(…) { … }` makes a model of its own; `>>` strings layers together.",
  "Model": "`model Name(…) { … }` makes a model of its own; `>>` strings layers together.",
  // training
  "backward": training, "zero_grad": training, "step": training, "requires_grad": training, "no_grad": training,
  "GradientTape": training, "train": modes, "eval": modes, "compile": "`fit` is handed the loss and the optimizer.",
  "to": devices, "cuda": devices, "cpu": devices, "device": devices, "forward": "a model is called: `net(x)`.",
  "call": "a model is called: `net(x)`.",
  "state_dict": "`weights(net)` gives them by path; `save(net, path)` keeps them.",
  "DataLoader": "`fit` makes the batches; `batches(data, n)` gives them to a loop.",
  "Dataset": "data is a record `{x: …, y: …}` or a table.",
  "isinstance": "`type(x)` names the type: `type(x) == \"tensor\"`.",
  "self": "there are no classes: a function gets what it works on.",
  "xrange": "`0..n` runs from 0 to n - 1.", "lambda": "a function is written `x => …`.",
  "this": "there are no classes: a function gets what it works on.",
]

private let drawing = "`uniform(shape=(2, 3))`, `normal(shape=(2, 3))` and `randint(0, 10, shape=3)` draw numbers."
private let values =
  "a tensor with no axes is a number already, and `map` and `for` go through a tensor as through a list."
private let copies = "everything is a value: `b = a` is a copy."
private let training = "`value_and_grad(f)` gives a loss with its gradient, and `update(&net, &opt, g)` takes a step."
private let modes = "a model trains while it is differentiated, as `fit` does; everywhere else it infers."
private let devices = "there are no devices: everything runs on the processor."

/// What is meant by calls that do not fit, where that can be told; the second is a hint as a failure has it.
let callHabits: [String: (why: String, hint: String?)] = [
  "range": ("`range(a, b)` takes both ends; `0..n` runs from 0 to n - 1.", "\u{1}count"),
  "round": (
    "it rounds to whole numbers; `round(x * 100) / 100` keeps two decimals, and `\"{x:.2f}\"` shows them.", nil
  ),
  "zeros": ("`int(zeros(3))` and `cast(zeros(3), \"f64\")` have another dtype.", nil),
  "ones": ("`int(ones(3))` and `cast(ones(3), \"f64\")` have another dtype.", nil),
  "print": ("a string with {…} in it shows values with anything between: `print(\"{a}, {b}\")`.", nil),
]
