/// Whether a path such as `"head.weight"` fits a pattern in which `*` stands for any run of characters.
package func fits(_ path: String, _ pattern: String) -> Bool {
  let (text, pattern) = (Array(path.utf8), Array(pattern.utf8))
  var (p, t) = (0, 0)
  var (star, mark) = (-1, 0)
  while t < text.count {
    if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
      (star, mark) = (p, t)
      p += 1
    } else if p < pattern.count, pattern[p] == text[t] {
      p += 1
      t += 1
    } else if star >= 0 {
      mark += 1
      (p, t) = (star + 1, mark)
    } else {
      return false
    }
  }
  while p < pattern.count, pattern[p] == UInt8(ascii: "*") { p += 1 }
  return p == pattern.count
}
