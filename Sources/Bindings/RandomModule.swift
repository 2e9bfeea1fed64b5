import Diagnostics
import Evaluator
import Tensors

private let shape = Parameter<Shape?>("shape", "sizes; a single number when left out", default: nil)

/// A tensor, or a number when no shape is asked for.
private func drawn(_ shape: Shape?, _ draw: (Shape, inout RandomStream) throws -> Tensor) throws -> Value {
  var stream = RandomSource.next()
  let tensor = try draw(shape ?? [], &stream)
  return shape == nil ? Value(foreign: try tensor.item) : Value(tensor)
}

let randomModule = Module(
  "random", "random numbers, the same each time a program runs",
  [
    Builtin(
      "uniform", "Evenly spread between two bounds.", Parameter<Double>("a", "the lower bound", default: 0),
      Parameter<Double>("b", "the upper bound, not included", default: 1), shape,
      examples: ["uniform(0, 1, shape=(2, 3)).shape" => "(2, 3)"]
    ) { a, b, shape in try drawn(shape) { try Raw.uniform($0, a, b, &$1) } },
    Builtin(
      "normal", "From the normal distribution.", Parameter<Double>("mean", "the centre", default: 0),
      Parameter<Double>("std", "the spread", default: 1, .atLeast(0)), shape,
      examples: ["normal(0, 1, shape=4).shape" => "(4,)"]
    ) { mean, std, shape in try drawn(shape) { try Raw.normal($0, mean: mean, std: std, &$1) } },
    Builtin(
      "randint", "Whole numbers from a up to, but without, b.", Parameter<Int>("a", "the smallest"),
      Parameter<Int>("b", "the end, not included"), shape, examples: ["randint(0, 1)" => "0"]
    ) { a, b, shape -> Value in
      guard a < b else { throw Failure("argument-range", "there is no whole number from \(a) up to \(b)", argument: 1) }
      let (span, overflow) = b.subtractingReportingOverflow(a)
      guard !overflow else {
        throw Failure(
          "argument-range", "from \(a) up to \(b) there are more whole numbers than can be drawn from", argument: 1)
      }
      let count = try (shape ?? []).checkedCount()
      var stream = RandomSource.next()
      let numbers = (0..<count).map { _ in a + stream.next(below: span) }
      return shape == nil ? Value(Double(numbers[0])) : Value(Tensor(numbers, shape))
    },
    Builtin(
      "bernoulli", "1 with probability p, else 0.", Parameter<Double>("p", "the probability of 1", .between(0, 1)),
      shape,
      examples: ["bernoulli(1)" => "1"]
    ) { p, shape in try drawn(shape) { try Raw.bernoulli($0, p, &$1) } },
    Builtin(
      "permutation", "The numbers from 0 to n - 1 in random order.",
      Parameter<Int>("n", "how many", .between(0, 1 << 31)),
      examples: ["len(permutation(5))" => "5"]
    ) { n in
      var stream = RandomSource.next()
      return try Raw.permutation(n, &stream)
    },
    Builtin(
      "shuffle", "The elements in random order.", Parameter<Value>("x", "a list, tensor or table"),
      examples: ["len(shuffle((1, 2, 3)))" => "3"]
    ) { x -> Value in
      guard let count = x.elementCount, x.string == nil, x.record == nil else {
        throw Failure("argument-type", "\(x.described) cannot be shuffled", argument: 0)
      }
      try Resources.require(count, of: MemoryLayout<Int>.stride)
      return try Machine.current.indexed(x, by: [.tensor(Tensor(shuffled(count), [count]))])
    },
    Builtin(
      "sample", "Positions drawn with given probabilities.", Parameter<[Double]>("p", "weights, none negative"),
      Parameter<Int>("n", "how many", default: 1, .between(0, 1 << 30)),
      examples: ["sample((0, 1), 2)" => "int [2]  1  1"]
    ) { p, n in
      let total = p.reduce(0, +)
      guard total > 0, total.isFinite, p.allSatisfy({ $0 >= 0 }) else {
        throw Failure("argument-range", "weights must not be negative, and some must be above 0", argument: 0)
      }
      var stream = RandomSource.next()
      let drawn = (0..<n).map { _ -> Int in
        var rest = stream.nextUnit() * total
        for (i, weight) in p.enumerated() {
          rest -= weight
          if rest < 0 { return i }
        }
        return p.lastIndex { $0 > 0 } ?? 0
      }
      return Tensor(drawn, [n])
    },
  ])
