import Diagnostics
import Tables

extension Session {
  /// Runs a file of source; one that cannot be read is an error like any other.
  package func run(path: String) -> Outcome {
    do {
      let bytes = try Files.read(path, limit: 1 << 26)
      return run(SourceText(name: path, text: String(decoding: bytes, as: UTF8.self)))
    } catch {
      return outcome(of: error)
    }
  }
}
