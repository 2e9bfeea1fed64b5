import CKernels
import Diagnostics

/// Elementwise work on look-up tensors: 256 table entries instead of millions of elements, with equal results.
extension Raw {
  /// The look-up of a function applied to a look-up.
  static func lookupUnary(_ op: nns_unary, _ x: Tensor, _ parameter: Double) throws -> Tensor {
    try retabled(x) { nns_unary_f32(op, $0, $1, 256, Float(parameter)) }
  }

  /// The look-up of an operation between a look-up and a number (or a tensor of one element), if this is one.
  static func lookupResult(_ op: nns_binary, _ a: Tensor, _ b: Tensor, _ shape: Shape) throws -> Tensor? {
    if a.isLookup, b.count == 1, !b.isLookup, b.isNumber || b.dtype == .f32, shape == a.shape {
      var number = Float(try b.item)
      return try retabled(a) { nns_binary_f32(op, $0, 1, &number, 0, $1, 256) }
    }
    if b.isLookup, a.count == 1, !a.isLookup, a.isNumber || a.dtype == .f32, shape == b.shape {
      var number = Float(try a.item)
      return try retabled(b) { nns_binary_f32(op, &number, 0, $0, 1, $1, 256) }
    }
    return nil
  }

  private static func retabled(
    _ x: Tensor, _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) throws -> Tensor {
    var result = x.detached
    guard let table = x.storage.table, let owner = x.storage.owner else { return result }
    result.storage = try Storage(lookup: owner) { body(table, $0) }
    return result
  }
}

extension Raw {
  /// Copies rows of `x` into the first rows of `batch`, through the look-up table if there is one, and returns a view of
  /// them: no allocation where `batch` is held by nobody else, has x's row shape and enough rows.
  package static func gatherRows(_ x: Tensor, _ rows: Tensor, into batch: inout Tensor) throws -> Tensor {
    guard x.rank >= 1 else { throw Failure("rank", "rows of a number cannot be taken", argument: 0) }
    let picks = try indices(rows, size: x.shape[0], argument: 1)
    var shape = x.shape
    shape[0] = picks.count
    let capacity = batch.rank > 0 ? batch.shape[0] : 0
    let fits =
      batch.rank == x.rank && batch.dtype == x.dtype && !batch.isLookup && batch.isContiguous && capacity >= picks.count
      && batch.shape.dropFirst().elementsEqual(x.shape.dropFirst()) && batch.isUnshared()
    if !fits { batch = try Tensor.uninitialized(shape, x.dtype) }
    batch.node = nil
    let source = x.isLookup && x.isContiguous ? x : try x.contiguous
    let width = shape.dropFirst().reduce(1, *)
    let p = picks.pointer(Int.self)
    if let table = source.storage.table {
      nns_lookup_rows_f32(source.bytePointer, p, picks.count, width, table, batch.pointer(Float.self))
    } else {
      let bytes = width * x.dtype.size
      let (from, to) = (source.rawPointer, batch.rawPointer)
      for i in 0..<picks.count { (to + i * bytes).copyMemory(from: from + p[i] * bytes, byteCount: bytes) }
    }
    withExtendedLifetime((source, picks)) {}
    return batch.sliced(0, from: 0, count: picks.count)
  }
}
