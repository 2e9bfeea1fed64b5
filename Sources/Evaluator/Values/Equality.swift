import Tensors

/// Whether two values are the same as wholes: tensors by shape and elements (whatever their dtype), nan like nan.
///
/// With `strict`, which `==` uses on lists and records, nan is not equal to nan. What lists and records hold waits in a
/// list of its own, so that the depth of their nesting does not matter.
package func isSame(_ a: Value, _ b: Value, tolerance: Double, strict: Bool) -> Bool {
  var comparison = Comparison(tolerance: tolerance, isStrict: strict)
  guard comparison.holds(a, b) else { return false }
  while let (a, b) = comparison.waiting.popLast() {
    // The program stops when it next looks: any answer will do.
    if Machine.isInterrupted || !comparison.holds(a, b) { return false }
  }
  return true
}

private struct Comparison {
  let tolerance: Double
  let isStrict: Bool
  /// Pairs that are still to be compared.
  var waiting: [(Value, Value)] = []

  private func isNear(_ x: Double, _ y: Double) -> Bool {
    x == y || (!isStrict && x.isNaN && y.isNaN) || abs(x - y) <= tolerance
  }

  /// Whether two values agree, apart from what they hold.
  mutating func holds(_ a: Value, _ b: Value) -> Bool {
    if a.isNumber, b.isNumber { return isNear(a.number, b.number) }
    if a.bits == b.bits, !isStrict || !a.isObject { return true }
    if a.isObject(.string), b.isObject(.string) { return a.string == b.string }
    if a.tensor != nil || b.tensor != nil { return areTensorsNear(a, b) }
    guard a.isObject, b.isObject else { return false }
    if let s = a.list, let t = b.list {
      return s.length == t.length && zip(s.values, t.values).allSatisfy { isLikely($0, $1) }
    }
    if let s = a.record, let t = b.record {
      return s.length == t.length
        && zip(s.keys, s.values).allSatisfy { key, value in t[key].map { isLikely(value, $0) } ?? false }
    }
    if let s = a.range, let t = b.range { return s.start == t.start && s.length == t.length }
    if let s = a.foreign, let t = b.foreign { return s.isSame(as: t, tolerance: tolerance) }
    return a.bits == b.bits
  }

  /// An item: what holds others waits.
  private mutating func isLikely(_ a: Value, _ b: Value) -> Bool {
    guard a.isObject, b.isObject, a.list != nil || a.record != nil else { return holds(a, b) }
    waiting.append((a, b))
    return true
  }

  private func areTensorsNear(_ a: Value, _ b: Value) -> Bool {
    var (x, y) = (a, b)
    guard a.isArithmetic, b.isArithmetic,
      let s = try? withUnsafeMutablePointer(to: &x, { try Tensor.from($0) }),
      let t = try? withUnsafeMutablePointer(to: &y, { try Tensor.from($0) }), s.shape == t.shape,
      let left = try? s.doubles, let right = try? t.doubles
    else { return false }
    return zip(left, right).allSatisfy { isNear($0, $1) }
  }
}
