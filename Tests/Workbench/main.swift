import Foundation

// The tool behind scripts/check and scripts/parity. It is built for the tests only and is no part of the product.

let arguments = Array(CommandLine.arguments.dropFirst())
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

do {
  switch arguments.first {
  case "arrows": try report("imports match the arrows of Package.swift", Arrows(root: root).complaints())
  case "orphans": report("every golden file has its program", orphans(root: root))
  case "library":
    try report(
      "docs/library.md is what the registry prints",
      printedComplaints("docs/library.md", option: "--dump-library", root: root))
  case "errors":
    try report(
      "docs/errors.md is what the catalogue prints",
      printedComplaints("docs/errors.md", option: "--dump-errors", root: root))
  case "tally":
    let (passed, failed) = try tally(URL(fileURLWithPath: arguments.count > 1 ? arguments[1] : ""))
    print("\(passed) passed, \(failed) failed")
  case "lengths": print(lengthReport(root: root))
  case "parity":
    let verbose = arguments.contains("--verbose")
    let path = arguments.dropFirst().first { !$0.hasPrefix("--") }
    let folder = path.map { URL(fileURLWithPath: $0) } ?? root.appendingPathComponent("Tests/Reference")
    exit(try Parity(root: root, folder: folder, verbose: verbose).run() ? 0 : 1)
  default:
    print("usage: workbench arrows | orphans | library | errors | lengths | tally FILE | parity [DIR]")
    exit(2)
  }
} catch {
  print("workbench: \(error)")
  exit(1)
}

/// Prints a check's complaints, or that there are none, and leaves with the status that says so.
func report(_ title: String, _ complaints: [String]) {
  print(complaints.isEmpty ? "ok    \(title)" : "FAIL  \(title)")
  for complaint in complaints { print("      \(complaint)") }
  exit(complaints.isEmpty ? 0 : 1)
}

/// Runs a command to its end and returns its status, output and errors.
func capture(_ command: [String], in folder: URL, environment: [String: String] = [:]) throws -> (
  status: Int32, output: String, errors: String
) {
  let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("workbench-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  let files = ["stdout", "stderr"].map { scratch.appendingPathComponent($0) }
  for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.currentDirectoryURL = folder
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: files[0])
  process.standardError = try FileHandle(forWritingTo: files[1])
  try process.run()
  process.waitUntilExit()
  let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
  return (process.terminationStatus, texts[0], texts[1])
}

/// All files below a folder with one of the extensions, in order of their paths.
func files(in folder: URL, extensions: Set<String>) -> [URL] {
  let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
  return (found?.compactMap { $0 as? URL } ?? []).filter { extensions.contains($0.pathExtension) }
    .sorted { $0.path < $1.path }
}
