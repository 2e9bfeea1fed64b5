import Diagnostics
import Syntax
import Tensors

/// Functions of the library that are written in NNS, all of one file: `fn name(…)` at the start of a line.
///
/// The file is compiled when one of its names is first used, so that a program pays for what it names alone.
package final class WrittenModule {
  /// The module that lists them.
  package let name: String
  /// In the order of the file; names with a leading `_` are the file's own.
  package let names: [String]
  private let text: UnsafeBufferPointer<UInt8>
  private var globals: Globals?
  private var isLoading = false

  /// The text outlives the module.
  package init(_ name: String, text: UnsafeBufferPointer<UInt8>) {
    self.name = name
    self.text = text
    names = definedNames(in: text)
  }

  /// Borrowed; nil while the file that defines it is being compiled, where the name is its own.
  func value(_ name: String, library: Library) -> Value? {
    if globals == nil, !isLoading { load(library) }
    return globals?[name]
  }

  private func load(_ library: Library) {
    isLoading = true
    defer { isLoading = false }
    let source = SourceText(name: "stdlib/\(name).nns", bytes: Array(text), isLibrary: true)
    guard case .complete(let program) = parse(source, mode: .file) else {
      preconditionFailure("\(source.name) does not parse")
    }
    let own = Globals(library: library)
    // A machine of its own: the one that asks may be deep in calls.
    let asking = Machine.current
    defer { Machine.current = asking }
    let machine = Machine(globals: own, host: asking!.host)
    Resources.undisturbed {
      do { try machine.run(try compile(program, globals: own, name: source.name)) } catch {
        preconditionFailure("\(source.name): \(error)")
      }
    }
    globals = own
  }

  func removeAll() { globals?.removeAll() }
}

/// The words behind each `fn ` that starts a line.
private func definedNames(in text: UnsafeBufferPointer<UInt8>) -> [String] {
  var names: [String] = []
  var at = 0
  while at < text.count {
    if at + 3 < text.count, text[at] == 0x66, text[at + 1] == 0x6E, text[at + 2] == 0x20, text[at + 3] != 0x5F {
      let end = text[at...].firstIndex(of: 0x28) ?? text.count
      names.append(String(decoding: text[(at + 3)..<end], as: UTF8.self))
    }
    at = (text[at...].firstIndex(of: 0x0A) ?? text.count) + 1
  }
  return names
}
