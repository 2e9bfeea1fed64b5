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
  "Linear": "dense", "Sequential": "chain", "sequential": "chain", "view": "reshape", "permute": "transpose",
  "clamp": "clip", "concat": "cat", "MSELoss": "mse", "L1Loss": "mae", "BCEWithLogitsLoss": "bce_logits",
  "NLLLoss": "nll", "sparse_categorical_crossentropy": "cross_entropy", "categorical_crossentropy": "cross_entropy",
  "binary_crossentropy": "bce", "backward": "grad", "to_categorical": "one_hot", "AdamW": "adamw",
  // NumPy and plotting
  "concatenate": "cat", "vstack": "cat", "hstack": "cat", "randn": "normal", "rand": "uniform", "plot": "line",
  "imshow": "image", "histogram": "hist", "arange": "range", "power": "pow", "absolute": "abs",
  // languages
  "append": "push", "sorted": "sort", "println": "print", "printf": "print", "echo": "print", "length": "len",
]
