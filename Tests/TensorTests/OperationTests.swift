import Tensors
import Testing

@Suite struct OperationTests {
  @Test func reductionsEqualTheirDefinitions() throws {
    let x = try samples([3, 4, 5], .f64)
    let v = try x.doubles
    #expect(try isClose(try Raw.sum(x), Tensor([v.reduce(0, +)], []), 1e-14))
    let middle = try Raw.sum(x, axes: [1])
    #expect(middle.shape == [3, 5])
    let ends = try Raw.sum(x, axes: [0, 2], keep: true)
    #expect(ends.shape == [1, 4, 1])
    var expected = [Double](repeating: 0, count: 4)
    for i in 0..<3 { for j in 0..<4 { for k in 0..<5 { expected[j] += v[(i * 4 + j) * 5 + k] } } }
    #expect(try isClose(ends, Tensor(expected, [1, 4, 1]), 1e-14))
    #expect(try Raw.max(x, axes: [-1]).doubles == (0..<12).map { row in v[row * 5..<row * 5 + 5].max()! })
    #expect(
      try Raw.argmin(x, axis: 2).ints == (0..<12).map { row in (0..<5).min { v[row * 5 + $0] < v[row * 5 + $1] }! })
    #expect(try Raw.max(Tensor([1, .nan, 3] as [Float])).item.isNaN)
    #expect(failureID { try Raw.max(Tensor([] as [Float])) } == "empty")
    #expect(try Raw.sum(Tensor([] as [Float])).item == 0)
    #expect(failureID { try Raw.sum(x, axes: [3]) } == "axis-range")
    #expect(try Raw.any(Tensor([false, true])).bools == [true])
    #expect(try Raw.all(Tensor([false, true])).bools == [false])
    let spread = try Raw.variance(Tensor([1, 2, 3, 4] as [Double]), ddof: 1)
    #expect(abs(try spread.item - 5.0 / 3) < 1e-15)
    let big = try Raw.logSumExp(Tensor([1000, 1000] as [Double]))
    #expect(abs(try big.item - 1000.6931471805599) < 1e-9)
  }

  @Test func viewsShareAndCopiesDoNot() throws {
    let x = Tensor([0, 1, 2, 3, 4, 5], [2, 3])
    #expect(try Raw.transpose(x).ints == [0, 3, 1, 4, 2, 5])
    #expect(try Raw.reshape(x, [3, -1]).shape == [3, 2])
    #expect(try Raw.reshape(try Raw.transpose(x), [6]).ints == [0, 3, 1, 4, 2, 5])
    #expect(try Raw.flip(x, axis: 1).ints == [2, 1, 0, 5, 4, 3])
    #expect(try Raw.slice(x, axis: 1, start: 2, count: 2, step: -2).ints == [2, 0, 5, 3])
    #expect(try Raw.select(x, axis: 0, index: -1).ints == [3, 4, 5])
    #expect(failureID { try Raw.select(x, axis: 0, index: 2) } == "index-range")
    #expect(failureID { try Raw.reshape(x, [4, 2]) } == "reshape")
    let y = try Raw.assign(x, Tensor([9, 8])) { try Raw.select($0, axis: 1, index: 1) }
    #expect(try y.ints == [0, 9, 2, 3, 8, 5])
    #expect(try x.ints == [0, 1, 2, 3, 4, 5])
    #expect(
      failureID { try Raw.assign(x, Tensor([1, 2, 3])) { try Raw.select($0, axis: 1, index: 1) } } == "broadcast")
    #expect(try Raw.concat([x, x], axis: 1).ints == [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    #expect(try Raw.stack([x, x], axis: -1).shape == [2, 3, 2])
    #expect(try Raw.stack([Tensor(number: 1), Tensor(number: 2)]).dtype == .f32)
    #expect(try Raw.pad(x, [(1, 0), (0, 1)], value: 7).ints == [7, 7, 7, 7, 0, 1, 2, 7, 3, 4, 5, 7])
    #expect(try Raw.roll(Tensor([1, 2, 3]), by: 1, axis: 0).ints == [3, 1, 2])
    #expect(try Raw.tile(Tensor([1, 2]), [2, 2]).ints == [1, 2, 1, 2, 1, 2, 1, 2])
    #expect(try Raw.repeatElements(Tensor([1, 2]), 2, axis: 0).ints == [1, 1, 2, 2])
    #expect(try Raw.tril(try Raw.reshape(try Raw.sequence(count: 4), [2, 2])).ints == [0, 0, 2, 3])
  }

  @Test func indexingReadsAndItsGradientAdds() throws {
    let x = Tensor([0, 1, 2, 3, 4, 5] as [Float], [3, 2])
    #expect(try Raw.take(x, Tensor([2, 0, -1])).floats == [4, 5, 0, 1, 4, 5])
    #expect(try Raw.take(x, axis: 1, Tensor([1.0] as [Float])).floats == [1, 3, 5])
    #expect(failureID { try Raw.take(x, Tensor([0.5] as [Float])) } == "fractional-index")
    #expect(failureID { try Raw.take(x, Tensor([3])) } == "index-range")
    let ones = try Tensor.ones([3, 2])
    let added = try Raw.indexAdd(try Tensor.zeros([3, 2]), Tensor([2, 2, 0]), ones)
    #expect(try added.floats == [1, 1, 0, 0, 2, 2])
    #expect(try Raw.gather(x, Tensor([1, 0, 1], [3, 1]), axis: 1).floats == [1, 2, 5])
    let scattered = try Raw.scatterAdd(
      try Tensor.zeros([3, 2]), Tensor([1, 0, 1], [3, 1]), try Tensor.ones([3, 1]), axis: 1)
    #expect(try scattered.floats == [0, 1, 1, 0, 0, 1])
    #expect(try Raw.oneHot(Tensor([1, 0]), classes: 2).floats == [0, 1, 1, 0])
    #expect(failureID { try Raw.oneHot(Tensor([2]), classes: 2) } == "label-range")
    #expect(try Raw.nonzero(Tensor([true, false, true])).ints == [0, 2])
    #expect(try Raw.indexPut(x, Tensor([0, 2]), Tensor(number: 9)).floats == [9, 9, 2, 3, 9, 9])
  }

  @Test func orderIsStableAndPutsNanLast() throws {
    let x = Tensor([2, .nan, 1, 2, 0] as [Float])
    #expect(try Raw.argsort(x).ints == [4, 2, 0, 3, 1])
    #expect(try Raw.argsort(x, descending: true).ints == [0, 3, 2, 4, 1])
    let top = try Raw.topk(Tensor([3, 1, 4, 1, 5]), 2)
    #expect(try top.values.ints == [5, 4])
    #expect(try top.indices.ints == [4, 2])
    #expect(failureID { try Raw.topk(Tensor([1]), 2) } == "argument-range")
    #expect(try Raw.median(Tensor([4, 1, 3, 2] as [Float])).item == 2.5)
    #expect(try Raw.median(x).item.isNaN)
    #expect(try Raw.unique(Tensor([3, 1, 3])).values.ints == [1, 3])
    #expect(try Raw.cumulativeSum(Tensor([1, 2, 3, 4], [2, 2]), axis: 0).ints == [1, 2, 4, 6])
    #expect(try Raw.sort(Tensor([3, 1, 2, 0], [2, 2]), axis: 0).ints == [2, 0, 3, 1])
  }

  @Test func softmaxAndCrossEntropySurviveLargeLogits() throws {
    let x = Tensor([1000, 1001, 999, -1000, 0, 1] as [Float], [2, 3])
    let p = try Raw.softmax(x)
    #expect(try isClose(try Raw.sum(p, axes: [1]), Tensor([1, 1] as [Float]), 1e-6))
    #expect(try isClose(try Raw.exp(try Raw.logSoftmax(x)), p, 1e-5))
    let (losses, probabilities) = try Raw.crossEntropy(x, Tensor([1, 2]))
    #expect(try isClose(probabilities, p, 1e-6))
    #expect(abs(try losses.floats[0] - 0.40760595) < 1e-4)
    #expect(failureID { try Raw.crossEntropy(x, Tensor([1, 3])) } == "label-range")
    #expect(failureID { try Raw.crossEntropy(x, Tensor([1])) } == "loss-shape")
    let g = try Raw.crossEntropyGradient(Tensor(number: 1), probabilities, Tensor([1, 2]))
    #expect(try isClose(try Raw.sum(g, axes: [1]), Tensor([0, 0] as [Float]), 1e-6))
    #expect(try Raw.softmax(x, axis: 0).shape == [2, 3])
    let many = try samples([3, 77], .f64)
    #expect(try isClose(try Raw.sum(try Raw.softmax(many), axes: [1]), try Tensor.ones([3], .f64), 1e-14))
  }

  @Test func aLookupEqualsTheEagerResult() throws {
    var stream = RandomStream(seed: 1, stream: 1)
    let bytes = try Raw.cast(try Raw.randomIntegers([1500, 28, 28], 0, 256, &stream), .u8)
    let lazy = try Raw.divide(try Raw.cast(bytes, .f32), Tensor(number: 255))
    #expect(lazy.isLookup)
    let eager = try Raw.divide(try Raw.cast(try Raw.cast(bytes, .int), .f32), Tensor(number: 255))
    #expect(!eager.isLookup)
    #expect(try lazy.floats == eager.floats)
    #expect(try Raw.sqrt(lazy).isLookup)
    #expect(try Raw.sqrt(lazy).floats == Raw.sqrt(eager).floats)
    #expect(try Raw.subtract(Tensor(number: 1), lazy).floats == Raw.subtract(Tensor(number: 1), eager).floats)
    let flat = try Raw.reshape(lazy, [1500, 784])
    #expect(flat.isLookup)
    let rows = Tensor([3, 1499, 0, 3])
    #expect(try Raw.take(flat, rows).floats == Raw.take(try Raw.reshape(eager, [1500, 784]), rows).floats)
    var batch = try Tensor.zeros([8, 784])
    #expect(try Raw.gatherRows(flat, rows, into: &batch).floats == Raw.take(flat, rows).floats)
    let part = try Raw.slice(lazy, axis: 1, start: 3, count: 5)
    #expect(try part.floats == Raw.slice(eager, axis: 1, start: 3, count: 5).floats)
    #expect(try Raw.sum(lazy).item == Raw.sum(eager).item)
    #expect(try Raw.add(lazy, lazy).floats == Raw.add(eager, eager).floats)
    #expect(try Raw.transpose(lazy).contiguous.floats == Raw.transpose(eager).floats)
  }

  @Test func randomStreamsDependOnNothingElse() throws {
    // Known answers of Philox 4x32-10 (Random123's kat_vectors).
    var zero = RandomStream(seed: 0, stream: 0)
    #expect(zero.words(4) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    var whole = RandomStream(seed: 9, stream: 3)
    var parts = RandomStream(seed: 9, stream: 3)
    let words = whole.words(100)
    #expect(parts.words(37) + parts.words(63) == words)
    var a = RandomStream(seed: 1, stream: 1)
    let normal = try Raw.normal([20000], mean: 1, std: 2, &a)
    #expect(abs(try Raw.mean(normal).item - 1) < 0.05)
    #expect(abs(try Raw.standardDeviation(normal).item - 2) < 0.05)
    let shuffled = try Raw.permutation(1000, &a)
    #expect(try Raw.sort(shuffled).ints == Array(0..<1000))
    let uniform = try Raw.uniform([20000], 2, 3, &a).floats
    #expect(uniform.allSatisfy { $0 >= 2 && $0 < 3 })
    let dice = try Raw.randomIntegers([6000], 1, 7, &a).ints
    #expect(Set(dice) == Set(1...6))
    #expect(failureID { try Raw.randomIntegers([2], 3, 3, &a) } == "argument-range")
  }

  @Test func numbersReadBack() {
    #expect(formatNumber(3.0) == "3")
    #expect(formatNumber(0.1) == "0.1")
    #expect(formatNumber(Float(0.1)) == "0.1")
    #expect(formatNumber(1e-7) == "1e-07")
    #expect(formatNumber(1e20) == "1e20")
    #expect(formatNumber(-Double.infinity) == "-inf")
    #expect(formatNumber(0.123456, significant: 4) == "0.1235")
    #expect(formatNumber(1234.5678, significant: 4) == "1235")
    #expect(formatNumber(0.5, significant: 4) == "0.5")
    #expect(formatNumber(1.5e-9, significant: 4) == "1.5e-09")
    #expect(formatFixed(2, decimals: 3) == "2.000")
    #expect(Double(formatNumber(1.0 / 3)) == 1.0 / 3)
    #expect(formatBytes(12_345_678) == "12.3 MB")
  }

  @Test func onlyWhatNobodySeesIsOverwritten() throws {
    let a = Tensor([1, 2, 3, 4] as [Float], [2, 2])
    let view = try Raw.transpose(a)
    let row = try Raw.select(a, axis: 0, index: 0)
    let doubled = try Raw.add(a, a)
    let chained = try Raw.negate(Raw.multiply(Raw.add(a, doubled), Tensor(number: 2)))
    #expect(try chained.floats == [-6, -12, -18, -24])
    #expect(try doubled.floats == [2, 4, 6, 8])
    #expect(try a.floats == [1, 2, 3, 4])
    #expect(try view.floats == [1, 3, 2, 4])
    #expect(try row.floats == [1, 2])
    // A temporary view of something that lives, a stretched temporary, and one that meets itself.
    #expect(try Raw.add(Raw.select(a, axis: 0, index: 1), row).floats == [4, 6])
    #expect(try Raw.add(Raw.add(row, row), a).floats == [3, 6, 5, 8])
    let twice = try Raw.square(a)
    let other = twice
    #expect(try Raw.multiply(consume twice, other).floats == [1, 16, 81, 256])
    #expect(try other.floats == [1, 4, 9, 16])
    let wide = Tensor([1, 2] as [Double])
    #expect(try Raw.subtract(Raw.exp(Raw.log(wide)), wide).doubles.allSatisfy { abs($0) < 1e-15 })
    #expect(try wide.doubles == [1, 2])
    #expect(try Raw.exp(Raw.slice(a, axis: 1, start: 0, count: 1)).shape == [2, 1])
    #expect(try a.floats == [1, 2, 3, 4])
  }

  @Test func aStepOfAdamEqualsTheFormulas() throws {
    var p = Tensor([1, -2, 3] as [Double])
    let g = Tensor([0.5, 0.1, -1] as [Double])
    var m = try Tensor.zeros([3], .f64)
    var v = try Tensor.zeros([3], .f64)
    let kept = p
    try Raw.adamStep(Raw.Adam(rate: 0.1, step: 1), &p, gradient: g, &m, &v)
    #expect(try isClose(p, Tensor([0.9, -2.1, 3.1] as [Double]), 1e-6))
    #expect(try kept.doubles == [1, -2, 3])
    try Raw.applyMask(Tensor([true, false, true]), &p)
    #expect(try p.doubles[1] == 0)
  }
}
