import CKernels
import Tensors
import Testing

@Suite struct ProductTests {
  func naive(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let (x, y) = (try a.doubles, try b.doubles)
    var result = [Double](repeating: 0, count: m * n)
    for i in 0..<m { for j in 0..<n { for l in 0..<k { result[i * n + j] += x[i * k + l] * y[l * n + j] } } }
    return Tensor(result, [m, n])
  }

  @Test func productsOfOddShapesEqualTheSumWrittenOut() throws {
    let shapes = [
      (1, 1, 1), (1, 5, 3), (7, 1, 9), (3, 17, 1), (5, 3, 2), (33, 65, 17), (37, 53, 71), (64, 784, 10), (130, 70, 270),
      (13, 900, 31), (2, 0, 3), (48, 33, 16),
    ]
    for (m, k, n) in shapes {
      for dtype in [DType.f32, .f64] {
        let tolerance = dtype == .f32 ? 2e-5 : 1e-13
        let a = try samples([m, k], seed: 3, dtype)
        let b = try samples([k, n], seed: 4, dtype)
        let expected = try naive(a, b)
        #expect(try isClose(try Raw.matmul(a, b), expected, tolerance), "\(m) \(k) \(n) \(dtype)")
        let at = try Raw.transpose(try Raw.transpose(a).contiguous)
        let bt = try Raw.transpose(try Raw.transpose(b).contiguous)
        #expect(try isClose(try Raw.matmul(at, b), expected, tolerance), "transposed a \(m) \(k) \(n)")
        #expect(try isClose(try Raw.matmul(a, bt), expected, tolerance), "transposed b \(m) \(k) \(n)")
        #expect(try isClose(try Raw.matmul(at, bt), expected, tolerance), "transposed both \(m) \(k) \(n)")
        let bias = try samples([n], seed: 5, dtype)
        let fused = try Raw.linear(a, b, bias, relu: true)
        #expect(try isClose(fused, try Raw.relu(try Raw.add(expected, bias)), tolerance), "linear \(m) \(k) \(n)")
      }
    }
  }

  @Test func batchesVectorsAndStridesMultiply() throws {
    let a = try samples([4, 3, 5])
    let b = try samples([4, 5, 2], seed: 2)
    let product = try Raw.matmul(a, b)
    for i in 0..<4 {
      let one = try naive(try Raw.select(a, axis: 0, index: i), try Raw.select(b, axis: 0, index: i))
      #expect(try isClose(try Raw.select(product, axis: 0, index: i), one, 1e-5))
    }
    #expect(try Raw.matmul(a, try samples([5, 2])).shape == [4, 3, 2])
    #expect(try Raw.matmul(try samples([7, 3]), a).shape == [4, 7, 5])
    #expect(try Raw.matmul(Tensor([1, 2, 3] as [Float]), Tensor([4, 5, 6] as [Float])).item == 32)
    #expect(try Raw.matmul(Tensor([1, 2], [1, 2]), Tensor([3, 4])).ints == [11])
    let strided = try Raw.slice(try samples([6, 10]), axis: 1, start: 1, count: 4, step: 2)
    #expect(try isClose(try Raw.matmul(strided, try samples([4, 3])), try naive(strided, try samples([4, 3])), 1e-5))
    #expect(failureID { try Raw.matmul(a, try samples([4, 2])) } == "matmul-shape")
    #expect(failureID { try Raw.matmul(a, try samples([3, 5, 2])) } == "matmul-shape")
    #expect(failureID { try Raw.matmul(Tensor(number: 2), a) } == "matmul-shape")
  }

  @Test func integerProductsAreExact() throws {
    var stream = RandomStream(seed: 5, stream: 1)
    for (m, k, n) in [(1, 1, 1), (5, 7, 9), (37, 71, 53), (8, 784, 128)] {
      let a = try Raw.cast(try Raw.randomIntegers([m, k], 0, 256, &stream), .u8)
      let b = try Raw.cast(try Raw.randomIntegers([k, n], -128, 128, &stream), .i8)
      let expected = try Raw.matmul(try Raw.cast(a, .int), try Raw.cast(b, .int))
      #expect(try Raw.integerMatmul(a, b).ints == expected.ints)
    }
  }
}

/// The number of threads is a setting of the whole process: one test at a time.
@Suite(.serialized) struct ThreadTests {
  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let x = try samples([257, 300])
    let w = try samples([300, 129], seed: 2)
    let long = try samples([200_003], seed: 3)
    func work() throws -> [[UInt32]] {
      let product = try Raw.linear(x, w, try samples([129]), relu: true)
      let transposed = try Raw.matmul(try Raw.transpose(x), product)
      let images = try samples([8, 12, 12, 16])
      let weights = try samples([3, 3, 16, 24], seed: 6)
      let window = Window().padded(1, 1)
      let convolved = try Raw.conv2d(images, weights, window)
      return [
        try bits(product), try bits(transposed), try bits(try Raw.tanh(long)), try bits(try Raw.multiply(long, long)),
        try bits(try Raw.sum(long)), try bits(convolved),
        try bits(try Raw.conv2dInputGradient(convolved, weights, inputShape: images.shape, window)),
        try bits(try Raw.conv2dWeightGradient(images, convolved, weightShape: weights.shape, window)),
      ]
    }
    let before = nns_thread_count()
    defer { nns_set_thread_count(before) }
    nns_set_thread_count(1)
    let one = try work()
    for threads in [2, 3, 4] {
      nns_set_thread_count(Int32(threads))
      #expect(try work() == one, "\(threads) threads")
    }
  }
}
