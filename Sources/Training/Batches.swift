package import Autodiff
import Diagnostics
import Layers
import Tensors

/// A data set in pieces of `size` examples: `{x, y}` each, or tensors where a tensor was given.
package func batches(
  _ data: Datum, size: Int, shuffle: Bool = false, dropLast: Bool = false
) throws -> [Datum] {
  guard size >= 1 else { throw Failure("argument-range", "a batch has at least one example", argument: 1) }
  let count = try exampleCount(data)
  var stream = RandomSource.next()
  let order = shuffle ? try Raw.permutation(count, &stream) : try Raw.sequence(count: count)
  var result: [Datum] = []
  for start in stride(from: 0, to: count, by: size) {
    let length = min(size, count - start)
    if dropLast && length < size { break }
    result.append(
      try picked(data, shuffle ? Raw.slice(order, axis: 0, start: start, count: length) : nil, start, length))
  }
  return result
}

private func exampleCount(_ data: Datum) throws -> Int {
  switch data {
  case .tensor(let tensor) where tensor.rank > 0: return tensor.shape[0]
  case .record(let record):
    var count: Int?
    for (key, value) in zip(record.keys, record.values) where isExamples(key, value) {
      let own = try exampleCount(value)
      guard count == nil || count == own else {
        throw Failure("data-size", "`\(key)` counts \(own) examples, others \(count ?? 0)", argument: 0)
      }
      count = own
    }
    if let count { return count }
  default: break
  }
  throw Failure("argument-type", "`batches` takes tensors or records of them, not \(data.kindForPeople)", argument: 0)
}

/// Tensors with a first axis are split; names of classes and the like go along whole.
private func isExamples(_ key: String, _ value: Datum) -> Bool {
  switch value {
  case .tensor(let tensor): tensor.rank > 0 && key != "classes"
  case .record: true
  default: false
  }
}

private func picked(_ data: Datum, _ rows: Tensor?, _ start: Int, _ count: Int) throws -> Datum {
  switch data {
  case .tensor(let tensor):
    return .tensor(
      try rows.map { try Raw.take(tensor, axis: 0, $0) } ?? Raw.slice(tensor, axis: 0, start: start, count: count))
  case .record(let record):
    return .record(
      DatumRecord(
        try zip(record.keys, record.values).map { key, value in
          (key, isExamples(key, value) ? try picked(value, rows, start, count) : value)
        }))
  default: return data
  }
}
