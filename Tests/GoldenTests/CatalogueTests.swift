import Diagnostics
import Foundation
import Testing

/// The pages of the error ids: each id that the sources throw has one, and their programs do what the pages say.
@Suite struct CatalogueTests {
  /// Ids of which no program can be a page: Ctrl-C, which `EnvironmentTests` presses, a mistake of our own, and a machine
  /// that lacks something.
  private static let beyondPrograms: Set = ["interrupted", "internal", "needs-package"]

  @Test func everyIDThatIsThrownHasAPage() throws {
    let pattern = try Regex(#"(?:\b(?:Failure|Diagnostic|Problem)\(\s*|\bid: )"([a-z]+(?:-[a-z]+)*)""#)
    // The id of `error(message)` is a default value there.
    var thrown: Set = ["error"]
    for file in House.files(in: "Sources", extensions: ["swift"]) {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: pattern) { thrown.insert(String(match.output[1].substring ?? "")) }
    }
    let ids = Catalogue.pages.map(\.id)
    #expect(ids.count == Set(ids).count)
    #expect(thrown.subtracting(ids).isEmpty, "thrown, but without a page: \(thrown.subtracting(ids).sorted())")
    #expect(Set(ids).subtracting(thrown).isEmpty, "never thrown: \(Set(ids).subtracting(thrown).sorted())")
  }

  @Test(arguments: Catalogue.pages.filter { $0.wrong != nil }.map(\.id))
  func wrongProgramGivesItsID(_ id: String) throws {
    let outcome = try self.outcome(of: try #require(Catalogue.page(id)?.wrong))
    let found = outcome.errors.matches(of: /(?m)^error: .*\[([a-z-]+)\]$/).map { String($0.1) }
    #expect(found == [id], "\(outcome.transcript)")
    #expect(outcome.status == 1)
  }

  @Test(arguments: Catalogue.pages.filter { $0.mended != nil }.map(\.id))
  func mendedProgramRuns(_ id: String) throws {
    let outcome = try self.outcome(of: try #require(Catalogue.page(id)?.mended))
    #expect(outcome.status == 0, "\(outcome.transcript)")
    let check = try self.outcome(of: try #require(Catalogue.page(id)?.mended), command: ["check"])
    #expect(check.transcript == "")
  }

  @Test func everyIDIsSeenByATest() throws {
    let records = try House.files(in: "Tests/Golden", extensions: ["expected"]).map {
      try String(contentsOf: $0, encoding: .utf8)
    }
    for page in Catalogue.pages where page.wrong == nil && !Self.beyondPrograms.contains(page.id) {
      #expect(records.contains { $0.contains("[\(page.id)]") }, "no golden program fails with \(page.id)")
    }
  }

  /// In a folder of its own, for what a program writes.
  private func outcome(of program: String, command: [String] = []) throws -> Outcome {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nns-page-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try (program + "\n").write(to: folder.appendingPathComponent("page.nns"), atomically: true, encoding: .utf8)
    return try run(command + ["page.nns"], in: folder)
  }
}
