import Diagnostics
package import Tensors

extension Column {
  /// A number column as a tensor: int when every value is whole, else f64 with nan for missing; a bool column without
  /// missing values as bool. Nil for anything else.
  package var tensor: Tensor? {
    switch self {
    case .number(let values):
      let isWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 }
      return isWhole ? Tensor(values.map { Int($0) }) : Tensor(values)
    case .bool(let values):
      let known = values.compactMap { $0 }
      return known.count == values.count ? Tensor(known) : nil
    case .text: return nil
    }
  }

  /// A vector as a column. Bools stay bools; everything else is numbers.
  ///
  /// - Throws: `column-shape` for a tensor of other than one axis.
  package init(_ tensor: Tensor, name: String) throws {
    guard tensor.rank == 1 else {
      throw Failure(
        "column-shape", "column `\(name)` must be a vector", facts: [.init(name, tensor.shape.description)])
    }
    self = tensor.dtype == .bool ? .bool(try tensor.bools) : .number(try tensor.doubles)
  }
}

extension Table {
  /// All columns side by side as f32 `[rows, columns]`; bools count as 0 and 1, missing values are nan.
  ///
  /// - Throws: `column-type` for a text column.
  package func matrix() throws -> Tensor {
    let width = columnCount
    var values = [Float](repeating: 0, count: rowCount * width)
    for (at, column) in columns.enumerated() {
      guard let numbers = column.numbers else {
        throw Failure(
          "column-type", "column `\(names[at])` holds text, which cannot become numbers as it is",
          why: "`onehot` or `ordinal` turn categories into numbers; `drop` leaves the column out.")
      }
      for row in 0..<rowCount { values[row * width + at] = Float(numbers[row]) }
    }
    return Tensor(values, [rowCount, width])
  }

  /// A matrix `[rows, columns]` as a table; without names the columns are `x0`, `x1`, …
  package init(matrix: Tensor, names: [String]? = nil) throws {
    guard matrix.rank == 2 else {
      throw Failure(
        "column-shape", "a table is made of a matrix", facts: [.init("x", matrix.shape.description, argument: 0)])
    }
    let (rows, width) = (matrix.shape[0], matrix.shape[1])
    guard names == nil || names?.count == width else {
      throw Failure("column-length", "there are \(names?.count ?? 0) names for \(width) columns")
    }
    let values = try matrix.doubles
    try self.init(
      (0..<width).map { at in
        (names?[at] ?? "x\(at)", .number((0..<rows).map { values[$0 * width + at] }))
      })
  }
}
