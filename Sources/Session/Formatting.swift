import Diagnostics
import Syntax
import Tables

extension Session.Streams {
  /// `nns fmt`: lays files out anew in place; `-` goes from standard input to the output.
  ///
  /// A check writes nothing and names the files that would change. A file that does not parse is left as it is.
  /// - Returns: the exit status: 1 when a file was refused or, in a check, would change.
  package func format(_ paths: [String], isCheck: Bool) -> Int32 {
    var status: Int32 = 0
    for path in paths {
      let isFilter = path == "-"
      do {
        let bytes = try Files.read(isFilter ? "/dev/stdin" : path, limit: 1 << 26)
        switch Syntax.format(SourceText(name: path, bytes: bytes)) {
        case .invalid(let problems):
          for problem in problems { report(problem) }
          status = 1
        case .formatted(let result):
          let isChanged = result != bytes
          if isCheck {
            guard isChanged else { continue }
            out(path + "\n")
            status = 1
          } else if isFilter {
            out(String(decoding: result, as: UTF8.self))
          } else if isChanged {
            try Files.write(result, to: path)
          }
        }
      } catch {
        report(diagnosis(of: error))
        status = 1
      }
    }
    return status
  }
}
