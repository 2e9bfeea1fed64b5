import Autodiff
import Evaluator
import Losses
import Tensors

private let predictionParameter = Parameter<Tensor>("prediction", "what the model gives")
private let logitsParameter = Parameter<Tensor>(
  "logits", dims: "[..., classes]", "scores [..., classes], before softmax")
private let truthParameter = Parameter<Tensor>("truth", "what is right, of the same shape")
private let labelsParameter = Parameter<Tensor>("labels", "classes from 0, or rows of probabilities")
private let reduceParameter = Parameter<String>(
  "reduce", "\"none\" keeps one loss for each example", default: "mean", .oneOf("mean", "sum", "none"))
private let weightParameter = Parameter<Tensor?>(
  "class_weight", dims: "[classes]", "one number for each class", default: nil)
private let ignoreParameter = Parameter<Int?>("ignore", "the label that counts nowhere", default: nil)
private let marginParameter = Parameter<Double>("margin", "how far apart is far enough", default: 1, .atLeast(0))

private let exampleWeightParameter = Parameter<Tensor?>("weight", "how much each example counts", default: nil)
private func powerParameter(_ power: Double, _ what: String) -> Parameter<Double> {
  Parameter<Double>("p", what, default: power, .above(0))
}

private func reduce(_ name: String) -> Reduce { Reduce(rawValue: name) ?? .mean }

/// How wrong a prediction is: prediction first, truth second.
let lossesModule = Module(
  "losses", "how wrong a prediction is: prediction first, truth second",
  [
    simple("mse", "The mean squared error.", ["mse([1, 2], [1, 4])" => "2"], Loss.mse),
    simple("mae", "The mean absolute error.", ["mae([1, 2], [1, 4])" => "1"], Loss.mae),
    Builtin(
      "huber", "Squared for small errors, straight beyond delta.", predictionParameter, truthParameter,
      Parameter<Double>("delta", "where it becomes straight", default: 1, .above(0)), reduceParameter,
      examples: ["huber([0, 0], [0, 3])" => "1.25"]
    ) { p, t, delta, how in try Loss.huber(p, t, delta: delta, reduce: reduce(how)) },
    simple(
      "log_cosh", "log(cosh(error)): smooth, and straight for large errors.", ["log_cosh([0], [0])" => "0"],
      Loss.logCosh),
    Builtin(
      "quantile_loss", "Smallest where the prediction is the q-quantile of the truth.", predictionParameter,
      truthParameter,
      Parameter<Double>("q", "the quantile", .between(0, 1)), reduceParameter,
      examples: ["quantile_loss([0], [2], 0.75)" => "1.5"]
    ) { p, t, q, how in try Loss.quantile(p, t, q: q, reduce: reduce(how)) },
    Builtin(
      "poisson", "For counts whose logarithm is predicted.", predictionParameter, truthParameter,
      Parameter<Bool>("log", "whether the logarithm is predicted, or the count itself", default: true),
      Parameter<Bool>("full", "add the constant of the truth, by Stirling", default: false),
      Parameter<Double>("eps", "keeps the logarithm of a count finite", default: 1e-8, .above(0)), reduceParameter,
      examples: ["poisson([0], [1])" => "1"]
    ) { p, t, isLog, full, eps, how in try Loss.poisson(p, t, isLog: isLog, full: full, eps: eps, reduce: reduce(how))
    },
    Builtin(
      "gaussian_nll", "For a predicted mean with a predicted variance.", predictionParameter, truthParameter,
      Parameter<Tensor>("variance", "one for each prediction, or one for all"),
      Parameter<Double>("eps", "the least variance", default: 1e-6, .above(0)),
      Parameter<Bool>("full", "add log(2 pi) / 2", default: false), reduceParameter,
      examples: ["gaussian_nll([1], [1], 1)" => "0"]
    ) { p, t, variance, eps, full, how in
      try Loss.gaussianNLL(p, t, variance: variance, eps: eps, full: full, reduce: reduce(how))
    },
    Builtin(
      "cross_entropy", "For one class of several, from logits.", logitsParameter, labelsParameter,
      Parameter<Double>("smoothing", "the share of the truth that all classes get", default: 0, .between(0, 1)),
      weightParameter, ignoreParameter, reduceParameter, examples: ["cross_entropy([[0, 0]], [1])" => "0.6931472"]
    ) { p, t, smoothing, weight, ignore, how in
      try Loss.crossEntropy(p, t, smoothing: smoothing, classWeight: weight, ignore: ignore, reduce: reduce(how))
    },
    Builtin(
      "nll", "For one class of several, from log-probabilities.",
      Parameter<Tensor>("log_probs", dims: "[..., classes]", "the result of log_softmax [..., classes]"),
      labelsParameter, weightParameter,
      ignoreParameter, reduceParameter, examples: ["nll(log_softmax([[0, 0]]), [1])" => "0.6931472"]
    ) { p, t, weight, ignore, how in try Loss.nll(p, t, classWeight: weight, ignore: ignore, reduce: reduce(how)) },
    Builtin(
      "bce", "For yes or no, from probabilities.", predictionParameter, truthParameter, exampleWeightParameter,
      reduceParameter, examples: ["bce([0.5], [1])" => "0.6931472"]
    ) { p, t, weight, how in try Loss.bce(p, t, weight: weight, reduce: reduce(how)) },
    Builtin(
      "bce_logits", "For yes or no, from logits.", predictionParameter, truthParameter,
      Parameter<Tensor?>("pos_weight", "how much more a yes counts", default: nil), exampleWeightParameter,
      reduceParameter, examples: ["bce_logits([0], [1])" => "0.6931472"]
    ) { p, t, yes, weight, how in
      try Loss.bceLogits(p, t, positiveWeight: yes, weight: weight, reduce: reduce(how))
    },
    Builtin(
      "hinge", "For truths of -1 and 1: 0 once the prediction is 1 on the right side.", predictionParameter,
      truthParameter,
      Parameter<Bool>("squared", "square it", default: false), reduceParameter, examples: ["hinge([0.5], [1])" => "0.5"]
    ) { p, t, squared, how in try Loss.hinge(p, t, squared: squared, reduce: reduce(how)) },
    Builtin(
      "multi_margin", "The hinge for several classes, from scores.",
      Parameter<Tensor>("scores", dims: "[..., classes]", "one for each class"),
      labelsParameter,
      marginParameter, powerParameter(1, "of what is short of the margin"), weightParameter, reduceParameter,
      examples: ["multi_margin([[0, 2]], [1])" => "0"]
    ) { s, t, margin, power, weight, how in
      try Loss.multiMargin(s, t, margin: margin, p: power, classWeight: weight, reduce: reduce(how))
    },
    Builtin(
      "kl_divergence", "How far log-probabilities are from a distribution, averaged over the batch.",
      predictionParameter, truthParameter,
      Parameter<Bool>("log", "whether the truth are log-probabilities too", default: false), reduceParameter,
      examples: ["kl_divergence(log_softmax([[0, 0]]), [[0.5, 0.5]])" => "0"]
    ) { p, t, isLog, how in try Loss.klDivergence(p, t, isLog: isLog, reduce: reduce(how)) },
    Builtin(
      "ctc", "For labels in order, without saying at which step each stands.",
      Parameter<Tensor>("logits", dims: "[n, t, classes]", "scores, before softmax"),
      Parameter<Tensor>("labels", dims: "[n, l]", "classes, as many of them as label_lengths says"),
      Parameter<Tensor?>("lengths", dims: "[n]", "steps of each example that count; none: all", default: nil),
      Parameter<Tensor?>("label_lengths", dims: "[n]", "labels of each example that count; none: all", default: nil),
      Parameter<Int>("blank", "the class that says nothing", default: 0, .atLeast(0)),
      Parameter<Bool>("zero_infinity", "0 for labels that do not fit into the steps", default: false), reduceParameter,
      examples: ["ctc(zeros(1, 1, 2), [[1]], reduce=\"sum\")" => "0.6931472"]
    ) { p, t, lengths, counts, blank, zero, how in
      try Loss.ctc(
        p, t, lengths: lengths, labelLengths: counts, blank: blank, zeroInfinity: zero, reduce: reduce(how))
    },
    Builtin(
      "focal", "Binary cross entropy of logits that counts easy examples less.", predictionParameter, truthParameter,
      Parameter<Double>("gamma", "how much less", default: 2, .atLeast(0)),
      Parameter<Double?>("alpha", "the weight of a yes; a no weighs 1 - alpha", default: nil, .given(.between(0, 1))),
      reduceParameter, examples: ["focal([0], [1], gamma=0)" => "0.6931472"]
    ) { p, t, gamma, alpha, how in try Loss.focal(p, t, gamma: gamma, alpha: alpha, reduce: reduce(how)) },
    Builtin(
      "cosine_loss", "1 minus the cosine between embeddings; for pairs marked -1, the cosine above a margin.",
      Parameter<Tensor>("a", dims: "[..., d]", "embeddings"), Parameter<Tensor>("b", dims: "[..., d]", "embeddings"),
      Parameter<Tensor?>("truth", "1 for pairs that belong together, -1 for others", default: nil),
      Parameter<Double>("margin", "the cosine that others may have", default: 0, .between(-1, 1)), reduceParameter,
      examples: ["cosine_loss([[1, 0]], [[0, 1]])" => "1"]
    ) { a, b, truth, margin, how in try Loss.cosine(a, b, truth: truth, margin: margin, reduce: reduce(how)) },
    Builtin(
      "triplet", "0 once the positive is closer than the negative by a margin.",
      Parameter<Tensor>("anchor", dims: "[..., d]", "embeddings"),
      Parameter<Tensor>("positive", dims: "[..., d]", "of the same kind"),
      Parameter<Tensor>("negative", dims: "[..., d]", "of another kind"),
      marginParameter, powerParameter(2, "the norm by which distances are measured"),
      Parameter<Bool>(
        "swap", "compare with the positive's distance from the negative where it is less", default: false),
      Parameter<Double>("eps", "added to each difference", default: 1e-6, .atLeast(0)), reduceParameter,
      examples: ["triplet([[0]], [[0]], [[5]])" => "0"]
    ) { a, p, n, margin, power, swap, eps, how in
      try Loss.triplet(a, p, n, margin: margin, p: power, swap: swap, eps: eps, reduce: reduce(how))
    },
    Builtin(
      "contrastive", "The squared distance of pairs that belong together; others are pushed a margin apart.",
      Parameter<Tensor>("a", dims: "[..., d]", "embeddings"), Parameter<Tensor>("b", dims: "[..., d]", "embeddings"),
      Parameter<Tensor>("truth", "1 for pairs that belong together, 0 for others"), marginParameter, reduceParameter,
      examples: ["contrastive([[0]], [[5]], [0])" => "0"]
    ) { a, b, truth, margin, how in try Loss.contrastive(a, b, truth, margin: margin, reduce: reduce(how)) },
    Builtin(
      "dice", "1 minus the overlap of two masks.", predictionParameter, truthParameter,
      Parameter<Double>("smooth", "keeps empty masks defined", default: 1, .atLeast(0)), reduceParameter,
      examples: ["dice([[1, 0]], [[1, 0]])" => "0"]
    ) { p, t, smooth, how in try Loss.dice(p, t, smooth: smooth, reduce: reduce(how)) },
    Builtin(
      "distill_loss", "How far a student's logits are from a teacher's, softened by a temperature.",
      Parameter<Tensor>("student", dims: "[..., classes]", "logits"),
      Parameter<Tensor>("teacher", dims: "[..., classes]", "logits"),
      Parameter<Double>("T", "the temperature", default: 2, .above(0)),
      Parameter<Tensor?>("labels", "classes, for a share of cross entropy", default: nil),
      Parameter<Double>("alpha", "the teacher's share where there are labels", default: 0.5, .between(0, 1)),
      examples: ["distill_loss([[0, 1]], [[0, 1]]) < 1e-6" => "true"]
    ) { s, t, temperature, labels, alpha in
      try Loss.distillation(s, t, temperature: temperature, labels: labels, alpha: alpha)
    },
  ])

private func simple(
  _ name: String, _ summary: String, _ examples: [Example], _ loss: @escaping (Tensor, Tensor, Reduce) throws -> Tensor
) -> Builtin {
  Builtin(name, summary, predictionParameter, truthParameter, reduceParameter, examples: examples) { p, t, how in
    try loss(p, t, reduce(how))
  }
}
