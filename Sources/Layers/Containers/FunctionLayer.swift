package import Autodiff
import Diagnostics
package import JSON
import Tensors

/// A function of the language that can be written into a model file: as its source with the values that it captured.
package protocol SourceCarrying: Callable {
  var sourceText: String { get }
  var captures: DatumRecord { get throws }
}

/// A function of the library: a model file keeps its name alone.
package protocol LibraryFunction: Callable {}

/// A function as an element of a model: `input(4) >> (x => x * 2) >> dense(3)`.
package struct FunctionLayer: Layer {
  package var function: any Callable

  package init(_ function: any Callable) { self.function = function }

  package var kind: String { "function" }
  package var text: String { function is any LibraryFunction ? function.name : "\(function.name)(…)" }

  /// What comes out, found by trying the function on zeros; unknown if it does not take them.
  package func output(for input: Flow) throws -> Flow {
    guard let trial = try input.zeros(), let y = try? function.call([trial]) else { return .unknown }
    return Flow(of: y, batch: 2)
  }

  package func apply(_ x: Datum, _ place: Place) throws -> Datum { try function.call([x]) }

  package func encode(_ writer: inout LayerWriter) throws -> [JSONValue.Member] {
    [JSONValue.Member("function", try writer.function(function))]
  }

  static var layerKind: LayerKind {
    LayerKind("function") { reader in
      guard let json = reader.json["function"] else { throw reader.failure("`function` needs a function") }
      return FunctionLayer(try reader.function(json))
    }
  }
}
