import Diagnostics
package import Tensors

/// Sums of products by the names of axes (Einstein's notation).
extension Op {
  /// `einsum("b t d, b s d -> b t s", q, k)`: products over all names, summed over those missing on the right.
  ///
  /// Names may be words separated by spaces, or letters without spaces (`"ij,jk->ik"`).
  /// - Throws: `pattern-shape`.
  package static func einsum(_ pattern: String, _ inputs: [Tensor]) throws -> Tensor {
    let (left, right) = try AxisPattern.sides(pattern)
    let parts = left.split(separator: ",", omittingEmptySubsequences: false)
    let sides = parts.map { $0.drop { $0 == " " } } + [right]
    // Without spaces between letters anywhere, every letter is an axis.
    let compact = !sides.contains { side in
      var words = 0
      var inWord = false
      for character in side {
        if character.isWhitespace {
          inWord = false
        } else if !inWord {
          inWord = true
          words += 1
        }
      }
      return words > 1
    }
    guard parts.count == inputs.count else {
      throw Failure(
        "pattern-shape",
        "the pattern names \(parts.count) tensor\(parts.count == 1 ? "" : "s"), and \(inputs.count) are given",
        facts: [.init("pattern", "\"\(pattern)\"")])
    }
    var sizes: [String: Int] = [:]
    var operands: [Named] = []
    var spread: AxisPattern?
    for (index, (part, x)) in zip(parts, inputs).enumerated() {
      let axes = try AxisPattern(part, of: pattern, compact: compact, allowsRepeats: true)
        .filled(rank: x.rank, pattern: pattern)
      if axes.groups.contains(where: { $0.count != 1 }) {
        throw Failure(
          "pattern-shape", "`einsum` takes plain names, without brackets and `1`",
          facts: [.init("pattern", "\"\(pattern)\"")])
      }
      if spread == nil || axes.names.count > spread!.names.count { spread = axes }
      for (axis, name) in axes.names.enumerated() {
        if let other = sizes[name], other != x.shape[axis] {
          throw Failure(
            "pattern-shape", "`\(name)` is \(other) and \(x.shape[axis])", argument: index + 1,
            facts: inputs.enumerated().map { .init("tensor \($0 + 1)", "\($1.shape)", argument: $0 + 1) })
        }
        sizes[name] = x.shape[axis]
      }
      operands.append(try Named(x: x, names: axes.names).diagonal())
    }
    let goal = try AxisPattern(right, of: pattern, compact: compact).filled(
      like: spread ?? AxisPattern("", of: pattern))
    for name in goal.names where sizes[name] == nil {
      throw Failure(
        "pattern-shape", "`\(name)` stands on the right side only", facts: [.init("pattern", "\"\(pattern)\"")])
    }

    var result = operands.removeFirst()
    while !operands.isEmpty {
      let next = operands.removeFirst()
      let later = Set(operands.flatMap(\.names) + goal.names)
      result = try result.product(next, keeping: later)
    }
    result = try result.summed(keeping: Set(goal.names))
    return try permute(result.x, goal.names.map { result.names.firstIndex(of: $0)! })
  }

  /// A tensor whose axes have names.
  private struct Named {
    var x: Tensor
    var names: [String]

    /// A name that stands twice picks the diagonal.
    func diagonal() throws -> Named {
      var result = self
      while let twice = result.names.indices.first(where: { result.names[..<$0].contains(result.names[$0]) }) {
        let first = result.names.firstIndex(of: result.names[twice])!
        let size = result.x.shape[first]
        let others = result.names.indices.filter { $0 != first && $0 != twice }
        let moved = try permute(result.x, [first, twice] + others)
        let flat = try reshape(moved, Shape([size * size] + others.map { result.x.shape[$0] }))
        let stride = Stride(start: 0, count: size, step: size + 1)
        let picked = try slice(flat, [stride] + others.map { Stride(start: 0, count: result.x.shape[$0]) })
        result = Named(x: picked, names: [result.names[first]] + others.map { result.names[$0] })
      }
      return result
    }

    func summed(keeping kept: Set<String>) throws -> Named {
      let axes = names.indices.filter { !kept.contains(names[$0]) }
      if axes.isEmpty { return self }
      return Named(x: try sum(x, axes: axes), names: names.filter { kept.contains($0) })
    }

    func product(_ other: Named, keeping kept: Set<String>) throws -> Named {
      let a = try summed(keeping: kept.union(other.names))
      let b = try other.summed(keeping: kept.union(names))
      let shared = a.names.filter { b.names.contains($0) }
      let batch = shared.filter { kept.contains($0) }
      let contracted = shared.filter { !kept.contains($0) }
      let left = a.names.filter { !shared.contains($0) }
      let right = b.names.filter { !shared.contains($0) }
      func size(_ names: [String], _ of: Named) -> Int {
        names.reduce(1) { $0 * of.x.shape[of.names.firstIndex(of: $1)!] }
      }
      func arrange(_ t: Named, _ order: [[String]]) throws -> Tensor {
        let moved = try permute(t.x, order.flatMap { $0 }.map { t.names.firstIndex(of: $0)! })
        let sizes = order.map { size($0, t) }
        return try reshape(moved, Shape(batch.isEmpty ? Array(sizes.dropFirst()) : sizes))
      }
      let result = try matmul(arrange(a, [batch, left, contracted]), arrange(b, [batch, contracted, right]))
      let names = batch + left + right
      let shape = names.map { size([$0], a.names.contains($0) ? a : b) }
      return Named(x: try reshape(result, Shape.checked(shape)), names: names)
    }
  }
}
