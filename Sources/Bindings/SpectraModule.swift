import Autodiff
import Diagnostics
import Evaluator
import Tensors

/// Fourier transforms. A complex tensor is a record `{re, im}` of two real ones.
let spectraModule = Module(
  "spectra", "Fourier transforms; a complex tensor is a record {re, im}",
  [
    Builtin(
      "fft", "The discrete Fourier transform over the last axis: {re, im}.", signalParameter,
      examples: ["fft([1, 2, 3, 4]).re" => "f32 [4]  10  -2  -2  -2"]
    ) { z in try complex(transformed(z, inverse: false)) },
    Builtin(
      "ifft", "The inverse of `fft`, divided by the length: {re, im}.", signalParameter,
      examples: ["ifft(fft([1, 2, 3, 4])).re" => "f32 [4]  1  2  3  4"]
    ) { z in try complex(transformed(z, inverse: true)) },
    Builtin(
      "rfft", "The first n // 2 + 1 values of the transform of a real signal; the others mirror them: {re, im}.",
      Parameter<Tensor>("x", "a signal, or many in the last axis"),
      examples: ["rfft([1, 2, 3, 4]).re" => "f32 [3]  10  -2  -2"]
    ) { x in
      let z = Value(x)
      defer { z.release() }
      let (re, im) = try transformed(z, inverse: false)
      let half = (x.shape.last ?? 0) / 2 + 1
      func first(_ y: Tensor) throws -> Tensor { try Op.slice(y, axis: y.rank - 1, from: 0, count: half) }
      return try complex((first(re), first(im)))
    },
    Builtin(
      "unfold", "Windows of an axis, each some steps after the one before: […, windows, size, …].",
      Parameter<Tensor>("x", "a tensor"), Parameter<Int>("size", "elements in a window", .atLeast(1)),
      Parameter<Int>("step", "from the start of one to the next", default: 1, .atLeast(1)),
      Parameter<Int>("axis", "the axis that is cut", default: -1),
      examples: ["unfold([1, 2, 3, 4], 2, step=2)" => "f32 [2, 2]\n  1  2\n  3  4"]
    ) { x, size, step, axis in try Op.unfold(x, axis: axis, size: size, step: step) },
  ])

private let signalParameter = Parameter<Value>("z", "a real tensor, or a complex one as {re, im}")

private func transformed(_ z: Value, inverse: Bool) throws -> (Tensor, Tensor) {
  let datum = try Datum(z)
  func real(_ x: Datum) throws -> Tensor {
    guard case .tensor(let x) = x, x.rank > 0, !x.isNumber else {
      throw Failure(
        "argument-type", "a transform takes a tensor with a last axis, or a record {re, im} of two, not \(z.described)",
        argument: 0)
    }
    return try floating(x)
  }
  guard case .record(let record) = datum else { return try Op.fourier(re: real(datum), im: nil, inverse: inverse) }
  guard let re = record["re"], let im = record["im"] else {
    throw Failure("argument-type", "a complex tensor is a record {re, im}, not \(z.described)", argument: 0)
  }
  let (x, y) = (try real(re), try real(im))
  guard x.shape == y.shape else {
    throw Failure(
      "broadcast", "the real and the imaginary part differ in shape", argument: 0,
      facts: [.init("re", x.shape.description), .init("im", y.shape.description)])
  }
  return try Op.fourier(re: x, im: y, inverse: inverse)
}

private func complex(_ parts: (Tensor, Tensor)) throws -> Value {
  Value(new: RecordObject([("re", Value(parts.0)), ("im", Value(parts.1))]))
}
