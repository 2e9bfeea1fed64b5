import Foundation

/// What a run of `nns` printed and how it ended.
struct Outcome: Equatable {
  var output: String
  var errors: String
  var status: Int32

  /// The text of an `.expected` file: the output, then `--- stderr` and `--- exit N` where there is something to say.
  var transcript: String {
    var text = output.endingInNewline
    if !errors.isEmpty { text += "--- stderr\n" + errors.endingInNewline }
    if status != 0 { text += "--- exit \(status)\n" }
    return text
  }
}

/// The places and the binary that the tests work with.
enum House {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static var binary: URL {
    if let path = ProcessInfo.processInfo.environment["NNS_BINARY"] { return URL(fileURLWithPath: path) }
    return root.appendingPathComponent(".build/release/nns")
  }

  static var isRecording: Bool { ProcessInfo.processInfo.environment["NNS_RECORD"] == "1" }

  /// All files below a folder whose name has one of the extensions, in order of their paths.
  static func files(in folder: String, extensions: Set<String>) -> [URL] {
    let base = root.appendingPathComponent(folder)
    let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
    return (found?.compactMap { $0 as? URL } ?? []).filter { extensions.contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
  }

  static func relative(_ file: URL) -> String { String(file.path.dropFirst(root.path.count + 1)) }
}

/// Hands out a folder that is gone afterwards.
func inFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nns-run-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// Runs `nns` in a folder with a fixed environment and returns what it printed. A run that takes longer than the limit
/// is ended, and its status is that of the signal. `extra` is added to the environment.
func run(
  _ arguments: [String], in folder: URL, input: URL? = nil, limit: TimeInterval = 60, extra: [String: String] = [:],
  executable: URL = House.binary
) throws -> Outcome {
  let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("nns-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  let outputFile = scratch.appendingPathComponent("stdout")
  let errorFile = scratch.appendingPathComponent("stderr")
  _ = FileManager.default.createFile(atPath: outputFile.path, contents: nil)
  _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)

  let process = Process()
  process.executableURL = executable
  process.arguments = arguments
  process.currentDirectoryURL = folder
  var environment = ProcessInfo.processInfo.environment
  for name in ["COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "NNS_CANVAS", "EDITRC"] {
    environment[name] = nil
  }
  environment["LC_ALL"] = "C.UTF-8"
  environment["TERM"] = "dumb"
  environment["NNS_HISTORY"] = scratch.appendingPathComponent("history").path
  environment["SCRATCH"] = scratch.path
  process.environment = environment.merging(extra) { $1 }
  process.standardInput = try FileHandle(forReadingFrom: input ?? URL(fileURLWithPath: "/dev/null"))
  process.standardOutput = try FileHandle(forWritingTo: outputFile)
  process.standardError = try FileHandle(forWritingTo: errorFile)
  try process.run()
  let deadline = Date().addingTimeInterval(limit)
  while process.isRunning {
    if Date() > deadline { process.terminate() }
    usleep(2000)
  }
  process.waitUntilExit()
  func text(_ file: URL) throws -> String {
    String(decoding: try Data(contentsOf: file), as: UTF8.self).replacingOccurrences(of: scratch.path, with: "$SCRATCH")
  }
  return Outcome(output: try text(outputFile), errors: try text(errorFile), status: process.terminationStatus)
}

extension String {
  var endingInNewline: String { isEmpty || hasSuffix("\n") ? self : self + "\n" }

  /// The lines of both texts side by side as a diff: common lines around each difference, `-` expected, `+` got.
  func difference(from expected: String) -> String {
    let old = expected.components(separatedBy: "\n")
    let new = components(separatedBy: "\n")
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var lines: [String] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, removed.contains(i) {
        lines.append("- " + old[i])
        i += 1
      } else if j < new.count, inserted.contains(j) {
        lines.append("+ " + new[j])
        j += 1
      } else {
        if i < old.count { lines.append("  " + old[i]) }
        i += 1
        j += 1
      }
    }
    return lines.joined(separator: "\n")
  }
}
