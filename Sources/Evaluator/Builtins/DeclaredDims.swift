import Diagnostics
import Syntax
import Tensors

/// The dims that a builtin declares. They are checked as those of a function in NNS are: against the signature that its
/// declaration, `fn dot(a: [n], b: [n])`, compiles to.
final class DeclaredDims {
  private let name: String
  private let parameters: [ParameterInfo]
  private var prototype: Prototype?
  private var plain: PlainDims?
  private var dimRegisters: Range<Int> = 0..<0

  init(_ name: String, _ parameters: [ParameterInfo]) {
    self.name = name
    self.parameters = parameters
  }

  /// The arguments stand at the pointer; the dims take the free registers behind them.
  ///
  /// A list counts as an axis of that length. Values that have no shape are left to the builtin.
  func check(_ arguments: Registers) throws {
    let window = arguments - 1
    if prototype == nil { compile() }
    for n in dimRegisters { (window + n).put(.none) }
    defer { for n in dimRegisters { (window + n).put(.none) } }
    guard let plain, let prototype, !plain.hold(window) else { return }
    let scope = SignatureScope(prototype: prototype, captures: window, r: window, index: 0)
    for check in prototype.signatures[0].checks {
      let value = window[check.register]
      guard case .value(_, let dims?) = check.type.kind,
        let shape = value.shapeForDims ?? (dims.countItems ? value.itemCount.map { [$0] } : nil)
      else { continue }
      do { try scope.check(dims, shape, check.name, check.type) } catch {
        throw located(error, check)
      }
    }
  }

  /// What is wrong with the call, at its argument, with the declaration as help shows it.
  private func located(_ error: any Error, _ check: Signature.Check) -> any Error {
    guard var failure = error as? Failure else { return error }
    failure.argument = check.register - 1
    for j in failure.facts.indices where failure.facts[j].name == check.name {
      failure.facts[j].argument = failure.argument
    }
    let shown = SourceText(name: "the library", bytes: Array(declaration(name, parameters).utf8), isLibrary: true)
    let shift = DeclaredDims.opening.utf8.count
    failure.labels = failure.labels.map {
      .init(shown, Span($0.span.start - shift, $0.span.end - shift), isPrimary: $0.isPrimary)
    }
    return failure
  }

  private func compile() {
    // Blanks take the place of defaults, which the compiled code would hold.
    let bare = parameters.map { p in
      let declaration = p.declaration
      let head = declaration.prefix { $0 != "=" }
      return head + String(repeating: " ", count: declaration.utf8.count - head.utf8.count)
    }
    let source = SourceText(name: "", text: "\(DeclaredDims.opening)\(name)(\(bare.joined(separator: ", "))) {}")
    guard case .complete(let program) = parse(source, mode: .file),
      let prototype = try? Evaluator.compile(program, globals: DeclaredDims.globals).nested.first,
      let signature = prototype.signatures.first, let plain = PlainDims(signature.checks, isLenient: true)
    else { preconditionFailure("\(name) declares no plain dims") }
    self.prototype = prototype
    self.plain = plain
    let registers = signature.dims.compactMap { if case .register(let n) = $0.place { n } else { nil } }
    // Locals stand side by side.
    dimRegisters = registers.isEmpty ? 0..<0 : registers.min()!..<registers.max()! + 1
  }

  private static let opening = "fn "
  /// Declarations name nothing outside of them.
  nonisolated(unsafe) private static let globals = Globals(library: Library([]))
}
