import Diagnostics

/// The sizes of a tensor's axes, outermost first: at most eight, kept inline.
package struct Shape: Hashable, Sendable, RandomAccessCollection, ExpressibleByArrayLiteral, CustomStringConvertible {
  package static let maximumRank = 8
  package typealias Sizes = InlineArray<8, Int>

  @usableFromInline var sizes: Sizes
  @inline(__always) package var rank: Int { Int(axes) }
  private var axes: UInt8

  package init() {
    sizes = Sizes(repeating: 0)
    axes = 0
  }

  /// A shape from sizes known to be sound; see `checked` for a user's.
  package init(_ values: some Sequence<Int>) {
    self.init()
    for size in values { append(size) }
  }

  package init(arrayLiteral values: Int...) { self.init(values) }

  /// A shape from sizes that a user gave.
  ///
  /// Errors: `argument-range` for a negative size, `rank` for more than eight axes, `too-large` for a product past 2^46.
  package static func checked(_ values: some Collection<Int>) throws -> Shape {
    guard values.count <= maximumRank else {
      throw Failure("rank", "a tensor has at most \(maximumRank) axes, not \(values.count)")
    }
    for size in values where size < 0 {
      throw Failure("argument-range", "a size must not be negative", facts: [.init("size", String(size))])
    }
    let shape = Shape(values)
    _ = try shape.checkedCount()
    return shape
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { rank }

  /// The size of an axis counted from the front.
  package subscript(axis: Int) -> Int {
    @inline(__always) get {
      precondition(axis >= 0 && axis < rank)
      return sizes[axis]
    }
    set {
      precondition(axis >= 0 && axis < rank)
      sizes[axis] = newValue
    }
  }

  /// The number of elements; `Int.max` when it does not fit.
  package var elementCount: Int {
    if rank == 1 { return sizes[0] }
    var count = 1
    for axis in 0..<rank {
      let (product, overflow) = count.multipliedReportingOverflow(by: sizes[axis])
      if overflow { return contains(0) ? 0 : Int.max }
      count = product
    }
    return count
  }

  /// The number of elements, or `too-large` where no machine could hold them.
  package func checkedCount() throws -> Int {
    let count = elementCount
    guard count <= 1 << 46 else {
      throw Failure("too-large", "a tensor of shape \(self) does not fit in memory")
    }
    return count
  }

  package mutating func append(_ size: Int) {
    precondition(rank < Shape.maximumRank, "at most eight axes")
    sizes[rank] = size
    axes += 1
  }

  package mutating func insert(_ size: Int, at axis: Int) {
    precondition(rank < Shape.maximumRank && axis >= 0 && axis <= rank)
    var i = rank
    while i > axis {
      sizes[i] = sizes[i - 1]
      i -= 1
    }
    sizes[axis] = size
    axes += 1
  }

  package mutating func remove(at axis: Int) {
    precondition(axis >= 0 && axis < rank)
    for i in axis..<(rank - 1) { sizes[i] = sizes[i + 1] }
    axes -= 1
    sizes[rank] = 0
  }

  package func removing(_ axis: Int) -> Shape {
    var result = self
    result.remove(at: axis)
    return result
  }

  package func replacing(_ axis: Int, with size: Int) -> Shape {
    var result = self
    result[axis] = size
    return result
  }

  /// An axis as a user counts it (negative from the end) to a place from the front. Error: `axis-range`.
  package func axis(_ axis: Int) throws -> Int { try Shape.axis(axis, rank: rank) }

  package static func axis(_ axis: Int, rank: Int) throws -> Int {
    let place = axis < 0 ? axis + rank : axis
    guard place >= 0, place < rank else {
      throw Failure(
        "axis-range",
        rank == 0
          ? "there is no axis \(axis): a number has no axes"
          : "axis \(axis) is out of range for a tensor of \(rank) \(rank == 1 ? "axis" : "axes")", parameter: "axis",
        why: rank == 0
          ? nil
          : rank == 1
            ? "its only axis is 0, or -1 from the end."
            : "the axes are 0 to \(rank - 1), or -1 to -\(rank) from the end.")
    }
    return place
  }

  /// Strides of the row-major layout, in elements.
  package var rowMajorStrides: Sizes {
    var strides = Sizes(repeating: 0)
    var step = 1
    var axis = rank - 1
    while axis >= 0 {
      strides[axis] = step
      step = step.multipliedReportingOverflow(by: sizes[axis]).partialValue
      axis -= 1
    }
    return strides
  }

  package var description: String { "[\(map(String.init).joined(separator: ", "))]" }

  package static func == (a: Shape, b: Shape) -> Bool {
    guard a.rank == b.rank else { return false }
    for axis in 0..<a.rank where a.sizes[axis] != b.sizes[axis] { return false }
    return true
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    for axis in 0..<rank { hasher.combine(sizes[axis]) }
  }
}
