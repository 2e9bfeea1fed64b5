import Diagnostics
import Evaluator
import Glibc
import JSON
import Tables
import Tensors

let filesModule = Module(
  "files", "reading and writing files",
  [
    Builtin(
      "read_text", "The text of a file; \"-\" is standard input.", path,
      examples: ["write_text(\"/tmp/nns-example.txt\", \"a\"); read_text(\"/tmp/nns-example.txt\")" => "\"a\""]
    ) { try text(at: $0) },
    Builtin(
      "read_lines", "The lines of a file; \"-\" is standard input.", path,
      examples: [
        "write_text(\"/tmp/nns-example.txt\", \"a\\nb\\n\"); read_lines(\"/tmp/nns-example.txt\")" => "(\"a\", \"b\")"
      ]
    ) { textLines(try text(at: $0)) },
    Builtin(
      "write_text", "Writes a text to a file, replacing it as a whole.", path,
      Parameter<String>("text", "what to write"),
      examples: ["write_text(\"/tmp/nns-example.txt\", \"a\"); exists(\"/tmp/nns-example.txt\")" => "true"]
    ) { path, text in
      try Files.write(Array(text.utf8), to: path)
      return Value.none
    },
    Builtin(
      "read_json", "A JSON file as records, lists, strings and numbers.", path,
      examples: ["write_json({a: 1}, \"/tmp/nns-example.json\"); read_json(\"/tmp/nns-example.json\").a" => "1"]
    ) { path in
      value(of: try JSONValue(parsing: try text(at: path)))
    },
    Builtin(
      "write_json", "Writes a value as JSON.", Parameter<Value>("x", "records, lists, tensors, strings, numbers"), path,
      examples: ["write_json((1, 2), \"/tmp/nns-example.json\"); len(read_json(\"/tmp/nns-example.json\"))" => "2"]
    ) { x, path in
      try Files.write(Array(try json(of: x).text(indent: 2).utf8), to: path)
      return Value.none
    },
    Builtin(
      "list_files", "The names in a folder, sorted.", Parameter<String>("folder", "a path", default: "."),
      examples: ["len(list_files(\"/\")) > 0" => "true"]
    ) { folder in
      try Outside.reach("the folder `\(folder)`")
      guard let handle = opendir(folder) else {
        throw Failure(
          "file-missing", "the folder `\(folder)` cannot be opened: \(String(cString: strerror(errno)))", argument: 0)
      }
      defer { closedir(handle) }
      var names: [String] = []
      while let entry = readdir(handle) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        if name != ".", name != ".." { names.append(name) }
      }
      return names.sorted()
    },
    Builtin("exists", "Whether there is a file or folder.", path, examples: ["exists(\"/no/such/file\")" => "false"]) {
      try Outside.reach("the file `\($0)`")
      return access($0, F_OK) == 0
    },
  ])

private var path: Parameter<String> { Parameter<String>("path", "a file's path") }

private func bytes(at path: String) throws -> [UInt8] { try Files.read(path == "-" ? "/dev/stdin" : path) }

private func text(at path: String) throws -> String {
  let bytes = try bytes(at: path)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw Failure("file-format", "`\(path)` is not UTF-8 text", argument: 0)
  }
  return text
}
