import Autodiff
import Diagnostics
import Evaluator
import Tables
import Tensors

private let axesText = "in the new order; none: the last two are swapped"

/// Moving, joining and picking values.
let shapesModule = Module(
  "shapes", "moving, joining, repeating and picking the values of tensors",
  [
    Builtin(
      "reshape", "The same values in another shape; -1 stands for what is left.", xParameter,
      Parameter<Rest<Value>>("shape", "the sizes, or one list of them"),
      examples: ["reshape([1, 2, 3, 4], 2, -1)" => "f32 [2, 2]\n  1  2\n  3  4"]
    ) { x, shape in try Op.reshape(x, Raw.reshape(x.detached, sizes(shape)).shape) },
    Builtin(
      "ravel", "All values along one axis.", xParameter,
      examples: ["ravel([[1, 2], [3, 4]])" => "f32 [4]  1  2  3  4"]
    ) { x in
      try Op.reshape(x, [x.count])
    },
    Builtin(
      "rearrange", "Moves, splits and joins axes by name.", xParameter,
      Parameter<String>("pattern", "such as \"b t (h d) -> b h t d\""),
      Parameter<NamedRest>("sizes", "of axes, such as h=4"),
      examples: ["rearrange(zeros(2, 6), \"b (h d) -> h b d\", h=3).shape" => "(3, 2, 2)"]
    ) { x, pattern, sizes in try Op.rearrange(x, pattern, sizes: patternSizes(sizes)) },
    Builtin(
      "repeat", "Repeats along new axes by name.", xParameter, Parameter<String>("pattern", "such as \"h w -> h w c\""),
      Parameter<NamedRest>("sizes", "of the new axes, such as c=3"),
      examples: ["repeat(zeros(2, 6), \"h w -> h w c\", c=3).shape" => "(2, 6, 3)"]
    ) { x, pattern, sizes in try Op.repeat(x, pattern, sizes: patternSizes(sizes)) },
    Builtin(
      "transpose", "The axes in another order.", xParameter, Parameter<Rest<Value>>("axes", axesText),
      examples: ["transpose(zeros(2, 3, 4), 2, 0, 1).shape" => "(4, 2, 3)"]
    ) { x, axes in
      let order = try sizes(axes)
      if order.isEmpty { return try Op.transpose(x) }
      _ = try Raw.permute(x.detached, order)
      return try Op.permute(x, order)
    },
    Builtin(
      "squeeze", "Drops axes of size 1.", xParameter,
      Parameter<Axes>("axis", "which; none: all", default: Axes(values: nil)),
      examples: ["squeeze(zeros(1, 3)).shape" => "(3,)"]
    ) { x, axis in try Op.squeeze(x, axes: axis.values) },
    Builtin(
      "expand", "Spreads axes of size 1, and adds axes in front.", xParameter,
      Parameter<Rest<Value>>("shape", "the sizes, or one list of them"),
      examples: ["expand(zeros(1, 3), 2, 3).shape" => "(2, 3)"]
    ) { x, shape in
      let target = try Shape.checked(sizes(shape))
      _ = try Raw.broadcast(x.detached, to: target)
      return try Op.expand(x, to: target)
    },
    Builtin(
      "stack", "Joins tensors of one shape along a new axis.", Parameter<[Tensor]>("xs", "tensors of one shape"),
      Parameter<Int>("axis", "where the new axis stands", default: 0),
      examples: ["stack(([1, 2], [3, 4])).shape" => "(2, 2)"]
    ) { xs, axis in try Op.stack(xs, axis: axis) },
    Builtin(
      "cat", "Joins tensors along an axis, or lists end to end.", Parameter<Rest<Value>>("parts", "tensors, or lists"),
      Parameter<Int>("axis", "of tensors", default: 0),
      examples: ["cat([1, 2], [3])" => "f32 [3]  1  2  3", "cat((1, \"a\"), (2,))" => "(1, \"a\", 2)"]
    ) { parts, axis in try joined(parts.values, axis: axis) },
    Builtin(
      "pad", "Puts values around a tensor.", xParameter,
      Parameter<Value>("widths", "one number, or (before, after) for each axis"),
      Parameter<Double>("value", "what to put", default: 0),
      Parameter<String>(
        "mode", "a constant; or values from inside, mirrored, the last one, or from the other end", default: "constant",
        .oneOf("constant", "reflect", "replicate", "circular")),
      examples: [
        "pad([1, 2], 1)" => "f32 [4]  0  1  2  0", "pad([1, 2, 3], 1, mode=\"reflect\")" => "f32 [5]  2  1  2  3  2",
      ]
    ) { x, widths, value, mode in
      let how = Surround(rawValue: mode) ?? .constant
      let widths = try paddings(widths, rank: x.rank)
      return how == .constant ? try Op.pad(x, widths, value: value) : try Op.pad(x, widths, how: how)
    },
    Builtin(
      "flip", "The values of axes in reverse.", xParameter,
      Parameter<Axes>("axis", "which axes; none: all", default: Axes(values: nil)),
      examples: ["flip([1, 2, 3])" => "f32 [3]  3  2  1"]
    ) { x, axis in
      try Op.flip(x, axes: (axis.values ?? Array(0..<x.rank)).map { try Op.axis($0, rank: x.rank) })
    },
    Builtin(
      "roll", "Moves values along an axis; what falls off the end comes in at the front.", xParameter,
      Parameter<Int>("shift", "how far"), oneAxisParameter, examples: ["roll([1, 2, 3], 1)" => "f32 [3]  3  1  2"]
    ) { x, shift, axis in try Op.roll(x, by: shift, axis: axis) },
    Builtin(
      "tile", "Repeats a whole tensor.", xParameter, Parameter<Rest<Value>>("counts", "how often along each axis"),
      examples: ["tile([1, 2], 2)" => "f32 [4]  1  2  1  2"]
    ) { x, counts in
      try Op.tile(x, sizes(counts))
    },
    Builtin(
      "gather", "Along an axis, the element that an index names at each place.", xParameter,
      Parameter<Tensor>("i", "places along the axis, of the rank of x, or of one axis to pick whole slices"),
      oneAxisParameter,
      examples: ["gather([[1, 2], [3, 4]], [[0], [1]], 1)" => "f32 [2, 1]\n  1\n  4"]
    ) { x, i, axis in
      x.rank > 1 && i.rank == 1 ? try Op.take(x, i, axis: axis) : try Op.gather(x, i, axis: axis)
    },
    Builtin(
      "scatter_add", "Adds values at the places that an index names along an axis.", xParameter,
      Parameter<Tensor>("i", "places along the axis"), Parameter<Tensor>("values", "what to add, of the index's shape"),
      oneAxisParameter, examples: ["scatter_add(zeros(3), [0, 2, 0], [1, 2, 3])" => "f32 [3]  4  0  2"]
    ) { x, i, values, axis in
      try Op.scatterAdd(x, i, values.dtype == x.dtype ? values : Op.cast(values, to: x.dtype), axis: axis)
    },
    Builtin(
      "chunks", "Cuts a tensor into pieces along an axis.", xParameter,
      Parameter<Value>("sizes", "of the pieces, or one size for all"),
      Parameter<Int>("axis", "along which axis", default: 0),
      examples: ["chunks([1, 2, 3], 2)" => "([1, 2], [3])"]
    ) { x, pieces, axis in try cut(x, pieces, axis: axis) },
  ])

private func joined(_ parts: [Value], axis: Int) throws -> Value {
  guard let first = parts.first else { throw Failure("argument-type", "`cat` needs something to join", argument: 0) }
  if first.list != nil || first.range != nil {
    var items: [Value] = []
    for (index, part) in parts.enumerated() {
      guard part.list != nil || part.range != nil else {
        for item in items { item.release() }
        throw Failure("argument-type", "`cat` joins lists with lists, not with \(part.described)", argument: index)
      }
      items += try elements(part, argument: index)
    }
    return Value(list: items)
  }
  if first.foreign is Table {
    let tables = try parts.enumerated().map { index, part in
      guard let table = part.foreign as? Table else {
        throw Failure("argument-type", "`cat` joins tables with tables, not with \(part.described)", argument: index)
      }
      return table
    }
    return Value(foreign: try Table.concatenated(tables))
  }
  if first.string != nil {
    throw Failure(
      "argument-type", "`cat` joins lists and tensors", argument: 0, why: "strings are joined by `+` or `join`.")
  }
  var tensors: [Tensor] = []
  for (index, part) in parts.enumerated() {
    var part = part
    guard let tensor = try withUnsafeMutablePointer(to: &part, { try Tensor.from($0) }) else {
      throw Failure("argument-type", "`cat` joins lists and tensors, not \(part.described)", argument: index)
    }
    tensors.append(tensor.rank == 0 ? try Op.reshape(tensor, [1]) : tensor)
  }
  return Value(try Op.concat(tensors, axis: axis))
}

private func paddings(_ widths: Value, rank: Int) throws -> [(before: Int, after: Int)] {
  let wrong = Failure(
    "argument-type", "`widths` is a number, or a (before, after) for each of the \(rank) axes", argument: 1)
  if widths.isNumber {
    guard let n = Int(exactly: widths.number), n >= 0 else { throw wrong }
    return [(before: Int, after: Int)](repeating: (n, n), count: rank)
  }
  let items = try elements(widths, argument: 1)
  defer { for item in items { item.release() } }
  func pair(_ value: Value) throws -> (before: Int, after: Int) {
    var value = value
    guard let both = try withUnsafeMutablePointer(to: &value, { try [Int].from($0) }), both.count == 2, both[0] >= 0,
      both[1] >= 0
    else { throw wrong }
    return (both[0], both[1])
  }
  if rank == 1, items.count == 2, items.allSatisfy(\.isNumber) { return [try pair(widths)] }
  guard items.count == rank else { throw wrong }
  return try items.map(pair)
}

private func cut(_ x: Tensor, _ pieces: Value, axis position: Int) throws -> [Tensor] {
  let axis = try Op.axis(position, rank: x.rank)
  let size = x.shape[axis]
  var counts: [Int]
  if pieces.isNumber {
    guard let n = Int(exactly: pieces.number), n > 0 else {
      throw Failure("argument-range", "the size of a piece is a whole number above 0", argument: 1)
    }
    counts = [Int](repeating: n, count: size / n) + (size % n > 0 ? [size % n] : [])
  } else {
    var pieces = pieces
    guard let given = try withUnsafeMutablePointer(to: &pieces, { try [Int].from($0) }) else {
      throw Failure("argument-type", "`sizes` is a number or a list of numbers", argument: 1)
    }
    counts = given
    let isWhole = counts.allSatisfy { $0 >= 0 && $0 <= size } && counts.reduce(0, &+) == size
    guard isWhole else {
      throw Failure(
        "argument-range", "the pieces must add up to the \(size) of axis \(axis)", argument: 1,
        facts: [.init("x", "\(x.shape)", argument: 0)])
    }
  }
  var start = 0
  return try counts.map { count in
    defer { start += count }
    return try Op.slice(x, axis: axis, from: start, count: count)
  }
}
