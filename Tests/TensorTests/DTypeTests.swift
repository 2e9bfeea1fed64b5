import Tensors
import Testing

@Suite struct DTypeTests {
  let int = Tensor([7, -7, 3])
  let f32 = Tensor([1.5, 2, 3] as [Float])
  let f64 = Tensor([1.5, 2, 3] as [Double])
  let u8 = Tensor([200, 100, 3] as [UInt8])
  let bool = Tensor([true, false, true])
  let two = Tensor(number: 2)
  let half = Tensor(number: 0.5)

  @Test func aNumberTakesTheTensorsType() throws {
    #expect(try Raw.multiply(f32, half).dtype == .f32)
    #expect(try Raw.multiply(half, f64).dtype == .f64)
    #expect(try Raw.equal(Tensor([0.1] as [Float]), Tensor(number: 0.1)).bools == [true])
    #expect(try Raw.add(two, half).isNumber)
    #expect(try Raw.exp(two).isNumber)
    #expect(try !Raw.add(f32, half).isNumber)
  }

  @Test func intsStayIntWithWholeNumbersAndDivisionGivesFloats() throws {
    #expect(try Raw.add(int, two).dtype == .int)
    #expect(try Raw.multiply(int, half).dtype == .f32)
    #expect(try Raw.divide(int, two).dtype == .f32)
    #expect(try Raw.floorDivide(int, two).ints == [3, -4, 1])
    #expect(try Raw.remainder(int, two).ints == [1, 1, 1])
    #expect(try Raw.remainder(Tensor(number: -7), Tensor(number: 3)).item == 2)
    #expect(try Raw.add(int, f32).dtype == .f32)
    #expect(try Raw.add(f32, f64).dtype == .f64)
    #expect(try Raw.sum(bool).item == 2)
    #expect(try Raw.sum(bool).dtype == .int)
    #expect(try Raw.mean(int).dtype == .f32)
  }

  @Test func bytesAskForFloatsAndOverflowIsAnError() throws {
    #expect(failureID { try Raw.add(u8, f32) } == "dtype")
    #expect(failureID { try Raw.multiply(u8, half) } == "dtype")
    #expect(failureID { try Raw.add(u8, u8) } == "integer-overflow")
    #expect(failureID { try Raw.add(Tensor([Int.max]), Tensor(number: 1)) } == "integer-overflow")
    #expect(failureID { try Raw.negate(Tensor([Int.min])) } == "integer-overflow")
    #expect(failureID { try Raw.sum(Tensor([Int.max, 1])) } == "integer-overflow")
    #expect(failureID { try Raw.floorDivide(int, Tensor(number: 0)) } == "division-by-zero")
    #expect(failureID { try Raw.cast(Tensor([300.0] as [Float]), .u8) } == "integer-overflow")
    #expect(failureID { try Raw.cast(Tensor([Double.nan]), .int) } == "integer-overflow")
    #expect(try Raw.remainder(Tensor(number: 5), Tensor(number: 0)).item.isNaN)
  }

  @Test func halfPrecisionRoundTrips() throws {
    let x = Tensor([0, -0.0, 1, -2.5, 65504, 6e-8, 1e-5, .infinity, 0.1] as [Float])
    let back = try Raw.cast(try Raw.cast(x, .f16), .f32).floats
    let expected = try x.floats.map { Float(Float16($0)) }
    #expect(back == expected)
    #expect(try Raw.cast(try Raw.cast(Tensor([Float.nan]), .f16), .f32).floats[0].isNaN)
    #expect(try Raw.add(try Raw.cast(x, .f16), try Raw.cast(x, .f16)).dtype == .f32)
  }

  @Test func hostileSizesAreFailures() throws {
    #expect(failureID { try Shape.checked([Int.max, 2]) } == "too-large")
    #expect(failureID { try Shape.checked([1 << 40, 1 << 40, 1 << 40]) } == "too-large")
    #expect(failureID { try Shape.checked([-1]) } == "argument-range")
    #expect(failureID { try Shape.checked(Array(repeating: 1, count: 9)) } == "rank")
    #expect(try Shape.checked([0, Int.max, Int.max]).elementCount == 0)
    #expect(failureID { try Tensor.zeros([1 << 44]) } == "too-large")
    let wide = try Raw.broadcast(Tensor([1] as [Float]), to: [1 << 45])
    #expect(failureID { try wide.contiguous } == "too-large")
    #expect(failureID { try wide.doubles } == "too-large")
    #expect(failureID { try Raw.add(wide, wide) } == "too-large")
    #expect(failureID { try Raw.repeatElements(Tensor([1, 2]), Int.max, axis: 0) } == "too-large")
    #expect(failureID { try Raw.tile(Tensor([1, 2]), [Int.max]) } == "too-large")
    #expect(failureID { try Raw.oneHot(Tensor([1, 2]), classes: Int.max) } != nil)
    #expect(failureID { try Raw.pad(Tensor([1, 2]), [(Int.max, Int.max)]) } == "too-large")
    #expect(failureID { try Raw.eye(1 << 40) } == "too-large")
  }
}
