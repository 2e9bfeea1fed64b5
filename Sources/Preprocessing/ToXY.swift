package import Autodiff
import Diagnostics
package import Layers
package import Tables
package import Tensors

/// Turns a table into `{x, y}`: the target column becomes y, all others side by side x in f32.
///
/// Texts and bools as target become labels from 0, in order (`classes`); whole numbers int, other numbers f32. Applied to
/// a table without the target, it gives x alone.
package struct ToXY: Transform {
  package static let kind = "to_xy"

  package var target = ""
  var columns: [String] = []
  /// What the labels stand for; empty when the target is a number.
  package private(set) var classes: [String] = []
  package private(set) var isFitted = false

  package init() {}
  package init(target: String) { self.target = target }

  package static var fields: [Field<Self>] { [Field("target", \.target, positional: true)] }
  package static var learntFields: [Field<Self>] {
    [Field("columns", \.columns), Field("classes", \.classes), Field("fitted", \.isFitted)]
  }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    guard case .table(let table) = x else { throw Features.needsTable(self) }
    var copy = self
    copy.columns = try table.drop([target]).names
    let column = try table.column(target)
    copy.classes = column.kind == .number ? [] : Vocabulary(column, named: target).categories
    copy.isFitted = true
    return copy
  }

  /// x alone, in the order of columns that training had.
  package func change(_ x: Features) throws -> Features {
    guard case .table(let table) = x else { return x }
    return .tensor(try table.select(columns).matrix())
  }

  package func transform(_ data: Datum, isTraining: Bool) throws -> Datum {
    try requireFitted()
    let set = try DataSet(data, for: self)
    guard case .table(let table) = set.x, table.names.contains(target) else {
      var changed = set
      changed.x = try change(set.x)
      return changed.datum
    }
    var fields = set.record ?? DatumRecord()
    fields["x"] = try change(set.x).datum
    fields["y"] = .tensor(try labels(table.column(target)))
    return .record(fields)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try transform(x, isTraining: false) }

  /// The target as a tensor.
  package func labels(_ column: Column) throws -> Tensor {
    if let row = (0..<column.count).first(where: column.isMissing) {
      throw Failure(
        "missing-target", "the target `\(target)` is missing in row \(row)",
        why: "a row without its target cannot be learnt from.", hint: "drop_missing(t, \"\(target)\")")
    }
    if case .number(let values) = column {
      guard classes.isEmpty else { throw notNumbers(target) }
      let isWhole = values.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 }
      return isWhole ? Tensor(values.map { Int($0) }) : Tensor(values.map { Float($0) })
    }
    var vocabulary = Vocabulary(.text([]), named: target)
    vocabulary.categories = classes
    return Tensor(
      try (0..<column.count).map { row in
        guard let code = try vocabulary.code(column[row], self) else {
          throw vocabulary.unseen(column[row], row: row, self)
        }
        return code
      })
  }
}
