import Foundation
import Testing

/// A program in a document, fenced as `nns`, with the `text` block that follows it as its output.
struct DocumentBlock: CustomTestStringConvertible, Sendable {
  var document: String
  var line: Int
  var program: String
  var output: String
  var testDescription: String { "\(document):\(line)" }

  /// The pairs in a document. A block without a `text` block after it is not run.
  static func all(in document: String) -> [DocumentBlock] {
    let file = House.root.appendingPathComponent(document)
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
    var blocks: [DocumentBlock] = []
    var program: (line: Int, text: String)?
    var open: (language: String, line: Int, lines: [String])?
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      if let block = open {
        guard line == "```" else {
          open?.lines.append(line)
          continue
        }
        let body = block.lines.joined(separator: "\n") + "\n"
        if block.language == "nns" {
          program = (block.line, body)
        } else if block.language == "text", let pending = program {
          blocks.append(DocumentBlock(document: document, line: pending.line, program: pending.text, output: body))
          program = nil
        }
        open = nil
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), number + 1, [])
      } else if !line.isEmpty {
        program = nil
      }
    }
    return blocks
  }
}

@Suite struct DocumentTests {
  @Test(arguments: ["README.md", "docs/language.md", "docs/cheatsheet.md"].flatMap(DocumentBlock.all))
  func blockPrintsWhatTheDocumentShows(_ block: DocumentBlock) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nns-doc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try block.program.write(to: folder.appendingPathComponent("example.nns"), atomically: true, encoding: .utf8)
    let outcome = try run(["example.nns"], in: folder, limit: 300)
    // A document shows a terminal: both streams, the errors after the output.
    let shown = outcome.output.endingInNewline + outcome.errors.endingInNewline
    if shown != block.output {
      Issue.record("\(block.testDescription) prints something else\n\(shown.difference(from: block.output))")
    }
  }
}
