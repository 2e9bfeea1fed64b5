import Diagnostics
package import Tensors

/// An update rule with its settings, its schedule, and what it remembers of each parameter: a value, copied like a number.
package struct Optimizer: Sendable {
  package let rule: UpdateRule
  package let settings: Settings
  package var schedule: Schedule
  /// Steps taken so far.
  package private(set) var step = 0
  /// What the rule keeps for each parameter, by path.
  package private(set) var state: [String: [Tensor]] = [:]

  /// Parameters with settings and a rate of their own; the first pattern that a path fits counts.
  package private(set) var groups: [Group]

  package struct Group: Sendable {
    package var pattern: String
    package var settings: Settings
    package var schedule: Schedule

    package init(pattern: String, settings: Settings, schedule: Schedule) {
      self.pattern = pattern
      self.settings = settings
      self.schedule = schedule
    }
  }

  package init(
    _ rule: UpdateRule, settings: Settings? = nil, schedule: Schedule? = nil, groups: [Group] = []
  ) {
    self.rule = rule
    self.groups = groups
    self.settings = settings ?? Settings(rule.settings)
    self.schedule = schedule ?? Schedule(constant: rule.rate)
  }

  /// The rate of the next step.
  package var rate: Double { schedule.rate(step) }

  /// The same rule and settings without memory, as `fit` starts.
  package var fresh: Optimizer { Optimizer(rule, settings: settings, schedule: schedule, groups: groups) }

  /// The call that makes it: `adam(lr=0.001, betas=(0.9, 0.999), eps=1e-08, decay=0)`.
  package var text: String {
    let rest = settings.text(onlyChanged: false)
    return "\(rule.name)(lr=\(schedule.text)\(rest.isEmpty ? "" : ", " + rest)\(groupText))"
  }

  private var groupText: String {
    if groups.isEmpty { return "" }
    let parts = groups.map { group in
      let changed = zip(group.settings.settings, zip(group.settings.values, settings.values))
        .filter { $1.0 != $1.1 }.map { "\($0.name): \($0.text($1.0))" }
      let rate = group.schedule.text == schedule.text ? [] : ["lr: \(group.schedule.text)"]
      return "\"\(group.pattern)\": {\((rate + changed).joined(separator: ", "))}"
    }
    return ", groups={\(parts.joined(separator: ", "))}"
  }

  /// Takes one step: changes `parameters` in place where nobody else holds them.
  ///
  /// `paths`, `parameters`, `gradients` and `masks` go together by index; a parameter without gradient stays, and a mask
  /// of zeros and ones keeps what pruning cut at zero (`masks` may be empty).
  /// - Throws: `dtype` for a parameter that is not floating, `loss-shape` for a gradient of another shape.
  package mutating func update(
    paths: [String], _ parameters: inout [Tensor], _ gradients: [Tensor?], masks: [Tensor?] = []
  ) throws {
    precondition(paths.count == parameters.count && gradients.count == parameters.count)
    let now = UpdateRule.Step(rate: rate, count: step + 1, settings: settings)
    let own = try ownSteps(paths)
    for index in parameters.indices {
      guard let gradient = gradients[index] else { continue }
      try check(paths[index], parameters[index], gradient)
    }
    if let joint = rule.joint {
      try move(&parameters, gradients, now, joint)
    }
    for index in parameters.indices {
      guard let gradient = gradients[index] else { continue }
      if rule.joint == nil { try move(paths[index], &parameters[index], gradient, own[index] ?? now) }
      if index < masks.count, let mask = masks[index] {
        parameters[index] = try Raw.multiply(parameters[index], Raw.cast(mask, parameters[index].dtype))
      }
    }
    step += 1
  }

  private mutating func move(
    _ path: String, _ parameter: inout Tensor, _ gradient: Tensor, _ now: UpdateRule.Step
  ) throws {
    let dtype: DType = parameter.dtype == .f64 ? .f64 : .f32
    let stored = parameter.dtype
    let isNumber = parameter.isNumber
    if stored != dtype { parameter = try Raw.cast(parameter, dtype) }
    let gradient = gradient.dtype == dtype ? gradient.detached : try Raw.cast(gradient, dtype)
    // Taken out of the dictionary, the slots have one owner and are changed in place.
    var slots = state.removeValue(forKey: path) ?? []
    let wanted = rule.slots(now.settings)
    while slots.count < wanted { slots.append(try Tensor.zeros(parameter.shape, dtype)) }
    try rule.apply(now, &parameter, gradient, &slots)
    if !slots.isEmpty { state[path] = slots }
    if stored != dtype { parameter = try Raw.cast(parameter, stored) }
    parameter.isNumber = isNumber
  }

  /// The step of each parameter that belongs to a group; empty without groups.
  private func ownSteps(_ paths: [String]) throws -> [Int: UpdateRule.Step] {
    var steps: [Int: UpdateRule.Step] = [:]
    for group in groups.reversed() {
      let members = paths.indices.filter { fits(paths[$0], group.pattern) }
      guard !members.isEmpty else {
        throw Failure(
          "unknown-name", "no parameter's path matches `\(group.pattern)`, a group of the optimizer", argument: 1,
          facts: [.init("parameters", paths.prefix(12).joined(separator: ", ") + (paths.count > 12 ? ", …" : ""))])
      }
      let own = UpdateRule.Step(rate: group.schedule.rate(step), count: step + 1, settings: group.settings)
      for index in members { steps[index] = own }
    }
    return steps
  }

  /// One step for all parameters that have a gradient, which the rule sees laid end to end.
  private mutating func move(
    _ parameters: inout [Tensor], _ gradients: [Tensor?], _ now: UpdateRule.Step, _ joint: UpdateRule.Joint
  ) throws {
    let learning = parameters.indices.filter { gradients[$0] != nil }
    let flat = try learning.map { index in
      try Raw.cast(Raw.reshape((gradients[index] ?? parameters[index]).detached, [parameters[index].count]), .f64)
    }
    guard !flat.isEmpty else { return }
    var slots = state.removeValue(forKey: Optimizer.together) ?? []
    let gradient = try Raw.concat(flat)
    if let kept = slots.first, kept.count != gradient.count {
      throw Failure(
        "loss-shape", "this optimizer remembers other parameters", argument: 1,
        facts: [.init("remembered", "\(kept.count) numbers"), .init("parameters", "\(gradient.count) numbers")],
        why: "an optimizer belongs to the model that it has been used with.")
    }
    let change = try joint(now, gradient, &slots)
    state[Optimizer.together] = slots
    var start = 0
    for index in learning {
      let (old, count) = (parameters[index], parameters[index].count)
      let part = try Raw.reshape(Raw.slice(change, axis: 0, start: start, count: count), old.shape)
      parameters[index] = try Raw.subtract(old, Raw.cast(part, old.dtype))
      parameters[index].isNumber = old.isNumber
      start += count
    }
  }

  /// The key of what is remembered of all parameters together; no path has a space.
  private static let together = "all parameters"

  private func check(_ path: String, _ parameter: Tensor, _ gradient: Tensor) throws {
    guard parameter.dtype.isFloat else {
      throw Failure("dtype", "`\(path)` is a tensor of \(parameter.dtype) and cannot learn", argument: 0)
    }
    guard parameter.shape == gradient.shape else {
      throw Failure(
        "loss-shape", "the gradient of `\(path)` has another shape", argument: 2,
        facts: [.init("parameter", "\(parameter.shape)"), .init("gradient", "\(gradient.shape)")])
    }
    if let slot = state[path]?.first, rule !== UpdateRule.nadam, slot.shape != parameter.shape {
      throw Failure(
        "loss-shape", "this optimizer remembers `\(path)` with another shape", argument: 1,
        facts: [.init("remembered", "\(slot.shape)"), .init("parameter", "\(parameter.shape)")],
        why: "an optimizer belongs to the model that it has been used with.")
    }
  }

  /// Tells every schedule the value that it watches, once an epoch; only `plateau` cares.
  package mutating func observe(_ value: Double) {
    schedule.observe(value)
    for index in groups.indices { groups[index].schedule.observe(value) }
  }

  /// What the schedules have seen so far, that of the optimizer and then those of its groups.
  package var scheduleMemory: [Double] { schedule.memory + groups.flatMap(\.schedule.memory) }

  /// Restores what a checkpoint kept.
  package mutating func restore(step: Int, state: [String: [Tensor]], scheduleMemory: [Double]) {
    self.step = step
    self.state = state
    var rest = scheduleMemory[...]
    func recall(_ schedule: inout Schedule) {
      let count = schedule.memory.count
      schedule.recall(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    recall(&schedule)
    for index in groups.indices { recall(&groups[index].schedule) }
  }
}
