import Diagnostics
import Layers
import Tensors
import Testing

/// How sizes flow, and what is said when they do not fit.
@Suite struct ShapeTests {
  @Test func sizesFlowFromTheInput() throws {
    var conv = Conv2D()
    conv.filters = 8
    let net = try chain(
      try Input([28, 28, 1]), conv, MaxPool2D(size: [2]), BatchNorm(), Flatten(), dense(10))
    let outputs = try net.summary(batch: 2).map(\.output)
    #expect(
      outputs == [
        "[2, 28, 28, 1]", "[2, 28, 28, 8]", "[2, 14, 14, 8]", "[2, 14, 14, 8]", "[2, 1568]", "[2, 10]",
      ])
    #expect(net.parameterCount == 3 * 3 * 8 + 8 + 16 + 1568 * 10 + 10)
    #expect(try net.apply(Tensor.zeros([3, 28, 28, 1])).shape == [3, 10])
  }

  @Test func aMismatchNamesBothSidesAndOffersAFixThatFits() throws {
    var conv = Conv2D()
    conv.filters = 4
    let wrong = failure { _ = try chain(try Input([8, 8]), conv) }
    #expect(wrong?.id == "layer-size")
    #expect(wrong?.facts.first?.name == "`input(8, 8)` gives")
    #expect(wrong?.hint == "input(8, 8) >> reshape_to(8, 8, 1) >> conv2d(4, 3)")
    let flat = failure { _ = try chain(try Input([4, 5]), dense(3, inputs: 20)) }
    #expect(flat?.hint?.contains("flatten") == true)
    let hopeless = failure { _ = try chain(try Input([7]), dense(3, inputs: 20)) }
    #expect(hopeless?.hint == nil)
  }

  @Test func withoutAnInputTheDataGivesTheSizes() throws {
    let net = try chain(dense(3, .relu), dense(1))
    #expect(failure { _ = try net.apply(Tensor.zeros([5, 4])) }?.id == "unbuilt")
    let built = try net.built(for: .sample([4]))
    #expect(built.parameterCount == 4 * 3 + 3 + 3 + 1)
    #expect(try built.apply(Tensor.zeros([5, 4])).shape == [5, 1])
  }

  @Test func aBatchOfAnotherShapeIsRefused() throws {
    let net = try chain(try Input([4]), dense(2))
    let single = failure { _ = try net.apply(Tensor.zeros([4])) }
    #expect(single?.id == "layer-size" && single?.hint == "x[new]")
    #expect(failure { _ = try net.apply(Tensor.zeros([3, 5])) }?.id == "layer-size")
  }

  @Test func hostileSizesAreFailures() throws {
    #expect(failure { _ = try Input([0]) }?.id == "argument-range")
    #expect(failure { _ = try Input([Int](repeating: 2, count: 9)) }?.id == "rank")
    #expect(failure { _ = try chain(try Input([1 << 40]), dense(1 << 40)) }?.id == "too-large")
  }
}
