import CLibEdit

/// Ctrl-C while code runs: it sets a flag that the evaluator and long loops test, and never ends the prompt.
package enum Interrupts {
  /// - Parameter secondEnds: for scripts: a second Ctrl-C that nothing has answered ends the process.
  package static func install(secondEnds: Bool) { nns_signals_install(secondEnds ? 1 : 0) }

  /// Forgets a Ctrl-C; before each run.
  package static func reset() { nns_interrupt_reset() }

  package static var isSet: Bool { nns_interrupt_is_set() != 0 }
}
