import Diagnostics

/// The offset of the first byte that is not part of valid UTF-8, or nil.
func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var i = 0
  let count = bytes.count
  func continues(_ offset: Int, _ low: UInt8 = 0x80, _ high: UInt8 = 0xBF) -> Bool {
    offset < count && bytes[offset] >= low && bytes[offset] <= high
  }
  while i < count {
    let c = bytes[i]
    if c < 0x80 {
      i += 1
      continue
    }
    switch c {
    case 0xC2...0xDF:
      guard continues(i + 1) else { return i }
      i += 2
    case 0xE0...0xEF:
      guard continues(i + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF), continues(i + 2) else { return i }
      i += 3
    case 0xF0...0xF4:
      guard continues(i + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF), continues(i + 2), continues(i + 3)
      else { return i }
      i += 4
    default: return i
    }
  }
  return nil
}

func invalidText(_ source: SourceText, _ offset: Int) -> Diagnostic {
  let byte = String(source.bytes[offset], radix: 16, uppercase: true)
  return Diagnostic(
    "syntax", "this text is not UTF-8: byte 0x\(byte) at offset \(offset)",
    labels: [Diagnostic.Label(source, Span(offset, offset + 1))],
    why: "NNS source is UTF-8; the file may have another encoding, or not be text at all.")
}
