import Diagnostics
package import Tensors

/// Moving, splitting, joining, repeating and reducing axes by name.
extension Op {
  /// How a pattern's missing axes go away.
  package typealias Reducer = (_ x: Tensor, _ axes: [Int]) throws -> Tensor

  /// The axes of `x` in the order that the pattern gives, split and joined: `"b t (h d) -> b h t d"` with `h: 4`.
  ///
  /// - Throws: `pattern-shape`.
  package static func rearrange(_ x: Tensor, _ pattern: String, sizes given: [(String, Int)] = []) throws -> Tensor {
    try transform(x, pattern, given, reduce: nil, mayRepeat: false)
  }

  /// Reduces the axes that the right side leaves out: `"b t d -> b d"`.
  ///
  /// - Throws: `pattern-shape`.
  package static func reduce(
    _ x: Tensor, _ pattern: String, sizes given: [(String, Int)] = [], _ reducer: @escaping Reducer
  ) throws -> Tensor {
    try transform(x, pattern, given, reduce: reducer, mayRepeat: false)
  }

  /// Repeats along the axes that only the right side names: `"h w -> h w c"` with `c: 3`.
  ///
  /// - Throws: `pattern-shape`.
  package static func `repeat`(_ x: Tensor, _ pattern: String, sizes given: [(String, Int)] = []) throws -> Tensor {
    try transform(x, pattern, given, reduce: nil, mayRepeat: true)
  }

  private static func transform(
    _ x: Tensor, _ pattern: String, _ given: [(String, Int)], reduce: Reducer?, mayRepeat: Bool
  ) throws -> Tensor {
    let (left, right) = try AxisPattern.sides(pattern)
    let source = try AxisPattern(left, of: pattern).filled(rank: x.rank, pattern: pattern)
    let goal = try AxisPattern(right, of: pattern).filled(like: source)
    func failure(_ message: String) -> Failure {
      Failure(
        "pattern-shape", message, facts: [.init("x", "\(x.shape)", argument: 0), .init("pattern", "\"\(pattern)\"")])
    }
    if let unused = given.first(where: { !source.names.contains($0.0) && !goal.names.contains($0.0) }) {
      throw failure("`\(unused.0)` does not stand in the pattern")
    }
    if let bad = given.first(where: { $0.1 < 1 }) { throw failure("`\(bad.0)` needs a size of at least 1") }
    let sizes = try source.sizes(x.shape, given: given.filter { source.names.contains($0.0) }, pattern: pattern)

    // Every name an axis of its own.
    var names = source.names
    var result = try reshape(x, Shape(checked(names.map { sizes[$0] ?? 1 }, failure)))
    let missing = names.indices.filter { !goal.names.contains(names[$0]) }
    if !missing.isEmpty {
      guard let reduce else { throw failure("`\(names[missing[0]])` stands on the left side only") }
      result = try reduce(result, missing)
      names = names.indices.filter { !missing.contains($0) }.map { names[$0] }
    }
    var full = sizes
    for name in goal.names where !names.contains(name) {
      guard mayRepeat, let size = given.first(where: { $0.0 == name })?.1 else {
        throw failure(
          mayRepeat ? "the size of `\(name)` is not given" : "`\(name)` stands on the right side only")
      }
      full[name] = size
      result = try expand(unsqueeze(result, axis: 0), to: Shape(checked([size] + Array(result.shape), failure)))
      names.insert(name, at: 0)
    }
    result = try permute(result, goal.names.map { names.firstIndex(of: $0)! })
    return try reshape(result, Shape.checked(goal.groups.map { $0.reduce(1) { $0 * (full[$1] ?? 1) } }))
  }

  private static func checked(_ sizes: [Int], _ failure: (String) -> Failure) throws -> [Int] {
    if sizes.count > 8 { throw failure("a tensor has at most 8 axes, and the pattern needs \(sizes.count)") }
    return sizes
  }
}
