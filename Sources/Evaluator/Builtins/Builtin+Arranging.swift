import Diagnostics

extension Builtin {
  /// Whether even a call with as many arguments as parameters must be put in order: `&` and rest parameters, named ones too.
  var needsArranging: Bool { parameters.contains { $0.isInout || $0.isRest || $0.isNamedRest } }

  /// The arguments of one call in the order of the parameters, each with a count of its own.
  final class Arranged {
    let registers: Registers
    let count: Int
    /// Which argument goes to which `&` parameter.
    var inoutParameters: [(argument: Int, parameter: Int)] = []

    init(_ count: Int) {
      self.count = count
      registers = .allocate(capacity: max(1, count))
      registers.initialize(repeating: .missing, count: max(1, count))
    }

    func release() {
      for j in 0..<count { (registers + j).clear() }
    }

    deinit { registers.deallocate() }
  }

  func arranged(
    _ values: [Value], names: [Int: Symbol], isInout: [Bool], positions: [Int]? = nil
  ) throws -> Arranged {
    let arguments = Arranged(parameters.count)
    do {
      try fill(arguments, values, names, isInout, positions)
    } catch {
      arguments.release()
      throw error
    }
    return arguments
  }

  private func fill(
    _ arguments: Arranged, _ values: [Value], _ names: [Int: Symbol], _ isInout: [Bool], _ positions: [Int]?
  ) throws {
    let rest = parameters.firstIndex(where: \.isRest)
    var restValues: [Value] = []
    let named = parameters.firstIndex(where: \.isNamedRest)
    var namedValues: [(name: String, value: Value)] = []
    var given = Set<Int>()
    var next = 0
    for (n, value) in values.enumerated() {
      let position = positions?[n] ?? n
      var at: Int
      if let name = names[n] {
        guard let found = parameters.firstIndex(where: { $0.symbol == name && !$0.isRest && !$0.isNamedRest }) else {
          if named != nil, !isInout[n] {
            if namedValues.contains(where: { $0.name == name.name }) {
              throw givenTwice(self.name, name.name, argument: position)
            }
            namedValues.append((name.name, value))
            continue
          }
          throw unknownArgument(
            self.name, name.name, parameters.map(\.name), usage: parameters.map(\.declaration).joined(separator: ", "),
            argument: position)
        }
        if given.contains(found) { throw givenTwice(self.name, name.name, argument: position) }
        at = found
      } else {
        at = next
        next += 1
        if let rest, at >= rest {
          restValues.append(value)
          continue
        }
        if at >= parameters.count || at == named { throw tooMany(self.name, named ?? parameters.count, values.count) }
      }
      given.insert(at)
      if parameters[at].isInout, !isInout[n] { throw needsInout(self.name, parameters[at].name, argument: position) }
      if !parameters[at].isInout, isInout[n] {
        throw Failure(
          "needs-inout", "`\(self.name)` does not change `\(parameters[at].name)`, so it takes no `&`",
          argument: position)
      }
      if isInout[n] {
        arguments.inoutParameters.append((n, at))
      } else {
        arguments.registers[at] = value.retained()
      }
    }
    for (j, p) in parameters.enumerated() where !given.contains(j) {
      if p.isRest {
        arguments.registers[j] = Value(list: restValues.map { $0.retained() })
      } else if p.isNamedRest {
        arguments.registers[j] = NamedRest(values: namedValues).makeValue()
      } else if let value = p.defaultValue {
        arguments.registers[j] = value.retained()
      } else {
        throw missingArgument(self.name, p.name, p.isInout)
      }
    }
  }
}
