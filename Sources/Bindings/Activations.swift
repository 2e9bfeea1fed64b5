import Autodiff
import Evaluator
import Glibc
import Tensors

/// What stands between layers.
let activationsModule = Module(
  "activations", "functions that stand between layers",
  [
    Builtin(
      elementwise: "relu", "x above 0, 0 below.", { try Op.relu($0) }, scalar: { $0 < 0 ? 0 : $0 },
      examples: ["relu([-1, 2])" => "f32 [2]  0  2"]),
    Builtin(
      "leaky_relu", "x above 0, a small share of it below.", xParameter,
      Parameter<Double>("slope", "the share", default: 0.01, .atLeast(0)), examples: ["leaky_relu(-2, 0.1)" => "-0.2"]
    ) { x, slope in try Op.leakyRelu(x, slope: slope) },
    Builtin(
      "prelu", "Leaky relu with a slope that is learnt, one or one for each channel.", xParameter,
      Parameter<Tensor>("slope", "one, or one for each entry of the last axis"),
      examples: ["prelu([-2, 2], 0.5)" => "f32 [2]  -1   2"]
    ) { x, slope in try Op.prelu(x, slope) },
    Builtin(
      "elu", "x above 0, alpha * (exp(x) - 1) below.", xParameter, alphaParameter, examples: ["elu(2)" => "2"]
    ) { x, alpha in try Op.elu(x, alpha: alpha) },
    Builtin("selu", "elu scaled so that outputs keep mean 0 and variance 1.", xParameter, examples: ["selu(0)" => "0"])
    { x in
      try Op.selu(x)
    },
    Builtin(
      "celu", "elu whose slope is continuous for every alpha.", xParameter, alphaParameter, examples: ["celu(2)" => "2"]
    ) { x, alpha in try Op.celu(x, alpha: alpha) },
    Builtin(
      "gelu", "x times the share of the normal distribution below x.", xParameter,
      Parameter<Bool>("approximate", "by tanh, as in GPT-2", default: false), examples: ["gelu(0)" => "0"]
    ) { x, approximate in approximate ? try Op.geluTanh(x) : try Op.gelu(x) },
    Builtin(
      elementwise: "silu", "x * sigmoid(x), also called swish.", { try Op.silu($0) },
      scalar: { $0 / (1 + Glibc.exp(-$0)) },
      examples: ["silu(0)" => "0"]),
    Builtin("mish", "x * tanh(softplus(x)).", xParameter, examples: ["mish(0)" => "0"]) { x in try Op.mish(x) },
    Builtin(
      elementwise: "sigmoid", "1 / (1 + exp(-x)).", { try Op.sigmoid($0) }, scalar: { 1 / (1 + Glibc.exp(-$0)) },
      examples: ["sigmoid(0)" => "0.5"]),
    Builtin(
      elementwise: "tanh", "The hyperbolic tangent.", { try Op.tanh($0) }, scalar: { Glibc.tanh($0) },
      examples: ["tanh(0)" => "0"]),
    Builtin(
      "softmax", "Positive shares that sum to 1 along an axis.", xParameter, oneAxisParameter,
      examples: ["softmax([0, 0])" => "f32 [2]  0.5  0.5"]
    ) { x, axis in try Op.softmax(x, axis: axis) },
    Builtin(
      "log_softmax", "The logarithm of softmax, without overflow.", xParameter, oneAxisParameter,
      examples: ["exp(log_softmax([0, 0]))" => "f32 [2]  0.5  0.5"]
    ) { x, axis in try Op.logSoftmax(x, axis: axis) },
    Builtin(
      "softplus", "log(1 + exp(beta * x)) / beta, without overflow.", xParameter,
      Parameter<Double>("beta", "how sharp the bend is", default: 1, .above(0)), examples: ["softplus(1000)" => "1000"]
    ) { x, beta in try Op.scaledSoftplus(x, beta: beta) },
    Builtin("softsign", "x / (1 + |x|).", xParameter, examples: ["softsign(1)" => "0.5"]) { x in try Op.softsign(x) },
    Builtin(
      "log_sigmoid", "The logarithm of sigmoid, without overflow.", xParameter,
      examples: ["log_sigmoid(-1000)" => "-1000"]
    ) { x in
      try Op.logSigmoid(x)
    },
    Builtin("relu6", "x between 0 and 6.", xParameter, examples: ["relu6(8)" => "6"]) { x in try Op.hardTanh(x, 0, 6) },
    Builtin("hard_sigmoid", "x / 6 + 1/2 between 0 and 1.", xParameter, examples: ["hard_sigmoid(0)" => "0.5"]) { x in
      try Op.hardSigmoid(x)
    },
    Builtin("hard_swish", "x * hard_sigmoid(x).", xParameter, examples: ["hard_swish(3)" => "3"]) { x in
      try Op.hardSwish(x)
    },
    Builtin(
      "hard_tanh", "x between two bounds.", xParameter, Parameter<Double>("lo", "the lower bound", default: -1),
      Parameter<Double>("hi", "the upper bound", default: 1), examples: ["hard_tanh(2)" => "1"]
    ) { x, low, high in try Op.hardTanh(x, low, high) },
    Builtin(
      "hard_shrink", "x where it is further than a limit from 0, 0 elsewhere.", xParameter, limitParameter,
      examples: ["hard_shrink([0.2, 2])" => "f32 [2]  0  2"]
    ) { x, limit in try Op.hardShrink(x, limit) },
    Builtin(
      "soft_shrink", "x moved towards 0 by a limit.", xParameter, limitParameter,
      examples: ["soft_shrink([0.2, 2])" => "f32 [2]  0.0  1.5"]
    ) { x, limit in try Op.softShrink(x, limit) },
    Builtin(
      "glu", "Half of an axis times the sigmoid of the other half.", xParameter, oneAxisParameter,
      examples: ["glu([4, 0])" => "f32 [1]  2"]
    ) { x, axis in try Op.glu(x, axis: axis) },
    Builtin(
      "swiglu", "The silu of half of an axis times the other half.", xParameter, oneAxisParameter,
      examples: ["swiglu([0, 5])" => "f32 [1]  0"]
    ) { x, axis in try Op.swiglu(x, axis: axis) },
  ])

private let alphaParameter = Parameter<Double>("alpha", "how far below 0 it goes", default: 1, .above(0))
private let limitParameter = Parameter<Double>("limit", "the distance from 0", default: 0.5, .atLeast(0))
