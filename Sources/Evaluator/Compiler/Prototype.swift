package import Diagnostics
import Syntax

/// A compiled function: its code, and the tables that errors and slow paths look into.
package final class Prototype {
  /// What the machine needs at every step, in one place.
  struct Code {
    var instructions: UnsafeMutablePointer<Instruction>
    var constants: Registers
    /// The top-level names of the text that it stands in.
    var globals: Registers
    /// The places that assignments name, as plain data.
    var paths: UnsafeMutablePointer<PlainPlace>
    var sites: UnsafeMutablePointer<Unmanaged<CallSite>>
    var interpolations: UnsafeMutablePointer<Unmanaged<Interpolation>>
    /// Tells functions of one prototype from those of another.
    var prototype: UnsafeRawPointer
    /// The number of arguments of a call that needs no binding; -1 when every call does.
    var plainArity: Int
    var registerCount: Int
  }

  package struct Parameter {
    package var name: String
    var symbol: Symbol
    package var isInout: Bool
    package var isRest: Bool
    package var hasDefault: Bool
    package var span: Span
    /// The default as it is written, for help.
    package var defaultText: String?
    package var typeText: String?
  }

  enum CaptureSource {
    case register(Int)
    case capture(Int)
    case global(Int)
    case ownFunction
  }

  /// The statements between `start` and `end` are guarded by a `catch`.
  struct Handler {
    var start: Int
    var end: Int
    var target: Int
    /// Where the caught error goes.
    var register: Int
  }

  package let name: String
  package let source: SourceText
  /// The top-level names of the text that it stands in; the session keeps them.
  unowned let globals: Globals
  package let span: Span
  let headSpan: Span
  package internal(set) var documentation: String?
  package internal(set) var parameters: [Parameter] = []
  /// A model block: what it returns is a model.
  package internal(set) var isModel = false
  let code: UnsafeMutablePointer<Code>
  var instructionCount = 0
  var constantCount = 0
  var captures: [(name: String, source: CaptureSource)] = []
  var nested: [Prototype] = []
  var spans: [Span] = []
  /// By position: the spans of operands or arguments, in the order in which they are written.
  var operandSpans: [Int: [Span]] = [:]
  /// By position of a call whose callee is a plain name: that name.
  var calleeNames: [Int: String] = [:]
  var calleeSpans: [Int: Span] = [:]
  var handlers: [Handler] = []
  var callSites: [CallSite] = []
  var paths: [Place] = []
  var shapes: [RecordShape] = []
  var brackets: [BracketPlan] = []
  var recordPlans: [RecordPlan] = []
  var tables: [TablePlan] = []
  var symbols: [Symbol] = []
  var interpolations: [Interpolation] = []
  var indexPlans: [IndexPlan] = []
  var signatures: [Signature] = []
  var bindings: [BindingCheck] = []
  var models: [ModelPlan] = []
  var modules: [ModuleRequest] = []
  var diagnostics: [Diagnostic] = []
  var names: [String] = []
  private var lastPositionalPlan: CallPlan?
  /// Names of the registers that hold parameters and locals.
  var registerNames: [Int: String] = [:]

  init(name: String, source: SourceText, globals: Globals, span: Span, headSpan: Span) {
    self.name = name
    self.globals = globals
    self.source = source
    self.span = span
    self.headSpan = headSpan
    code = .allocate(capacity: 1)
    code.initialize(
      to: Code(
        instructions: .allocate(capacity: 1), constants: .allocate(capacity: 1), globals: globals.slots,
        paths: .allocate(capacity: 1), sites: .allocate(capacity: 1),
        interpolations: .allocate(capacity: 1), prototype: UnsafeRawPointer(code), plainArity: -1,
        registerCount: 1))
    code.pointee.prototype = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
  }

  /// Copies the finished code into its final place. The constants' counts are taken over.
  func install(_ instructions: [Instruction], constants: [Value], plainArity: Int, localCount: Int, registerCount: Int)
  {
    code.pointee.instructions.deallocate()
    code.pointee.constants.deallocate()
    code.pointee.paths.deallocate()
    code.pointee.sites.deallocate()
    code.pointee.interpolations.deallocate()
    let texts = UnsafeMutablePointer<Unmanaged<Interpolation>>.allocate(capacity: max(1, interpolations.count))
    for (n, text) in interpolations.enumerated() { (texts + n).initialize(to: .passUnretained(text)) }
    let sites = UnsafeMutablePointer<Unmanaged<CallSite>>.allocate(capacity: max(1, callSites.count))
    for (n, site) in callSites.enumerated() { (sites + n).initialize(to: .passUnretained(site)) }
    let plain = UnsafeMutablePointer<PlainPlace>.allocate(capacity: max(1, paths.count))
    for (n, place) in paths.enumerated() { (plain + n).initialize(to: PlainPlace(place)) }
    let room = UnsafeMutablePointer<Instruction>.allocate(capacity: max(1, instructions.count))
    room.initialize(from: instructions, count: instructions.count)
    for n in instructions.indices where [.result, .resultNone].contains(room[n].op) {
      room[n].c = UInt16(truncatingIfNeeded: localCount)
    }
    let pool = Registers.allocate(capacity: max(1, constants.count))
    pool.initialize(from: constants, count: constants.count)
    code.pointee = Code(
      instructions: room, constants: pool, globals: globals.slots, paths: plain, sites: sites, interpolations: texts,
      prototype: code.pointee.prototype, plainArity: plainArity, registerCount: registerCount)
    instructionCount = instructions.count
    constantCount = constants.count
  }

  /// For a call with so many positional arguments, when they do not simply stand for the parameters.
  func positionalPlan(_ count: Int) throws -> CallPlan {
    if let plan = lastPositionalPlan, plan.argumentCount == count { return plan }
    let plan = try plan(WrittenArguments(positional: count))
    lastPositionalPlan = plan
    return plan
  }

  deinit {
    for i in 0..<constantCount { code.pointee.constants[i].release() }
    code.pointee.instructions.deallocate()
    code.pointee.constants.deallocate()
    for n in paths.indices { code.pointee.paths[n].steps.deallocate() }
    code.pointee.paths.deallocate()
    code.pointee.sites.deallocate()
    code.pointee.interpolations.deallocate()
    code.deallocate()
  }
}

/// A variable or a part of one: `x`, `bs[i].vx`, `r.items[2].x`.
struct Place {
  enum Root {
    case register(Int)
    case global(Int)
  }
  enum Step {
    case field(Symbol, Span)
    /// An index in a register.
    case index(Int, Span)
    /// Several indices or a slice, as the index plan says.
    case indices(Int, Span)
  }
  var root: Root
  var rootName: String
  var steps: [Step]
  var span: Span

  /// Empties the registers of the indices after the last use of the place.
  func releaseIndices(_ r: Registers, _ plans: [IndexPlan]) {
    for step in steps {
      switch step {
      case .field: break
      case .index(let register, _): (r + register).clear()
      case .indices(let plan, _): plans[plan].registers.forEach { (r + $0).clear() }
      }
    }
  }
}

/// A `Place` as trivial data, for the machine's fast path; each field step remembers where it found the field last.
struct PlainPlace {
  struct Step {
    var isField: Bool
    /// A symbol's id, or the register of an index.
    var operand: UInt32
    var cachedShape: UInt32 = 0
    var cachedPosition: UInt32 = 0
  }
  var isGlobal: Bool
  var root: Int
  /// -1 when a step is of another kind: the slow path then serves.
  var count: Int
  var steps: UnsafeMutablePointer<Step>

  /// No place at all when it is nil.
  init(_ place: Place?) {
    guard let place else {
      (isGlobal, root, count, steps) = (false, 0, -1, .allocate(capacity: 1))
      return
    }
    switch place.root {
    case .register(let n): (isGlobal, root) = (false, n)
    case .global(let n): (isGlobal, root) = (true, n)
    }
    steps = .allocate(capacity: max(1, place.steps.count))
    count = place.steps.count
    for (n, step) in place.steps.enumerated() {
      switch step {
      case .field(let symbol, _): (steps + n).initialize(to: Step(isField: true, operand: symbol.id))
      case .index(let register, _): (steps + n).initialize(to: Step(isField: false, operand: UInt32(register)))
      case .indices: count = -1
      }
    }
  }
}

struct BracketPlan {
  /// For each register, whether it is spread.
  var isSpread: [Bool]
  var makesList: Bool
}

struct RecordPlan {
  /// For each register its key, or nil for a spread.
  var keys: [Symbol?]
}

/// The indices of `x[…]`: registers count from the instruction's own base.
struct IndexPlan {
  enum Part {
    case at(Int)
    case slice(from: Int?, to: Int?, step: Int?, isInclusive: Bool)
    case ellipsis
    case newAxis
  }
  var parts: [Part]
  var spans: [Span]

  /// Where the indices are: temporaries, which nothing reads after the last use of the plan.
  var registers: [Int] {
    parts.flatMap { part -> [Int] in
      switch part {
      case .at(let register): return [register]
      case .slice(let from, let to, let step, _): return [from, to, step].compactMap { $0 }
      case .ellipsis, .newAxis: return []
      }
    }
  }
}

struct TablePlan {
  var columns: [String]
  var cellCount: Int
}

struct ModelPlan {
  var fields: [(name: String, register: Int)]
}

package struct ModuleRequest {
  package var path: String?
  package var name: String
}
