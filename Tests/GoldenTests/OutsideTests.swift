import Foundation
import Testing

/// `--sandbox` holds because every place that reaches outside the process asks `Outside` first.
@Suite struct OutsideTests {
  /// What reaches files and the environment. Programs of the library alone: the command line, the prompt's history and the
  /// terminal are the user's own.
  private static let calls = [
    "fopen", "opendir", "access", "getenv", "popen", "realpath", "socket", "system", "posix_spawn", "execve", "fork",
  ]
  private static let ownFiles: Set = ["Sources/Terminal", "Sources/nns"]

  @Test func whateverReachesOutAsksFirst() throws {
    let pattern = try Regex(#"(?:^|[^.\w`"])(?:Glibc\.)?(open\([^()]*O_|(?:\#(Self.calls.joined(separator: "|")))\()"#)
    var found = 0
    for file in House.files(in: "Sources", extensions: ["swift"]) {
      let path = House.relative(file)
      if Self.ownFiles.contains(where: { path.hasPrefix($0 + "/") }) { continue }
      let text = try String(contentsOf: file, encoding: .utf8)
      let code = text.split(separator: "\n").filter {
        !$0.drop { $0 == " " }.hasPrefix("//") && !$0.contains("func ") && !$0.contains("\"/proc/self/statm\"")
      }.joined(separator: "\n")
      guard let match = code.firstMatch(of: pattern) else { continue }
      found += 1
      let name = match.output[1].substring ?? ""
      #expect(code.contains("try Outside.reach("), "\(path) calls \(name) and never asks Outside")
    }
    #expect(found >= 4)
  }
}
