import Foundation

/// Compares the `import` lines of every target with the dependencies that `Package.swift` gives it.
struct Arrows {
  var root: URL

  private struct Target {
    var name: String
    var folder: URL
    var dependencies: Set<String>
    var isTest: Bool
  }

  func complaints() throws -> [String] {
    let targets = try self.targets()
    let ours = Set(targets.map(\.name))
    var complaints: [String] = []
    for target in targets {
      var used: Set<String> = []
      let sources = files(in: target.folder, extensions: ["swift"])
      if sources.isEmpty { continue }  // C has no imports
      for file in sources {
        for (name, line) in try imports(of: file) {
          let place = "\(file.path.dropFirst(root.path.count + 1)):\(line)"
          if name.hasPrefix("Foundation"), !target.isTest {
            complaints.append("\(place): the product does without Foundation, which would triple the binary")
          }
          guard ours.contains(name) else { continue }
          used.insert(name)
          if !target.dependencies.contains(name) {
            complaints.append("\(place): \(target.name) imports \(name), which Package.swift does not list for it")
          }
        }
      }
      // An arrow ahead of its first import is worth knowing, and no mistake.
      for name in target.dependencies.subtracting(used).sorted() {
        print("note  Package.swift: \(target.name) lists \(name), which none of its files imports")
      }
    }
    return complaints
  }

  private func targets() throws -> [Target] {
    let dump = try capture(["swift", "package", "dump-package"], in: root)
    guard let package = try JSONSerialization.jsonObject(with: Data(dump.output.utf8)) as? [String: Any],
      let targets = package["targets"] as? [[String: Any]]
    else { throw Complaint(text: "`swift package dump-package` printed no package: \(dump.errors)") }
    return targets.compactMap { target in
      guard let name = target["name"] as? String, let type = target["type"] as? String else { return nil }
      let path = target["path"] as? String ?? (type == "test" ? "Tests/" : "Sources/") + name
      let dependencies = (target["dependencies"] as? [[String: Any]] ?? []).compactMap { dependency in
        dependency.values.compactMap { ($0 as? [Any])?.first as? String }.first
      }
      return Target(
        name: name, folder: root.appendingPathComponent(path), dependencies: Set(dependencies),
        isTest: path.hasPrefix("Tests/"))
    }
  }

  private func imports(of file: URL) throws -> [(name: String, line: Int)] {
    let pattern = /^\s*(?:@\w+\s+)*(?:(?:package|internal|public|private) )?import (?:(?:struct|enum|func) )?(\w+)/
    return try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n").enumerated().compactMap {
      guard let match = $1.firstMatch(of: pattern) else { return nil }
      return (String(match.1), $0 + 1)
    }
  }
}

struct Complaint: Error, CustomStringConvertible {
  var text: String
  var description: String { text }
}

/// Golden files without a program: somebody renamed or removed the program and left what it printed.
func orphans(root: URL) -> [String] {
  var complaints: [String] = []
  for folder in ["Tests/Golden", "scripts/examples"] {
    let folder = root.appendingPathComponent(folder)
    for file in files(in: folder, extensions: ["expected", "checks", "input"]) {
      let stem = file.deletingPathExtension()
      let hasProgram = ["nns", "args"].contains {
        FileManager.default.fileExists(atPath: stem.appendingPathExtension($0).path)
      }
      if !hasProgram { complaints.append(String(file.path.dropFirst(root.path.count + 1))) }
    }
  }
  return complaints
}

/// Compares a document with what the binary prints for it: `docs/library.md` and `docs/errors.md`.
func printedComplaints(_ document: String, option: String, root: URL) throws -> [String] {
  let text = try? String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
  let binary = root.appendingPathComponent(".build/release/nns").path
  let printed = try capture([binary, option], in: root)
  guard printed.status == 0 else { return ["`nns \(option)` failed: \(printed.errors)"] }
  if text != printed.output { return ["write it anew with: scripts/nns \(option) > \(document)"] }
  return []
}

/// The lines of each target's files: the median, the longest, and every file past 400 lines, which is asked whether it
/// has two reasons to change.
func lengthReport(root: URL) -> String {
  var counts: [(path: String, lines: Int)] = []
  for file in files(in: root.appendingPathComponent("Sources"), extensions: ["swift", "c", "h"]) {
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
    let lines = text.utf8.count { $0 == 0x0A }
    counts.append((String(file.path.dropFirst(root.path.count + 1)), lines))
  }
  counts.sort { $0.lines > $1.lines }
  guard !counts.isEmpty else { return "no source files" }
  let total = counts.map(\.lines).reduce(0, +)
  var lines = ["\(counts.count) files, \(total) lines, median \(counts[counts.count / 2].lines)"]
  for (path, count) in counts where count > 400 { lines.append("  \(count)  \(path)") }
  return lines.joined(separator: "\n")
}
