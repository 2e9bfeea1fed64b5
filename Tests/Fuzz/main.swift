import Foundation
import Fuzzing
import Glibc

// scripts/bench fuzz: fuzz [--first SEED] [--count N] [--text] [--show SEED]
// Every input is made from its seed and the programs in the repository; a crash, a hang and a complaint name the seed, and
// leave the text in `fuzz-SEED.nns` where the fuzzer was started, since the programs may change.

var first: UInt64 = 1
var count: UInt64 = 2_000_000
var depth = Trial.Depth.everything
var shown: UInt64?
var words = Array(CommandLine.arguments.dropFirst())
while !words.isEmpty {
  let word = words.removeFirst()
  switch word {
  case "--first": first = UInt64(words.removeFirst()) ?? 1
  case "--count": count = UInt64(words.removeFirst()) ?? count
  case "--text": depth = .text
  case "--show": shown = UInt64(words.removeFirst())
  default:
    print("usage: fuzz [--first SEED] [--count N] [--text] [--show SEED]")
    exit(2)
  }
}

let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

func programs(in folder: String) -> [[UInt8]] {
  let found = FileManager.default.enumerator(at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
  return (found?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "nns" }.sorted { $0.path < $1.path }
    .compactMap { try? [UInt8](Data(contentsOf: $0)) }
}

let campaign = Campaign(corpus: programs(in: "Tests/Golden") + programs(in: "scripts/examples"))
if let shown {
  FileHandle.standardOutput.write(Data(campaign.text(seed: shown)))
  exit(0)
}

/// The seed and the text under way, for the handler of signals.
nonisolated(unsafe) let underWay = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
nonisolated(unsafe) let textUnderWay = UnsafeMutablePointer<UnsafeRawBufferPointer>.allocate(capacity: 1)

/// Writes the text under way beside; only with what is safe in a handler of signals.
func keepText(_ digits: UnsafeRawBufferPointer) {
  withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { path in
    path.initializeMemory(as: UInt8.self, repeating: 0)
    path.copyBytes(from: "fuzz-".utf8)
    UnsafeMutableRawBufferPointer(rebasing: path[5...]).copyMemory(from: digits)
    UnsafeMutableRawBufferPointer(rebasing: path[(5 + digits.count)...]).copyBytes(from: ".nns".utf8)
    let name = path.baseAddress!.assumingMemoryBound(to: CChar.self)
    let file = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    _ = write(file, textUnderWay.pointee.baseAddress, textUnderWay.pointee.count)
    close(file)
  }
}

func announce(_ signal: Int32) {
  var digits = [UInt8](repeating: 0, count: 20)
  var n = underWay.pointee
  var at = 20
  repeat {
    at -= 1
    digits[at] = UInt8(48 + n % 10)
    n /= 10
  } while n > 0
  let lead: StaticString = signal == SIGALRM ? "\nHANG at seed " : "\nCRASH at seed "
  _ = write(STDERR_FILENO, lead.utf8Start, lead.utf8CodeUnitCount)
  digits.withUnsafeBytes {
    _ = write(STDERR_FILENO, $0.baseAddress! + at, 20 - at)
    keepText(UnsafeRawBufferPointer(rebasing: $0[at...]))
  }
  _ = write(STDERR_FILENO, "\n", 1)
  _exit(3)
}

var alternate = stack_t()
alternate.ss_size = 1 << 16
alternate.ss_sp = malloc(alternate.ss_size)
sigaltstack(&alternate, nil)
for number in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGALRM] {
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { announce($0) }
  action.sa_flags = Int32(SA_ONSTACK)
  sigaction(number, &action, nil)
}

var complaints = 0
let start = Date()
for seed in first..<(first + count) {
  underWay.pointee = seed
  alarm(10)
  let text = campaign.text(seed: seed)
  let complaint = text.withUnsafeBytes { bytes in
    textUnderWay.pointee = bytes
    return campaign.trial.complaint(about: text, depth)
  }
  if let complaint {
    complaints += 1
    try? Data(text).write(to: URL(fileURLWithPath: "fuzz-\(seed).nns"))
    print("seed \(seed): \(complaint)")
    if complaints >= 20 { break }
  }
  if (seed - first + 1) % 100_000 == 0 {
    print("\(seed - first + 1) texts, \(Int(Date().timeIntervalSince(start))) s")
    fflush(nil)
  }
}
alarm(0)
let trial = campaign.trial
print(
  "\(count) texts in \(Int(Date().timeIntervalSince(start))) s: \(trial.parsed) parsed, \(trial.finished) ran to the end, "
    + "\(trial.timedOut) stopped by the clock, \(complaints) complaints")
exit(complaints == 0 ? 0 : 1)
