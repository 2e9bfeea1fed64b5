import Autodiff
import Diagnostics
import Evaluator
import Layers
import Tensors

/// A function of the program as an element of a model. It keeps the top-level values that it reads, so that a copy of the
/// model is a true snapshot.
class ProgramFunction: SourceCarrying {
  let value: Value
  /// The names of the text that it was loaded in; kept for as long as it lives.
  fileprivate let names: Globals?

  /// Adds a count of its own.
  init(_ function: FunctionObject, names: Globals? = nil) {
    value = function.snapshot()
    self.names = names
  }

  deinit { value.release() }

  var function: FunctionObject {
    guard let function = value.function else { preconditionFailure("made of a function") }
    return function
  }

  var name: String { function.name }
  var sourceText: String { function.sourceText }
  var captures: DatumRecord {
    get throws { DatumRecord(try function.surroundings.map { ($0.name, try capturedDatum($0.value)) }) }
  }

  func call(_ arguments: [Datum]) throws -> Datum {
    let values = arguments.map(programValue)
    defer { for value in values { value.release() } }
    let result = try apply(value, values)
    defer { result.release() }
    return try Datum(result)
  }

  /// What comes from a file reaches nothing outside.
  fileprivate func apply(_ function: Value, _ arguments: [Value]) throws -> Value {
    guard names != nil else { return try Machine.current.call(function, arguments) }
    return try Outside.closed { try Machine.current.call(function, arguments) }
  }
}

/// The forward function of a `model` block.
final class ProgramBody: ProgramFunction, BlockBody {
  func call(fields: DatumRecord, inputs: [Datum]) throws -> Datum {
    var present: [String: Value] = [:]
    for (name, field) in zip(fields.keys, fields.values) { present[name] = programValue(field) }
    // A function among the fields may use other fields: it sees the present ones as well.
    for (name, field) in present {
      guard let function = field.function, !function.surroundings.isEmpty else { continue }
      present[name] = Value(new: function.replacing(captures: present))
      field.release()
    }
    defer { for field in present.values { field.release() } }
    // What came from a file finds the fields among the names of its own text.
    if let names { for (name, field) in present { names[name] = field.retained() } }
    let bound = Value(new: function.replacing(captures: present))
    defer { bound.release() }
    let values = inputs.map(programValue)
    defer { for value in values { value.release() } }
    let result = try apply(bound, values)
    defer { result.release() }
    return try Datum(result)
  }
}

/// A function of the library as an element of a model, a loss or a metric.
final class NamedLibraryFunction: LibraryFunction {
  private let reference: FunctionReference
  init(_ value: Value) { reference = FunctionReference(value) }
  var name: String { reference.name }

  func call(_ arguments: [Datum]) throws -> Datum {
    do {
      return try reference.call(arguments)
    } catch var failure as Failure {
      // An edit of this call's arguments is none of the call that the program wrote.
      failure.hint = nil
      throw failure
    }
  }
}

/// A layer in its place in a model, as the body of a block calls it.
private struct PlacedFunction: Foreign {
  let function: any Callable
  static var typeName: String { "model" }
  var summary: String { function.name }
  var callable: ForeignCall? {
    { arguments, named in
      if let other = named.first {
        throw Failure("bad-argument", "a layer within a model has no argument `\(other.name)`")
      }
      return programValue(try function.call(arguments.map { try Datum($0) }))
    }
  }
}

/// A datum as a value, functions of ours included; hands over its count.
func programValue(_ datum: Datum) -> Value {
  switch datum {
  case .list(let items): return Value(list: items.map(programValue))
  case .record(let record):
    return Value(new: RecordObject(zip(record.keys, record.values).map { ($0, programValue($1)) }))
  case .object(let function as ProgramFunction): return function.value.retained()
  case .object(is FunctionReference): return Value(datum)
  case .object(let function as any Callable): return Value(foreign: PlacedFunction(function: function))
  default: return Value(datum)
  }
}

/// A captured value as a model file takes it: functions of the program with their source.
private func capturedDatum(_ value: Value, depth: Int = 0) throws -> Datum {
  if let function = value.function { return .object(ProgramFunction(function)) }
  if value.builtin != nil { return .object(NamedLibraryFunction(value)) }
  if let list = value.list, depth < 100 {
    return .list(try list.values.map { try capturedDatum($0, depth: depth + 1) })
  }
  return try Datum(value)
}

/// A function as domain code calls it: the library's by name, the program's as it stands.
func callable(_ value: Value) -> any Callable {
  value.builtin != nil ? NamedLibraryFunction(value) : FunctionReference(value)
}

/// How functions come back from a model file.
func functionLoading() -> FunctionLoading {
  FunctionLoading(
    compile: { name, source, captures in
      let values = zip(captures.keys, captures.values).map { (name: $0, value: programValue($1)) }
      defer { for value in values { value.value.release() } }
      let made = try Outside.closed {
        try makeFunction(
          name: name, source: source, surroundings: values, library: Machine.current.globals.library)
      }
      defer { made.function.release() }
      guard let function = made.function.function else { throw Failure("not-a-model", "`\(name)` is not a function") }
      return ProgramBody(function, names: made.names)
    },
    library: { name in Machine.current.globals.library.value(name).map { NamedLibraryFunction($0) } })
}
