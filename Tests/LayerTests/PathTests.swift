import Autodiff
import Diagnostics
import Layers
import Tensors
import Testing

/// Names of parameters, and which weights stay when a layer is placed elsewhere.
@Suite struct PathTests {
  private func paths(_ model: Model) -> [String] { model.architecture.parameters.map(\.path) }

  @Test func everyElementCounts() throws {
    let net = try chain(try Input([4]), FunctionLayer(Doubling()), dense(3), ActivationLayer(.relu), dense(2))
    #expect(paths(net) == ["2.weight", "2.bias", "4.weight", "4.bias"])
    #expect(paths(try Model(dense(3, inputs: 2))) == ["weight", "bias"])
  }

  @Test func chainingIsAssociative() throws {
    let (a, b, c) = (try Model(Input([4])), try Model(dense(3)), try Model(dense(2)))
    let left = try Model.chain(Model.chain(a, b), c)
    let right = try Model.chain(a, Model.chain(b, c))
    #expect(paths(left) == paths(right) && left.description == right.description)
  }

  @Test func containersAddANumberAndNamesReplaceIt() throws {
    let net = try chain(
      try Input([4]), Residual(dense(4)), Parallel([dense(2), Chain([dense(3), dense(2)])]),
      Group([dense(2)]), Named("head", dense(1)), Frozen(dense(1)))
    #expect(
      paths(net) == [
        "1.0.weight", "1.0.bias", "2.0.weight", "2.0.bias", "2.1.0.weight", "2.1.0.bias", "2.1.1.weight",
        "2.1.1.bias", "3.0.weight", "3.0.bias", "head.weight", "head.bias", "5.weight", "5.bias",
      ])
    #expect(net.trainable.suffix(2) == [false, false])
    #expect(failure { _ = try chain(try Input([4]), Named("a", dense(1)), Named("a", dense(1))) }?.id == "bad-argument")
  }

  @Test func reuseOutsideABlockNeverTies() throws {
    let layer = try Model(dense(4, inputs: 4))
    let net = try Model.chain(layer, layer)
    let values = try net.parameters
    #expect(try values[0].floats != values[2].floats)
  }

  @Test func weightsThatWereSetStay() throws {
    var part = try Model(dense(1, inputs: 2))
    try part.setWeights([(path: "weight", value: Tensor([3, 4] as [Float], [2, 1]))])
    let net = try Model.chain(try Model(Input([2])), part)
    #expect(try net.parameters[0].floats == [3, 4])
    #expect(failure { try part.setWeights([(path: "wieght", value: Tensor.zeros([2, 1]))]) }?.hint == "\"weight\"")
    // Fresh weights forget them.
    #expect(try net.fresh().parameters[0].floats != [3, 4])
  }

  @Test func aFieldUsedTwiceInABlockIsOneSetOfWeights() throws {
    let block = try Model.block(
      "Twice",
      fields: [("inner", .model(try Model(dense(3)))), ("shift", .model(try Model(ParameterLayer([3], .ones))))],
      body: TwiceBody())
    let net = try Model.chain(try Model(Input([3])), block)
    #expect(paths(net) == ["1.inner.weight", "1.inner.bias", "1.shift"])
    let recorded = try net.recorded()
    let output = try Autodiff.recording {
      try Op.sum(recorded.model.apply(Tensor.ones([2, 3])))
    }
    let gradients = try backward(output, leaves: recorded.leaves)
    let gradient = try net.gradient(gradients, of: recorded.model)
    #expect(try gradient.parameters[2].floats == [2, 2, 2])
    #expect(try gradient.parameters[0].floats.contains { $0 != 0 })
  }

  @Test func freezingMatchesPaths() throws {
    var net = try chain(try Input([4]), dense(3), dense(2))
    #expect(try net.freeze("1.*") == 2)
    #expect(net.trainable == [false, false, true, true])
    #expect(failure { _ = try net.freeze("9.*") }?.id == "unknown-name")
  }
}
