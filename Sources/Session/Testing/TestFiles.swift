import Glibc

/// The files that `nns test` finds under a path: the path itself, or in a folder and those below it all that end in
/// `.nns` or `.md`, by name. Names that start with `.` or `_` are passed over. Nil for a path that is not there.
package func testFiles(under path: String) -> [String]? {
  var status = stat()
  guard stat(path, &status) == 0 else { return nil }
  guard status.st_mode & S_IFMT == S_IFDIR else { return [path] }
  guard let directory = opendir(path) else { return nil }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if name.first != ".", name.first != "_" { names.append(name) }
  }
  let base = path.hasSuffix("/") ? path : path + "/"
  return names.sorted().flatMap { name -> [String] in
    var status = stat()
    // A link to a folder might lead in a circle.
    guard lstat(base + name, &status) == 0 else { return [] }
    if status.st_mode & S_IFMT == S_IFDIR { return testFiles(under: base + name) ?? [] }
    return name.hasSuffix(".nns") || name.hasSuffix(".md") ? [base + name] : []
  }
}

/// Where relative paths start.
enum WorkingFolder {
  static var current: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }

  static func enter(_ path: String) { _ = chdir(path) }
}
