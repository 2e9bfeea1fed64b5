import CKernels
package import Diagnostics
import Tensors

/// The register machine: runs compiled functions over one stack of registers.
///
/// A callee's frame starts at the caller's call window, so arguments are never copied, and calls between functions of
/// the language do not recurse on the host's stack. Builtins that call back do, up to a depth of their own.
package final class Machine {
  struct Frame {
    /// Where the caller goes on; nil when it is no function of the language but whoever entered the loop.
    var pc: UnsafeMutablePointer<Instruction>?
    var registers: Registers
    /// Where the result goes, counted from the caller's registers.
    var target: Int32
    /// How many places were held when the call began; more than that are written back when it ends. -1: it holds none.
    var heldPlaces: Int32
  }

  static let stackSize = 1 << 20
  static let largestFrame = 61_000
  static let deepest = 20_000
  static let deepestNesting = 220

  /// The machine whose program runs: builtins call back through it. Only the evaluator's thread touches it.
  nonisolated(unsafe) package static var current: Machine! = nil

  package let globals: Globals
  package var host: Host
  let stack = Registers.allocate(capacity: Machine.stackSize)
  let frames = UnsafeMutablePointer<Frame>.allocate(capacity: Machine.deepest + Machine.deepestNesting + 2)
  /// Registers below this are initialised.
  private var ready = 0
  /// The highest place where a frame may start.
  private(set) var limit: Registers
  /// Behind the last frame of the callers.
  var top: UnsafeMutablePointer<Frame>
  let lastFrame: UnsafeMutablePointer<Frame>
  var nesting = 0
  /// The first free register: where a builtin's call back may start its frame.
  var free: Registers
  private(set) var held = UnsafeMutablePointer<HeldPlace>.allocate(capacity: 64)
  private(set) var heldCapacity = 64
  var heldCount = 0
  /// The register of the last `&` argument of the builtin that was called last, if it has any.
  package internal(set) var lastLent: Registers?
  /// Why the loop stopped, for those who find what went wrong.
  var failure: (any Error)?
  /// Where strings with values in them are put together.
  let text = TextBuffer()
  /// Builtins that a variable hides and that were called all the same: told once a session.
  var noted: Set<String> = []

  package init(globals: Globals, host: Host) {
    self.globals = globals
    self.host = host
    free = stack
    top = frames
    lastFrame = frames + Machine.deepest
    limit = stack
    _ = extend()
    Machine.current = self
  }

  deinit {
    for i in 0..<ready { stack[i].release() }
    stack.deallocate()
    frames.deallocate()
    held.deallocate()
  }

  /// Makes more of the stack usable; nil at its end. Returns the limit.
  @inline(never) func extend() -> Registers? {
    let step = 1 << 17
    guard ready + step <= Machine.stackSize else { return nil }
    (stack + ready).initialize(repeating: .none, count: step)
    ready += step
    limit = stack + (ready - Machine.largestFrame)
    return limit
  }

  @inline(never) func growHeld() {
    let wider = UnsafeMutablePointer<HeldPlace>.allocate(capacity: heldCapacity * 2)
    wider.moveInitialize(from: held, count: heldCount)
    held.deallocate()
    held = wider
    heldCapacity *= 2
  }

  /// Runs a whole text. Values of top-level expressions go to the host.
  package func run(_ prototype: Prototype) throws {
    let function = Value(new: FunctionObject(prototype))
    defer { function.release() }
    try call(function, []).release()
  }

  /// Calls any callable value from outside the loop. Borrows the arguments; the result hands over its count.
  package func call(_ callee: Value, _ arguments: [Value]) throws -> Value {
    let base = free
    var room = limit
    while base + arguments.count + 1 > room {
      guard let wider = extend() else { throw tooDeep() }
      room = wider
    }
    base.put(callee.retained())
    for (i, argument) in arguments.enumerated() { (base + 1 + i).put(argument.retained()) }
    defer { free = base }
    if nesting >= Machine.deepestNesting {
      for i in 0...arguments.count { (base + i).clear() }
      throw tooDeep()
    }
    nesting += 1
    defer { nesting -= 1 }
    return try enter(base, argumentCount: arguments.count)
  }

  func tooDeep() -> Failure {
    Failure(
      "recursion-depth", "calls are nested too deeply", facts: [],
      why: "a function keeps calling itself; at most \(Machine.deepest) calls can be under way at once.")
  }

  /// Whether Ctrl-C was pressed, or a limit passed.
  @inline(__always) static var isInterrupted: Bool { nns_interrupted() != 0 }

  static func interruption() -> Failure { Resources.interruption() }
}

/// What the machine asks of the layers above it.
package struct Host {
  /// A top-level value, borrowed.
  package var show: (_ value: Value) -> Void
  package var note: (_ diagnostic: Diagnostic) -> Void
  /// `a >> b`; both borrowed.
  package var compose: (_ left: Value, _ right: Value) throws -> Value
  /// A model block: its fields and forward function.
  package var makeModel: (_ name: String, _ fields: [(name: String, value: Value)], _ forward: Value) throws -> Value
  package var makeTable: (_ columns: [String], _ cells: [Value]) throws -> Value
  package var loadModule: (_ request: ModuleRequest, _ from: SourceText) throws -> Value
  /// Whether a value, borrowed, is a used file's that has the name and keeps it to itself.
  package var isPrivate: (_ value: Value, _ name: String) -> Bool = { _, _ in false }

  package init(
    show: @escaping (Value) -> Void, note: @escaping (Diagnostic) -> Void,
    compose: @escaping (Value, Value) throws -> Value,
    makeModel: @escaping (String, [(name: String, value: Value)], Value) throws -> Value,
    makeTable: @escaping ([String], [Value]) throws -> Value,
    loadModule: @escaping (ModuleRequest, SourceText) throws -> Value
  ) {
    self.show = show
    self.note = note
    self.compose = compose
    self.makeModel = makeModel
    self.makeTable = makeTable
    self.loadModule = loadModule
  }
}
