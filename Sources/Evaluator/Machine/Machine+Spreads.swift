import Diagnostics

/// The arguments of a call with its spreads opened; it holds the values.
final class OpenedArguments {
  private(set) var values: [Value] = []
  private(set) var written = WrittenArguments(positional: 0)

  /// Takes over the value's count.
  func append(_ value: Value, _ name: Symbol?, isInout: Bool, position: Int) {
    values.append(value)
    written.names.append(name)
    written.isInout.append(isInout)
    written.positions.append(position)
  }

  /// Hands over the counts of the values.
  func take() -> [Value] {
    defer { values = [] }
    return values
  }

  deinit { for value in values { value.release() } }
}

extension Machine {
  /// Takes the arguments out of the window.
  func open(_ site: CallSite, _ window: Registers) throws -> OpenedArguments {
    let opened = OpenedArguments()
    defer { for j in site.arguments.indices { (window + 1 + j).clear() } }
    for (j, argument) in site.arguments.enumerated() {
      let value = window[1 + j]
      guard argument.isSpread else {
        opened.append(value.retained(), argument.name, isInout: argument.place != nil, position: j)
        continue
      }
      if let record = value.record {
        for (key, item) in zip(record.keys, record.values) {
          opened.append(item.retained(), key, isInout: false, position: j)
        }
      } else if let items = try elements(of: value) {
        for item in items { opened.append(item, nil, isInout: false, position: j) }
      } else {
        throw Failure("argument-type", "`..` spreads a list or a record, not \(value.described)", argument: j)
      }
    }
    return opened
  }
}
