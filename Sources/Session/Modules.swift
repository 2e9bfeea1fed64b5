import Bindings
import Diagnostics
import Evaluator
import Syntax
import Tables

extension Session {
  /// `use "file.nns"`: runs the file once, with names of its own, and gives them as a record.
  func loadModule(_ request: ModuleRequest, from source: SourceText) throws -> Value {
    guard let path = request.path else { throw request.unknownModule }
    let full = modulePath(path, from: source)
    if let known = modules[full] {
      guard let value = known else {
        throw Failure("import-cycle", "`\(path)` is being used already", why: "two files use each other.")
      }
      return value.retained()
    }
    modules[full] = .some(nil)
    do {
      let value = try runModule(full)
      modules[full] = value
      return value.retained()
    } catch {
      modules[full] = nil
      throw error
    }
  }

  private func runModule(_ path: String) throws -> Value {
    let bytes = try Files.read(path, limit: 1 << 26)
    let source = SourceText(name: path, text: String(decoding: bytes, as: UTF8.self))
    switch parse(source, mode: .file) {
    case .invalid(let diagnostics): throw diagnostics[0]
    case .incomplete: throw Failure("syntax", "`\(path)` ends too early")
    case .complete(let program):
      let names = Globals(library: library)
      moduleGlobals.append(names)
      moduleNames[path] = names
      // Nothing shows from a used file.
      let show = machine.host.show
      machine.host.show = { _ in }
      defer { machine.host.show = show }
      try machine.run(try compile(program, globals: names, name: path))
      let visible = names.setNames.filter { !$0.hasPrefix("_") && $0 != "ans" }
      return Value(new: RecordObject(visible.map { ($0, names[$0]!.retained()) }))
    }
  }
  /// Whether the value is what `use` gave for a file, and the file keeps that name to itself.
  func isPrivate(_ value: Value, _ name: String) -> Bool {
    modules.contains { path, module in module?.bits == value.bits && moduleNames[path]?[name] != nil }
  }
}

/// The path of a used file, which is relative to the using one.
func modulePath(_ path: String, from source: SourceText) -> String {
  let folder = source.name.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  return path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
}

extension ModuleRequest {
  var unknownModule: Failure {
    Failure(
      "unknown-name", "there is no library module `\(name)`",
      why: "the core needs no `use`; a file is used by its path in quotes.")
  }
}
