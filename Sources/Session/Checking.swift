import Bindings
import Checker
import Diagnostics
import Evaluator
import JSON
import Syntax
import Tables

extension Session.Streams {
  /// `nns check`: what files, and the files in folders, get wrong for certain; `-` is standard input.
  ///
  /// As text each finding reads like an error of a run, with a count at the end; as JSON it is one object a line.
  /// - Returns: the exit status: 1 when there is a finding.
  package func check(_ paths: [String], asJSON: Bool) -> Int32 {
    let checker = Checker(library: makeLibrary(), host: standardHost(), load: usedText)
    var findings: [Diagnostic] = []
    var fileCount = 0
    for path in paths {
      do {
        for file in try Files.programs(at: path) {
          let bytes = try Files.read(file == "-" ? "/dev/stdin" : file, limit: 1 << 26)
          fileCount += 1
          let found = checker.findings(in: SourceText(name: file, bytes: bytes))
          for finding in found {
            out(asJSON ? JSONValue(finding).text() + "\n" : finding.rendered(errorStyle()) + "\n\n")
          }
          findings += found
        }
      } catch {
        let problem = diagnosis(of: error)
        report(problem)
        findings.append(problem)
      }
    }
    if findings.isEmpty { return 0 }
    if !asJSON { err(summary(findings, fileCount) + "\n") }
    return 1
  }

  private func usedText(_ request: ModuleRequest, from source: SourceText) throws -> SourceText? {
    guard let path = request.path else { throw request.unknownModule }
    let full = modulePath(path, from: source)
    return SourceText(name: full, bytes: try Files.read(full, limit: 1 << 26))
  }

  private func summary(_ findings: [Diagnostic], _ files: Int) -> String {
    let errors = findings.count { $0.severity == .error }
    func count(_ n: Int, _ word: String) -> String { "\(n) \(word)\(n == 1 ? "" : "s")" }
    let warnings = findings.count - errors
    let parts = [(errors, "error"), (warnings, "warning")].filter { $0.0 > 0 }.map { count($0.0, $0.1) }
    return "\(parts.joined(separator: " and ")) in \(count(files, "file"))"
  }
}

extension JSONValue {
  /// `{"file", "line", "column", "end", "id", "severity", "message", "why", "fix"}`: lines and columns count from 1, columns
  /// in characters; `end` is the line and column behind the last character.
  fileprivate init(_ finding: Diagnostic) {
    var members: [Member] = []
    if let label = finding.labels.first(where: \.isPrimary) ?? finding.labels.first {
      func place(_ offset: Int) -> (line: Double, column: Double) {
        let line = label.source.line(at: offset)
        let start = label.source.range(ofLine: line).lowerBound
        return (Double(line + 1), Double(label.source.text(start..<max(start, offset)).count + 1))
      }
      let (start, end) = (place(label.span.start), place(max(label.span.start, label.span.end)))
      members = [
        Member("file", .string(label.source.name)), Member("line", .number(start.line)),
        Member("column", .number(start.column)), Member("end", .array([.number(end.line), .number(end.column)])),
      ]
    }
    members += [
      Member("id", .string(finding.id)), Member("severity", .string(finding.severity.rawValue)),
      Member("message", .string(finding.message)), Member("why", finding.why.map { .string($0) } ?? .null),
      Member("fix", finding.hint.map { .string($0) } ?? .null),
    ]
    self = .object(members)
  }
}
