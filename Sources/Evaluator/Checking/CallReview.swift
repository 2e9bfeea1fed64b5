import Diagnostics

/// Looks through compiled functions for names that nothing sets and for calls whose arguments cannot fit.
struct CallReview {
  let machine: Machine
  let program: Prototype
  let names: SettingReview
  /// Names that are set before the text runs.
  let known: Set<String>
  private let spellings: [String]
  /// The names that a used file sets, by the slot of what it is used as.
  private var modules: [Int: Set<String>] = [:]

  init(machine: Machine, program: Prototype, names: SettingReview, known: Set<String>) {
    self.machine = machine
    self.program = program
    self.names = names
    self.known = known
    spellings = program.globals.names.enumerated().filter { names.isSet($0.offset) }.map(\.element)
  }

  /// Looks up the used files; answers those that are not there.
  mutating func useModules(_ load: (ModuleRequest) throws -> Set<String>?) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for use in names.uses {
      do {
        let loaded = try load(use.request)
        if names.isSettled(use.slot) { modules[use.slot] = loaded }
      } catch let failure as Failure {
        if !program.isGuarded(use.at) { found.append(machine.diagnostic(failure, program, use.at)) }
      } catch {}
    }
    return found
  }

  func mistakes(in prototype: Prototype) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for at in 0..<prototype.instructionCount where !prototype.isGuarded(at) {
      let instruction = prototype.instruction(at)
      do {
        switch instruction.op {
        case .getGlobal: try read(Int(instruction.b), prototype, at)
        case .setPath, .getPath:
          try place(prototype.paths[Int(instruction.b)], prototype, at)
        case .fail: found.append(prototype.diagnostics[Int(instruction.b)])
        case .call: try call(prototype, at, WrittenArguments(positional: Int(instruction.b)))
        case .callWith:
          let site = prototype.callSites[Int(instruction.b)]
          for case let held? in site.arguments.map(\.place) { try place(held, prototype, at) }
          if !site.hasSpread { try call(prototype, at, site.written) }
        case .field: try field(prototype, at)
        case .function where isHandedOver(prototype, at): break
        case .function: found += mistakes(in: prototype.nested[Int(instruction.b)])
        default: break
        }
      } catch let failure as Failure {
        found.append(machine.diagnostic(failure, prototype, at))
      } catch {
        if let diagnostic = error as? Diagnostic { found.append(diagnostic) }
      }
    }
    return found
  }

  /// Whether a function is written as an argument of another function of the program, which may catch what it fails with.
  private func isHandedOver(_ prototype: Prototype, _ at: Int) -> Bool {
    let register = Int(prototype.instruction(at).a)
    guard at + 1 < prototype.instructionCount else { return false }
    let next = prototype.instruction(at + 1)
    if next.op == .setGlobal, Int(next.a) == register { return false }
    if next.op == .move, Int(next.b) == register { return false }
    for position in (at + 1)..<prototype.instructionCount {
      let instruction = prototype.instruction(position)
      guard instruction.op == .call || instruction.op == .callWith, Int(instruction.a) < register else { continue }
      let count =
        instruction.op == .call ? Int(instruction.b) : prototype.callSites[Int(instruction.b)].arguments.count
      return register <= Int(instruction.a) + count && !isLibraryCall(prototype, position)
    }
    return false
  }

  private func isLibraryCall(_ prototype: Prototype, _ at: Int) -> Bool {
    guard let name = prototype.calleeNames[at], let slot = program.globals.knownSlot(of: name) else { return false }
    return !names.isSet(slot) && program.globals.library.builtins[name] != nil
  }

  /// A name that is read must be set somewhere, or be the library's.
  private func read(_ slot: Int, _ prototype: Prototype, _ at: Int) throws {
    let globals = program.globals
    let name = globals.names[slot]
    guard globals.library.value(name) == nil, !known.contains(name) else { return }
    if !names.isSet(slot) { throw unknown(name, prototype) }
    // The text's own lines run in their order.
    guard prototype === program, let first = names.settings[slot]?.min(), at < first,
      !isRepeated(at, upTo: first)
    else { return }
    throw Failure(
      "unknown-name", "there is no `\(name)` yet", why: "it is set further down, and the lines run in their order.")
  }

  private func place(_ place: Place, _ prototype: Prototype, _ at: Int) throws {
    guard case .global(let slot) = place.root, !names.isSet(slot) else { return }
    let name = program.globals.names[slot]
    if program.globals.library.value(name) == nil, !known.contains(name) { throw unknown(name, prototype) }
  }

  private func unknown(_ name: String, _ prototype: Prototype) -> Failure {
    machine.unknownName(name, in: prototype, among: spellings + Array(known))
  }

  /// Whether a loop goes back over the reading after the name was set.
  private func isRepeated(_ at: Int, upTo first: Int) -> Bool {
    (first..<program.instructionCount).contains { position in
      let instruction = program.instruction(position)
      switch instruction.op {
      case .jump, .jumpIfTrue, .jumpIfFalse: return position + 1 + instruction.offset <= at
      case .forLoop, .jumpIfLess, .jumpIfLessEqual, .jumpIfGreater, .jumpIfGreaterEqual, .jumpIfLessK,
        .jumpIfLessEqualK, .jumpIfGreaterK, .jumpIfGreaterEqualK:
        return position + 1 + instruction.shortOffset <= at
      default: return false
      }
    }
  }

  /// A name of a used file.
  private func field(_ prototype: Prototype, _ at: Int) throws {
    let instruction = prototype.instruction(at)
    guard at > 0, prototype.instruction(at - 1).op == .getGlobal, prototype.instruction(at - 1).a == instruction.b,
      let names = modules[Int(prototype.instruction(at - 1).b)]
    else { return }
    let symbol = prototype.symbols[Int(instruction.c)]
    let isPrivate = symbol.name.hasPrefix("_")
    if isPrivate, names.contains(symbol.name) { throw machine.privateName(symbol) }
    guard isPrivate || !names.contains(symbol.name) else { return }
    let visible = names.filter { !$0.hasPrefix("_") }.sorted()
    let module = Value(new: RecordObject(visible.map { ($0, .none) }))
    defer { module.release() }
    throw machine.noField(module, symbol)
  }

  /// A call of a function that is known for certain: the library's, or one that a top-level name is set to once.
  private func call(_ prototype: Prototype, _ at: Int, _ written: WrittenArguments) throws {
    guard let name = prototype.calleeNames[at], !prototype.registerNames.values.contains(name),
      !prototype.captures.contains(where: { $0.name == name })
    else { return }
    guard let slot = program.globals.knownSlot(of: name) else { return }
    if names.isSet(slot) || known.contains(name) {
      if let function = names.function(slot) { _ = try function.plan(written) }
    } else if let builtin = program.globals.library.builtins[name] {
      _ = try builtin.plan(written)
    } else if let function = program.globals.library.value(name)?.function {
      _ = try function.prototype.plan(written)
    }
  }
}
