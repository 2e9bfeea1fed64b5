import Foundation
import Testing

/// What depends on the environment of a run: threads, kernels, places of data, pipes.
@Suite struct EnvironmentTests {
  @Test(arguments: ["plain", "avx2", "avx512"]) func threadsLeaveNoTraceInTheWeights(_ kernels: String) throws {
    let program = """
      d = dataset("digits")
      net = input(8, 8, 1) >> conv2d(8, 3, activation=relu) >> flatten >> dense(96, relu) >> dropout(0.2) >> dense(10)
      data = {x: reshape(float(d.train.x) / 16, -1, 8, 8, 1), y: d.train.y}
      fit(&net, data, loss=cross_entropy, opt=adam(lr=1e-3), epochs=2, batch=256, quiet=true)
      save(net, "net.nnm")
      """
    let weights = try ["1", "2", "3"].map { threads in
      try inFolder { folder in
        let extra = ["NNS_THREADS": threads, "NNS_KERNELS": kernels]
        let outcome = try run(["-e", program], in: folder, extra: extra)
        #expect(outcome.status == 0, "\(outcome.transcript)")
        return try Data(contentsOf: folder.appendingPathComponent("net.nnm"))
      }
    }
    #expect(weights[0].count > 10_000)
    #expect(weights[1] == weights[0] && weights[2] == weights[0])
  }

  @Test(arguments: House.files(in: "scripts/examples", extensions: ["nns"]).map(\.path))
  func exampleLeavesNothingBehind(_ path: String) throws {
    let outcome = try inFolder { try run([path], in: $0, limit: 600, extra: ["NNS_DEBUG_LEAKS": "1"]) }
    #expect(outcome.errors.split(separator: "\n").last == "0 objects leaked", "\(outcome.errors)")
  }

  /// Golden programs take every way out: errors within calls, loops, callbacks and trainings among them.
  @Test(arguments: GoldenCase.all(in: "Tests/Golden").filter { $0.sibling("args") == nil })
  func programLeavesNothingBehind(_ golden: GoldenCase) throws {
    let outcome = try golden.outcome(limit: 60, extra: ["NNS_DEBUG_LEAKS": "1"])
    #expect(outcome.errors.split(separator: "\n").last == "0 objects leaked", "\(outcome.errors)")
  }

  @Test func formattingKeepsModeAndLink() throws {
    try inFolder { folder in
      let file = folder.appendingPathComponent("tool.nns")
      let link = folder.appendingPathComponent("link.nns")
      try "#!/usr/bin/env nns\nx=1\n".write(to: file, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o751], ofItemAtPath: file.path)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
      #expect(try run(["fmt", "--check", "link.nns"], in: folder).transcript == "link.nns\n--- exit 1\n")
      #expect(try String(contentsOf: file, encoding: .utf8) == "#!/usr/bin/env nns\nx=1\n")
      #expect(try run(["fmt", "link.nns"], in: folder).transcript == "")
      #expect(try String(contentsOf: file, encoding: .utf8) == "#!/usr/bin/env nns\nx = 1\n")
      let manager = FileManager.default
      #expect(try manager.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o751)
      #expect(try manager.destinationOfSymbolicLink(atPath: link.path) == file.path)
      #expect(try manager.contentsOfDirectory(atPath: folder.path).sorted() == ["link.nns", "tool.nns"])
    }
  }

  @Test func formattingLeavesWhatDoesNotParse() throws {
    try inFolder { folder in
      for (name, text) in [("a.nns", "x=("), ("b.nns", "y=2")] {
        try text.write(to: folder.appendingPathComponent(name), atomically: false, encoding: .utf8)
      }
      let outcome = try run(["fmt", "a.nns", "missing.nns", "b.nns"], in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("a.nns:1") && outcome.errors.contains("[file-missing]"), "\(outcome.errors)")
      #expect(try String(contentsOf: folder.appendingPathComponent("a.nns"), encoding: .utf8) == "x=(")
      #expect(try String(contentsOf: folder.appendingPathComponent("b.nns"), encoding: .utf8) == "y = 2\n")
    }
  }

  @Test func recordingChangesOnlyWhatIsShown() throws {
    let program = """
      #!/usr/bin/env nns
      ##  > twice( 2 )
      ##  5
      ##
      ##  > twice(1)
      fn twice(x)=>x*2   # odd layout stays

      twice(4)      # expect:   7
      for i in 0..3 { print(i) }   # expect: 0
      x = 1 # expect: 2
      # expect: 3

      nope # expect:
      """
    let recorded = """
      #!/usr/bin/env nns
      ##  > twice( 2 )
      ##  4
      ##
      ##  > twice(1)
      ##  2
      fn twice(x)=>x*2   # odd layout stays

      twice(4)      # expect: 8
      for i in 0..3 { print(i) }   # expect: 0
      # expect: 1
      # expect: 2
      x = 1 # expect:

      nope # expect: error: there is no `nope` [unknown-name]
      """
    let document = "Text\n\n```nns\nprint(1 + 1)\nprint(3)\n```\n\n```text\n%```\nMore\n"
    try inFolder { folder in
      let (file, page) = (folder.appendingPathComponent("a.nns"), folder.appendingPathComponent("b.md"))
      try program.write(to: file, atomically: false, encoding: .utf8)
      try document.replacing("%", with: "4\n").write(to: page, atomically: false, encoding: .utf8)
      #expect(try run(["test", "."], in: folder).status == 1)
      #expect(try String(contentsOf: file, encoding: .utf8) == program)
      #expect(
        try run(["test", "--record", "."], in: folder).transcript == "0 passed, 0 failed (7 recorded, 2 files)\n")
      #expect(try String(contentsOf: file, encoding: .utf8) == recorded)
      #expect(try String(contentsOf: page, encoding: .utf8) == document.replacing("%", with: "2\n3\n"))
      #expect(try run(["test", "."], in: folder).transcript == "7 passed, 0 failed (2 files)\n")
    }
  }

  @Test func dataThatIsNotThereIsNamed() throws {
    try inFolder { folder in
      let outcome = try run(
        ["-e", "dataset(\"fashion-mnist\")"], in: folder, extra: ["NNS_DATA": folder.path])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("[file-missing]"), "\(outcome.errors)")
      #expect(outcome.errors.contains("train-images-idx3-ubyte.gz` in `\(folder.path)`"), "\(outcome.errors)")
      #expect(outcome.errors.contains("NNS_DATA"))
    }
  }

  @Test func dataThatIsCutShortIsNamed() throws {
    try inFolder { folder in
      // Two pictures are promised, and a half is there.
      let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28] + [UInt8](repeating: 1, count: 392)
      try Data(images).write(to: folder.appendingPathComponent("train-images-idx3-ubyte"))
      try Data([0, 0, 8, 1, 0, 0, 0, 2, 0, 1]).write(to: folder.appendingPathComponent("train-labels-idx1-ubyte"))
      let outcome = try run(
        ["-e", "dataset(\"fashion-mnist\")"], in: folder, extra: ["NNS_DATA": folder.path])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("[file-format]"), "\(outcome.errors)")
      #expect(outcome.errors.contains("needs 1568 bytes of data; there are 392"), "\(outcome.errors)")
    }
  }

  @Test func aClosedPipeEndsTheRunQuietly() throws {
    let command = "\"$0\" -e 'for i in 0..1000000 { print(i) }' | head -n 1; echo ${PIPESTATUS[0]}"
    let outcome = try run(
      ["-c", command, House.binary.path], in: House.root, executable: URL(fileURLWithPath: "/bin/bash"))
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first == "0")
    // Ended by the signal, as other tools are, or by noticing: never by an error of its own.
    #expect(["0", "141"].contains(lines.last ?? ""), "\(outcome.transcript)")
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }
}
