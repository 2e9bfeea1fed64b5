import Diagnostics
import JSON
package import Tensors

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
  /// As Keras draws its normal kinds: cut at two deviations and widened, so that the deviation is the plain kind's.
  case heTruncated = "he_truncated"
  case glorotTruncated = "glorot_truncated"
  case lecunTruncated = "lecun_truncated"
  case truncatedNormal = "truncated_normal"
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

extension Initializer {
  /// What numbers are drawn from.
  package enum Spread: Equatable {
    case constant(Double)
    /// With this standard deviation.
    case normal(Double)
    /// With this standard deviation before everything beyond two of them is drawn again.
    case truncated(Double)
    /// Between minus this and this.
    case uniform(Double)
  }

  /// The deviation of a normal distribution of deviation 1 that is cut at 2.
  private static let cutDeviation = 0.87962566103423978

  /// What a parameter with so many inputs and outputs is drawn from; orthogonal ones are normal before they are turned.
  package func spread(fanIn: Double, fanOut: Double) -> Spread {
    let mean = (fanIn + fanOut) / 2
    func cut(_ variance: Double) -> Spread { .truncated(variance.squareRoot() / Initializer.cutDeviation) }
    return switch self {
    case .zeros: .constant(0)
    case .ones: .constant(1)
    case .he: .normal((2 / fanIn).squareRoot())
    case .heUniform: .uniform((6 / fanIn).squareRoot())
    case .heTruncated: cut(2 / fanIn)
    case .glorot: .uniform((3 / mean).squareRoot())
    case .glorotNormal: .normal((1 / mean).squareRoot())
    case .glorotTruncated: cut(1 / mean)
    case .lecun: .normal((1 / fanIn).squareRoot())
    case .lecunUniform: .uniform((3 / fanIn).squareRoot())
    case .lecunTruncated: cut(1 / fanIn)
    case .normal: .normal(0.02)
    case .truncatedNormal: .truncated(0.05)
    case .uniform: .uniform(0.05)
    case .torch: .uniform(1 / fanIn.squareRoot())
    case .orthogonal: .normal(1)
    }
  }

  /// How many inputs feed one output and the other way round, for a weight `[…, in, out]`; the axes in front are a window.
  package static func fans(_ shape: Shape) -> (fanIn: Int, fanOut: Int) {
    guard shape.rank > 1 else { return (shape.first ?? 1, shape.first ?? 1) }
    let window = shape.dropLast(2).reduce(1, *)
    return (window * shape[shape.rank - 2], window * shape[shape.rank - 1])
  }

  /// The factor that keeps the deviation through an activation (PyTorch's `calculate_gain`).
  package static func gain(_ activation: String, slope: Double) throws -> Double {
    switch activation {
    case "linear", "none", "sigmoid", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
      "conv_transpose3d":
      return 1
    case "tanh": return 5.0 / 3
    case "relu": return 2.0.squareRoot()
    case "leaky_relu": return (2 / (1 + slope * slope)).squareRoot()
    case "selu": return 0.75
    default:
      let names = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
      throw Failure(
        "argument-range", "no gain is known for `\(activation)`", argument: 0,
        facts: [.init("activations", names.joined(separator: ", "))],
        hint: nearMisses(activation, among: names).first.map { "\"\($0)\"" })
    }
  }
}

extension ParameterSpec {
  /// The parameter's first value, from a stream of its own.
  func draw(_ stream: RandomStream) throws -> Tensor {
    let drawn = try draw(stream, initializer)
    guard let fixed, shape.rank > 0 else { return drawn }
    let isFixed = Tensor(
      (0..<shape[0]).map { fixed.rows.contains($0) }, Shape([shape[0]] + shape.dropFirst().map { _ in 1 }))
    return try Raw.select(isFixed, Tensor.full([], fixed.value, drawn.dtype), drawn)
  }

  private func draw(_ stream: RandomStream, _ initializer: Initializer) throws -> Tensor {
    let (fanIn, fanOut) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
    if initializer == .orthogonal { return try orthogonal(stream) }
    switch initializer.spread(fanIn: fanIn, fanOut: fanOut) {
    case .constant(let value): return try .full(shape, value, .f32)
    case .normal(let deviation): return try normal(deviation, stream)
    case .truncated(let deviation):
      var stream = stream
      return try Raw.truncatedNormal(shape, mean: 0, std: deviation, &stream)
    case .uniform(let limit): return try uniform(limit, stream)
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
