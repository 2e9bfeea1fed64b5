import Diagnostics
import Tensors

/// A hyperparameter: its name, what it is when nothing is said, and which values make sense. Declared once; bindings,
/// checks and printing read it from here.
package final class Setting: Sendable {
  package enum Kind: Sendable { case number, flag, pair, list, choice }

  package let name: String
  package let summary: String
  package let kind: Kind
  /// One number, or two for a pair; a flag is 0 or 1. Nil: it has to be given.
  package let standard: [Double]?
  /// What each number has to be.
  package let range: Range
  /// The words that a choice is made of; its number is the place of one of them.
  package let options: [String]

  package enum Range: Sendable {
    case any
    case atLeast(Double)
    case above(Double)
    /// 0 is allowed and 1 is not.
    case share

    package func contains(_ value: Double) -> Bool {
      switch self {
      case .any: !value.isNaN
      case .atLeast(let low): value >= low
      case .above(let low): value > low
      case .share: value >= 0 && value < 1
      }
    }

    package var text: String {
      switch self {
      case .any: "a number"
      case .atLeast(let low): "at least \(formatNumber(low))"
      case .above(let low): "above \(formatNumber(low))"
      case .share: "at least 0 and below 1"
      }
    }
  }

  init(_ name: String, _ summary: String, _ standard: Double, _ range: Range = .atLeast(0)) {
    self.name = name
    self.summary = summary
    kind = .number
    self.standard = [standard]
    self.range = range
    options = []
  }

  /// A setting that has to be given.
  init(required name: String, _ summary: String, _ range: Range) {
    self.name = name
    self.summary = summary
    kind = .number
    standard = nil
    self.range = range
    options = []
  }

  /// Any number of numbers; none when nothing is said.
  init(list name: String, _ summary: String) {
    self.name = name
    self.summary = summary
    kind = .list
    standard = []
    range = .atLeast(0)
    options = []
  }

  /// One of some words; the first when nothing is said.
  init(choice name: String, _ summary: String, _ options: [String]) {
    self.name = name
    self.summary = summary
    kind = .choice
    standard = [0]
    range = .atLeast(0)
    self.options = options
  }

  init(flag name: String, _ summary: String) {
    self.name = name
    self.summary = summary
    kind = .flag
    standard = [0]
    range = .any
    options = []
  }

  init(pair name: String, _ summary: String, _ first: Double, _ second: Double, _ range: Range = .share) {
    self.name = name
    self.summary = summary
    kind = .pair
    standard = [first, second]
    self.range = range
    options = []
  }

  /// `values` as they stand in a call: `(0.9, 0.999)`, `true`, `1e-08`.
  package func text(_ values: [Double]) -> String {
    switch kind {
    case .number: formatNumber(values[0])
    case .flag: values[0] != 0 ? "true" : "false"
    case .choice: "\"\(options[Int(values[0])])\""
    case .pair, .list: "(\(values.map { formatNumber($0) }.joined(separator: ", ")))"
    }
  }
}

/// The values of a rule's settings.
package struct Settings: Sendable, Equatable {
  package let settings: [Setting]
  package private(set) var values: [[Double]]

  package init(_ settings: [Setting]) {
    self.settings = settings
    values = settings.map { $0.standard ?? [.nan] }
  }

  init(_ settings: [Setting], unchecked values: [[Double]]) {
    self.settings = settings
    self.values = values
  }

  /// - Throws: `argument-range` when a value is out of range.
  package mutating func set(_ index: Int, _ new: [Double]) throws {
    let setting = settings[index]
    guard setting.kind == .list || new.count == (setting.kind == .pair ? 2 : 1), new.allSatisfy(setting.range.contains)
    else {
      throw Failure(
        "argument-range", "`\(setting.name)` must be \(setting.range.text)",
        facts: [.init(setting.name, new.map { formatNumber($0) }.joined(separator: ", "))])
    }
    values[index] = new
  }

  package static func == (a: Settings, b: Settings) -> Bool { a.values == b.values }

  /// `lr=0.1, momentum=0.9`: what differs from the defaults, or everything; a choice only where it was made.
  package func text(onlyChanged: Bool) -> String {
    zip(settings, values).filter { $0.standard != $1 || !onlyChanged && $0.kind != .choice }
      .map { "\($0.name)=\($0.text($1))" }.joined(separator: ", ")
  }

  /// Rules hold the very objects that they declared, so identity finds the value.
  subscript(_ setting: Setting) -> Double { find(setting)[0] }
  func flag(_ setting: Setting) -> Bool { find(setting)[0] != 0 }
  func pair(_ setting: Setting) -> (Double, Double) {
    let both = find(setting)
    return (both[0], both[1])
  }

  func list(_ setting: Setting) -> [Double] { find(setting) }

  private func find(_ setting: Setting) -> [Double] {
    guard let index = settings.firstIndex(where: { $0 === setting }) else {
      preconditionFailure("the rule has no setting \(setting.name)")
    }
    return values[index]
  }
}
