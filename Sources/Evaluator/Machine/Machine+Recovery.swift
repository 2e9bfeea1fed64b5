import Diagnostics

extension Machine {
  /// Makes a diagnostic of `failure` and unwinds to the `catch` that takes it: where the loop goes on. Nil, with the
  /// diagnostic in `failure`, when no frame of this loop has one.
  @inline(never)
  func recover(
    _ pc: UnsafeMutablePointer<Instruction>, _ r: Registers
  ) -> (pc: UnsafeMutablePointer<Instruction>, r: Registers)? {
    var (pc, r) = (pc, r)
    let error = failure.unsafelyUnwrapped
    // What is no mistake, such as `exit`, passes through every `catch`.
    let passing: (any Error)? = error is Failure || error is Diagnostic ? nil : error
    var diagnostic = located(error, pc, r, caller: top[-1])
    let isStopping = diagnostic.id == "interrupted" || Machine.isInterrupted
    while true {
      let code = r.code
      if passing == nil, !isStopping, let caught = handler(r.function, pc) {
        failure = nil
        clearTemporaries(from: caught.register, code, r)
        (r + caught.register).put(errorRecord(diagnostic))
        return (code.pointee.instructions + caught.target, r)
      }
      top -= 1
      if top.pointee.heldPlaces >= 0 { writeBack(to: Int(top.pointee.heldPlaces), callee: r) }
      var q = r
      let end = r + code.pointee.registerCount
      while q < end {
        q.clear()
        q += 1
      }
      guard let caller = top.pointee.pc else {
        failure = passing ?? diagnostic
        return nil
      }
      (pc, r) = (caller, top.pointee.registers)
      addFrame(to: &diagnostic, r.function, pc)
    }
  }
}
