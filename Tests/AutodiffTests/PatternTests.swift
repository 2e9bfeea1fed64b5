import Autodiff
import Diagnostics
import Tensors
import Testing

/// Axes by name.
@Suite struct PatternTests {
  private let x = Tensor((0..<24).map(Double.init), [2, 3, 4])

  private func message(_ body: () throws -> Tensor) -> String {
    do { return try "\(body().shape)" } catch let failure as Failure {
      return "\(failure.id): \(failure.message)"
    } catch {
      return "\(error)"
    }
  }

  @Test func rearrangeSplitsAndJoins() throws {
    let split = try Op.rearrange(x, "b t (h d) -> b h t d", sizes: [("h", 2)])
    #expect(split.shape == [2, 2, 3, 2])
    #expect(try Op.rearrange(split, "b h t d -> b t (h d)").doubles == x.doubles)
    #expect(try Op.rearrange(x, "... d -> d ...").shape == [4, 2, 3])
    #expect(try Op.rearrange(x, "b t d -> b 1 (t d)").shape == [2, 1, 12])
  }

  @Test func reduceAndRepeat() throws {
    let mean = try Op.reduce(x, "b t d -> b d") { try Op.mean($0, axes: $1) }
    #expect(mean.shape == [2, 4])
    #expect(try Op.repeat(x, "b t d -> b t d c", sizes: [("c", 3)]).shape == [2, 3, 4, 3])
  }

  @Test func einsumContracts() throws {
    let y = Tensor((0..<8).map(Double.init), [4, 2])
    #expect(try Op.einsum("b t d, d k -> b t k", [x, y]).doubles == Op.matmul(x, y).doubles)
    #expect(try Op.einsum("ij,jk->ik", [y, y.isNumber ? y : Op.transpose(y)]).shape == [4, 4])
    #expect(try Op.einsum("b t d -> b", [x]).doubles == [66, 210])
    #expect(try Op.einsum("i i -> i", [Tensor([1.0, 2, 3, 4], [2, 2])]).doubles == [1, 4])
    #expect(try Op.einsum("ii->", [Tensor([1.0, 2, 3, 4], [2, 2])]).doubles == [5])
    #expect(
      try Op.einsum("b i, b j -> b i j", [Tensor([1.0, 2], [1, 2]), Tensor([3.0, 4], [1, 2])]).doubles == [3, 4, 6, 8])
  }

  @Test func mistakesAreNamed() {
    #expect(message { try Op.rearrange(x, "b t -> t b") }.hasPrefix("pattern-shape"))
    #expect(message { try Op.rearrange(x, "b t d -> b t") }.contains("`d` stands on the left side only"))
    #expect(message { try Op.rearrange(x, "b t (h d) -> b h t d") }.contains("do not follow"))
    #expect(message { try Op.rearrange(x, "b t (h d) -> b h t d", sizes: [("h", 3)]) }.contains("no multiple"))
    #expect(message { try Op.rearrange(x, "b t d") }.contains("one `->`"))
    #expect(message { try Op.rearrange(x, "b (t d -> b t d") }.contains("no `)`"))
    #expect(message { try Op.einsum("b t d, e k -> b k", [x, x]) }.hasPrefix("pattern-shape"))
  }
}
