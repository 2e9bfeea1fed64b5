#if canImport(Glibc)
  import Glibc
#endif

/// The formulas. `t` counts steps of the optimizer from 0.
extension ScheduleRule {
  static let base = Setting(required: "lr", "the base rate", .above(0))
  private static let steps = Setting(required: "steps", "how many steps it takes", .above(0))
  private static let lowest = Setting("min", "the lowest rate", 0)

  package static let constant = ScheduleRule("constant", "Keeps the rate.", [base]) { _, s in s[base] }

  private static let every = Setting("every", "steps from one drop to the next", 1000, .above(0))
  private static let factor = Setting("factor", "what a drop multiplies the rate by", 0.1, .above(0))
  private static let at = Setting(list: "at", "the steps at which it drops, in place of `every`")

  /// `lr * factor^(t // every)`, or one factor for every step of `at` that has been reached.
  package static let stepDecay = ScheduleRule(
    "step_decay", "Multiplies the rate by a factor every so many steps.", [base, every, factor, at]
  ) { t, s in
    let given = s.list(at)
    let drops = given.isEmpty ? (t / s[every]).rounded(.down) : Double(given.count { $0 <= t })
    return s[base] * pow(s[factor], drops)
  }

  private static let gamma = Setting("gamma", "what each step multiplies the rate by", 0.999, .above(0))

  /// `lr * gamma^t`
  package static let exponential = ScheduleRule(
    "exponential", "Multiplies the rate by a factor at every step.", [base, gamma]
  ) { t, s in s[base] * pow(s[gamma], t) }

  /// `min + (lr - min) * (1 + cos(pi * t / steps)) / 2` (Loshchilov and Hutter, 2017); after `steps` it rises again.
  package static let cosine = ScheduleRule(
    "cosine", "Falls along half a cosine from the base rate to the lowest.", [base, steps, lowest]
  ) { t, s in s[lowest] + (s[base] - s[lowest]) * (1 + cos(.pi * t / s[steps])) / 2 }

  private static let growth = Setting("growth", "how much longer each round is than the one before", 1, .atLeast(1))

  /// The cosine from the start again each time that it has reached the lowest rate.
  package static let cosineRestarts = ScheduleRule(
    "cosine_restarts", "Falls along half a cosine again and again.", [base, steps, growth, lowest]
  ) { t, s in
    var (rest, length) = (t, s[steps])
    if s[growth] == 1 {
      rest = rest.truncatingRemainder(dividingBy: length)
    } else {
      while rest >= length {
        rest -= length
        length *= s[growth]
      }
    }
    return s[lowest] + (s[base] - s[lowest]) * (1 + cos(.pi * rest / length)) / 2
  }

  private static let top = Setting(required: "max", "the highest rate", .above(0))
  private static let warm = Setting("warm", "the share of the steps that rise", 0.3, .share)
  private static let division = Setting("div", "the first rate is max / div", 25, .above(0))
  private static let finalDivision = Setting("final_div", "the last rate is the first / final_div", 1e4, .above(0))
  private static let linear = Setting(flag: "linear", "straight lines rather than cosines")
  private static let threePhases = Setting(
    flag: "three_phase", "fall to the first rate as long as it rose, and then on")

  /// Up and down once (Smith and Topin, 2018), as PyTorch has it: the top lies at step `warm * steps - 1`.
  package static let oneCycle = ScheduleRule(
    "one_cycle", "Rises to the highest rate and falls far below the first.",
    [top, steps, warm, division, finalDivision, linear, threePhases]
  ) { t, s in
    let first = s[top] / s[division]
    let last = first / s[finalDivision]
    let (peak, end) = (s[warm] * s[steps] - 1, s[steps] - 1)
    func between(_ a: Double, _ b: Double, _ share: Double) -> Double {
      let share = min(max(share, 0), 1)
      return s.flag(linear) ? a + (b - a) * share : b + (a - b) / 2 * (1 + cos(.pi * share))
    }
    if s.flag(threePhases) {
      let level = 2 * s[warm] * s[steps] - 2
      if t <= peak { return between(first, s[top], t / peak) }
      return t <= level
        ? between(s[top], first, (t - peak) / (level - peak)) : between(first, last, (t - level) / (end - level))
    }
    return t <= peak
      ? between(first, s[top], t / peak) : between(s[top], last, end > peak ? (t - peak) / (end - peak) : 1)
  }

  private static let power = Setting("power", "1 falls along a straight line", 1, .above(0))

  /// `min + (lr - min) * (1 - t / steps)^power`, and `min` after that.
  package static let polynomialDecay = ScheduleRule(
    "polynomial_decay", "Falls to the lowest rate along a power of the steps that are left.",
    [base, steps, power, lowest]
  ) { t, s in s[lowest] + (s[base] - s[lowest]) * pow(1 - min(t, s[steps]) / s[steps], s[power]) }

  private static let warmup = Setting("warmup", "steps until the peak", 4000, .above(0))

  /// `lr * min((t + 1)^-0.5, (t + 1) * warmup^-1.5)` (Vaswani et al., 2017).
  package static let inverseSqrt = ScheduleRule(
    "inverse_sqrt", "Rises for the warmup and falls with the root of the steps.", [base, warmup]
  ) { t, s in s[base] * min(pow(t + 1, -0.5), (t + 1) * pow(s[warmup], -1.5)) }

  private static let shrink = Setting(flag: "shrink", "halve the height after each cycle")
  private static let down = Setting("down", "steps down, where they are not as many as up", 0)
  private static let fade = Setting("gamma", "what each step multiplies the height by", 1, .above(0))

  /// Straight up for `steps` steps and down again in `down`, or as many (Smith, 2017); the height is halved after each
  /// cycle with `shrink`, and multiplied by `gamma` at each step.
  package static let cyclic = ScheduleRule(
    "cyclic", "Goes straight up and down between two rates.", [base, top, steps, shrink, down, fade]
  ) { t, s in
    let whole = s[steps] + (s[down] > 0 ? s[down] : s[steps])
    let cycle = (1 + t / whole).rounded(.down)
    let (place, turn) = (1 + t / whole - cycle, s[steps] / whole)
    let height = place <= turn ? place / turn : (place - 1) / (turn - 1)
    return s[base] + (s[top] - s[base]) * height * (s.flag(shrink) ? pow(0.5, cycle - 1) : 1) * pow(s[fade], t)
  }
}
