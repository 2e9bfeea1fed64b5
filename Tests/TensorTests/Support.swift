import Diagnostics
import Tensors
import Testing

/// The id of the failure that a piece of work throws, or none.
func failureID(_ work: () throws -> some Any) -> String? {
  do {
    _ = try work()
    return nil
  } catch let failure as Failure {
    return failure.id
  } catch {
    return "other"
  }
}

/// Repeatable values between -1 and 1.
func samples(_ shape: Shape, seed: UInt64 = 1, _ dtype: DType = .f32) throws -> Tensor {
  var stream = RandomStream(seed: seed, stream: 7)
  return try Raw.uniform(shape, -1, 1, &stream, dtype: dtype)
}

func isClose(_ a: Tensor, _ b: Tensor, _ tolerance: Double) throws -> Bool {
  guard a.shape == b.shape else { return false }
  return zip(try a.doubles, try b.doubles).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) || $0 == $1 }
}

func bits(_ x: Tensor) throws -> [UInt32] { try x.floats.map(\.bitPattern) }
