import Diagnostics

extension Machine {
  /// Makes a diagnostic of whatever was thrown and unwinds to the `catch` that takes it: where the loop goes on. Throws
  /// the diagnostic when the frames of this loop have none.
  @inline(never)
  func recover(
    from error: any Error, _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers, _ top: UnsafeMutablePointer<Frame>,
    bottom: UnsafeMutablePointer<Frame>, heldAtEntry: Int
  ) throws -> (pc: UnsafeMutablePointer<Instruction>, r: Registers, top: UnsafeMutablePointer<Frame>) {
    var (pc, r, top) = (pc, r, top)
    // What is no mistake, such as `exit`, passes through every `catch`.
    let passing: (any Error)? = error is Failure || error is Diagnostic ? nil : error
    var diagnostic = located(error, pc, r, caller: top > bottom ? top[-1] : nil)
    let isStopping = diagnostic.id == "interrupted" || Machine.isInterrupted
    while true {
      let code = r.code
      if passing == nil, !isStopping, let caught = handler(r.function, pc) {
        clearTemporaries(from: caught.register, code, r)
        (r + caught.register).put(errorRecord(diagnostic))
        return (code.pointee.instructions + caught.target, r, top)
      }
      let heldMark = top > bottom ? Int(top[-1].heldPlaces) : heldAtEntry
      if heldMark >= 0 { writeBack(to: heldMark, callee: r) }
      var q = r
      let end = r + code.pointee.registerCount
      while q < end {
        q.clear()
        q += 1
      }
      if top == bottom {
        self.top = bottom
        throw passing ?? diagnostic
      }
      top -= 1
      (pc, r) = (top.pointee.pc, top.pointee.registers)
      addFrame(to: &diagnostic, r.function, pc)
    }
  }
}
