import Autodiff
import Diagnostics
import Layers
import Tensors

/// Short ways to write models in tests.
func chain(_ layers: any Layer...) throws -> Model { try Model.chain(layers.map { try Model($0) }) }

func dense(_ units: Int, _ activation: Activation? = nil, inputs: Int? = nil) -> Dense {
  Dense(units: units, activation: activation, inputs: inputs)
}

/// A function of the program with a source that a model file can keep.
final class Doubling: SourceCarrying {
  let name: String
  let factor: Double
  init(_ name: String = "scale", factor: Double = 2) {
    self.name = name
    self.factor = factor
  }
  var sourceText: String { "x => x * k" }
  var captures: DatumRecord {
    DatumRecord([("k", .number(factor)), ("table", .tensor(Tensor([1, 2] as [Float], [2])))])
  }
  func call(_ arguments: [Datum]) throws -> Datum {
    guard case .tensor(let x)? = arguments.first else { throw Failure("argument-type", "a tensor is wanted") }
    return .tensor(try Op.multiply(x, Tensor(number: factor)))
  }
}

/// What a body of a `model` block does in tests: the layer `inner` twice, then a parameter added.
final class TwiceBody: BlockBody {
  let name = "Twice"
  func call(_ arguments: [Datum]) throws -> Datum { throw Failure("argument-type", "fields are wanted") }
  func call(fields: DatumRecord, inputs: [Datum]) throws -> Datum {
    guard case .object(let object)? = fields["inner"], let inner = object as? any Callable,
      case .tensor(let shift)? = fields["shift"]
    else { throw Failure("argument-type", "a field is missing") }
    guard case .tensor(let y) = try inner.call([inner.call(inputs)]) else {
      throw Failure("argument-type", "a tensor is wanted")
    }
    return .tensor(try Op.add(y, shift))
  }
}

func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch { return error as? Failure }
}
