import CKernels
import Diagnostics

/// What a recurrent layer does at each step, and in which order it takes the steps.
package struct Recurrence: Sendable {
  package enum Cell: Sendable {
    /// `h = tanh(x + h U)`
    case tanh
    /// `h = relu(x + h U)`
    case relu
    /// Gates i f g o: `c = f * c + i * g; h = o * tanh(c)`.
    case lstm
    /// Gates r z n: `n = tanh(x_n + r * a_n); h = (1 - z) * n + z * h` with `a = h U + b`; `updateFirst`: gates z r n.
    case gru(updateFirst: Bool)

    /// How many gates lie side by side.
    package var gates: Int {
      switch self {
      case .tanh, .relu: 1
      case .lstm: 4
      case .gru: 3
      }
    }

    /// What is handed from step to step: h, and for an LSTM c.
    package var states: Int {
      if case .lstm = self { return 2 }
      return 1
    }
  }

  package var cell: Cell
  package var isReversed: Bool
  /// Bools `[t, n]`: where an example has a step. Elsewhere its state stays.
  package var alive: Tensor?

  package init(_ cell: Cell, isReversed: Bool = false, alive: Tensor? = nil) {
    self.cell = cell
    self.isReversed = isReversed
    self.alive = alive
  }

  /// The steps in the order in which they are taken.
  package func order(_ steps: Int) -> [Int] { isReversed ? (0..<steps).reversed() : Array(0..<steps) }
}

/// A recurrent layer over all steps at once: one product and one kernel for each step.
///
/// Inputs: what the input gives to the gates, `[t, n, gates * u]`; the state's weights `[u, gates * u]`; the state's bias
/// `[gates * u]` (a GRU's alone); h `[n, u]` and for an LSTM c `[n, u]` before the first step.
extension Raw {
  /// What the way back needs of the way there.
  package final class RecurrentTrace: @unchecked Sendable {
    fileprivate let gates: Tensor
    /// A GRU's `h U + b`.
    fileprivate let hidden: Tensor?
    fileprivate let output: Tensor

    fileprivate init(gates: Tensor, hidden: Tensor?, output: Tensor) {
      self.gates = gates
      self.hidden = hidden
      self.output = output
    }
  }

  /// h after each step, and for an LSTM c: `[states, t, n, u]`.
  package static func recurrence(_ inputs: [Tensor], _ how: Recurrence) throws -> (
    output: Tensor, trace: RecurrentTrace
  ) {
    let x = inputs[0]
    let dtype = floatType(x)
    let (steps, batch, units) = (x.shape[0], x.shape[1], x.shape[2] / how.cell.gates)
    let source = try kernelInput(x, dtype)
    // The gates are worked out where the input's part lies.
    let gates = try Tensor.uninitialized(x.shape, dtype)
    gates.rawPointer.copyMemory(from: source.rawPointer, byteCount: source.count * dtype.size)
    let weights = try kernelInput(inputs[1], dtype)
    let output = try Tensor.uninitialized([how.cell.states, steps, batch, units], dtype)
    let alive = try how.alive?.contiguous
    var hidden: Tensor?
    if case .gru = how.cell {
      hidden = try Tensor.uninitialized(x.shape, dtype)
      let bias = try Raw.broadcast(kernelInput(inputs[2], dtype), to: x.shape).contiguous
      hidden?.rawPointer.copyMemory(from: bias.rawPointer, byteCount: bias.count * dtype.size)
    }
    let states = try inputs.suffix(how.cell.states).map { try kernelInput($0, dtype) }
    func cell<T: BitwiseCopyable>(_: T.Type, _ kernels: RecurrentKernels<T>) {
      var h = UnsafeMutablePointer<T>(states[0].typed())
      var c = states.count > 1 ? UnsafeMutablePointer<T>(states[1].typed()) : h
      let size = batch * units
      for t in how.order(steps) {
        let next: UnsafeMutablePointer<T> = output.typed() + t * size
        let nextCell = next + (how.cell.states - 1) * steps * size
        let live = alive.map { $0.rawPointer.assumingMemoryBound(to: UInt8.self) + t * batch }
        let own: UnsafeMutablePointer<T> = gates.typed() + t * size * how.cell.gates
        switch how.cell {
        case .tanh, .relu:
          kernels.multiply(h, batch, weights, own)
          kernels.rnn(own, h, next, how.cell.isRelu, live, batch, units)
        case .lstm:
          kernels.multiply(h, batch, weights, own)
          kernels.lstm(own, c, nextCell, next, h, live, batch, units)
        case .gru(let updateFirst):
          let a: UnsafeMutablePointer<T> = (hidden ?? gates).typed() + t * size * 3
          kernels.multiply(h, batch, weights, a)
          kernels.gru(own, a, h, next, updateFirst ? 1 : 0, live, batch, units)
        }
        (h, c) = (next, nextCell)
      }
    }
    if dtype == .f32 { cell(Float.self, .single) } else { cell(Double.self, .double) }
    withExtendedLifetime((states, weights, alive)) {}
    return (output, RecurrentTrace(gates: gates, hidden: hidden, output: output))
  }

  /// The gradients of the inputs, where `g`, `[states, t, n, u]`, is that of the output.
  package static func recurrenceGradient(
    _ inputs: [Tensor], _ how: Recurrence, _ trace: RecurrentTrace, _ g: Tensor
  ) throws -> [Tensor] {
    let (gates, output) = (trace.gates, trace.output)
    let dtype = gates.dtype
    let (steps, batch, units) = (gates.shape[0], gates.shape[1], gates.shape[2] / how.cell.gates)
    let incoming = try kernelInput(g, dtype)
    let weights = try kernelInput(inputs[1], dtype)
    let turned = try transpose(weights)
    let alive = try how.alive?.contiguous
    let states = try inputs.suffix(how.cell.states).map { try kernelInput($0, dtype) }
    let dx = try Tensor.uninitialized(gates.shape, dtype)
    // A GRU's gates meet the state's part after r.
    let da = try trace.hidden.map { try Tensor.uninitialized($0.shape, dtype) } ?? dx
    // The state before each step, for the gradient of the weights.
    let before = try Tensor.uninitialized([steps, batch, units], dtype)
    let (one, two) = (try Tensor.zeros([batch, units], dtype), try Tensor.zeros([batch, units], dtype))
    let dc = try Tensor.zeros([batch, units], dtype)
    var (dh, carry) = (one, two)
    func back<T: BitwiseCopyable>(_: T.Type, _ kernels: RecurrentKernels<T>) {
      let size = batch * units
      let order = how.order(steps)
      let out: UnsafeMutablePointer<T> = output.typed()
      let apart = (how.cell.states - 1) * steps * size
      for index in order.indices.reversed() {
        let t = order[index]
        let h = index > 0 ? out + order[index - 1] * size : UnsafeMutablePointer<T>(states[0].typed())
        let c = index > 0 ? h + apart : UnsafeMutablePointer<T>((states.last ?? states[0]).typed())
        (before.typed() + t * size).update(from: h, count: size)
        let live = alive.map { $0.rawPointer.assumingMemoryBound(to: UInt8.self) + t * batch }
        let own: UnsafeMutablePointer<T> = gates.typed() + t * size * how.cell.gates
        let d: UnsafeMutablePointer<T> = dx.typed() + t * size * how.cell.gates
        let into: UnsafeMutablePointer<T> = da.typed() + t * size * how.cell.gates
        kernels.add(incoming.typed() + t * size, dh.typed(), size)
        switch how.cell {
        case .tanh, .relu:
          kernels.rnnBack(out + t * size, dh.typed(), d, carry.typed(), how.cell.isRelu, live, batch, units)
        case .lstm:
          kernels.add(incoming.typed() + apart + t * size, dc.typed(), size)
          kernels.lstmBack(
            own, c, out + apart + t * size, dh.typed(), dc.typed(), d, carry.typed(), live, batch, units)
        case .gru(let updateFirst):
          let a: UnsafeMutablePointer<T> = (trace.hidden ?? gates).typed() + t * size * 3
          kernels.gruBack(
            own, a, h, dh.typed(), d, into, carry.typed(), updateFirst ? 1 : 0, live, batch, units)
        }
        kernels.multiply(into, batch, turned, carry.typed())
        swap(&dh, &carry)
      }
    }
    if dtype == .f32 { back(Float.self, .single) } else { back(Double.self, .double) }
    withExtendedLifetime((incoming, states, weights, alive, one, two)) {}
    let rows = steps * batch
    let flat = try reshape(da, [rows, units * how.cell.gates])
    var result = [dx, try matmul(transpose(reshape(before, [rows, units])), flat)]
    if case .gru = how.cell { result.append(try sum(flat, axes: [0])) }
    result.append(dh)
    if how.cell.states > 1 { result.append(dc) }
    return result
  }
}

extension Recurrence.Cell {
  fileprivate var isRelu: Int32 {
    if case .relu = self { return 1 }
    return 0
  }
}

extension Tensor {
  fileprivate func typed<T>() -> UnsafeMutablePointer<T> { rawPointer.assumingMemoryBound(to: T.self) }
}

/// The kernels of one dtype.
private struct RecurrentKernels<T> {
  typealias Live = UnsafePointer<UInt8>?
  typealias M = UnsafeMutablePointer<T>
  typealias C = UnsafePointer<T>
  let add: (C?, M?, Int) -> Void
  let rnn: (C?, C?, M?, Int32, Live, Int, Int) -> Void
  let rnnBack: (C?, C?, M?, M?, Int32, Live, Int, Int) -> Void
  let lstm: (M?, C?, M?, M?, C?, Live, Int, Int) -> Void
  let lstmBack: (C?, C?, C?, C?, M?, M?, M?, Live, Int, Int) -> Void
  let gru: (M?, C?, C?, M?, Int32, Live, Int, Int) -> Void
  let gruBack: (C?, C?, C?, C?, M?, M?, M?, Int32, Live, Int, Int) -> Void
  let product: (UnsafePointer<nns_product>?) -> Void

  /// Adds `a b` to `c`; `a` has its rows one after the other.
  func multiply(_ a: UnsafeMutablePointer<T>, _ rows: Int, _ b: Tensor, _ c: UnsafeMutablePointer<T>) {
    let (depth, width, strides) = (b.shape[0], b.shape[1], b.strides)
    var job = nns_product(
      m: rows, n: width, k: depth, a: a, a_row: depth, a_column: 1, b: b.rawPointer, b_row: strides[0],
      b_column: strides[1], c: c, c_row: width, bias: nil, relu: 0, accumulate: 1)
    product(&job)
  }
}

extension RecurrentKernels<Float> {
  static var single: RecurrentKernels {
    RecurrentKernels(
      add: { nns_axpy_f32(1, $0, $1, $2) }, rnn: nns_rnn_cell_f32, rnnBack: nns_rnn_gradient_f32,
      lstm: nns_lstm_cell_f32,
      lstmBack: nns_lstm_gradient_f32, gru: nns_gru_cell_f32, gruBack: nns_gru_gradient_f32,
      product: nns_product_f32)
  }
}

extension RecurrentKernels<Double> {
  static var double: RecurrentKernels {
    RecurrentKernels(
      add: { nns_axpy_f64(1, $0, $1, $2) }, rnn: nns_rnn_cell_f64, rnnBack: nns_rnn_gradient_f64,
      lstm: nns_lstm_cell_f64,
      lstmBack: nns_lstm_gradient_f64, gru: nns_gru_cell_f64, gruBack: nns_gru_gradient_f64,
      product: nns_product_f64)
  }
}
