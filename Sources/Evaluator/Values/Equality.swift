import Tensors

/// Whether two values are the same as wholes: tensors by shape and elements (whatever their dtype), nan like nan.
///
/// With `strict`, which `==` uses on lists and records, nan is not equal to nan.
package func isSame(_ a: Value, _ b: Value, tolerance: Double, strict: Bool, depth: Int = 0) -> Bool {
  // The program stops when it next looks: any answer will do.
  if depth > 400 || Machine.isInterrupted { return false }
  func near(_ x: Double, _ y: Double) -> Bool {
    x == y || (!strict && x.isNaN && y.isNaN) || abs(x - y) <= tolerance
  }
  if a.isNumber, b.isNumber { return near(a.number, b.number) }
  if a.bits == b.bits, !strict || !a.isObject { return true }
  if a.isObject(.string), b.isObject(.string) { return a.string == b.string }
  var x = a
  var y = b
  if a.tensor != nil || b.tensor != nil {
    guard a.isArithmetic, b.isArithmetic,
      let s = try? withUnsafeMutablePointer(to: &x, { try Tensor.from($0) }),
      let t = try? withUnsafeMutablePointer(to: &y, { try Tensor.from($0) }), s.shape == t.shape
    else { return false }
    guard let left = try? s.doubles, let right = try? t.doubles else { return false }
    return zip(left, right).allSatisfy(near)
  }
  guard a.isObject, b.isObject else { return false }
  if let s = a.list, let t = b.list {
    return s.length == t.length
      && zip(s.values, t.values).allSatisfy {
        isSame($0, $1, tolerance: tolerance, strict: strict, depth: depth + 1)
      }
  }
  if let s = a.record, let t = b.record {
    return s.length == t.length
      && zip(s.keys, s.values).allSatisfy { key, value in
        t[key].map { isSame(value, $0, tolerance: tolerance, strict: strict, depth: depth + 1) } ?? false
      }
  }
  if let s = a.range, let t = b.range { return s.start == t.start && s.length == t.length }
  if let s = a.foreign, let t = b.foreign { return s.isSame(as: t, tolerance: tolerance) }
  return a.bits == b.bits
}
