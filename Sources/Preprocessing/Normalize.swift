package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Divides each row by its norm; a row of zeros stays.
package struct Normalize: Transform {
  package static let kind = "normalize"
  /// 1 for the sum of absolute values, 2 for the length, inf for the largest absolute value.
  package var norm = 2.0
  package var isFitted: Bool { true }

  package init() {}

  package static var fields: [Field<Self>] { [Field("norm", \.norm, positional: true)] }
  package static var learntFields: [Field<Self>] { [] }
  package func output(for input: Flow) throws -> Flow { input }
  package func learn(_ x: Features, y: Datum?) throws -> Self { self }

  package func change(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x):
      let x = try Features.floating(x)
      guard x.rank >= 1 else { throw Failure("layer-size", "`\(text)` takes rows, not a single number") }
      let last = x.rank - 1
      let size =
        switch norm {
        case 1: try Op.sum(Op.abs(x), axes: [last], keep: true)
        case .infinity: try Op.max(Op.abs(x), axes: [last], keep: true)
        default: try Op.sqrt(Op.sum(Op.square(x), axes: [last], keep: true))
        }
      let isZero = try Raw.equal(size.detached, Tensor(number: 0))
      return .tensor(try Op.divide(x, Op.select(isZero, Tensor(number: 1), size)))
    case .table(let table):
      let wanted = table.columns.indices.filter { table.columns[$0].kind == .number }
      let values = wanted.map { table.columns[$0].numbers ?? [] }
      let sizes = (0..<table.rowCount).map { row -> Double in
        let size =
          switch norm {
          case 1: values.reduce(0) { $0 + abs($1[row]) }
          case .infinity: values.reduce(0) { max($0, abs($1[row])) }
          default: values.reduce(0) { $0 + $1[row] * $1[row] }.squareRoot()
          }
        return size == 0 ? 1 : size
      }
      var result = table
      for (at, numbers) in zip(wanted, values) {
        result = try result.setting(table.names[at], to: .number(zip(numbers, sizes).map { $0 / $1 }))
      }
      return .table(result)
    }
  }
}
