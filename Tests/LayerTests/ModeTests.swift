import Autodiff
import Layers
import Tensors
import Testing

/// Training is a property of the model value that is being differentiated.
@Suite struct ModeTests {
  @Test func dropoutActsOnlyWhileTraining() throws {
    let net = try chain(try Input([100]), Dropout(rate: 0.5))
    let x = try Tensor.ones([4, 100])
    #expect(try net.apply(x).floats.allSatisfy { $0 == 1 })
    let trained = try Autodiff.recording { try net.recorded().model.apply(x) }
    let zeros = try trained.floats.count { $0 == 0 }
    #expect(zeros > 120 && zeros < 280)
    #expect(try trained.floats.allSatisfy { $0 == 0 || $0 == 2 })
  }

  @Test func batchNormKeepsRunningStatisticsInTheGradient() throws {
    let net = try chain(try Input([1]), BatchNorm())
    let x = Tensor([1, 3] as [Float], [2, 1])
    let (recorded, leaves) = try net.recorded()
    let output = try Autodiff.recording { try recorded.apply(x) }
    #expect(try output.floats.map { ($0 * 100).rounded() / 100 } == [-1, 1])
    let gradient = try net.gradient(backward(Op.sum(output), leaves: leaves), of: recorded)
    // (1 - 0.1) * 0 + 0.1 * 2, and the sample's variance 2.
    #expect(try abs(gradient.states[0].floats[0] - 0.2) < 1e-6)
    #expect(try abs(gradient.states[1].floats[0] - 1.1) < 1e-6)
    #expect(try net.states[0].floats == [0])
  }

  @Test func frozenBatchNormInfers() throws {
    let net = try chain(try Input([1]), Frozen(BatchNorm()))
    let (recorded, _) = try net.recorded()
    _ = try recorded.apply(Tensor([1, 3] as [Float], [2, 1]))
    #expect(recorded.pass?.newStates.isEmpty == true)
  }
}
