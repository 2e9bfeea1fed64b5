import Diagnostics
import Layers
import Optimizers
import Tensors

/// Everything that a training needs to go on as if it had never stopped, after some epoch.
///
/// A safetensors file: what is compared stands in its metadata, every number in its tensors, so that each comes back to
/// the bit.
struct Checkpoint {
  /// The model, the optimizer and the columns of the history as text: a training goes on only where they are the same.
  var model: String
  var optimizer: String
  var columns: [String]
  /// Epochs done, steps taken, epochs since the best one, the best epoch, examples, and examples in a batch.
  var epoch = 0, step = 0, waited = 0, best = 0, count = 0, batch = 0
  var stream: RandomStream
  var rows: [[Double]]
  var parameters: [Tensor]
  var states: [Tensor]
  /// What the optimizer keeps for each parameter, by path.
  var slots: [String: [Tensor]]
  var scheduleMemory: [Double]
  /// The best value of what is watched, and the weights it came with where they are kept.
  var bestValue: Double?
  var bestParameters: [Tensor] = []
  var bestStates: [Tensor] = []

  private static let format = "nns-checkpoint"
  private static let version = 1

  /// - Throws: `file-unwritable`; what was there before is then still there.
  func write(to path: String) throws {
    var tensors: [(name: String, tensor: Tensor)] = [
      ("counters", Tensor([epoch, step, waited, best, count, batch])),
      ("stream", Tensor([Int(bitPattern: UInt(stream.seed)), Int(bitPattern: UInt(stream.stream))])),
      ("rows", Tensor(rows.flatMap { $0 }, [rows.count, columns.count])),
      ("schedule", Tensor(scheduleMemory)),
      ("best", Tensor(bestValue.map { [$0] } ?? [])),
    ]
    func add(_ name: String, _ list: [Tensor]) {
      for (index, tensor) in list.enumerated() { tensors.append(("\(name).\(index)", tensor.detached)) }
    }
    add("parameter", parameters)
    add("state", states)
    add("best_parameter", bestParameters)
    add("best_state", bestStates)
    for (path, list) in slots.sorted(by: { $0.key < $1.key }) { add("slot.\(path)", list) }
    let file = Safetensors(
      metadata: [
        ("format", Checkpoint.format), ("version", String(Checkpoint.version)), ("model", model),
        ("optimizer", optimizer), ("columns", columns.joined(separator: ",")),
      ], tensors: tensors)
    try FileBytes.write(try file.encoded(), to: path)
  }

}

extension Checkpoint {
  /// - Throws: `file-missing`, `file-unreadable`; `bad-checkpoint` that says what is wrong with the file.
  init(reading path: String) throws {
    let bytes = try FileBytes.read(path)
    do {
      try self.init(try bytes.withUnsafeBytes { try Safetensors(decoding: $0) })
    } catch let failure as Failure where failure.id == "not-a-model" {
      // It says what is wrong behind what it should have been.
      throw Checkpoint.damaged(failure.message.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? "")
    }
  }

  private init(_ file: Safetensors) throws {
    let metadata = Dictionary(file.metadata.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    guard metadata["format"] == Checkpoint.format, let model = metadata["model"],
      let optimizer = metadata["optimizer"], let columns = metadata["columns"]
    else { throw Checkpoint.damaged("it holds \(file.tensors.count) tensors but no training") }
    guard metadata["version"].flatMap(Int.init) == Checkpoint.version else {
      throw Checkpoint.damaged("it was written by another version of NNS")
    }
    self.model = model
    self.optimizer = optimizer
    self.columns = columns.split(separator: ",").map(String.init)
    let tensors = Dictionary(file.tensors.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    func found(_ name: String, _ dtype: DType, _ rank: Int) throws -> Tensor {
      guard let tensor = tensors[name], tensor.dtype == dtype, tensor.rank == rank else {
        throw Checkpoint.damaged("`\(name)` is missing")
      }
      return tensor
    }
    func list(_ name: String) -> [Tensor] {
      var list: [Tensor] = []
      while let tensor = tensors["\(name).\(list.count)"] { list.append(tensor) }
      return list
    }
    let counters = try found("counters", .int, 1).ints
    let stream = try found("stream", .int, 1).ints
    let rows = try found("rows", .f64, 2)
    guard counters.count == 6, counters.allSatisfy({ $0 >= 0 }), stream.count == 2,
      rows.shape[0] == counters[0], rows.shape[1] == self.columns.count
    else { throw Checkpoint.damaged("its parts do not fit together") }
    (epoch, step, waited) = (counters[0], counters[1], counters[2])
    (best, count, batch) = (counters[3], counters[4], counters[5])
    self.stream = RandomStream(seed: UInt64(UInt(bitPattern: stream[0])), stream: UInt64(UInt(bitPattern: stream[1])))
    let (values, width) = (try rows.doubles, self.columns.count)
    self.rows = (0..<epoch).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
    parameters = list("parameter")
    states = list("state")
    slots = [:]
    for name in tensors.keys where name.hasPrefix("slot.") && name.hasSuffix(".0") {
      let path = String(name.dropFirst(5).dropLast(2))
      slots[path] = list("slot.\(path)")
    }
    scheduleMemory = try found("schedule", .f64, 1).doubles
    bestValue = try found("best", .f64, 1).doubles.first
    bestParameters = list("best_parameter")
    bestStates = list("best_state")
  }

  private static func damaged(_ what: String) -> Failure {
    Failure("bad-checkpoint", "this checkpoint cannot be used: \(what)")
  }
}
