import Diagnostics

// What calls with wrong arguments throw, the same for functions of the language and builtins.

func tooMany(_ name: String, _ wanted: Int, _ given: Int, usage: String) -> Failure {
  Failure(
    "bad-argument",
    "\(called(name)) takes \(wanted == 0 ? "no" : "at most \(wanted)") argument\(wanted == 1 ? "" : "s"), but \(given) \(given == 1 ? "is" : "are") given",
    argument: wanted, facts: arguments(usage))
}

func missingArgument(_ name: String, _ parameter: String, _ isInout: Bool, usage: String) -> Failure {
  Failure(
    "missing-argument", "\(called(name)) needs its argument `\(isInout ? "&" : "")\(parameter)`",
    facts: arguments(usage))
}

func givenTwice(_ name: String, _ parameter: String, argument: Int) -> Failure {
  Failure("bad-argument", "`\(parameter)` is given twice to \(called(name))", argument: argument)
}

/// A line of its own: what the function takes.
private func arguments(_ usage: String) -> [Failure.Fact] {
  usage.isEmpty ? [] : [.init("\u{1}arguments", usage)]
}

private func called(_ name: String) -> String { name == "fn" ? "this function" : "`\(name)`" }

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
    "keepdims": "keep", "rate": "p", "reverse": "descending", "kernel_size": "size", "strides": "stride", "key": "by",
    "momentum_decay": "momentum", "callbacks": "on_epoch", "size": "units",
  ]
  var fix = nearMisses(given, among: known).first
  if let synonym = synonyms[given], known.contains(synonym) { fix = synonym }
  return Failure(
    "bad-argument", "\(called(name)) has no argument `\(given)`", argument: argument,
    facts: arguments(usage), hint: fix.map { "\u{1}rename \($0)" })
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
