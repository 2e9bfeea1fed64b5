import Autodiff
import Diagnostics
import Tensors

let tensorFields = ["shape", "rank", "dtype", "size", "T", "bytes"]

extension Machine {
  /// `x.name`; where `x` is a record the instruction remembers its shape.
  func field(
    of owner: Value, _ function: Unmanaged<FunctionObject>, _ name: Int, _ cache: UnsafeMutablePointer<FieldCache>
  ) throws -> Value {
    let symbol = function._withUnsafeGuaranteedRef { $0.prototype.symbols[name] }
    if let record = owner.record { cache.pointee.remember(symbol, in: record) }
    return try field(of: owner, symbol)
  }

  func field(of owner: Value, _ symbol: Symbol) throws -> Value {
    if let record = owner.record {
      guard let value = record[symbol] else { throw noField(owner, symbol) }
      return value.retained()
    }
    if let payload = owner.foreign {
      guard let value = try payload.field(symbol.name) else { throw noField(owner, symbol) }
      return value
    }
    var copy = owner
    if owner.isNumber || owner.tensor != nil,
      let tensor = try withUnsafeMutablePointer(to: &copy, { try Tensor.from($0) })
    {
      switch symbol.name {
      case "shape": return tensor.shape.makeValue()
      case "rank": return Value(Double(tensor.shape.rank))
      case "dtype": return Value("\(tensor.dtype)")
      case "size": return Value(Double(tensor.shape.elementCount))
      case "T": return Value(try Op.transpose(tensor))
      case "bytes": return Value(Double(tensor.byteCount))
      default: throw noField(owner, symbol)
      }
    }
    if let range = owner.range {
      switch symbol.name {
      case "start": return Value(range.start)
      case "end": return Value(range.end)
      default: break
      }
    }
    throw noField(owner, symbol)
  }
}
