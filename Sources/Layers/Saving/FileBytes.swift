import Diagnostics
import Glibc

/// Reading and writing whole files.
package enum FileBytes {
  /// - Throws: `file-missing`, `file-unreadable`, `file-too-large`.
  package static func read(_ path: String) throws -> [UInt8] {
    try Outside.reach("the file `\(path)`")
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw Failure("file-missing", "there is no file `\(path)`", argument: 0) }
      throw Failure("file-unreadable", "`\(path)` cannot be read: \(reason())", argument: 0)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw Failure("file-unreadable", "`\(path)` is not a file", argument: 0)
    }
    let size = Int(status.st_size)
    guard size <= 1 << 36 else { throw Failure("file-too-large", "`\(path)` is larger than 64 GB", argument: 0) }
    var failed: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, size - count)
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failed = reason() }
        if got <= 0 { break }
        count += got
      }
    }
    if let failed { throw Failure("file-unreadable", "`\(path)` cannot be read: \(failed)", argument: 0) }
    return bytes
  }

  /// Writes a file beside the target, waits until it is on the disk, then renames it: no reader sees half of it.
  ///
  /// - Throws: `file-unwritable`.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    try Outside.reach("the file `\(path)`")
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure(path)
        close(descriptor)
        unlink(temporary)
        throw failure
      }
      written += count
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = failure(path)
      unlink(temporary)
      throw failure
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure("file-unwritable", "`\(path)` cannot be written: \(reason())")
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
