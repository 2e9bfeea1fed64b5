import Glibc

/// Where relative paths start.
enum WorkingFolder {
  static var current: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }

  static func enter(_ path: String) { _ = chdir(path) }
}
