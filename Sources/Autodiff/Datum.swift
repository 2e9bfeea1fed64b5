package import Tensors

/// What flows between domain code and the language: the values that models, losses, metrics and callbacks take and give.
package enum Datum {
  case none
  case bool(Bool)
  case number(Double)
  case text(String)
  case tensor(Tensor)
  case list([Datum])
  case record(DatumRecord)
  /// A function, or a `Boxed` table, model or optimizer: a value of a module further up, passed through untouched.
  case object(AnyObject)
}

/// Carries a struct of a module further up (a `Table`, a `Model`) inside `Datum.object`.
package final class Boxed {
  package var value: Any

  package init(_ value: Any) { self.value = value }
}

/// Fields in the order in which they were written.
package struct DatumRecord {
  package private(set) var keys: [String]
  package private(set) var values: [Datum]

  package init(_ fields: [(String, Datum)] = []) {
    keys = fields.map(\.0)
    values = fields.map(\.1)
  }

  package subscript(key: String) -> Datum? {
    get { keys.firstIndex(of: key).map { values[$0] } }
    set {
      switch (keys.firstIndex(of: key), newValue) {
      case (let at?, let value?): values[at] = value
      case (let at?, nil):
        keys.remove(at: at)
        values.remove(at: at)
      case (nil, let value?):
        keys.append(key)
        values.append(value)
      case (nil, nil): break
      }
    }
  }
}

/// A function of the language, or one of ours, as domain code calls it: a loss, a metric, a layer, a callback.
package protocol Callable: AnyObject {
  /// What messages call it.
  var name: String { get }
  func call(_ arguments: [Datum]) throws -> Datum
}
