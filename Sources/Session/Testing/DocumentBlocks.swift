import Diagnostics

/// The programs of a Markdown file: blocks fenced as `nns` that are followed by one fenced as `text`, which is what they
/// print. The line of an expectation is that of the fence.
func documentBlocks(in source: SourceText) -> [Expectation] {
  var result: [Expectation] = []
  var program: (line: Int, code: String)?
  var open: (language: String, line: Int)?
  for number in 0..<source.lineCount {
    let range = source.range(ofLine: number)
    let line = comparable(source.text(range)).first ?? ""
    guard let block = open else {
      if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), number)
      } else if !line.isEmpty {
        program = nil
      }
      continue
    }
    guard line == "```" else { continue }
    open = nil
    let body = source.range(ofLine: block.line).upperBound + 1..<range.lowerBound
    if block.language == "nns" {
      program = (block.line + 1, source.text(body))
    } else if block.language == "text", let (line, code) = program {
      program = nil
      result.append(
        Expectation(line: line, code: code, wanted: comparable(source.text(body))) { got in
          // A fence would end the block.
          if got.contains(where: { $0.hasPrefix("```") }) { return nil }
          return [Edit(range: body, text: got.map { $0 + "\n" }.joined())]
        })
    } else {
      program = nil
    }
  }
  return result
}
