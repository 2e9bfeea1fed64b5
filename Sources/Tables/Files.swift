import Diagnostics
import Glibc

/// Reads and writes whole files.
package enum Files {
  /// More than this is refused before anything is allocated: 4 GiB.
  package static let largest = 1 << 32

  /// The bytes of a file.
  ///
  /// - Throws: `file-missing`, `file-unreadable`, `file-too-large`.
  package static func read(_ path: String, limit: Int = largest) throws -> [UInt8] {
    try Outside.reach(path == "/dev/stdin" ? "standard input" : "the file `\(path)`")
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw missing(path, errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw unreadable(path, errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw unreadable(path, EISDIR) }
    guard status.st_size <= limit else { throw tooLarge(path, limit) }
    // A pipe has no size: it is read until it ends. One spare byte lets the last read see the end.
    var bytes: [UInt8] = []
    var step = max(Int(status.st_size) + 1, 1 << 16)
    while true {
      let start = bytes.count
      var got = 0
      bytes.append(
        contentsOf: try [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
          repeat { got = Glibc.read(file, buffer.baseAddress, step) } while got < 0 && errno == EINTR
          guard got >= 0 else { throw unreadable(path, errno) }
          count = got
        })
      if got == 0 { return bytes }
      guard start + got <= limit else { throw tooLarge(path, limit) }
      step = max(1 << 16, Int(status.st_size) + 1 - bytes.count)
    }
  }

  /// Writes a file so that the old one stays until the new one is whole: beside the target, synced, then renamed.
  ///
  /// The new file may be read and written by whom the old one might. A link stays one: the file it leads to is written.
  ///
  /// - Throws: `file-unwritable`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try Outside.reach("the file `\(path)`")
    let target = resolved(path)
    let temporary = "\(target).\(getpid()).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw unwritable(path, errno) }
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, failure == 0 {
        let wrote = Glibc.write(file, buffer.baseAddress! + done, buffer.count - done)
        if wrote >= 0 { done += wrote } else if errno != EINTR { failure = errno }
      }
    }
    var old = stat()
    if stat(target, &old) == 0, failure == 0, fchmod(file, old.st_mode & 0o7777) != 0 { failure = errno }
    if failure == 0, fsync(file) != 0 { failure = errno }
    if close(file) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(temporary, target) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(temporary)
      throw unwritable(path, failure)
    }
  }

  /// The path of the file itself where `path` leads to one over links.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The programs in a folder and the folders in it, hidden ones aside, in order: files whose names end as given and start
  /// with nothing that is skipped. Anything else than a folder is itself.
  ///
  /// - Throws: `file-unreadable`.
  package static func programs(
    at path: String, endingIn endings: [String] = [".nns"], skipping marks: Set<Character> = ["."]
  ) throws -> [String] {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [path] }
    try Outside.reach("the folder `\(path)`")
    guard access(path, R_OK | X_OK) == 0 else { throw unreadable(path, errno) }
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    return try list(path).filter { !marks.contains($0.first ?? ".") }.sorted().flatMap { name -> [String] in
      let inner = "\(folder)/\(name)"
      var status = stat()
      guard lstat(inner, &status) == 0 else { return [] }
      if status.st_mode & S_IFMT == S_IFDIR {
        return try programs(at: inner, endingIn: endings, skipping: marks)
      }
      return endings.contains(where: name.hasSuffix) ? [inner] : []
    }
  }

  /// What follows the last dot of a path's last part, in lower case; `.gz` is looked through.
  package static func kind(of path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    if name.lowercased().hasSuffix(".gz") { name.removeLast(3) }
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
  }

  private static func missing(_ path: String, _ code: Int32) -> Failure {
    guard code == ENOENT || code == ENOTDIR else { return unreadable(path, code) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    let near = nearMisses(
      String(parts.last ?? ""), among: list(folder.isEmpty ? (parts.count > 1 ? "/" : ".") : folder))
    return Failure(
      "file-missing", "there is no file `\(path)`",
      why: near.isEmpty ? nil : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
  }

  private static func list(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < 10_000 {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func unreadable(_ path: String, _ code: Int32) -> Failure {
    Failure("file-unreadable", "`\(path)` cannot be read", why: reason(code))
  }

  private static func unwritable(_ path: String, _ code: Int32) -> Failure {
    Failure("file-unwritable", "`\(path)` cannot be written", why: reason(code))
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> Failure {
    Failure("file-too-large", "`\(path)` is larger than \(limit >> 20) MiB")
  }

  private static func reason(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
