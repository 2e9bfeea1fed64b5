import Foundation

/// Runs reference cases through the language: for each kind one program made of `Tests/Parity/<kind>.nns` (how each
/// operation is said in NNS) and a call per case, whose printed numbers are compared with the reference's.
struct Parity {
  var root: URL
  var folder: URL
  var verbose: Bool

  private enum Verdict {
    case passed, notYet
    case failed(String)
  }

  private struct Tally {
    var passed = 0
    var failed: [String] = []
    var notYet: [String] = []
  }

  /// Runs every kind in the folder; false when a case came out wrong.
  func run() throws -> Bool {
    var total = Tally()
    let kinds = files(in: folder, extensions: ["json"])
    guard !kinds.isEmpty else { throw Complaint(text: "\(folder.path) holds no reference files") }
    for file in kinds {
      let kind = file.deletingPathExtension().lastPathComponent
      guard let reference = JSON.parse(try String(contentsOf: file, encoding: .utf8)) else {
        throw Complaint(text: "\(file.path) is not JSON")
      }
      let tally = try run(kind: kind, reference)
      let name = kind.padding(toLength: max(16, kind.count), withPad: " ", startingAt: 0)
      print("\(name) \(tally.passed) passed, \(tally.failed.count) failed, \(tally.notYet.count) not yet")
      for failure in tally.failed { print("    \(failure)") }
      if verbose, !tally.notYet.isEmpty { print("    not yet: \(tally.notYet.joined(separator: " "))") }
      total.passed += tally.passed
      total.failed += tally.failed
      total.notYet += tally.notYet
    }
    print("parity: \(total.passed) passed, \(total.failed.count) failed, \(total.notYet.count) not yet")
    return total.failed.isEmpty
  }

  private func run(kind: String, _ reference: JSON) throws -> Tally {
    let cases = reference["cases"]?.items ?? []
    let recipes = root.appendingPathComponent("Tests/Parity/\(kind).nns")
    guard let code = try? String(contentsOf: recipes, encoding: .utf8) else {
      return Tally(notYet: cases.compactMap { $0["name"]?.text })
    }
    let prelude = try String(contentsOf: root.appendingPathComponent("Tests/Parity/_prelude.nns"), encoding: .utf8)
    let precision = reference["dtype"]?.text == "float32" ? "float" : "f64"
    var verdicts: [Int: Verdict] = [:]
    var waiting: [Int] = []
    for (index, one) in cases.enumerated() {
      if code.contains("fn case_\(one["op"]?.text ?? "")(") { waiting.append(index) } else { verdicts[index] = .notYet }
    }
    // A case that takes the interpreter down fails alone: the rest runs in a new process.
    while !waiting.isEmpty {
      let calls = waiting.map { call($0, cases, precision: precision) }
      let (printed, errors) = try execute(prelude + "\n" + code + "\n" + calls.joined(separator: "\n") + "\n")
      let results = parse(printed)
      var done = 0
      for index in waiting {
        guard let result = results[index], result["end"] != nil else { break }
        verdicts[index] = verdict(result, for: cases[index])
        done += 1
      }
      if done < waiting.count {
        let lines = errors.split(separator: "\n").prefix(6).joined(separator: "\n        ")
        verdicts[waiting[done]] = .failed("the program stopped here: \(lines)")
        done += 1
      }
      waiting.removeFirst(done)
    }
    var tally = Tally()
    for (index, one) in cases.enumerated() {
      let name = one["name"]?.text ?? "\(index)"
      switch verdicts[index] ?? .notYet {
      case .passed: tally.passed += 1
      case .notYet: tally.notYet.append(name)
      case .failed(let reason): tally.failed.append("\(kind)/\(name): \(reason)")
      }
    }
    return tally
  }

  private func call(_ index: Int, _ cases: [JSON], precision: String) -> String {
    let one = cases[index]
    // An input may be shared: "see case NAME".
    let inputs = (one["inputs"]?.fields ?? []).map { key, value -> (key: String, value: JSON) in
      guard let text = value.text, text.hasPrefix("see case "),
        let other = cases.first(where: { $0["name"]?.text == String(text.dropFirst(9)) })?["inputs"]?[key]
      else { return (key, value) }
      return (key, other)
    }
    let i = JSON.object(inputs).literal(tensors: true, precision: precision)
    let a = (one["args"] ?? .object([])).literal(tensors: false, precision: precision)
    // In a function of its own, which a program of any length can hold.
    return "fn _run_\(index)() => report(\(index), case_\(one["op"]?.text ?? ""), \(i), \(a))\n_run_\(index)()"
  }

  private func execute(_ program: String) throws -> (output: String, errors: String) {
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("parity-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let file = scratch.appendingPathComponent("cases.nns")
    try program.write(to: file, atomically: true, encoding: .utf8)
    if let copy = ProcessInfo.processInfo.environment["PARITY_KEEP"] {
      try program.write(toFile: copy, atomically: true, encoding: .utf8)
    }
    let binary =
      ProcessInfo.processInfo.environment["NNS_BINARY"]
      ?? root.appendingPathComponent(".build/release/nns").path
    let result = try capture(["timeout", "300", binary, file.path], in: scratch)
    return (result.output, result.errors)
  }

  /// The printed lines `@INDEX KEY TOKENS…` by case and key.
  private func parse(_ printed: String) -> [Int: [String: [String]]] {
    var results: [Int: [String: [String]]] = [:]
    for line in printed.split(separator: "\n") where line.hasPrefix("@") {
      let words = line.dropFirst().split(separator: " ")
      guard words.count >= 2, let index = Int(words[0]) else { continue }
      results[index, default: [:]][String(words[1])] = words.dropFirst(2).map(String.init)
    }
    return results
  }

  private func verdict(_ result: [String: [String]], for one: JSON) -> Verdict {
    if let error = result["error"] {
      let kind = error.first ?? ""
      if kind == "not-yet" || kind == "unknown-name" { return .notYet }
      if case .bool(true) = one["expected"]?["error"] ?? .null { return .passed }
      return .failed("error [\(kind)] \(error.dropFirst().joined(separator: " "))")
    }
    if case .bool(true) = one["expected"]?["error"] ?? .null { return .failed("bad input was not refused") }
    let skipped = Set(result["skip"] ?? [])
    let rtol = one["rtol"]?.double ?? 0
    let atol = one["atol"]?.double ?? 0
    for (key, value) in one["expected"]?.fields ?? [] where !skipped.contains(key) {
      guard let got = result[key] else { return .failed("no `\(key)`") }
      let expected = value.tokens
      guard got.count == expected.count else {
        return .failed("`\(key)` has \(got.count) values, the reference \(expected.count)")
      }
      for (place, (mine, theirs)) in zip(got, expected).enumerated() where !agrees(mine, theirs, rtol, atol) {
        return .failed("`\(key)` at \(place): got \(mine), expected \(theirs)")
      }
    }
    return .passed
  }

  private func agrees(_ got: String, _ expected: String, _ rtol: Double, _ atol: Double) -> Bool {
    guard let theirs = Double(expected) else { return got == expected }
    guard let mine = got == "true" ? 1 : got == "false" ? 0 : Double(got) else { return false }
    if theirs.isNaN { return mine.isNaN }
    if theirs.isInfinite { return mine == theirs }
    return abs(mine - theirs) <= atol + rtol * abs(theirs)
  }
}
