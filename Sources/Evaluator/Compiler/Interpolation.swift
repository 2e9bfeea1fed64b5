import Syntax

/// A string with values in it: its pieces of text, one behind the other, and what stands where.
final class Interpolation {
  enum Part {
    /// The next piece of text, of so many bytes.
    case text(Int)
    /// The next register.
    case value
    /// The next register, formatted as the next spec says.
    case formatted
  }
  let parts: UnsafeMutableBufferPointer<Part>
  let text: UnsafeMutableBufferPointer<UInt8>
  let specs: [FormatSpec]

  init(_ pieces: [StringPart]) {
    var (parts, text, specs): ([Part], [UInt8], [FormatSpec]) = ([], [], [])
    for piece in pieces {
      switch piece {
      case .text(let t):
        parts.append(.text(t.utf8.count))
        text += t.utf8
      case .value(_, let spec?, _):
        parts.append(.formatted)
        specs.append(spec)
      case .value(_, nil, _): parts.append(.value)
      }
    }
    self.parts = .allocate(capacity: parts.count)
    _ = self.parts.initialize(from: parts)
    self.text = .allocate(capacity: text.count)
    _ = self.text.initialize(from: text)
    self.specs = specs
  }

  deinit {
    parts.deallocate()
    text.deallocate()
  }
}
