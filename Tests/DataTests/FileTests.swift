import Diagnostics
import Glibc
import Tables
import Tensors
import Testing

/// What a reader says of every truncation of a whole file: only Failures, never a trap.
private func idsOfTruncations(_ whole: [UInt8], _ read: ([UInt8]) throws -> Void) -> Set<String> {
  var ids = Set<String>()
  for length in 0..<whole.count {
    do {
      try read(Array(whole[..<length]))
      ids.insert("accepted \(length)")
    } catch {
      ids.insert((error as? Failure)?.id ?? "\(error)")
    }
  }
  return ids
}

private func npy(_ descriptor: String, _ shape: String, _ data: [UInt8], fortran: Bool = false) -> [UInt8] {
  let header = "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
}

@Suite struct FileTests {
  let idx: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]

  @Test func idxGivesTheArray() throws {
    let x = try IDX.parse(idx, name: "t")
    #expect(x.shape == [2, 3])
    #expect(x.dtype == .u8)
    #expect(try x.ints == [1, 2, 3, 4, 5, 6])
    let shorts = try IDX.parse([0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 0, 7], name: "t")
    #expect(try shorts.ints == [-2, 7])
  }

  @Test func brokenIdxIsRefused() {
    #expect(idsOfTruncations(idx) { _ = try IDX.parse($0, name: "t") } == ["file-format"])
    let huge: [UInt8] = [0, 0, 8, 4] + [UInt8](repeating: 0xff, count: 16)
    let wrong: [[UInt8]] = [huge, idx + [0], [1, 0, 8, 1, 0, 0, 0, 0], [0, 0, 7, 1, 0, 0, 0, 0], [0, 0, 8, 255]]
    for bytes in wrong { #expect(throws: Failure.self) { try IDX.parse(bytes, name: "t") } }
  }

  @Test func gzipIsUndoneAndItsDamageSeen() throws {
    // gzip of "hello hello hello hello\n"
    let packed: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0xb8, 0, 0x00, 0xb0,
      0xac, 0x6f, 0x18, 0, 0, 0,
    ]
    let header = packed[..<10]
    #expect(throws: Failure.self) { try Inflate.expanded(Array(header), name: "t") }
    #expect(try Inflate.expanded([1, 2, 3], name: "t") == [1, 2, 3])
    var flipped = packed
    flipped[12] ^= 0xff
    #expect(throws: Failure.self) { try Inflate.expanded(flipped, name: "t") }
  }

  @Test func npyGivesTheArray() throws {
    let f8 = try NPY.parse(npy("<f8", "(2,)", [0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0]), name: "t")
    #expect(try f8.doubles == [1.5, -2])
    let big = try NPY.parse(npy(">i2", "(2,)", [0xfe, 0xd4, 0, 7]), name: "t")
    #expect(try big.ints == [-300, 7])
    let fortran = try NPY.parse(npy("|u1", "(2, 3)", [1, 4, 2, 5, 3, 6], fortran: true), name: "t")
    #expect(try fortran.ints == [1, 2, 3, 4, 5, 6])
    let half = try NPY.parse(npy("<f2", "(2,)", [0x00, 0x3c, 0x00, 0xb8]), name: "t")
    #expect(try half.doubles == [1, -0.5])
    #expect(try NPY.parse(npy("<f8", "(0, 3)", []), name: "t").shape == [0, 3])
    #expect(try NPY.parse(npy("|b1", "()", [1]), name: "t").shape == [])
  }

  @Test func brokenNpyIsRefused() {
    #expect(
      idsOfTruncations(npy("<i4", "(2,)", [1, 0, 0, 0, 2, 0, 0, 0])) { _ = try NPY.parse($0, name: "t") } == [
        "file-format"
      ])
    for bytes in [
      npy("|O", "(1,)", [0]), npy("<f8", "(-1,)", []), npy("<f8", "(9999999999, 9999999999)", []), npy("<f8", "x", []),
    ] {
      #expect(throws: Failure.self) { try NPY.parse(bytes, name: "t") }
    }
  }

  @Test func jsonLinesGiveATable() throws {
    let t = try JSONLines.parse(Array("{\"a\": 1, \"b\": \"x\"}\n\n{\"b\": null, \"c\": true}\n".utf8), name: "t")
    #expect(t.names == ["a", "b", "c"])
    #expect(t[1] == [.missing, .missing, .bool(true)])
    #expect(throws: Failure.self) { try JSONLines.parse(Array("{\"a\": [1]}\n".utf8), name: "t") }
    #expect(throws: Failure.self) { try JSONLines.parse(Array("{\"a\": 1}\n{\"a\": \"x\"}\n".utf8), name: "t") }
    #expect(throws: Failure.self) { try JSONLines.parse(Array("[1]\n".utf8), name: "t") }
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    let path = "/tmp/nns-file-test-\(getpid()).csv"
    defer { unlink(path) }
    let t = try Table([("a", .number([1, 2]))])
    try CSV.write(t, to: path)
    #expect(try CSV.read(path: path) == t)
    #expect(throws: Failure.self) { try CSV.write(t, to: "/nowhere/x.csv") }
    #expect(throws: Failure.self) { try Files.read("/tmp") }
  }
}

@Suite struct DatasetTests {
  @Test func shippedSetsAreWhole() throws {
    for (name, train, test, shape) in [("digits", 1442, 355, [8, 8]), ("iris", 120, 30, [4]), ("wine", 144, 34, [13])] {
      let set = try Dataset.named(name)
      guard case .arrays(let x, let y) = set.train, case .arrays(let xTest, let yTest) = set.test else {
        Issue.record("\(name) has no arrays")
        continue
      }
      #expect(Array(x.shape) == [train] + shape, "\(name)")
      #expect(Array(xTest.shape) == [test] + shape, "\(name)")
      #expect(y.shape == [train] && yTest.shape == [test])
      #expect(try Set(y.ints) == Set(set.classes.indices))
    }
    #expect(try Dataset.named("penguins").table?.rowCount == 344)
    #expect(try Dataset.named("iris").table?.names.last == "species")
  }

  @Test func fashionComesFromItsFiles() throws {
    let set = try Dataset.named("fashion-mnist")
    guard case .arrays(let x, let y) = set.train else { return }
    #expect(x.shape == [60000, 28, 28] && x.dtype == .u8)
    #expect(try Array(y.ints.prefix(5)) == [9, 0, 0, 3, 0])
  }

  @Test func anUnknownSetNamesTheNearOne() {
    do {
      _ = try Dataset.named("iriss")
      Issue.record("accepted")
    } catch {
      #expect((error as? Failure)?.why == "did you mean \"iris\"?")
    }
  }
}
