import Autodiff
import Diagnostics
import Tables
import Tensors
import Training

/// Takes a table apart into what is given and the column that is to be predicted.
///
/// The first table, the training part, says which texts there are: they become labels from 0, in order.
final class TargetColumn {
  private let name: String
  private var classes: [String]?

  init(_ name: String) { self.name = name }

  func split(_ data: Datum) throws -> Datum {
    guard case .object(let object) = data, let table = (object as? Boxed)?.value as? Table else {
      throw Failure(
        "argument-type", "`target` names a column of a table, and the data is \(data.kindForPeople)", argument: 3)
    }
    let truth = try labels(table.column(name))
    return .record(DatumRecord([("x", .object(Boxed(try table.drop([name])))), ("y", .tensor(truth))]))
  }

  private func labels(_ column: Column) throws -> Tensor {
    if let row = (0..<column.count).first(where: column.isMissing) {
      throw Failure(
        "missing-target", "the target `\(name)` is missing in row \(row)", argument: 3,
        why: "a row without its target cannot be learnt from.", hint: "drop_missing(t, \"\(name)\")")
    }
    switch column {
    case .number(let values):
      let isWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 }
      return isWhole ? Tensor(values.map { Int($0) }) : Tensor(values.map { Float($0) })
    case .bool(let values): return Tensor(values.map { $0 == true })
    case .text(let values):
      let known = classes ?? Set(values.compactMap { $0 }).sorted()
      classes = known
      let codes = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
      return Tensor(
        try values.map { value in
          guard let code = codes[value ?? ""] else {
            throw Failure("label-range", "`\(value ?? "")` is no class that the training data has", argument: 2)
          }
          return code
        })
    }
  }
}

/// What is left of a table behind the preprocessors, as a tensor.
extension Table: MatrixConvertible {}
