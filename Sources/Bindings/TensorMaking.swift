import Autodiff
import Diagnostics
import Evaluator
import Tensors

/// Numbers in any form that a tensor can be made of: a tensor, a range, or nested lists of equal lengths.
struct Elements: Convertible {
  let tensor: Tensor

  static var typeName: String { "tensor, range or list of numbers" }

  static func from(_ register: Registers) throws -> Elements? {
    let value = register.pointee
    if value.tensor != nil || value.isNumber || value.isBool {
      return try Tensor.from(register).map { Elements(tensor: $0) }
    }
    if let range = value.range {
      return Elements(tensor: Tensor(try range.numbers()))
    }
    guard value.list != nil else { return nil }
    var numbers: [Double] = []
    var allBool = true
    let shape = try gather(value, into: &numbers, &allBool, depth: 0)
    let tensor = Tensor(numbers, try Shape.checked(shape))
    return Elements(tensor: allBool && !numbers.isEmpty ? try Raw.cast(tensor, .bool) : tensor)
  }

  func makeValue() -> Value { tensor.makeValue() }

  /// Appends the numbers of a nested list; gives its shape.
  private static func gather(_ value: Value, into numbers: inout [Double], _ allBool: inout Bool, depth: Int) throws
    -> [Int]
  {
    guard depth <= Shape.maximumRank else {
      throw Failure("ragged-rows", "lists nested more than \(Shape.maximumRank) deep do not make a tensor", argument: 0)
    }
    if value.isNumber {
      allBool = false
      numbers.append(value.number)
      return []
    }
    if value.isBool {
      numbers.append(value.isTrue ? 1 : 0)
      return []
    }
    if let tensor = value.tensor {
      if tensor.dtype != .bool { allBool = false }
      numbers += try tensor.doubles
      return Array(tensor.shape)
    }
    if let range = value.range {
      allBool = false
      numbers += try range.numbers()
      return [range.length]
    }
    guard let list = value.list else {
      throw Failure("argument-type", "a tensor is made of numbers, not of \(value.described)", argument: 0)
    }
    var row: [Int]?
    for (i, item) in list.values.enumerated() {
      let shape = try gather(item, into: &numbers, &allBool, depth: depth + 1)
      guard row == nil || row! == shape else {
        throw Failure(
          "ragged-rows",
          "the parts of a tensor must have one shape, but part \(i) is \(Shape(shape)) after \(Shape(row!))",
          argument: 0)
      }
      row = shape
    }
    return [list.length] + (row ?? [])
  }
}

private let elements = Parameter<Elements>("x", "a tensor, number, range, or nested lists of numbers")
private let shape = Parameter<Rest<Value>>("shape", "sizes, or one list of them")
private let matrix = Parameter<Tensor>("x", dims: "[..., n, m]", "a matrix, or a batch of them")

/// A number stays a number: it has no dtype to change.
private func converted(_ x: Elements, _ dtype: DType) throws -> Value {
  let tensor = x.tensor
  if tensor.isNumber || tensor.rank == 0 && tensor.dtype == .bool && dtype != .bool {
    if tensor.node != nil { return Value(tensor) }
    let value = try tensor.item
    switch dtype {
    case .f32, .f64, .f16: return Value(foreign: dtype == .f64 ? value : Double(Float(value)))
    case .bool: return Value(value != 0)
    default: return Value(foreign: try Raw.cast(Tensor([value], [1]), dtype).doubles[0])
    }
  }
  return Value(try Op.cast(tensor, to: dtype))
}

private func cast(_ name: String, _ dtype: DType, _ summary: String, _ example: Example) -> Builtin {
  Builtin(name, summary, elements, examples: [example]) { x in try converted(x, dtype) }
}

func dtype(named name: String, argument: Int) throws -> DType {
  guard let dtype = DType(named: name) else {
    let all = DType.allCases.map { "\($0)" }
    let elsewhere = [
      "float": "f32", "float32": "f32", "float64": "f64", "double": "f64", "float16": "f16", "half": "f16",
      "int64": "int", "int32": "int", "long": "int", "uint8": "u8", "byte": "u8", "int8": "i8",
    ]
    let near = elsewhere[name] ?? nearMisses(name, among: all).first
    throw Failure(
      "dtype", "there is no dtype \"\(name)\"", argument: argument,
      why: "the dtypes are \(all.joined(separator: ", ")).",
      hint: near.map { "\u{1}rename \"\($0)\"" })
  }
  return dtype
}

let makingModule = Module(
  "tensors", "making tensors, and changing their dtype",
  [
    Builtin(
      "tensor", "A tensor from numbers, a range or nested lists.", elements,
      Parameter<String>("dtype", "of its elements", default: "f32"),
      examples: ["tensor(((1, 2), (3, 4)))" => "f32 [2, 2]\n  1  2\n  3  4"]
    ) { x, name in
      let tensor = x.tensor
      let wanted = tensor.dtype == .bool && name == "f32" ? .bool : try dtype(named: name, argument: 1)
      if tensor.isNumber { return Value(new: TensorObject(try Tensor(scalar: tensor.item, wanted))) }
      return Value(try Op.cast(tensor, to: wanted))
    },
    Builtin("zeros", "A tensor of zeros.", shape, examples: ["zeros(2)" => "f32 [2]  0  0"]) {
      try Tensor.zeros($0.shape())
    },
    Builtin("ones", "A tensor of ones.", shape, examples: ["ones(2)" => "f32 [2]  1  1"]) {
      try Tensor.ones($0.shape())
    },
    Builtin(
      "full", "A tensor of one value.", Parameter<Shape>("shape", "its sizes"), Parameter<Double>("v", "the value"),
      examples: ["full(2, 7)" => "f32 [2]  7  7"]
    ) { try Tensor.full($0, $1) },
    Builtin(
      "eye", "The identity matrix.", Parameter<Int>("n", "rows and columns", .between(0, 65_536)),
      examples: ["eye(2)" => "f32 [2, 2]\n  1  0\n  0  1"]
    ) {
      try Raw.eye($0)
    },
    Builtin(
      "linspace", "Numbers at equal distances, both ends included.", Parameter<Double>("a", "the first"),
      Parameter<Double>("b", "the last"), Parameter<Int>("n", "how many", .between(1, 1 << 30)),
      examples: ["linspace(0, 1, 3)" => "f32 [3]  0.0  0.5  1.0"]
    ) { try Raw.linspace($0, $1, $2) },
    Builtin(
      "one_hot", "A row of zeros with a 1 at each label.", Parameter<Elements>("y", "labels, whole numbers from 0"),
      Parameter<Int?>(
        "classes", "how many; one more than the largest label when left out", default: nil, .given(.atLeast(1))),
      examples: ["one_hot((0, 2), 3)" => "f32 [2, 3]\n  1  0  0\n  0  0  1"]
    ) { y, classes in
      let labels = try Raw.cast(y.tensor, .int)
      return try Raw.oneHot(labels, classes: classes ?? ((labels.ints.max() ?? -1) + 1))
    },
    Builtin(
      "tril", "The lower triangle; zeros above it.", matrix,
      Parameter<Int>("diagonal", "the last kept diagonal", default: 0),
      examples: ["tril(ones(2, 2))" => "f32 [2, 2]\n  1  0\n  1  1"]
    ) {
      try Raw.tril($0, diagonal: $1)
    },
    Builtin(
      "triu", "The upper triangle; zeros below it.", matrix,
      Parameter<Int>("diagonal", "the first kept diagonal", default: 0),
      examples: ["triu(ones(2, 2))" => "f32 [2, 2]\n  1  1\n  0  1"]
    ) {
      try Raw.triu($0, diagonal: $1)
    },
    cast(
      "float", .f32, "As f32: large u8 tensors stay bytes underneath until they are needed.",
      "float(int((1, 2)))" => "f32 [2]  1  2"),
    cast("f64", .f64, "As f64.", "f64((1, 2))" => "f64 [2]  1  2"),
    cast("int", .int, "As 64-bit whole numbers, cut towards zero.", "int([1.7, -1.7])" => "int [2]   1  -1"),
    cast("bool", .bool, "Whether elements are other than zero.", "bool([0, 2])" => "bool [2]  false   true"),
    cast("i8", .i8, "As whole numbers from -128 to 127.", "i8((1, 2))" => "i8 [2]  1  2"),
    cast("u8", .u8, "As whole numbers from 0 to 255.", "u8((1, 2))" => "u8 [2]  1  2"),
    Builtin(
      "cast", "As another dtype.", elements, Parameter<String>("dtype", "f32, f64, f16, int, i8, u8 or bool"),
      examples: ["cast([1, 2], \"f16\")" => "f16 [2]  1  2"]
    ) { x, name in try converted(x, dtype(named: name, argument: 1)) },
  ])
