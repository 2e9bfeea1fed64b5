import Autodiff
import Diagnostics
import Evaluator
import Layers
import Optimizers
import Tensors
import Training

/// How a model learns from its gradient.
let optimizersModule = Module(
  "optimizers", "how a model learns from its gradient, and how fast",
  UpdateRule.all.map(optimizer) + ScheduleRule.all.map(schedule) + [
    Builtin(
      "warmup", "Rises along a straight line to the first rate of another schedule, and goes on with it.",
      Parameter<Int>("steps", "until it is reached", .atLeast(1)), Parameter<Rate>("then", "a rate or a schedule"),
      Parameter<Double>("start", "the share of the rate at the first step", default: 0, .between(0, 1)),
      examples: ["schedule_values(warmup(2, 0.1), 3)" => "f64 [3]  0.00  0.05  0.10"]
    ) { steps, then, start in Schedule(warmup: Double(steps), start: start, then: then.schedule) },
    Builtin(
      Plateau.name, Plateau.summary, declared: Plateau.settings.map(\.parameter), examples: ["plateau(0.1)(0)" => "0.1"]
    ) { values in Schedule(Plateau(try Settings(Plateau.settings, given: values))) },
    Builtin(
      "schedule_values", "The rates of the first steps, for a chart.", Parameter<Rate>("s", "a schedule"),
      Parameter<Int>("steps", "how many", .between(0, 10_000_000)),
      examples: ["schedule_values(step_decay(1, every=2), 4)" => "f64 [4]  1.0  1.0  0.1  0.1"]
    ) { rate, steps in Tensor(rate.schedule.values(steps), [steps]) },
    Builtin(
      "observe", "Tells a rate that watches a value, such as plateau, what the value is now.",
      Parameter<Inout<Value>>("s", "a schedule, or an optimizer that has one"), Parameter<Double>("value", "the value"),
      examples: ["s = plateau(1, patience=0); observe(&s, 5); observe(&s, 5); s(0)" => "0.1"]
    ) { watching, value in
      switch try watching.value.foreign {
      case var schedule as Schedule:
        schedule.observe(value)
        watching.set(Value(foreign: schedule))
      case var optimizer as Optimizer:
        optimizer.schedule.observe(value)
        watching.set(Value(foreign: optimizer))
      default:
        throw Failure(
          "argument-type", "`observe` takes a schedule or an optimizer, not \(try watching.value.described)",
          argument: 0)
      }
      return Value.none
    },
    Builtin(
      "update", "Takes one step along a gradient, and takes over a model's running statistics.",
      Parameter<Inout<Value>>("net", "a model, or a tensor, number, list or record of them"),
      Parameter<Inout<Optimizer>>("opt", "an optimizer, such as adam()"),
      Parameter<Datum>("g", "the gradient, of the same structure"),
      examples: ["x = 1; opt = sgd(lr=0.5); update(&x, &opt, 2); x" => "0"]
    ) { net, optimizer, gradient in
      try step(net, optimizer, gradient)
      return Value.none
    },
    Builtin(
      "clip_norm", "Scales a gradient so that its length is at most max.",
      Parameter<Datum>("g", "a gradient of any structure"),
      Parameter<Double>("max", "the largest length", .above(0)),
      examples: ["clip_norm([30, 40], 5)" => "f32 [2]  3  4"]
    ) { gradient, limit in try Clip.map(gradient) { try Clipping.byNorm($0, limit: limit) } },
    Builtin(
      "clip_value", "Keeps every element of a gradient between -max and max.",
      Parameter<Datum>("g", "a gradient of any structure"),
      Parameter<Double>("max", "the largest size", .above(0)),
      examples: ["clip_value([-3, 1], 2)" => "f32 [2]  -2   1"]
    ) { gradient, limit in try Clip.map(gradient) { try Clipping.byValue($0, limit: limit) } },
    Builtin(
      "ema", "Moves a running average towards a value: decay * avg + (1 - decay) * x.",
      Parameter<Inout<Datum>>("avg", "the average"), Parameter<Datum>("x", "the value, of the same structure"),
      Parameter<Double>("decay", "how much of the average stays", default: 0.999, .between(0, 1)),
      examples: ["a = 1; ema(&a, 2, 0.9); a" => "1.1"]
    ) { average, value, decay in
      let old = try average.value
      var tree = try TensorTree(old)
      let new = try TensorTree(value)
      try requireSame(tree, new, argument: 1)
      for index in tree.tensors.indices {
        let wasNumber = tree.tensors[index].isNumber
        tree.tensors[index] = try exponentialAverage(tree.tensors[index], new.tensors[index], decay: decay)
        tree.tensors[index].isNumber = wasNumber
      }
      average.set(tree.rebuilt(old))
      return Value.none
    },
  ])

private func optimizer(_ rule: UpdateRule) -> Builtin {
  let rate = Parameter<Rate>(
    "lr", "the learning rate: a number or a schedule", default: Rate(schedule: Schedule(constant: rule.rate)), .positive
  )
  let groups = Parameter<RecordObject?>(
    "groups", "other settings for parameters whose path fits, as {\"head.*\": {lr: 1e-2}}", default: nil)
  return Builtin(
    rule.name, rule.summary,
    declared: [DeclaredParameter(rate)] + rule.settings.map(\.parameter)
      + (rule.isJoint ? [] : [DeclaredParameter(groups)]),
    examples: ["\(rule.name)(lr=0.1).lr" => "0.1"]
  ) { values in
    guard let rate = values[0] as? Rate else { preconditionFailure("read as a rate") }
    let settings = try Settings(rule.settings, given: values[1...rule.settings.count])
    let given = rule.isJoint ? nil : values[values.count - 1] as? RecordObject
    return Optimizer(
      rule, settings: settings, schedule: rate.schedule,
      groups: try given.map { try parameterGroups($0, settings, rate.schedule) } ?? [])
  }
}

/// Groups of parameters by pattern, each with what it has of its own.
private func parameterGroups(_ groups: RecordObject, _ settings: Settings, _ schedule: Schedule) throws
  -> [Optimizer.Group]
{
  try zip(groups.keys, groups.values).map { pattern, value in
    guard let record = value.record else {
      throw Failure("argument-type", "a group is a record of settings, as {lr: 1e-2}, not \(value.described)")
    }
    var group = Optimizer.Group(pattern: pattern.name, settings: settings, schedule: schedule)
    for (key, value) in zip(record.keys, record.values) {
      var value = value
      if key.name == "lr" {
        guard let rate = try withUnsafeMutablePointer(to: &value, { try Rate.from($0) }) else {
          throw Failure("argument-type", "`lr` of a group is a number or a schedule, not \(value.described)")
        }
        group.schedule = rate.schedule
        continue
      }
      let names = settings.settings.map(\.name)
      guard let index = names.firstIndex(of: key.name) else {
        throw Failure(
          "bad-argument", "a group has no setting `\(key.name)`",
          facts: [.init("settings", (["lr"] + names).joined(separator: ", "))],
          hint: nearMisses(key.name, among: ["lr"] + names).first)
      }
      try group.settings.set(index, settings.settings[index].numbers(in: value))
    }
    return group
  }
}

private func schedule(_ rule: ScheduleRule) -> Builtin {
  // What has to be given gets a number in the example.
  let required = rule.settings.filter { $0.standard == nil }.map { "\($0.name)=\($0.name == "steps" ? "10" : "0.1")" }
  let call = "\(rule.name)(\(required.joined(separator: ", ")))"
  return Builtin(
    rule.name, rule.summary, declared: rule.settings.map(\.parameter), examples: ["\(call)(0) > 0" => "true"]
  ) { values in Schedule(rule, try Settings(rule.settings, given: values)) }
}

private func step(_ net: Inout<Value>, _ optimizer: Inout<Optimizer>, _ gradient: Datum) throws {
  let held = try net.value
  if var model = held.foreign as Any? as? Model {
    guard case .object(let object) = gradient, let change = (object as? Boxed)?.value as? Model else {
      throw Failure(
        "argument-type", "the gradient of a model is a model of the same structure", argument: 2,
        why: "`grad` and `value_and_grad` give it.")
    }
    // The variable lets go, so that the weights are changed where they lie.
    net.set(.none)
    defer { net.set(Value(Datum.object(Boxed(model)))) }
    return try optimizer.mutate { try update(&model, &$0, change) }
  }
  let old = try Datum(held)
  var tree = try TensorTree(old)
  let change = try TensorTree(gradient)
  try requireSame(tree, change, argument: 2)
  try optimizer.mutate { optimizer in
    try optimizer.update(paths: tree.paths, &tree.tensors, change.tensors.map { Optional($0) })
  }
  net.set(Value(tree.rebuilt(old)))
}

extension TensorTree {
  /// The shapes in it, with their paths.
  fileprivate var described: String {
    let parts = zip(paths, tensors).map { path, tensor in
      let shape = tensor.rank == 0 ? "a number" : "\(tensor.shape)"
      return path.isEmpty ? shape : "\(path): \(shape)"
    }
    return parts.isEmpty
      ? "nothing that learns" : parts.prefix(6).joined(separator: ", ") + (parts.count > 6 ? ", …" : "")
  }
}

private func requireSame(_ a: TensorTree, _ b: TensorTree, argument: Int) throws {
  guard a.paths == b.paths, zip(a.tensors, b.tensors).allSatisfy({ $0.shape == $1.shape }) else {
    throw Failure(
      "argument-type", "what changes by this has another structure", argument: argument,
      facts: [.init("this", "\(b.described)", argument: argument), .init("that", "\(a.described)", argument: 0)],
      why: "for every number and tensor of the one, the other has one of the same shape in the same place.")
  }
}
