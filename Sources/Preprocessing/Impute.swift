package import Autodiff
import Diagnostics
package import Layers
import Tables
import Tensors

/// Puts a learnt value where one is missing: the median or mean of numbers, the most frequent value of anything else.
package struct Impute: Transform {
  package static let kind = "impute"
  package enum How: String, CaseIterable, Sendable { case median, mean, mode, value }

  package var how = "median"
  /// What `how="value"` puts: into number columns a number, into text columns a text.
  package var number: Double?
  package var label: String?
  /// Adds a 0/1 feature for each one that had missing values, named `<column>_missing`.
  package var indicator = false

  var columns: [String] = []
  /// What goes into each column, as text for text columns; empty for a tensor.
  var texts: [String?] = []
  var numbers: [Double?] = []
  var indicated: [Int] = []

  package init() {}

  package static var fields: [Field<Self>] {
    [
      Field("how", \.how, positional: true), Field("number", \.number), Field("label", \.label),
      Field("indicator", \.indicator),
    ]
  }
  package static var learntFields: [Field<Self>] {
    [
      Field("columns", \.columns), Field("texts", \.texts), Field("numbers", \.numbers),
      Field("indicated", \.indicated),
    ]
  }
  package var isFitted: Bool { !numbers.isEmpty }
  package func output(for input: Flow) throws -> Flow { indicator ? .unknown : input }

  package func learn(_ x: Features, y: Datum?) throws -> Self {
    var copy = self
    switch x {
    case .tensor(let x):
      let values = try Features.columns(x)
      copy.columns = []
      copy.texts = []
      copy.numbers = try values.enumerated().map { try fill($1, "feature \($0)") }
      copy.indicated = indicator ? values.indices.filter { values[$0].contains(where: \.isNaN) } : []
    case .table(let table):
      copy.columns = table.names
      copy.texts = []
      copy.numbers = []
      for (name, column) in zip(table.names, table.columns) {
        if column.kind == .number, let numbers = column.numbers, how != "value" || number != nil {
          copy.numbers.append(try fill(numbers, "column `\(name)`"))
          copy.texts.append(nil)
          continue
        }
        copy.numbers.append(nil)
        if how == "value" {
          copy.texts.append(column.kind == .text ? label : nil)
          continue
        }
        // Texts and bools have no median: the most frequent value, the first in order where several tie.
        let mode = column.valueCounts.first { !$0.value.isMissing }?.value
        guard mode != nil || column.missingCount == 0 else { throw nothingKnown("column `\(name)`") }
        switch mode {
        case .text(let text): copy.texts.append(text)
        case .bool(let value): copy.texts.append(value ? "true" : "false")
        default: copy.texts.append(nil)
        }
      }
      copy.indicated = indicator ? table.columns.indices.filter { table.columns[$0].missingCount > 0 } : []
    }
    return copy
  }

  private func fill(_ values: [Double], _ what: String) throws -> Double {
    if how == "value" { return number ?? 0 }
    let known = Statistics.sorted(values)
    guard !known.isEmpty else { throw nothingKnown(what) }
    switch how {
    case "mean": return Statistics.mean(known)
    case "mode": return Column.number(known).valueCounts.first?.value.number ?? known[0]
    default: return Statistics.quantile(sorted: known, 0.5)
    }
  }

  package func change(_ x: Features) throws -> Features {
    switch x {
    case .tensor(let x): return .tensor(try change(x))
    case .table(let table):
      var result = table
      // A table to predict for may lack the target, which training had; other columns are missed where they are used.
      for (at, name) in columns.enumerated() where table.names.contains(name) {
        let column = try table.column(name)
        guard column.missingCount > 0 else { continue }
        switch column {
        case .number(let values):
          if let fill = numbers[at] {
            result = try result.setting(name, to: .number(values.map { $0.isNaN ? fill : $0 }))
          }
        case .text(let values):
          if let fill = texts[at] { result = try result.setting(name, to: .text(values.map { $0 ?? fill })) }
        case .bool(let values):
          if let fill = texts[at] {
            result = try result.setting(name, to: .bool(values.map { $0 ?? (fill == "true") }))
          }
        }
      }
      for at in indicated where table.names.contains(columns[at]) {
        let column = try table.column(columns[at])
        let flags = (0..<table.rowCount).map { column.isMissing($0) ? 1.0 : 0 }
        result = try result.setting("\(columns[at])_missing", to: .number(flags))
      }
      return .table(result)
    }
  }

  private func change(_ x: Tensor) throws -> Tensor {
    try Features.check(x, width: numbers.count, for: self)
    let x = try Features.floating(x)
    let fills = try Features.row(numbers.map { $0 ?? .nan }, like: x)
    let isMissing = try Raw.notEqual(x, x)
    let filled = try Op.select(isMissing, fills, x)
    guard !indicated.isEmpty else { return filled }
    guard x.rank == 2 else {
      throw Failure("layer-size", "`indicator=true` needs a matrix", facts: [.init("x", x.shape.description)])
    }
    let flags = try isMissing.bools
    let width = x.shape[1]
    let added = (0..<x.shape[0]).flatMap { row in indicated.map { flags[row * width + $0] ? Float(1) : 0 } }
    return try Op.concat([filled, Raw.cast(Tensor(added, [x.shape[0], indicated.count]), x.dtype)], axis: 1)
  }
}
