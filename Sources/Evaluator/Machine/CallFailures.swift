import Diagnostics

// What calls with wrong arguments throw, the same for functions of the language and builtins.

func tooMany(_ name: String, _ wanted: Int, _ given: Int) -> Failure {
  Failure(
    "bad-argument",
    "`\(name)` takes \(wanted == 0 ? "no" : "at most \(wanted)") argument\(wanted == 1 ? "" : "s"), but \(given) \(given == 1 ? "is" : "are") given",
    argument: wanted)
}

func missingArgument(_ name: String, _ parameter: String, _ isInout: Bool) -> Failure {
  Failure("missing-argument", "`\(name)` needs its argument `\(isInout ? "&" : "")\(parameter)`")
}

func givenTwice(_ name: String, _ parameter: String, argument: Int) -> Failure {
  Failure("bad-argument", "`\(parameter)` is given twice to `\(name)`", argument: argument)
}

/// - Parameter order: the parameters as they stand, when the call has its `&` at other arguments.
func needsInout(_ name: String, _ parameter: String, argument: Int, order: String?) -> Failure {
  Failure(
    "needs-inout", "`\(name)` changes its argument `\(parameter)`, which must be handed over with `&`",
    argument: argument,
    why: "`&` marks what a call may change" + (order.map { "; the order is `\(name)(\($0))`." } ?? "."),
    hint: order == nil ? "&" : nil)
}

func needsNoInout(_ name: String, _ parameter: String, argument: Int) -> Failure {
  Failure("needs-inout", "`\(name)` does not change `\(parameter)`, so it takes no `&`", argument: argument)
}

func unknownArgument(
  _ name: String, _ given: String, _ known: [String], usage: String, argument: Int
) -> Failure {
  let synonyms = [
    "learning_rate": "lr", "batch_size": "batch", "optimizer": "opt", "weight_decay": "decay",
    "epoch": "epochs", "num_epochs": "epochs", "validation_data": "val", "validation": "val", "dim": "axis",
    "keepdim": "keep",
    "keepdims": "keep", "rate": "p", "momentum_decay": "momentum", "callbacks": "on_epoch", "size": "units",
  ]
  var fix = nearMisses(given, among: known).first
  if let synonym = synonyms[given], known.contains(synonym) { fix = synonym }
  return Failure(
    "bad-argument", "`\(name)` has no argument `\(given)`", argument: argument,
    facts: [.init("\u{1}arguments", usage)], hint: fix.map { "\u{1}rename \($0)" })
}

extension Prototype {
  /// The parameters as they are written: `x, lr=0.1`.
  package var usage: String {
    parameters.map { p in
      (p.isRest ? ".." : p.isInout ? "&" : "") + p.name + (p.typeText.map { ": \($0)" } ?? "")
        + (p.defaultText.map { "=\($0)" } ?? "")
    }.joined(separator: ", ")
  }
}
