package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Projects onto the directions of largest variance, the mean taken away; the largest weight of each is positive.
package struct PCA: InvertibleTransform {
  package static let kind = "pca"

  package var count = 2
  /// Divides each projection by its standard deviation.
  package var whiten = false

  var mean: [Double] = []
  /// One direction after the other, each of length 1.
  var directions: [Double] = []
  package private(set) var variances: [Double] = []
  /// What each direction explains of all variance.
  package private(set) var shares: [Double] = []

  package init() {}

  package static var fields: [Field<Self>] {
    [Field("n", \.count, positional: true), Field("whiten", \.whiten)]
  }
  package static var learntFields: [Field<Self>] {
    [
      Field("mean", \.mean), Field("directions", \.directions), Field("variances", \.variances),
      Field("shares", \.shares),
    ]
  }
  package var isFitted: Bool { !mean.isEmpty }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = input.shape, shape.rank == 1 else { return .unknown }
    guard count <= shape[0] else { throw sizeFailure("at least \(count) features", input) }
    return .sample([count])
  }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    let matrix = try matrix(x)
    let (rows, width) = (matrix.shape[0], matrix.shape[1])
    guard rows >= 2, count <= min(rows, width) else {
      throw Failure(
        "argument-range", "`\(text)` needs at least \(max(2, count)) rows and \(count) features",
        facts: [.init("x", matrix.shape.description)])
    }
    guard width <= 2048 else {
      throw Failure("too-large", "`\(text)` takes at most 2048 features, not \(width)")
    }
    var values = try matrix.doubles
    if values.contains(where: \.isNaN) {
      throw Failure(
        "argument-range", "`\(text)` cannot learn from missing values", why: "`impute` before it fills them.")
    }
    var copy = self
    copy.mean = (0..<width).map { at in
      stride(from: at, to: values.count, by: width).reduce(0) { $0 + values[$1] } / Double(rows)
    }
    for at in values.indices { values[at] -= copy.mean[at % width] }
    let centered = Tensor(values, [rows, width])
    let products = try Raw.matmul(Op.transpose(centered), centered).doubles
    let (all, vectors) = SymmetricEigen.decompose(products.map { $0 / Double(rows - 1) }, width)
    let total = all.reduce(0) { $0 + max(0, $1) }
    copy.variances = all.prefix(count).map { max(0, $0) }
    copy.shares = copy.variances.map { total == 0 ? 0 : $0 / total }
    copy.directions = (0..<count).flatMap { at -> [Double] in
      let direction = Array(vectors[at * width..<(at + 1) * width])
      let largest = direction.max { abs($0) < abs($1) } ?? 1
      return largest < 0 ? direction.map { -$0 } : direction
    }
    return copy
  }

  package func change(_ x: Features) throws -> Features {
    let matrix = try matrix(x)
    let centered = try Op.subtract(matrix, Features.row(mean, like: matrix))
    let y = try Op.matmul(centered, Op.transpose(constant(directions, [variances.count, mean.count], like: matrix)))
    guard whiten else { return .tensor(y) }
    return .tensor(try Op.divide(y, Features.row(deviations, like: y)))
  }

  package func invert(_ x: Features) throws -> Features {
    guard case .tensor(let given) = x else {
      throw Failure("argument-type", "`\(text)` gives a matrix, so its inverse takes one")
    }
    try Features.check(given, width: variances.count, for: self)
    var y = try Features.floating(given)
    if whiten { y = try Op.multiply(y, Features.row(deviations, like: y)) }
    let back = try Op.matmul(y, constant(directions, [variances.count, mean.count], like: y))
    return .tensor(try Op.add(back, Features.row(mean, like: back)))
  }

  private var deviations: [Double] { variances.map { $0 == 0 ? 1 : $0.squareRoot() } }

  private func constant(_ values: [Double], _ shape: Shape, like x: Tensor) -> Tensor {
    x.dtype == .f64 ? Tensor(values, shape) : Tensor(values.map { Float($0) }, shape)
  }

  private func matrix(_ x: Features) throws -> Tensor {
    let matrix =
      switch x {
      case .tensor(let x): try Features.floating(x)
      case .table(let table): try table.matrix()
      }
    guard matrix.rank == 2 else {
      throw Failure("layer-size", "`\(text)` takes a matrix", facts: [.init("x", matrix.shape.description)])
    }
    if isFitted { try Features.check(matrix, width: mean.count, for: self) }
    return matrix
  }
}

/// Eigenvalues and vectors of symmetric matrices by Jacobi's rotations (Golub and Van Loan, section 8.5).
enum SymmetricEigen {
  /// - Parameter a: row-major, n by n.
  /// - Returns: eigenvalues, largest first, and their vectors one after the other.
  static func decompose(_ a: [Double], _ n: Int) -> (values: [Double], vectors: [Double]) {
    var a = a
    var v = [Double](repeating: 0, count: n * n)
    for at in 0..<n { v[at * n + at] = 1 }
    let scale = a.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<60 {
      var off = 0.0
      for p in 0..<n {
        for q in (p + 1)..<max(n, p + 1) { off += a[p * n + q] * a[p * n + q] }
      }
      if off <= 1e-30 * scale { break }
      for p in 0..<n {
        for q in (p + 1)..<max(n, p + 1) where a[p * n + q] != 0 {
          let theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q])
          let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<n {
            let (x, y) = (a[k * n + p], a[k * n + q])
            a[k * n + p] = c * x - s * y
            a[k * n + q] = s * x + c * y
          }
          for k in 0..<n {
            let (x, y) = (a[p * n + k], a[q * n + k])
            a[p * n + k] = c * x - s * y
            a[q * n + k] = s * x + c * y
          }
          for k in 0..<n {
            let (x, y) = (v[p * n + k], v[q * n + k])
            v[p * n + k] = c * x - s * y
            v[q * n + k] = s * x + c * y
          }
        }
      }
    }
    let order = (0..<n).sorted { a[$0 * n + $0] > a[$1 * n + $1] }
    return (order.map { a[$0 * n + $0] }, order.flatMap { v[$0 * n..<($0 + 1) * n] })
  }
}
