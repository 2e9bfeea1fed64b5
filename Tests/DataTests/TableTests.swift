import Diagnostics
import Tables
import Testing

private func csv(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) throws -> Table {
  var options = CSVOptions()
  change(&options)
  return try CSV.parse(Array(text.utf8), name: "t.csv", options: options)
}

private func failure(_ work: () throws -> Void) -> Failure? {
  do {
    try work()
    return nil
  } catch {
    return error as? Failure
  }
}

@Suite struct CSVTests {
  @Test func quotedFieldsHoldDelimitersQuotesAndLines() throws {
    let t = try csv("id,name,score\r\n1,\"Smith, John\",3.5\r\n2,\"He said \"\"hi\"\"\",\r\n3,\"two\nlines\",-1e-3\r\n")
    #expect(t.names == ["id", "name", "score"])
    #expect(try t.column("id").cells == [.number(1), .number(2), .number(3)])
    #expect(try t.column("name").cells == [.text("Smith, John"), .text("He said \"hi\""), .text("two\nlines")])
    #expect(try t.column("score").cells == [.number(3.5), .missing, .number(-0.001)])
  }

  @Test func byteOrderMarkAndOldLineEndsAreRead() throws {
    #expect(try csv("\u{FEFF}a,b\r1,2\r").names == ["a", "b"])
    #expect(try csv("a,b\n1,2\n\n3,4").rowCount == 2)
  }

  @Test func kindsAreInferred() throws {
    let t = try csv("i,f,b,s,d\n1,1.5,true,x,2024-01-31\n2,2,false,y,2024-02-29\n")
    #expect(t.columns.map(\.kind) == [.number, .number, .bool, .text, .text])
  }

  @Test func missingMarkersMakeMissingValues() throws {
    let t = try csv("a,b,c\n1,NA,\n,NA,x\n3,,y\n")
    #expect(t.missingCounts.map(\.count) == [1, 3, 1])
    #expect(t.columns.map(\.kind) == [.number, .number, .text])
    let own = try csv("a\n-999\n4\n") { $0.missing = ["-999"] }
    #expect(try own.column("a").cells == [.missing, .number(4)])
  }

  @Test func longIdentifiersStayText() throws {
    #expect(try csv("id\n12345678901234567890\n1\n").columns[0].kind == .text)
    #expect(try csv("id\n12345678901234567890\n") { $0.types = [("id", .number)] }.columns[0].kind == .number)
  }

  @Test func delimiterAndDecimalPointMayDiffer() throws {
    let t = try csv("a;b\n1,5;2,25\n") {
      $0.delimiter = UInt8(ascii: ";")
      $0.decimalPoint = UInt8(ascii: ",")
    }
    #expect(t[0] == [.number(1.5), .number(2.25)])
  }

  @Test func namesAreMadeUnique() throws {
    #expect(try csv("a,a,\n1,2,3\n").names == ["a", "a_2", "column3"])
    #expect(try csv("1,2\n3,4\n") { $0.hasHeader = false }.names == ["column1", "column2"])
  }

  @Test func numbersAreReadToTheLastBit() throws {
    for text in [
      "0.1", "1e22", "123456789012345678", "2.2250738585072014e-308", "1.7976931348623157e308", "5e-324", ".5", "7.",
    ] {
      let t = try csv("x\n\(text)\n") { $0.types = [("x", .number)] }
      let padded = text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text
      #expect(t[0] == [.number(Double(padded)!)], "\(text)")
    }
  }

  @Test func raggedRowsSayWhere() {
    let found = failure { _ = try csv("a,b\n1,2\n1,2,3\n") }
    #expect(found?.id == "ragged-rows")
    #expect(found?.message == "line 3 of `t.csv` has 3 fields where the first line has 2")
    #expect(failure { _ = try csv("a,b\n\"x\ny\",1\n2\n") }?.message.hasPrefix("line 4") == true)
  }

  @Test func badTextSaysWhere() {
    #expect(failure { _ = try csv("a\n\"open") }?.id == "file-format")
    #expect(failure { _ = try csv("a\n\"x\"y\n") }?.id == "file-format")
    #expect(failure { _ = try csv("") }?.id == "file-format")
    #expect(failure { _ = try CSV.parse([97, 10, 0xff, 0xfe, 10], name: "t.csv") }?.id == "file-format")
    #expect(failure { _ = try CSV.parse([0xff, 0xfe, 97, 0], name: "t.csv") }?.message.contains("UTF-16") == true)
    let wrong = failure { _ = try csv("a,b\n1,2\n1,x\n") { $0.types = [("b", .number)] } }
    #expect(wrong?.id == "column-type")
    #expect(wrong?.facts.first?.name == "line 3")
    #expect(failure { _ = try csv("name\n1\n") { $0.types = [("nam", .text)] } }?.why == "did you mean `name`?")
    #expect(failure { _ = try CSV.read(path: "/nowhere/t.csv") }?.id == "file-missing")
  }

  @Test func everyTruncationIsATableOrAFailure() {
    let whole = Array("id,name,ok\r\n1,\"a \"\"b\"\", c\",true\r\n2,é,false\r\n,\"x\ny\",\r\n".utf8)
    for length in 0...whole.count {
      let found = failure { _ = try CSV.parse(Array(whole[..<length]), name: "t.csv") }
      #expect(found == nil || ["file-format", "ragged-rows"].contains(found!.id))
    }
  }

  @Test func writtenTablesReadBackTheSame() throws {
    let t = try Table([
      ("n", .number([1, .nan, -0.1, 1e300])), ("a \"name\"", .text(["x,y", nil, "two\nlines", " pad "])),
      ("b", .bool([true, nil, false, true])),
    ])
    #expect(try CSV.parse(CSV.text(t), name: "t.csv") == t)
    let one = try Table([("only", .number([1, .nan, 3]))])
    #expect(try CSV.parse(CSV.text(one), name: "t.csv") == one)
  }
}

@Suite struct TableOperationTests {
  let people = try! Table([
    ("name", .text(["Ann", "Bob", "Cy", "Dee", "Eve"])), ("age", .number([30, .nan, 25, 41, 25])),
    ("team", .text(["x", "y", "x", nil, "y"])),
  ])

  @Test func choosingColumnsKeepsTheOrderAskedFor() throws {
    #expect(try people.select(["team", "name"]).names == ["team", "name"])
    #expect(try people.drop(["age"]).names == ["name", "team"])
    #expect(try people.rename([("age", "years")]).names == ["name", "years", "team"])
    let unknown = failure { _ = try people.select(["nane"]) }
    #expect(unknown?.id == "unknown-column")
    #expect(unknown?.why == "did you mean `name`?")
  }

  @Test func sortingIsStableWithMissingLast() throws {
    let names = { (t: Table) in try t.column("name").cells.compactMap(\.text) }
    #expect(try names(people.sorted(by: ["age"])) == ["Cy", "Eve", "Ann", "Dee", "Bob"])
    #expect(try names(people.sorted(by: ["age"], descending: true)) == ["Dee", "Ann", "Cy", "Eve", "Bob"])
    #expect(try names(people.sorted(by: ["team", "name"])) == ["Ann", "Cy", "Bob", "Eve", "Dee"])
  }

  @Test func duplicatesKeepTheirFirstRow() throws {
    let t = try Table([("a", .text(["a", "b", "a", "a", "a", "b"])), ("n", .number([1, 2, 1, .nan, .nan, 2]))])
    #expect(try t.distinctRows() == [0, 1, 3])
    #expect(try t.distinctRows(by: ["a"]) == [0, 1])
  }

  @Test func missingValuesAreCountedAndDropped() throws {
    #expect(people.missingCounts.map(\.count) == [0, 1, 1])
    #expect(try people.dropMissing().rowCount == 3)
    #expect(try people.dropMissing(["age"]).rowCount == 4)
  }

  @Test func groupsComeInOrderOfTheirKeys() throws {
    let groups = try people.group(by: ["team"])
    #expect(groups.groups.map { $0.key } == [[.text("x")], [.text("y")], [.missing]])
    let t = try groups.aggregate([
      ("n", { Cell(Double($0.rowCount)) }), ("age", { Cell(Statistics.mean(try $0.column("age").numbers ?? [])) }),
    ])
    #expect(t.names == ["team", "n", "age"])
    #expect(try t.column("age").cells == [.number(27.5), .number(25), .number(41)])
  }

  @Test func joinsMatchEqualKeys() throws {
    let teams = try Table([("team", .text(["x", "z", "x"])), ("name", .text(["Red", "Blue", "Rot"]))])
    #expect(try people.join(teams, on: ["team"]).rowCount == 4)
    #expect(try people.join(teams, on: ["team"], how: .left).rowCount == 7)
    let outer = try people.join(teams, on: ["team"], how: .outer)
    #expect(outer.names == ["name", "age", "team", "name_right"])
    #expect(outer.rowCount == 8)
    #expect(outer[7] == [.missing, .missing, .text("z"), .text("Blue")])
  }

  @Test func countsGoFromMostToLeast() throws {
    let counts = try people.column("age").valueCounts
    #expect(counts.map(\.count) == [2, 1, 1, 1])
    #expect(counts[0].value == .number(25))
  }

  @Test func descriptionsLeaveMissingValuesOut() throws {
    let d = try people.described()
    #expect(try d.column("mean")[1] == .number(30.25))
    #expect(try d.column("unique").cells.compactMap(\.number) == [5, 3, 2])
    #expect(try d.column("median")[1] == .number(27.5))
  }
}
