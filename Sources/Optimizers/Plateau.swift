/// A rate that drops when what it watches has stopped improving.
package struct Plateau: Sendable {
  package static let name = "plateau"
  package static let summary = "Drops the rate when the watched loss has stopped falling."
  package static let settings: [Setting] = [
    ScheduleRule.base, factor, patience, threshold, cooldown, lowest, mode, kind, least,
  ]

  private static let factor = Setting("factor", "what a drop multiplies the rate by", 0.1, .share)
  private static let patience = Setting("patience", "epochs without improvement that are let pass", 10)
  private static let threshold = Setting(
    "threshold", "the share, or the difference, by which a value has to be better", 1e-4)
  private static let cooldown = Setting("cooldown", "epochs to wait after a drop", 0)
  private static let lowest = Setting("min", "the lowest rate", 0)
  private static let mode = Setting(choice: "mode", "whether less or more is better", ["min", "max"])
  private static let kind = Setting(
    choice: "threshold_mode", "whether the threshold is a share or a difference", ["rel", "abs"])
  private static let least = Setting("eps", "a drop by less is not made", 1e-8)

  package let settings: Settings
  package private(set) var rate: Double
  private var best: Double
  private var bad = 0.0
  private var waiting = 0.0

  package init(_ settings: Settings) {
    self.settings = settings
    rate = settings[ScheduleRule.base]
    best = settings.flag(Plateau.mode) ? -.infinity : .infinity
  }

  private func isBetter(_ value: Double) -> Bool {
    let step = settings[Plateau.threshold]
    return switch (settings.flag(Plateau.mode), settings.flag(Plateau.kind)) {
    case (false, false): value < best * (1 - step)
    case (false, true): value < best - step
    case (true, false): value > best * (1 + step)
    case (true, true): value > best + step
    }
  }

  var memory: [Double] { [rate, best, bad, waiting] }

  mutating func recall(_ memory: [Double]) {
    guard memory.count == 4 else { return }
    (rate, best, bad, waiting) = (memory[0], memory[1], memory[2], memory[3])
  }

  package mutating func observe(_ value: Double) {
    if isBetter(value) {
      best = value
      bad = 0
    } else {
      bad += 1
    }
    if waiting > 0 {
      waiting -= 1
      bad = 0
    }
    guard bad > settings[Plateau.patience] else { return }
    let lower = max(rate * settings[Plateau.factor], settings[Plateau.lowest])
    if rate - lower > settings[Plateau.least] { rate = lower }
    waiting = settings[Plateau.cooldown]
    bad = 0
  }
}
