import Diagnostics
import JSON
import Tensors

/// How a parameter starts.
///
/// The scale follows from the number of inputs (`fan in`) and outputs (`fan out`) of a unit: He et al. 2015, Glorot and
/// Bengio 2010, LeCun et al. 1998, Saxe et al. 2014.
package enum Initializer: String, Configurable, CaseIterable, Sendable {
  /// Normal, `sqrt(2 / fanIn)`: the default.
  case he
  case heUniform = "he_uniform"
  case glorot
  case glorotNormal = "glorot_normal"
  case lecun
  case lecunUniform = "lecun_uniform"
  /// Normal with standard deviation 0.02.
  case normal
  /// Between -0.05 and 0.05.
  case uniform
  case orthogonal
  case zeros
  case ones
  /// What PyTorch gives a dense layer or a convolution: uniform up to `1 / sqrt(fanIn)`.
  case torch

  /// Other names by which users know them.
  private static let aliases: [String: Initializer] = [
    "he_normal": .he, "kaiming": .he, "kaiming_normal": .he, "kaiming_uniform": .heUniform,
    "glorot_uniform": .glorot, "xavier": .glorot, "xavier_uniform": .glorot, "xavier_normal": .glorotNormal,
    "keras": .glorot, "lecun_normal": .lecun,
  ]

  /// - Throws: `argument-range` that lists the names.
  package init(named name: String) throws {
    if let found = Initializer(rawValue: name) ?? Initializer.aliases[name] {
      self = found
      return
    }
    let names = Initializer.allCases.map(\.rawValue)
    let near = nearMisses(name, among: names + Initializer.aliases.keys.sorted())
    throw Failure(
      "argument-range", "there is no initialiser `\(name)`",
      facts: [.init("initialisers", names.joined(separator: ", "))], hint: near.first.map { "init=\"\($0)\"" })
  }
}

extension ParameterSpec {
  /// The parameter's first value, from a stream of its own.
  func draw(_ stream: RandomStream) throws -> Tensor {
    let (fanIn, fanOut) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
    switch initializer {
    case .zeros: return try .zeros(shape)
    case .ones: return try .ones(shape)
    case .he: return try normal((2 / fanIn).squareRoot(), stream)
    case .heUniform: return try uniform((6 / fanIn).squareRoot(), stream)
    case .glorot: return try uniform((6 / (fanIn + fanOut)).squareRoot(), stream)
    case .glorotNormal: return try normal((2 / (fanIn + fanOut)).squareRoot(), stream)
    case .lecun: return try normal((1 / fanIn).squareRoot(), stream)
    case .lecunUniform: return try uniform((3 / fanIn).squareRoot(), stream)
    case .normal: return try normal(0.02, stream)
    case .uniform: return try uniform(0.05, stream)
    case .torch: return try uniform(1 / fanIn.squareRoot(), stream)
    case .orthogonal: return try orthogonal(stream)
    }
  }

  private func normal(_ deviation: Double, _ stream: RandomStream) throws -> Tensor {
    var stream = stream
    return try Raw.normal(shape, mean: 0, std: deviation, &stream)
  }

  private func uniform(_ limit: Double, _ stream: RandomStream) throws -> Tensor {
    var stream = stream
    return try Raw.uniform(shape, -limit, limit, &stream)
  }

  /// Rows, or columns if there are fewer of them, at right angles: Gram and Schmidt on a normal draw, in f64.
  private func orthogonal(_ stream: RandomStream) throws -> Tensor {
    guard shape.rank >= 2, let columns = shape.last, columns > 0, shape.elementCount > 0 else {
      return try normal(1, stream)
    }
    let rows = shape.elementCount / columns
    let values = try normal(1, stream).doubles
    let isTall = rows >= columns
    let (count, length) = isTall ? (columns, rows) : (rows, columns)
    // Vector k, element i.
    func at(_ k: Int, _ i: Int) -> Int { isTall ? i * columns + k : k * columns + i }
    var basis = values
    for k in 0..<count {
      // Twice is enough to keep right angles in spite of rounding.
      for _ in 0..<2 {
        for other in 0..<k {
          var dot = 0.0
          for i in 0..<length { dot += basis[at(k, i)] * basis[at(other, i)] }
          for i in 0..<length { basis[at(k, i)] -= dot * basis[at(other, i)] }
        }
      }
      var square = 0.0
      for i in 0..<length { square += basis[at(k, i)] * basis[at(k, i)] }
      let scale = square > 0 ? 1 / square.squareRoot() : 0
      for i in 0..<length { basis[at(k, i)] *= scale }
    }
    return Tensor(basis.map(Float.init), shape)
  }
}
