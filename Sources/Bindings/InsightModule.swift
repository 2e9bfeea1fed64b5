import Autodiff
import Diagnostics
import Evaluator
import Insight
import Layers
import Tables
import Tensors
import Training

/// What a model looks at, and how easily it is fooled.
let insightModule = Module(
  "insight", "explaining models, and attacking them", explanationBuiltins + attackBuiltins)

private let explanationBuiltins: [Builtin] = [
  Builtin(
    "saliency", "How strongly the score of a class answers to each value of the input.",
    netParameter, inputParameter, classParameter,
    examples: ["saliency(input(2) >> dense(1, init=\"ones\"), [[1, 2]])" => "f32 [1, 2]  1  1"]
  ) { net, x, y in try saliency(net, x, y) },
  Builtin(
    "integrated_gradients", "What each value of the input adds to the score of a class, against a baseline.",
    netParameter, inputParameter, classParameter,
    Parameter<Tensor?>("baseline", "an input that says nothing; zeros when left out", default: nil),
    Parameter<Int>("steps", "gradients to average on the way from the baseline", default: 50, .between(1, 100_000)),
    examples: ["integrated_gradients(input(2) >> dense(1, init=\"ones\"), [[1, 2]])" => "f32 [1, 2]  1  2"]
  ) { net, x, y, baseline, steps in try integratedGradients(net, x, y, baseline: baseline, steps: steps) },
  Builtin(
    "permutation_importance", "How much a metric falls when the values of one column are shuffled, for each column.",
    netParameter, Parameter<Value>("data", "a record {x, y} with x a table or a tensor [n, columns], or a table"),
    Parameter<Value>(
      "metric", "metric(prediction, y), more being better; accuracy or r2 when left out", default: .none),
    Parameter<String?>("target", "the column of a table that is predicted", default: nil),
    Parameter<Int>("repeats", "how often each column is shuffled", default: 5, .between(1, 100_000)),
    examples: [
      "permutation_importance(input(2) >> dense(1, init=\"zeros\"), {x: [[1, 2], [3, 4]], y: [1, 2]}).column"
        => "(\"x0\", \"x1\")"
    ]
  ) { net, data, metric, target, repeats in
    try importances(net, Datum(data), metric: metric, target: target, repeats: repeats)
  },
]

private let attackBuiltins: [Builtin] = [
  Builtin(
    "fgsm", "Inputs moved by eps against the model: x + eps * sign(gradient of the loss).",
    netParameter, inputParameter, truthParameter, epsParameter, rangeParameter,
    examples: ["fgsm(input(2) >> dense(1, init=\"ones\"), [[1, 2]], 1, 0.5)" => "f32 [1, 2]  0.5  1.5"]
  ) { net, x, y, eps, range in try Attack.fgsm(eps: eps, range: bounds(range))(net, x, y) },
  Builtin(
    "pgd", "Inputs moved against the model in several steps, at most eps away from x.",
    netParameter, inputParameter, truthParameter, epsParameter,
    Parameter<Int>("steps", "how often to move", default: 10, .between(1, 100_000)),
    Parameter<Double?>("step", "how far to move each time; eps / 4 when left out", default: nil, .given(.atLeast(0))),
    rangeParameter,
    examples: ["pgd(input(2) >> dense(1, init=\"ones\"), [[1, 2]], 1, 0.5)" => "f32 [1, 2]  0.5  1.5"]
  ) { net, x, y, eps, steps, step, range in
    try Attack.pgd(eps: eps, steps: steps, step: step, range: bounds(range))(net, x, y)
  },
  Builtin(
    "robustness_report", "The accuracy of a model under attacks of growing strength.",
    netParameter, Parameter<Value>("test", "a record {x, y}"),
    Parameter<[Double]>(
      "eps", "how far the attacks may move a value; 0, no attack, is always among them", default: [0.01, 0.05, 0.1],
      Constraint("numbers of at least 0", counterexample: [-1]) { $0.allSatisfy { $0 >= 0 } }),
    Parameter<String>("attack", "how to attack", default: "fgsm", .oneOf("fgsm", "pgd")), rangeParameter,
    examples: [
      "robustness_report(input(1) >> dense(1, init=\"ones\"), {x: [[1], [-1]], y: [1, 0]}, eps=[2]).accuracy == [1, 0]"
        => "bool [2]  true  true"
    ]
  ) { net, test, eps, attack, range in
    let examples = try Examples(Datum(test), "test data", argument: 1)
    guard case .tensor(let x) = examples.x, let y = examples.y else {
      throw Failure("argument-type", "attacks need `x` to be one tensor, not a record of them", argument: 1)
    }
    let strengths = [0] + eps.filter { $0 != 0 }
    let range = bounds(range)
    let accuracies = try strengths.map { eps in
      let attack: Attack = attack == "pgd" ? .pgd(eps: eps, range: range) : .fgsm(eps: eps, range: range)
      return try attack.accuracy(net, x, y)
    }
    return try Table([("eps", .number(strengths)), ("accuracy", .number(accuracies))])
  },
]

private let netParameter = Parameter<Model>("net", "a model")
private let inputParameter = Parameter<Tensor>("x", "a batch of inputs, of floats")
private let classParameter = Parameter<Tensor?>(
  "y", "the class to ask about, one for all or one for each; the predicted one when left out", default: nil)
private let truthParameter = Parameter<Tensor>("y", "the true labels, or values for a model of values")
private let epsParameter = Parameter<Double>("eps", "how far a value may move", .atLeast(0))
private let rangeParameter = Parameter<[Double]?>(
  "range", "the least and the largest value that an input may have, such as (0, 1)", default: nil,
  .given(
    Constraint("a pair (low, high)", counterexample: [1, 0]) { $0.count == 2 && $0[0] <= $0[1] }))

private func bounds(_ range: [Double]?) -> (low: Double, high: Double)? { range.map { ($0[0], $0[1]) } }
