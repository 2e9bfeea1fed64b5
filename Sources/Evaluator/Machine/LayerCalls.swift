import Diagnostics
import Syntax
import Tensors

extension Machine {
  /// `x |> dense(3)` and `flatten(x)` hand a tensor to what makes a layer: tells how the layer is applied instead.
  func misplacedTensor(_ failure: Failure, _ prototype: Prototype, _ at: Int, _ r: Registers) -> Diagnostic? {
    let instruction = prototype.code.pointee.instructions[at]
    guard failure.id == "argument-type" || failure.id == "bad-argument", instruction.op == .call,
      let callee = prototype.calleeSpans[at], let operand = prototype.operandSpans[at]?.first
    else { return nil }
    let window = r + Int(instruction.a)
    let count = Int(instruction.b)
    guard let builtin = window.pointee.builtin?.builtin, builtin.module == "layers", count > 0,
      let x = window[1].tensor, x.rank > 0
    else { return nil }
    let span = prototype.spans[at]
    let isPipe = operand.start < callee.start
    // A vector may have been meant as a setting, such as a shape.
    guard isPipe || x.rank > 1 else { return nil }
    let source = prototype.source
    let settings = (prototype.operandSpans[at] ?? []).dropFirst().map { source.text($0) }.joined(separator: ", ")
    let name = source.text(callee)
    let input = "input(\(x.shape.dropFirst().map(String.init).joined(separator: ", ")))"
    let composed = "(\(input) >> \(name)(\(settings)))"
    var result = Diagnostic(
      "argument-type", "`\(builtin.name)` makes a layer from its settings, and is handed a tensor",
      labels: [.init(source, operand, "\(source.text(operand)): \(x.shape)")])
    result.why =
      isPipe
      ? "`x |> f(y)` is `f(x, y)`; a layer in brackets of its own is applied to `x`."
      : "a layer is made first, then applied to a tensor."
    if applies(builtin, (1..<count).map { window[1 + $0] }, to: x) {
      result.hint =
        isPipe
        ? edited(source, Span(callee.start, span.end), composed)
        : edited(source, Span(callee.start, span.end), "\(composed)(\(source.text(operand)))")
    }
    return result
  }

  /// Whether the layer that a builtin makes of these settings, told the sizes of `x`, can be applied to it. Draws nothing
  /// that others would miss.
  private func applies(_ builtin: Builtin, _ settings: [Value], to x: Tensor) -> Bool {
    guard let input = globals.library.value("input"), let builtin = globals.library.value(builtin.name) else {
      return false
    }
    let random = RandomSource.current
    defer { RandomSource.current = random }
    do {
      let start = try call(input, x.shape.dropFirst().map { Value(Double($0)) })
      defer { start.release() }
      let layer = try call(builtin, settings)
      defer { layer.release() }
      let composed = try host.compose(start, layer)
      defer { composed.release() }
      guard let call = composed.foreign?.callable else { return false }
      let argument = Value(x)
      defer { argument.release() }
      try call([argument], []).release()
      return true
    } catch {
      return false
    }
  }
}
