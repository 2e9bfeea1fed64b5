import Bindings
package import Charts
package import Evaluator
import Tensors

/// A value as a person wants to see it: a table, a chart, a tensor's corners, else one line.
package func display(_ value: Value, _ style: DisplayStyle) -> String {
  if let shown = value.foreign as? any Displayable { return shown.display(style) }
  if let tensor = value.tensor, tensor.shape.rank > 0 { return preview(tensor, style) }
  if let list = value.list, list.length > 0, list.values.allSatisfy({ $0.foreign is any Displayable }), list.length <= 8
  {
    return list.values.map { display($0, style) }.joined(separator: "\n")
  }
  if let record = value.record, record.length > 0 {
    let line = value.preview
    if line.count <= style.width { return line }
    // A long record has a line for each field.
    let width = record.keys.map { $0.name.count }.max() ?? 0
    return zip(record.keys, record.values).map { key, field in
      let name = key.name + String(repeating: " ", count: width - key.name.count)
      let text = field.preview
      return
        "\(name)  \(text.count > style.width - width - 2 ? String(text.prefix(style.width - width - 3)) + "…" : text)"
    }.joined(separator: "\n")
  }
  return value.preview
}

private func preview(_ tensor: Tensor, _ style: DisplayStyle) -> String {
  let heading = "\(tensor.dtype) \(tensor.shape)"
  let flat = TensorCells(tensor)
  let preview = TensorPreview(heading, shape: Array(tensor.shape)) { flat.cell($0) }
  let text = preview.text(style)
  // A short vector stands beside its heading.
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  if lines.count == 2, lines[0].count + lines[1].count <= style.width { return lines.joined() }
  return text
}

/// Reads single elements row by row, without converting a large tensor as a whole.
private final class TensorCells {
  private let tensor: Tensor
  private let rowSize: Int
  private var rows: [Int: [Double]] = [:]

  init(_ tensor: Tensor) {
    self.tensor = tensor
    rowSize = max(1, tensor.shape.dropFirst().reduce(1, *))
  }

  func cell(_ index: Int) -> TextTable.Cell {
    let row = index / rowSize
    if rows[row] == nil {
      rows[row] = (try? Raw.slice(tensor, axis: 0, start: row, count: 1).doubles) ?? []
    }
    let numbers = rows[row]!
    guard index % rowSize < numbers.count else { return .missing }
    let x = numbers[index % rowSize]
    return tensor.dtype == .bool ? .text(x != 0 ? "true" : "false") : .number(x)
  }
}
