/// One value of a table.
package enum Cell: Hashable, Sendable {
  case missing
  case number(Double)
  case text(String)
  case bool(Bool)

  /// A number's cell; nan is how a number column says "missing".
  package init(_ number: Double) { self = number.isNaN ? .missing : .number(number) }

  package var isMissing: Bool { self == .missing }

  package var number: Double? { if case .number(let x) = self { x } else { nil } }
  package var text: String? { if case .text(let x) = self { x } else { nil } }

  /// What a message calls the kind of this value.
  package var kindName: String {
    switch self {
    case .missing: "missing"
    case .number: "number"
    case .text: "text"
    case .bool: "bool"
    }
  }
}

extension Cell: Comparable {
  /// Numbers before texts before bools, missing last: the order of every sorted table.
  package static func < (a: Cell, b: Cell) -> Bool {
    switch (a, b) {
    case (.number(let x), .number(let y)): x < y
    case (.text(let x), .text(let y)): x.unicodeScalars.lexicographicallyPrecedes(y.unicodeScalars)
    case (.bool(let x), .bool(let y)): !x && y
    default: a.rank < b.rank
    }
  }

  private var rank: Int {
    switch self {
    case .number: 0
    case .text: 1
    case .bool: 2
    case .missing: 3
    }
  }
}
