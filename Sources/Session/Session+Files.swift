package import Diagnostics
import Tables

extension Session.Streams {
  /// The text of a program's file, or with `-` of standard input; nil, with the error told, when it cannot be read.
  package func readProgram(_ path: String) -> SourceText? {
    do {
      return SourceText(name: path, bytes: try Files.read(path == "-" ? "/dev/stdin" : path, limit: 1 << 26))
    } catch {
      report(diagnosis(of: error))
      return nil
    }
  }
}
