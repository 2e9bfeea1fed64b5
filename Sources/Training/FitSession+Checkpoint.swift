import Diagnostics
import Glibc
import Layers
import Optimizers
import Tensors

/// Keeping the state of a training after each epoch, and going on from it.
extension FitSession {
  private static let last = "last.nnc"
  private static let previous = "previous.nnc"
  private static let new = "new.nnc"

  /// The checkpoint before is kept, so that there is one to go on from if this one is damaged later.
  mutating func saveCheckpoint(in folder: String, _ epoch: Int, _ optimizer: Optimizer) throws {
    try Outside.reach("the folder `\(folder)`")
    try Folder.make(folder)
    let keepsBest = options.stop?.keepsBest == true
    let checkpoint = Checkpoint(
      model: text, optimizer: optimizer.text, columns: run.columns, epoch: epoch, step: optimizer.step,
      waited: waited, best: run.best, count: count, batch: options.batch, stream: stream, rows: run.rows,
      parameters: parameters, states: states, slots: optimizer.state, scheduleMemory: optimizer.scheduleMemory,
      bestValue: best?.value, bestParameters: keepsBest ? best?.parameters ?? [] : [],
      bestStates: keepsBest ? best?.states ?? [] : [])
    let (last, new) = ("\(folder)/\(FitSession.last)", "\(folder)/\(FitSession.new)")
    // Written whole before the old one moves: whenever the program is ended, one of them is there.
    try checkpoint.write(to: new)
    if Folder.holds(last), rename(last, "\(folder)/\(FitSession.previous)") != 0 { throw Folder.failure(last) }
    guard rename(new, last) == 0 else { throw Folder.failure(last) }
  }

  /// Takes over the state of an earlier training.
  ///
  /// - Returns: the epochs that it had done.
  /// - Throws: `file-missing`, `bad-checkpoint` for a damaged one and for one of another training.
  mutating func resume(_ optimizer: inout Optimizer) throws -> Int {
    guard let place = options.resume, let path = try checkpointFile(place) else { return 0 }
    let found: Checkpoint
    do {
      found = try Checkpoint(reading: path)
      try check(found, optimizer)
    } catch var failure as Failure where failure.id == "bad-checkpoint" {
      failure.parameter = "resume"
      failure.facts.insert(.init("file", path), at: 0)
      let before = "\(place)/\(FitSession.previous)"
      if path == "\(place)/\(FitSession.last)", (try? check(Checkpoint(reading: before), optimizer)) != nil {
        failure.why = "the checkpoint of the epoch before is whole."
        failure.hint = "resume=\"\(before)\""
      }
      throw failure
    }
    parameters = found.parameters
    states = found.states
    stream = found.stream
    waited = found.waited
    run.rows = found.rows
    run.best = found.best
    best = found.bestValue.map { ($0, found.bestParameters, found.bestStates) }
    optimizer.restore(step: found.step, state: found.slots, scheduleMemory: found.scheduleMemory)
    didStep = found.step > 0
    if found.count != count || found.batch != options.batch {
      observer?.note(
        "resumed from \(found.count) examples in batches of \(found.batch); now there are \(count) in batches of "
          + "\(options.batch), so the result is not that of an unbroken training")
    }
    observer?.note("goes on behind epoch \(found.epoch)")
    return found.epoch
  }

  /// The newest checkpoint at a place; nil where a training that keeps its state there has not got to its first.
  private func checkpointFile(_ place: String) throws -> String? {
    try Outside.reach("the folder `\(place)`")
    if Folder.isFile(place) { return place }
    for name in [FitSession.last, FitSession.new, FitSession.previous] where Folder.holds("\(place)/\(name)") {
      return "\(place)/\(name)"
    }
    if place == options.checkpoint { return nil }
    throw Failure(
      "file-missing", "there is no checkpoint in `\(place)`", parameter: "resume",
      why: "`checkpoint=\"\(place)\"` keeps one there after every epoch.")
  }

  private func check(_ found: Checkpoint, _ optimizer: Optimizer) throws {
    func differs(_ what: String, _ kept: String, _ now: String) -> Failure {
      Failure(
        "bad-checkpoint", "this checkpoint is of another \(what)",
        facts: [.init("checkpoint", kept), .init("here", now)])
    }
    guard found.model == text else { throw differs("model", found.model, text) }
    guard found.parameters.map(\.shape) == parameters.map(\.shape), found.states.map(\.shape) == states.map(\.shape)
    else {
      func sizes(_ list: [Tensor]) -> String { list.map { $0.shape.description }.joined(separator: " ") }
      throw differs("model", sizes(found.parameters), sizes(parameters))
    }
    guard found.optimizer == optimizer.text else { throw differs("optimizer", found.optimizer, optimizer.text) }
    guard found.columns == run.columns else {
      throw differs("history", found.columns.joined(separator: ", "), run.columns.joined(separator: ", "))
    }
    let keepsBest = options.stop?.keepsBest == true
    guard !keepsBest || found.bestParameters.count == parameters.count else {
      throw Failure("bad-checkpoint", "this checkpoint kept no best weights", why: "it ran without `stop=`.")
    }
  }
}

/// What the file system knows.
private enum Folder {
  /// Makes a folder, or clears one of what an ended program had half written.
  static func make(_ path: String) throws {
    guard mkdir(path, 0o755) != 0 else { return }
    guard errno == EEXIST, let folder = opendir(path) else { throw failure(path) }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasPrefix("new.nnc."), name.hasSuffix(".tmp") { unlink("\(path)/\(name)") }
    }
  }

  static func holds(_ path: String) -> Bool { access(path, F_OK) == 0 }

  static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  static func failure(_ path: String) -> Failure {
    Failure("file-unwritable", "`\(path)` cannot be written: \(String(cString: strerror(errno)))")
  }
}
