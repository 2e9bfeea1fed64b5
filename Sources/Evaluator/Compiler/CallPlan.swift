import Diagnostics

/// What a call has to know of a parameter, of a function of the language and of a builtin alike.
protocol FormalParameter {
  var name: String { get }
  var symbol: Symbol { get }
  var isInout: Bool { get }
  /// Whether an argument may be lent with `&` that need not be.
  var mayBeInout: Bool { get }
  var isRest: Bool { get }
  var isNamedRest: Bool { get }
  var hasDefault: Bool { get }
  /// What the parameter is when it is not given; borrowed.
  var valueWhenAbsent: Value { get }
}

/// The arguments of a call as they are written, without their values.
struct WrittenArguments {
  var names: [Symbol?]
  var isInout: [Bool]
  /// The argument of the source that each comes from: a spread makes several of one.
  var positions: [Int]

  init(positional count: Int) {
    names = Array(repeating: nil, count: count)
    isInout = Array(repeating: false, count: count)
    positions = Array(0..<count)
  }
}

/// How the arguments of one call become the parameters of one callee: found once, and kept where the call is made.
final class CallPlan {
  /// Where a parameter's value comes from.
  enum Source {
    case argument(Int)
    /// Borrowed: it lives as long as the callee.
    case absent(Value)
    case rest
    case namedRest
  }
  struct Inout {
    var argument: Int
    var parameter: Int
  }

  let argumentCount: Int
  let parameterCount: Int
  /// Whether each argument stands where its parameter wants it, and none is left over.
  let isIdentity: Bool
  let inoutCount: Int
  let inouts: UnsafeMutablePointer<Inout>
  private let sources: UnsafeMutablePointer<Source>
  private let rest: [Int]
  private let named: [(name: Symbol, argument: Int)]
  private let positions: [Int]

  /// Throws what is wrong with the call: `bad-argument`, `missing-argument`, `needs-inout`.
  init<P: FormalParameter>(
    _ callee: String, _ parameters: [P], usage: @autoclosure () -> String, _ written: WrittenArguments
  ) throws {
    var taken = [Int?](repeating: nil, count: parameters.count)
    var rest: [Int] = []
    var named: [(name: Symbol, argument: Int)] = []
    let restAt = parameters.firstIndex(where: \.isRest)
    let namedRestAt = parameters.firstIndex(where: \.isNamedRest)
    var next = 0
    for j in written.names.indices {
      let position = written.positions[j]
      let at: Int
      if let name = written.names[j] {
        if let found = parameters.firstIndex(where: { $0.symbol == name && !$0.isRest && !$0.isNamedRest }) {
          at = found
        } else if namedRestAt != nil, !written.isInout[j] {
          guard !named.contains(where: { $0.name == name }) else {
            throw givenTwice(callee, name.name, argument: position)
          }
          named.append((name, j))
          continue
        } else {
          throw unknownArgument(callee, name.name, parameters.map(\.name), usage: usage(), argument: position)
        }
      } else {
        at = next
        next += 1
        if let restAt, at >= restAt {
          rest.append(j)
          continue
        }
        guard at < parameters.count, at != namedRestAt else {
          throw tooMany(callee, namedRestAt ?? parameters.count, written.names.count, usage: usage())
        }
      }
      if taken[at] != nil { throw givenTwice(callee, parameters[at].name, argument: position) }
      if parameters[at].isInout, !written.isInout[j] {
        let isMarkedElsewhere =
          written.isInout.count(where: \.self) >= parameters.count(where: \.isInout)
        throw needsInout(
          callee, parameters[at].name, argument: position, order: isMarkedElsewhere ? usage() : nil)
      }
      if !parameters[at].isInout, !parameters[at].mayBeInout, written.isInout[j] {
        throw needsNoInout(callee, parameters[at].name, argument: position)
      }
      taken[at] = j
    }
    for (p, parameter) in parameters.enumerated()
    where taken[p] == nil && !parameter.hasDefault && !parameter.isRest && !parameter.isNamedRest {
      throw missingArgument(callee, parameter.name, parameter.isInout, usage: usage())
    }

    self.rest = rest
    self.named = named
    positions = written.positions
    argumentCount = written.names.count
    parameterCount = parameters.count
    isIdentity = taken == Array(0..<argumentCount)
    sources = .allocate(capacity: max(1, parameterCount))
    for (p, parameter) in parameters.enumerated() {
      let source: Source =
        if parameter.isRest { .rest } else if parameter.isNamedRest { .namedRest } else {
          taken[p].map { .argument($0) } ?? .absent(parameter.valueWhenAbsent)
        }
      (sources + p).initialize(to: source)
    }
    let held = parameters.indices.compactMap { p in
      taken[p].flatMap { written.isInout[$0] ? Inout(argument: $0, parameter: p) : nil }
    }
    inoutCount = held.count
    inouts = .allocate(capacity: max(1, held.count))
    inouts.initialize(from: held, count: held.count)
  }

  deinit {
    sources.deallocate()
    inouts.deallocate()
  }

  /// Puts the arguments, which stand behind the callee as they are written, into the parameters' order.
  func arrange(_ window: Registers) {
    withUnsafeTemporaryAllocation(of: Value.self, capacity: argumentCount) { given in
      for j in 0..<argumentCount { given[j] = (window + 1 + j).take() }
      fill(window, with: given)
    }
  }

  /// Puts the parameters' values behind the callee; takes over the counts of what is given.
  func fill(_ window: Registers, with given: UnsafeMutableBufferPointer<Value>) {
    for p in 0..<parameterCount {
      let value: Value
      switch sources[p] {
      case .argument(let j): value = given[j]
      case .absent(let absent): value = absent.retained()
      case .rest: value = Value(list: rest.map { given[$0] })
      case .namedRest: value = Value(new: RecordObject(named.map { ($0.name.name, given[$0.argument]) }))
      }
      (window + 1 + p).put(value)
    }
  }

  /// The written argument that became the parameter; nil when it was not given.
  func position(ofParameter p: Int) -> Int? {
    guard p >= 0, p < parameterCount, case .argument(let j) = sources[p] else { return nil }
    return positions[j]
  }
}

extension Prototype.Parameter: FormalParameter {
  var isNamedRest: Bool { false }
  var mayBeInout: Bool { false }
  /// The function itself computes its defaults.
  var valueWhenAbsent: Value { .missing }
}

extension ParameterInfo: FormalParameter {
  var hasDefault: Bool { defaultValue != nil }
  var valueWhenAbsent: Value { defaultValue ?? .none }
}

extension Prototype {
  func plan(_ written: WrittenArguments) throws -> CallPlan {
    try CallPlan(name, parameters, usage: usage, written)
  }
}

extension Builtin {
  func plan(_ written: WrittenArguments) throws -> CallPlan {
    do {
      return try CallPlan(name, parameters, usage: parameters.map(\.declaration).joined(separator: ", "), written)
    } catch var failure as Failure {
      if let habit = callHabits[name], failure.why == nil, failure.hint == nil {
        failure.why = habit.why
        failure.hint = habit.hint
      }
      throw failure
    }
  }
}
