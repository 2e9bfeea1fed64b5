package import Diagnostics

/// What the compiled code of a text tells about it without a run: names that nothing sets, calls that cannot fit.
///
/// The names are those that the compiler resolved, and the messages those of the machine: what is found here is what a run
/// would say when it comes there. What a `try` guards is left alone: there a mistake may be meant.
package struct ProgramReview {
  package internal(set) var mistakes: [Diagnostic] = []
  /// The top-level names that the text sets.
  package internal(set) var setNames: Set<String> = []
  /// Those of them that are set once, as a whole, and never handed over with `&`.
  package internal(set) var settledNames: Set<String> = []
}

extension Machine {
  /// Reviews the compiled text.
  /// - Parameters:
  ///   - known: names that are set before the text runs.
  ///   - load: the top-level names of a used file; it throws when there is none, and gives nil where nothing is known.
  package func review(
    _ program: Prototype, known: Set<String>, load: (ModuleRequest) throws -> Set<String>?
  ) -> ProgramReview {
    let names = SettingReview(program)
    var review = ProgramReview()
    review.setNames = names.all
    review.settledNames = names.settled
    var walk = CallReview(machine: self, program: program, names: names, known: known)
    review.mistakes = walk.useModules(load) + walk.mistakes(in: program)
    return review
  }
}

/// Where the top-level names of a text are set.
package struct SettingReview {
  /// The positions in the text's own code of the instructions that set a name, by slot.
  private(set) var settings: [Int: [Int]] = [:]
  /// Slots of which a part is set, or which a call may change.
  private(set) var changed: Set<Int> = []
  /// The function that a name is set to where it is set to one.
  private(set) var functions: [Int: Prototype] = [:]
  /// The uses of files, with their positions in the text's own code and the names that they set.
  private(set) var uses: [(at: Int, slot: Int, request: ModuleRequest)] = []
  private let globals: Globals

  package init(_ program: Prototype) {
    globals = program.globals
    for at in 0..<program.instructionCount {
      let instruction = program.instruction(at)
      guard instruction.op == .setGlobal else { continue }
      let slot = Int(instruction.b)
      settings[slot, default: []].append(at)
      guard at > 0, program.instruction(at - 1).a == instruction.a else { continue }
      let origin = program.instruction(at - 1)
      if origin.op == .function { functions[slot] = program.nested[Int(origin.b)] }
      if origin.op == .use { uses.append((at - 1, slot, program.modules[Int(origin.b)])) }
    }
    for check in program.bindings {
      for case .global(let slot) in check.dims.map(\.place) { settings[slot, default: []].append(0) }
    }
    for place in program.paths + program.callSites.flatMap({ $0.arguments.compactMap(\.place) }) {
      if case .global(let slot) = place.root { changed.insert(slot) }
    }
  }

  func isSet(_ slot: Int) -> Bool { settings[slot] != nil }

  /// Set once, as a whole.
  func isSettled(_ slot: Int) -> Bool { settings[slot]?.count == 1 && !changed.contains(slot) }

  /// The function that a call of this name reaches for certain.
  func function(_ slot: Int) -> Prototype? {
    guard isSettled(slot), globals.library.value(globals.names[slot]) == nil else {
      return nil
    }
    return functions[slot]
  }

  package var all: Set<String> { Set(settings.keys.map { globals.names[$0] }) }

  var settled: Set<String> {
    Set(settings.keys.filter(isSettled).map { globals.names[$0] })
  }
}

extension Prototype {
  func instruction(_ at: Int) -> Instruction { code.pointee.instructions[at] }

  /// Whether a `catch` takes what goes wrong here.
  func isGuarded(_ at: Int) -> Bool { handlers.contains { at >= $0.start && at < $0.end } }
}
