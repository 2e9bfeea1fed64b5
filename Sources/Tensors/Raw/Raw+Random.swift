import Diagnostics
import Glibc

/// Tensors of random numbers. The numbers depend on the stream alone, element by element.
extension Raw {
  /// Uniform in a ..< b.
  package static func uniform(
    _ shape: Shape, _ a: Double = 0, _ b: Double = 1, _ stream: inout RandomStream, dtype: DType = .f32
  ) throws -> Tensor {
    let words = try drawn(shape, 1, &stream)
    if dtype == .f64 {
      return try Tensor.filled(shape, Double.self) { out in
        for i in out.indices { out[i] = a + (b - a) * (Double(words[i]) + 0.5) * 0x1p-32 }
      }
    }
    let (low, span) = (Float(a), Float(b - a))
    let result = try Tensor.filled(shape, Float.self) { out in
      // 24 bits, so that the largest stays below 1.
      for i in out.indices { out[i] = low + span * (Float(words[i] >> 8) * 0x1p-24) }
    }
    return try cast(result, dtype)
  }

  /// Normal with a mean and a standard deviation, by Box and Muller's transform of two words an element.
  package static func normal(
    _ shape: Shape, mean: Double = 0, std: Double = 1, _ stream: inout RandomStream, dtype: DType = .f32
  ) throws -> Tensor {
    let words = try drawn(shape, 2, &stream)
    let result = try Tensor.filled(shape, Double.self) { out in
      for i in out.indices {
        let u = (Double(words[2 * i]) + 0.5) * 0x1p-32
        let angle = 2 * Double.pi * (Double(words[2 * i + 1]) * 0x1p-32)
        out[i] = mean + std * (-2 * Glibc.log(u)).squareRoot() * Glibc.cos(angle)
      }
    }
    return try cast(result, dtype)
  }

  /// Normal, redrawn outside two standard deviations.
  package static func truncatedNormal(
    _ shape: Shape, mean: Double = 0, std: Double = 1, _ stream: inout RandomStream, dtype: DType = .f32
  ) throws -> Tensor {
    _ = try shape.checkedCount()
    let base = stream
    stream.position += 1
    let result = try Tensor.filled(shape, Double.self) { out in
      for i in out.indices {
        var own = base.split(base.position &+ UInt64(i))
        var z = 3.0
        while Swift.abs(z) > 2 {
          let u = Swift.max(own.nextUnit(), 0x1p-53)
          z = (-2 * Glibc.log(u)).squareRoot() * Glibc.cos(2 * Double.pi * own.nextUnit())
        }
        out[i] = mean + std * z
      }
    }
    return try cast(result, dtype)
  }

  /// Whole numbers in a ..< b, as int. Error: `argument-range` when there are none.
  package static func randomIntegers(
    _ shape: Shape, _ a: Int, _ b: Int, _ stream: inout RandomStream
  ) throws -> Tensor {
    let (span, overflow) = b.subtractingReportingOverflow(a)
    guard span > 0, !overflow else {
      throw Failure("argument-range", "there is no whole number from \(a) below \(b)", argument: 1)
    }
    _ = try shape.checkedCount()
    let words = try drawn(shape, 2, &stream)
    return try Tensor.filled(shape, Int.self) { out in
      for i in out.indices {
        let wide = UInt64(words[2 * i]) << 32 | UInt64(words[2 * i + 1])
        out[i] = a + Int(wide.multipliedFullWidth(by: UInt64(span)).high)
      }
    }
  }

  /// True with probability p.
  package static func bernoulli(_ shape: Shape, _ p: Double, _ stream: inout RandomStream) throws -> Tensor {
    guard p >= 0, p <= 1 else { throw Failure("argument-range", "a probability lies between 0 and 1", argument: 0) }
    let words = try drawn(shape, 1, &stream)
    let limit = UInt64(p * 0x1p32)
    return try Tensor.filled(shape, UInt8.self, dtype: .bool) { out in
      for i in out.indices { out[i] = UInt64(words[i]) < limit ? 1 : 0 }
    }
  }

  /// 0 ..< n in random order, as int: Fisher and Yates' shuffle.
  package static func permutation(_ n: Int, _ stream: inout RandomStream) throws -> Tensor {
    let words = try drawn(try Shape.checked([n]), 2, &stream)
    return try Tensor.filled([n], Int.self) { out in
      for i in out.indices { out[i] = i }
      for i in stride(from: n - 1, to: 0, by: -1) {
        let wide = UInt64(words[2 * i]) << 32 | UInt64(words[2 * i + 1])
        let j = Int(wide.multipliedFullWidth(by: UInt64(i + 1)).high)
        let kept = out[i]
        out[i] = out[j]
        out[j] = kept
      }
    }
  }

  private static func drawn(_ shape: Shape, _ each: Int, _ stream: inout RandomStream) throws -> [UInt32] {
    let count = try shape.checkedCount()
    _ = try Storage.check(count * each * 4)
    return stream.words(count * each)
  }
}
