package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Products of features up to a degree: 1, a, b, a², a b, b², …
package struct PolynomialFeatures: Transform {
  package static let kind = "polynomial_features"

  package var degree = 2
  /// Whether the first feature is 1.
  package var bias = true
  /// Only products of different features.
  package var interactionOnly = false

  var columns: [String] = []
  var width = 0

  package init() {}

  package static var fields: [Field<Self>] {
    [
      Field("degree", \.degree, positional: true), Field("bias", \.bias),
      Field("interaction_only", \.interactionOnly),
    ]
  }
  package static var learntFields: [Field<Self>] { [Field("columns", \.columns), Field("width", \.width)] }
  package var isFitted: Bool { width > 0 }

  package func output(for input: Flow) throws -> Flow {
    guard let shape = input.shape, shape.rank == 1, let terms = try? terms(shape[0]) else { return .unknown }
    return .sample([terms.count])
  }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    switch x {
    case .tensor(let x):
      guard x.rank == 2 else {
        throw Failure("layer-size", "`\(text)` takes a matrix", facts: [.init("x", x.shape.description)])
      }
      copy.columns = []
      copy.width = x.shape[1]
    case .table(let table):
      copy.columns = table.names.indices.filter { table.columns[$0].kind == .number }.map { table.names[$0] }
      copy.width = copy.columns.count
    }
    _ = try terms(copy.width)
    return copy
  }

  /// The features in each product, in scikit-learn's order.
  private func terms(_ width: Int) throws -> [[Int]] {
    var all: [[Int]] = bias ? [[]] : []
    var level: [[Int]] = [[]]
    for _ in 0..<degree {
      level = level.flatMap { term in
        ((term.last.map { interactionOnly ? $0 + 1 : $0 } ?? 0)..<max(width, term.last.map { $0 + 1 } ?? 0)).map {
          term + [$0]
        }
      }
      guard all.count + level.count <= 100_000 else {
        throw Failure("too-large", "`\(text)` of \(width) features would make more than 100000")
      }
      all += level
    }
    return all
  }

  package func change(_ x: Features) throws -> Features {
    let terms = try terms(width)
    switch x {
    case .tensor(let x):
      try Features.check(x, width: width, for: self)
      return .tensor(try matrix(x.doubles, rows: x.shape[0], terms, like: x))
    case .table(let table):
      let values = try columns.map { name in
        guard let numbers = try table.column(name).numbers else { throw notNumbers(name) }
        return numbers
      }
      var pairs: [(String, Column)] = []
      for term in terms {
        let product = (0..<table.rowCount).map { row in term.reduce(1) { $0 * values[$1][row] } }
        pairs.append((name(term), .number(product)))
      }
      for (name, column) in zip(table.names, table.columns) where !columns.contains(name) {
        pairs.append((name, column))
      }
      return .table(try Table(pairs))
    }
  }

  private func matrix(_ values: [Double], rows: Int, _ terms: [[Int]], like x: Tensor) throws -> Tensor {
    let (count, overflow) = rows.multipliedReportingOverflow(by: terms.count)
    guard !overflow, count <= 1 << 31 else { throw Failure("too-large", "`\(text)` would not fit in memory") }
    var products = [Double](repeating: 0, count: count)
    for row in 0..<rows {
      for (at, term) in terms.enumerated() {
        products[row * terms.count + at] = term.reduce(1) { $0 * values[row * width + $1] }
      }
    }
    let shape: Shape = [rows, terms.count]
    return x.dtype == .f64 ? Tensor(products, shape) : Tensor(products.map { Float($0) }, shape)
  }

  private func name(_ term: [Int]) -> String {
    guard !term.isEmpty else { return "1" }
    var parts: [String] = []
    for at in Set(term).sorted() {
      let power = term.count { $0 == at }
      parts.append(power == 1 ? columns[at] : "\(columns[at])^\(power)")
    }
    return parts.joined(separator: " ")
  }
}
