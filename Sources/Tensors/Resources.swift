import CKernels
package import Diagnostics

/// What a program may take of time and memory, and why it is to stop.
///
/// A limit that is passed raises the flag of Ctrl-C with another reason, so whatever answers Ctrl-C answers it too. Where
/// nothing does, the process ends with the same words. Memory is that of the whole process; what asks for a megabyte or
/// more at once is refused before it is given.
package enum Resources {
  /// Starts to limit the program; nil is no limit.
  ///
  /// - Parameter describe: the words of an error that ends the process.
  package static func limit(seconds: Double?, bytes: Int?, describe: (Failure) -> String) {
    if let seconds {
      Resources.seconds = seconds
      nns_limit_words(Int32(NNS_STOP_TIME), describe(timeIsUp))
      nns_limit_time(seconds)
    }
    nns_limit_memory(bytes ?? 0)
    nns_limit_words(Int32(NNS_STOP_MEMORY), describe(memoryIsUp))
  }

  nonisolated(unsafe) private static var seconds = 0.0

  /// Runs `body`, which ends with a failure when it takes more than this; not to be nested.
  package static func limited<R>(bytes: Int, seconds: Double, _ body: () throws -> R) rethrows -> R {
    Resources.seconds = seconds
    let before = nns_memory_limit()
    nns_limit_memory(min(before, nns_memory_resident() + bytes))
    nns_limit_time(seconds)
    defer {
      nns_limit_time(0)
      nns_limit_memory(before == nns_memory_physical() ? 0 : before)
      if nns_interrupted() != Int32(NNS_STOP_KEY) { nns_set_interrupted(0) }
    }
    return try body()
  }

  /// Whether so many more bytes are within the limit.
  @inline(__always) package static func fits(_ bytes: Int) -> Bool {
    UInt(bitPattern: bytes) < 1 << 20 || nns_memory_fits(bytes) != 0
  }

  /// - Throws: `too-large`.
  @inline(__always) package static func require(_ bytes: Int) throws {
    if !fits(bytes) { throw tooLarge(bytes) }
  }

  /// - Throws: `too-large`.
  package static func require(_ count: Int, of bytes: Int) throws {
    let (product, isOver) = count.multipliedReportingOverflow(by: bytes)
    try require(isOver ? .max : product)
  }

  package static func tooLarge(_ bytes: Int) -> Failure {
    let limit = nns_memory_limit()
    let isMachine = limit == nns_memory_physical()
    return Failure(
      "too-large", "\(formatBytes(bytes)) more do not fit in memory",
      why: isMachine ? "this machine has \(formatBytes(limit))." : "the program may use \(formatBytes(limit)).")
  }

  /// Runs what is short and must not be stopped halfway; what asked for it meanwhile is answered afterwards.
  package static func undisturbed(_ body: () -> Void) {
    nns_hold_interrupts(1)
    defer { nns_hold_interrupts(0) }
    body()
  }

  /// For what cannot throw: the program stops when it next looks at the flag.
  package static func raiseMemory() { nns_raise_interrupt(Int32(NNS_STOP_MEMORY)) }

  /// Stops when there is a reason to.
  ///
  /// - Throws: `interrupted`, `time-limit`, `memory-limit`.
  @inline(__always) package static func check() throws {
    if _slowPath(nns_interrupted() != 0) { throw interruption() }
  }

  /// Whether Ctrl-C was pressed; that is answered then. The other reasons are thrown.
  package static func takeInterrupt() throws -> Bool {
    guard nns_interrupted() != 0 else { return false }
    guard nns_interrupted() == Int32(NNS_STOP_KEY) else { throw interruption() }
    nns_set_interrupted(0)
    return true
  }

  /// Why the program is to stop.
  @inline(never) package static func interruption() -> Failure {
    switch nns_interrupted() {
    case Int32(NNS_STOP_TIME): timeIsUp
    case Int32(NNS_STOP_MEMORY): memoryIsUp
    default: Failure("interrupted", "stopped by Ctrl-C")
    }
  }

  private static var timeIsUp: Failure {
    Failure(
      "time-limit", "the program ran longer than \(formatNumber(seconds)) s", why: "it was started with that limit.")
  }

  private static var memoryIsUp: Failure {
    let limit = nns_memory_limit()
    return Failure(
      "memory-limit", "the program needs more than \(formatBytes(limit)) of memory",
      why: limit == nns_memory_physical() ? "this machine has no more." : "it was started with that limit.")
  }
}
