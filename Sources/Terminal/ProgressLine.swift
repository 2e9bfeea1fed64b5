import CLibEdit
import Charts
import Glibc

/// Progress on standard error: one line, rewritten, on a terminal; one line an epoch elsewhere.
package final class ProgressLine {
  /// What there is to tell. Counts are of batches or whatever is being counted; numbers come as text.
  package struct State: Sendable {
    package var epoch: Int
    package var epochs: Int
    package var done: Int
    package var total: Int
    /// Batches a second, or nil when not known yet.
    package var rate: Double?
    /// Seconds to the end of everything.
    package var secondsLeft: Double?
    /// Such as `loss 0.4321`.
    package var details: [String]

    package init(
      epoch: Int, epochs: Int, done: Int, total: Int, rate: Double? = nil, secondsLeft: Double? = nil,
      details: [String] = []
    ) {
      self.epoch = epoch
      self.epochs = epochs
      self.done = done
      self.total = total
      self.rate = rate
      self.secondsLeft = secondsLeft
      self.details = details
    }
  }

  private let isTerminal: Bool
  private let style: DisplayStyle
  private var last = ContinuousClock.now
  private var isDrawn = false

  package init(_ facts: TerminalFacts) {
    isTerminal = facts.errorIsTerminal && facts.term != "dumb" && !facts.term.isEmpty
    var style = facts.style
    if !facts.errorIsTerminal { style.color = .none }
    self.style = style
  }

  /// A batch is done: redrawn at most 20 times a second, and only on a terminal.
  package func update(_ state: State) {
    guard isTerminal else { return }
    let now = ContinuousClock.now
    guard !isDrawn || now - last >= .milliseconds(50) || state.done == state.total else { return }
    last = now
    isDrawn = true
    // The width may have changed since: ask each time.
    let columns = TerminalFacts.size(STDERR_FILENO).columns
    put("\r" + Self.line(state, width: columns - 1, isASCII: style.canvas == .ascii) + "\u{1B}[K")
  }

  /// Takes the line away, or leaves a last text in its place.
  package func finish(_ text: String? = nil) {
    if isTerminal, isDrawn { put("\r\u{1B}[K") }
    isDrawn = false
    if let text { put(text + "\n") }
  }

  private func put(_ text: String) {
    fflush(nil)
    writeAll(STDERR_FILENO, Array(text.utf8))
  }

  /// `epoch 3/10 ━━━━━━────── 48%  loss 0.4321  0:12 left  812 batches/s`, parts left out from the right until it fits.
  package static func line(_ state: State, width: Int, isASCII: Bool) -> String {
    let head = "epoch \(state.epoch)/\(state.epochs)"
    let share = state.total > 0 ? min(1, Double(state.done) / Double(state.total)) : 0
    var parts = [" \(Int(share * 100))%"]
    parts += state.details
    if let left = state.secondsLeft, left.isFinite { parts.append(clock(left) + " left") }
    if let rate = state.rate, rate.isFinite { parts.append(grouped(Int(rate.rounded())) + " batches/s") }
    while parts.count > 1, head.count + 8 + parts.joined(separator: "  ").count > width { parts.removeLast() }
    let tail = parts.joined(separator: "  ")
    let room = min(30, width - head.count - tail.count - 2)
    guard room >= 4 else { return String((head + tail).prefix(max(0, width))) }
    let filled = Int((share * Double(room)).rounded(.down))
    let bar =
      String(repeating: isASCII ? "#" : "━", count: filled)
      + String(repeating: isASCII ? "." : "─", count: room - filled)
    return "\(head) \(bar)\(tail)"
  }

  /// `0:12`, `3:05`, `1:02:07`.
  package static func clock(_ seconds: Double) -> String {
    let all = Int(min(max(0, seconds), 360_000).rounded())
    let two = { (x: Int) in x < 10 ? "0\(x)" : "\(x)" }
    return all >= 3600
      ? "\(all / 3600):\(two(all / 60 % 60)):\(two(all % 60))" : "\(all / 60):\(two(all % 60))"
  }
}
