import Diagnostics
import Evaluator

/// Calls `body` with each element, borrowed.
func forEach(_ value: Value, _ body: (Value) throws -> Void) throws {
  if let list = value.list {
    for item in list.values { try body(item) }
    return
  }
  let items = try elements(value)
  defer { for item in items { item.release() } }
  for item in items { try body(item) }
}

/// The elements, each with a count of its own.
func elements(_ value: Value, argument: Int = 0) throws -> [Value] {
  guard let items = try Machine.current.elements(of: value) else {
    throw Failure("argument-type", "\(value.described) has no elements to go through", argument: argument)
  }
  return items
}

extension Value {
  /// What `len` says; nil when there is nothing to count.
  package var elementCount: Int? {
    if let list { return list.length }
    if let string { return string.characterCount }
    if let record { return record.length }
    if let range { return range.length }
    if let tensor { return tensor.shape.rank > 0 ? tensor.shape[0] : nil }
    return foreign?.length
  }
}

extension String {
  /// How many characters a reader sees; in plain ASCII each byte is one, but for a line's end of two.
  fileprivate var characterCount: Int {
    let isPlain = utf8.withContiguousStorageIfAvailable { bytes in
      bytes.reduce(UInt8(0)) { $0 | $1 & 0x80 | ($1 == 13 ? 0x80 : 0) } == 0
    }
    return isPlain == true ? utf8.count : count
  }
}

/// Borrows the arguments; the answer must be a bool.
func holds(_ f: FunctionReference, _ arguments: [Value], argument: Int) throws -> Bool {
  var result = try f.call(arguments)
  defer { result.release() }
  guard let answer = withUnsafeMutablePointer(to: &result, { Bool.from($0) }) else {
    throw Failure(
      "argument-type", "the function must give a bool, not \(result.described)", argument: argument)
  }
  return answer
}
