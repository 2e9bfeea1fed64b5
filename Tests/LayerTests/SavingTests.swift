import Autodiff
import Diagnostics
import Layers
import Tensors
import Testing

/// Model files: what goes in comes out, and nothing else gets in.
@Suite struct SavingTests {
  private let functions = FunctionLoading(
    compile: { name, source, captures in
      guard source == "x => x * k", case .number(let factor)? = captures["k"] else {
        throw Failure("not-a-model", "another function")
      }
      return Doubling(name, factor: factor)
    }, library: { _ in nil })

  private func sample() throws -> Model {
    var conv = Conv2D()
    conv.filters = 2
    var net = try chain(
      try Input([4, 4, 1]), conv, BatchNorm(), Residual(Chain([FunctionLayer(Doubling()), dense(2, .gelu)])),
      Flatten(), Named("head", dense(3, .softmax)))
    try net.freeze("head.*")
    net.states[0] = Tensor([0.5, 0.25] as [Float], [2])
    return net
  }

  private func loaded(_ bytes: [UInt8]) throws -> Model {
    try bytes.withUnsafeBytes { try Model(decoding: $0, .core, functions: functions) }
  }

  @Test func aModelComesBackAsItWas() throws {
    let net = try sample()
    let back = try loaded(try net.encoded())
    #expect(back.description == net.description)
    #expect(back.architecture.parameters.map(\.path) == net.architecture.parameters.map(\.path))
    #expect(back.trainable == net.trainable)
    let x = try Tensor.ones([2, 4, 4, 1])
    #expect(try back.apply(x).floats == net.apply(x).floats)
  }

  @Test func everyKindOfLayerPrintsAndReadsItsSettings() throws {
    var conv = Conv1D()
    conv.filters = 3
    conv.padding = .sides([1])
    conv.activation = .relu
    let layers: [any Layer] = [
      conv, Dense(units: 3, activation: .tanh, bias: false, inputs: 5, initializer: .glorot), Dropout(rate: 0.25),
      SpatialDropout(rate: 0.1), Noise(deviation: 0.3), MaxPool2D(size: [2, 3], stride: [1]), AveragePool2D(size: [2]),
      GlobalPooling(how: .maximum), Upsample(scale: 3), LayerNorm(epsilon: 0.1), RMSNorm(), GroupNorm(groups: 2),
      Embedding(rows: 5, width: 2), ReshapeTo(shape: [2, 3]), ActivationLayer(.mish),
      Parallel([Flatten(), Flatten()], join: .cat),
      ParameterLayer([2, 2], .ones), StateLayer([3], 1.5), Group([Flatten()]), Frozen(Flatten()),
    ]
    for layer in layers {
      // Alone, so that sizes need not fit: only the description is read back.
      let net = try Model(layer)
      guard net.isBuilt else { continue }
      #expect(try loaded(try net.encoded()).description == net.description)
    }
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try chain(try Input([2]), dense(1)).encoded()
    for length in 0..<bytes.count {
      let found = failure { _ = try loaded(Array(bytes[..<length])) }
      #expect(found?.id == "not-a-model", "\(length) bytes")
    }
  }

  @Test func damagedBytesNeverCrash() throws {
    let bytes = try chain(try Input([2]), dense(1)).encoded()
    var state: UInt64 = 7
    for _ in 0..<2000 {
      var copy = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        copy[Int(state >> 33) % copy.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      do { _ = try loaded(copy) } catch { #expect(error is Failure) }
    }
  }

  @Test func unknownKindsAndMissingTensorsAreNamed() throws {
    var bytes = try chain(try Input([2]), dense(1)).encoded()
    let name = try #require(bytes.firstRange(of: Array("dense".utf8)))
    bytes.replaceSubrange(name, with: Array("dance".utf8))
    #expect(failure { _ = try loaded(bytes) }?.message.contains("`dance`") == true)
  }
}
