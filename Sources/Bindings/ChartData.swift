import Charts
import Diagnostics
import Evaluator
import Tables
import Tensors

/// One line or cloud of a chart.
typealias ChartSeries = (name: String, xs: [Double], ys: [Double])

/// The numbers in a value: a vector, a list of numbers, a range, or one number.
func chartNumbers(_ value: Value, _ argument: Int) throws -> [Double] {
  if let tensor = value.tensor { return try tensor.doubles }
  if value.isNumber { return [value.number] }
  if let range = value.range {
    guard range.length <= 1 << 24 else {
      throw Failure("argument-range", "a range of \(range.length) numbers is too long to draw")
    }
    return (0..<range.length).map { range.start + Double($0) }
  }
  if let list = value.list {
    return try list.values.map { item in
      if item.isNumber { return item.number }
      if item.isNone { return .nan }
      if let tensor = item.tensor, tensor.rank == 0 { return try tensor.item }
      throw notNumbers(value, argument)
    }
  }
  throw notNumbers(value, argument)
}

private func notNumbers(_ value: Value, _ argument: Int) -> Failure {
  Failure("argument-type", "a chart needs numbers here, not \(value.described)", argument: argument)
}

/// The texts of a list, or of numbers.
func chartTexts(_ value: Value, _ argument: Int) throws -> [String] {
  if let text = value.string { return [text] }
  if let list = value.list { return list.values.map(\.displayText) }
  return try chartNumbers(value, argument).map { shortNumber($0) }
}

/// The series in a chart's data: columns of a table, fields of a record, columns of a matrix, or one vector.
///
/// `x` and `y` are column names when `data` is a table; otherwise `x` holds the positions, and a vector with another
/// vector after it is `(xs, ys)`.
func chartSeries(_ data: Value, x: Value, y: Value) throws -> (series: [ChartSeries], x: String?, y: String?) {
  if let table = data.foreign as? Table { return try tableSeries(table, x: x, y: y) }
  if let record = data.record {
    if let at = record.values.firstIndex(where: { $0.foreign is Table }) {
      let name = record.keys[at].name
      throw Failure(
        "argument-type", "a record with a table in it is no set of lines", argument: 0,
        why: "the table is its field `\(name)`.", hint: "\u{1}append .\(name)")
    }
    let series = try zip(record.keys, record.values).map { key, value in
      let ys = try chartNumbers(value, 0)
      return (key.name, try positions(x, ys.count), ys)
    }
    return (series, nil, nil)
  }
  if let tensor = data.tensor, tensor.rank == 2 {
    let all = try tensor.doubles
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    guard columns <= 60 else {
      throw Failure(
        "argument-range", "a matrix of \(columns) columns has too many lines for one chart", argument: 0,
        why: "each column is a line; `heatmap` shows a whole matrix.")
    }
    let xs = try positions(x, rows)
    return ((0..<columns).map { c in (String(c), xs, (0..<rows).map { all[$0 * columns + c] }) }, nil, nil)
  }
  let first = try chartNumbers(data, 0)
  if !y.isNone { return ([("", first, try matching(chartNumbers(y, 2), first.count, 2))], nil, nil) }
  if !x.isNone, x.string == nil { return ([("", first, try matching(chartNumbers(x, 1), first.count, 1))], nil, nil) }
  return ([("", first.indices.map(Double.init), first)], nil, nil)
}

private func matching(_ values: [Double], _ count: Int, _ argument: Int) throws -> [Double] {
  guard values.count == count else {
    throw Failure(
      "argument-range", "there are \(count) values along x and \(values.count) along y", argument: argument,
      why: "each point needs both.")
  }
  return values
}

private func positions(_ x: Value, _ count: Int) throws -> [Double] {
  x.isNone ? (0..<count).map(Double.init) : try matching(chartNumbers(x, 1), count, 1)
}

private func tableSeries(_ table: Table, x: Value, y: Value) throws -> (series: [ChartSeries], x: String?, y: String?) {
  let xName = x.string
  let xs: [Double]
  if let xName {
    xs = try numbers(table, xName)
  } else {
    xs = try positions(x, table.rowCount)
  }
  let names: [String]
  if !y.isNone {
    names = try chartTexts(y, 2)
  } else {
    names = table.names.filter { $0 != xName && (try? table.column($0).kind) == .number }
  }
  let series = try names.map { ($0, xs, try numbers(table, $0)) }
  return (series, xName, names.count == 1 ? names[0] : nil)
}

private func numbers(_ table: Table, _ name: String) throws -> [Double] {
  guard let values = try table.column(name).numbers else {
    throw Failure("argument-type", "column `\(name)` holds no numbers", why: "a chart's axes are numbers.")
  }
  return values
}

/// Series split by the class of each point; a column's name, or one label for each point.
func splitSeries(_ series: ChartSeries, by color: Value, in data: Value) throws -> [ChartSeries] {
  let labels: [String]
  if let name = color.string, let table = data.foreign as? Table {
    labels = try table.column(name).cells.map { cell in
      switch cell {
      case .missing: "missing"
      case .number(let x): shortNumber(x)
      case .text(let text): text
      case .bool(let b): b ? "true" : "false"
      }
    }
  } else {
    labels = try chartTexts(color, 3)
  }
  guard labels.count == series.ys.count else {
    throw Failure(
      "argument-range", "there are \(series.ys.count) points and \(labels.count) colours", argument: 3,
      why: "each point needs one.")
  }
  var order: [String] = []
  var rows: [String: [Int]] = [:]
  for (i, label) in labels.enumerated() {
    if rows[label] == nil { order.append(label) }
    rows[label, default: []].append(i)
  }
  return order.sorted { (Double($0) ?? .infinity, $0) < (Double($1) ?? .infinity, $1) }.map { label in
    let own = rows[label] ?? []
    return (label, own.map { series.xs[$0] }, own.map { series.ys[$0] })
  }
}

/// A matrix as rows.
func chartMatrix(_ value: Value, _ argument: Int) throws -> [[Double]] {
  if let table = value.foreign as? Table {
    let columns = table.columns.compactMap(\.numbers)
    return (0..<table.rowCount).map { row in columns.map { $0[row] } }
  }
  if let tensor = value.tensor, tensor.rank == 2 {
    let all = try tensor.doubles
    let width = tensor.shape[1]
    return (0..<tensor.shape[0]).map { Array(all[$0 * width..<($0 + 1) * width]) }
  }
  if let tensor = value.tensor, tensor.rank == 1 { return [try tensor.doubles] }
  if let list = value.list, list.length > 0 { return try list.values.map { try chartNumbers($0, argument) } }
  throw Failure(
    "argument-type", "a heat map is drawn of a matrix or a table, not of \(value.described)", argument: argument)
}

/// Whole-number labels; rows of scores stand for the class with the highest.
func chartLabels(_ value: Value, _ argument: Int) throws -> [Int] {
  if let tensor = value.tensor, tensor.rank == 2, tensor.shape[1] > 1 {
    return try chartMatrix(value, argument).map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
  }
  return try chartNumbers(value, argument).map { x in
    guard let label = Int(exactly: x) else {
      throw Failure(
        "label-range", "labels are whole numbers, and there is \(shortNumber(x))", argument: argument,
        why: "prediction first, truth second; classes count from 0.")
    }
    return label
  }
}

/// Pictures in a tensor: `[h, w]`, `[h, w, c]`, `[n, h, w]` or `[n, h, w, c]` with 1 or 3 channels.
func chartPictures(_ tensor: Tensor, limit: Int) throws -> [ImageSheet.Picture] {
  let dims = Array(tensor.shape)
  let isBytes = tensor.dtype == .u8
  let (count, height, width, channels): (Int, Int, Int, Int)
  switch dims.count {
  case 2: (count, height, width, channels) = (1, dims[0], dims[1], 1)
  case 3 where dims[2] == 1 || dims[2] == 3: (count, height, width, channels) = (1, dims[0], dims[1], dims[2])
  case 3: (count, height, width, channels) = (dims[0], dims[1], dims[2], 1)
  case 4 where dims[3] == 1 || dims[3] == 3: (count, height, width, channels) = (dims[0], dims[1], dims[2], dims[3])
  default:
    throw Failure(
      "argument-range", "an image has the shape [h, w], [h, w, 3], [n, h, w] or [n, h, w, 3], not \(tensor.shape)",
      argument: 0)
  }
  let size = height * width * channels
  let shown = min(count, limit)
  let part = shown < count ? try Raw.slice(tensor, axis: 0, start: 0, count: shown) : tensor
  let values = ImageSheet.normalized(try part.doubles, isBytes: isBytes)
  return (0..<shown).map {
    ImageSheet.Picture(
      height: height, width: width, channels: channels, values: Array(values[$0 * size..<($0 + 1) * size]))
  }
}
