package import Tensors

/// Where a function is smooth: the numbers that the gradient test tries it on.
package enum Domain: Sendable {
  /// Numbers between -2.5 and 2.5 that keep away from 0 and from each other.
  case line
  /// The same, but other numbers, so that two inputs never tie.
  case otherLine
  /// Between 0.3 and 2.8.
  case positive
  /// Between -0.9 and 0.9, away from 0.
  case unit
  /// Fixed numbers, repeated as needed.
  case values([Double])

  package func sample(_ shape: Shape) -> Tensor {
    let count = shape.elementCount
    let values = (0..<count).map { index -> Double in
      // Steps of the golden ratio fill an interval evenly in an order that looks random.
      let spread = Domain.fraction(Double(index) * 0.618033988749895 + 0.37)
      switch self {
      case .line: return Domain.signed(spread, 0.3, 2.5)
      case .otherLine: return Domain.signed(Domain.fraction(spread + 0.29), 0.41, 2.1)
      case .positive: return 0.3 + 2.5 * spread
      case .unit: return Domain.signed(spread, 0.1, 0.9)
      case .values(let given): return given[index % given.count]
      }
    }
    return Tensor(values, shape)
  }

  private static func fraction(_ x: Double) -> Double { x - x.rounded(.down) }

  /// `spread` in 0..<1 to ±(low...high).
  private static func signed(_ spread: Double, _ low: Double, _ high: Double) -> Double {
    let centred = spread * 2 - 1
    return centred < 0 ? -low + centred * (high - low) : low + centred * (high - low)
  }
}
