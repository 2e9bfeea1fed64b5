import Tensors
import Testing

@Suite struct BroadcastTests {
  @Test func suffixesAndOnesStretchAndNothingElse() throws {
    #expect(try broadcastShape([2, 3], [3]) == [2, 3])
    #expect(try broadcastShape([3], [2, 3]) == [2, 3])
    #expect(try broadcastShape([2, 1], [2, 3]) == [2, 3])
    #expect(try broadcastShape([1, 3], [2, 1]) == [2, 3])
    #expect(try broadcastShape([], [2, 3]) == [2, 3])
    #expect(failureID { try broadcastShape([3, 1], [3]) } == "broadcast")
    #expect(failureID { try broadcastShape([2, 3], [2]) } == "broadcast")
    #expect(failureID { try broadcastShape([2, 3], [1]) } == "broadcast")
    #expect(failureID { try broadcastShape([2, 3], [3, 2]) } == "broadcast")
  }

  @Test func anOperationOnStretchedOperandsEqualsOneOnCopies() throws {
    let cases: [(Shape, Shape)] = [
      ([4, 3], [3]), ([2, 3, 4], [3, 4]), ([2, 1, 4], [1, 3, 1]), ([5, 1], [5, 7]), ([2, 3, 4], []), ([1, 1], [3, 2]),
    ]
    for (i, (a, b)) in cases.enumerated() {
      for dtype in [DType.f32, .f64] {
        let x = try samples(a, seed: UInt64(i), dtype)
        let y = try samples(b, seed: 90 + UInt64(i), dtype)
        let shape = try broadcastShape(a, b)
        let wideX = try Raw.broadcast(x, to: shape).contiguous
        let wideY = try Raw.broadcast(y, to: shape).contiguous
        #expect(try Raw.subtract(x, y).doubles == Raw.subtract(wideX, wideY).doubles)
        #expect(try Raw.less(x, y).bools == Raw.less(wideX, wideY).bools)
        let mask = try Raw.greater(x, Tensor(number: 0))
        #expect(try Raw.select(mask, x, y).doubles == Raw.select(Raw.broadcast(mask, to: shape), wideX, wideY).doubles)
      }
    }
  }

  @Test func aSumUndoesAStretch() throws {
    let x = try samples([1, 3])
    let wide = try Raw.broadcast(x, to: [4, 3])
    #expect(try isClose(try Raw.sum(wide, to: [1, 3]), try Raw.multiply(x, Tensor(number: 4)), 1e-6))
    #expect(try Raw.sum(try Raw.broadcast(x, to: [4, 3]), to: []).shape == [])
  }
}
