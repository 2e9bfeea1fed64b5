import Autodiff
import Diagnostics
import Evaluator
import Tensors

/// `axis=`: none for all axes, one axis, or several.
struct Axes: Convertible {
  var values: [Int]?

  static let typeName = "axis or list of axes"
  static func from(_ register: Registers) throws -> Axes? {
    if register.pointee.isNone { return Axes(values: nil) }
    if let one = Int.from(register) { return Axes(values: [one]) }
    return try [Int].from(register).map { Axes(values: $0) }
  }
  func makeValue() -> Value {
    guard let values else { return .none }
    return values.count == 1 ? Value(Double(values[0])) : values.makeValue()
  }
}

/// A tensor, or a list of numbers and bools that stands for one: what reductions take.
struct Numbers: Convertible {
  var tensor: Tensor
  /// A list of numbers is made of numbers of the language, and so is what it reduces to.
  var isList = false

  static let typeName = "tensor"
  static func from(_ register: Registers) throws -> Numbers? {
    if let list = register.pointee.list {
      if list.length == 0 { return Numbers(tensor: Tensor([Double](), [0])) }
      if let bools = try [Bool].from(register) { return Numbers(tensor: Tensor(bools, [bools.count])) }
      if list.values.allSatisfy(\.isNumber) {
        return Numbers(tensor: Tensor(list.values.map(\.number), [list.length]), isList: true)
      }
    }
    if let range = register.pointee.range, let numbers = try [Double].from(register) {
      return Numbers(tensor: Tensor(numbers, [range.length]), isList: true)
    }
    return try Tensor.from(register).map { Numbers(tensor: $0) }
  }
  func makeValue() -> Value { tensor.makeValue() }

  /// What these numbers were reduced to.
  func reduced(to result: Tensor) throws -> Value {
    isList && result.rank == 0 ? Value(try result.item) : Value(result)
  }
}

let xParameter = Parameter<Tensor>("x", "a tensor of any shape")
let numbersParameter = Parameter<Numbers>("x", "a tensor of any shape, or a list of numbers")
let axisParameter = Parameter<Axes>("axis", "the axis, or several, that go away; none: all", default: Axes(values: nil))
let keepParameter = Parameter<Bool>("keep", "keep the axes with size 1", default: false)
let oneAxisParameter = Parameter<Int>("axis", "along which axis", default: -1)

/// A bool where a comparison of two numbers gives one, a tensor of bools otherwise.
func truth(_ tensor: Tensor) throws -> Value {
  tensor.rank == 0 && tensor.dtype == .bool ? Value(try tensor.item != 0) : Value(tensor)
}

/// Sizes as separate arguments or as one list; -1 stands for what is left.
func sizes(_ rest: Rest<Value>, argument: Int = 1) throws -> [Int] {
  var values = rest.values
  if values.count == 1, var only = values.first, !only.isNumber {
    guard let list = try withUnsafeMutablePointer(to: &only, { try [Int].from($0) }) else {
      throw Failure("argument-type", "sizes are whole numbers, not \(only.described)", argument: argument)
    }
    return list
  }
  return try values.indices.map { index in
    guard let size = withUnsafeMutablePointer(to: &values[index], { Int.from($0) }) else {
      throw Failure(
        "argument-type", "sizes are whole numbers, not \(values[index].described)", argument: argument + index)
    }
    return size
  }
}

/// Named sizes of a pattern: `h=4`.
func patternSizes(_ named: NamedRest) throws -> [(String, Int)] {
  try named.values.map { name, value in
    var value = value
    guard let size = withUnsafeMutablePointer(to: &value, { Int.from($0) }) else {
      throw Failure("argument-type", "the size of `\(name)` is a whole number, not \(value.described)")
    }
    return (name, size)
  }
}
