import Bindings

extension ProgressLine {
  /// Draws the trainings of programs: one line that is rewritten, and the last epoch's numbers when it is over. Where
  /// errors do not go to a terminal, each epoch has a line of its own, as without this.
  static func followTraining(_ facts: TerminalFacts) {
    guard facts.errorIsTerminal else { return }
    let line = ProgressLine(facts)
    var last: String?
    TrainingDisplay.update = { state in
      line.update(
        State(
          epoch: state.epoch, epochs: state.epochs, done: state.batch, total: state.batches,
          secondsLeft: state.secondsLeft, details: state.details))
    }
    TrainingDisplay.epochDone = { text in
      last = text
      line.epochDone(text)
    }
    TrainingDisplay.finish = {
      line.finish(last)
      last = nil
    }
  }
}
