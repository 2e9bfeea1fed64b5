import Bindings
import Charts
import Diagnostics
import Evaluator
import Session
import Testing

/// What every declaration promises. Sessions share the machine, so one test at a time.
@Suite(.serialized) struct ContractTests {
  @Test func everyNameIsDeclaredOnce() {
    #expect(makeLibrary().declaredTwice == [])
  }

  @Test func namesOfOtherToolsLeadToTheLibrary() {
    let library = makeLibrary()
    for (other, ours) in otherNames {
      #expect(library.value(ours) != nil, "`\(other)` leads to `\(ours)`, which is not there")
      #expect(library.value(other) == nil, "`\(other)` is the library's own name")
    }
  }

  @Test func everyDeclarationSaysWhatItIs() {
    let library = makeLibrary()
    for module in library.modules {
      #expect(!module.summary.isEmpty, "\(module.name)")
      for builtin in module.builtins {
        let isSentence = builtin.summary.count > 1 && builtin.summary.last == "."
        #expect(isSentence, "the summary of \(builtin.name) is no sentence: \(builtin.summary)")
        #expect(!builtin.examples.isEmpty, "\(builtin.name) has no example")
        for p in builtin.parameters {
          #expect(!p.summary.isEmpty, "\(builtin.name) does not say what \(p.name) is")
          #expect(p.constraints.count == p.counterexamples.count)
        }
        #expect(Set(builtin.parameters.map(\.name)).count == builtin.parameters.count, "\(builtin.name)")
      }
    }
    for constant in library.constants { #expect(!constant.summary.isEmpty, "\(constant.name)") }
  }

  /// The examples themselves are run by `nns test stdlib`.
  @Test func everyFunctionInNNSSaysWhatItIs() {
    let session = Session(
      streams: Session.Streams(out: { _ in }, err: { _ in }, style: { .init() }, errorStyle: { .init() }))
    let library = session.library
    #expect(!library.written.isEmpty)
    for module in library.written {
      #expect(library.modules.contains { $0.name == module.name }, "\(module.name)")
      #expect(!module.names.isEmpty, "\(module.name)")
      for name in module.names {
        let text = library.value(name)?.function?.prototype.documentation ?? ""
        #expect(text.first?.isUppercase == true, "\(name) does not say what it does")
        #expect(text.contains("\n> "), "\(name) has no example")
      }
    }
    #expect(session.leakedObjects() == 0)
  }

  @Test(arguments: LibraryExample.all) func exampleShowsWhatItSays(_ example: LibraryExample) {
    let trial = Trial(example.source)
    #expect(trial.diagnostic == nil, "\(trial.diagnostic?.message ?? "")")
    let expected = example.output.isEmpty ? "" : example.output + "\n"
    #expect(trial.output == expected)
    #expect(trial.leaked == 0)
  }

  @Test(arguments: Limit.all) func limitRefusesItsCounterexample(_ limit: Limit) throws {
    let source = try #require(limit.broken, "no example of \(limit.builtin) calls it by name")
    let trial = Trial(source)
    let diagnostic = try #require(trial.diagnostic, "\(source) is accepted")
    #expect(diagnostic.id == "argument-range", "\(source): \(diagnostic.message)")
    #expect(diagnostic.message.contains("`\(limit.parameter)`"), "\(source): \(diagnostic.message)")
    #expect(trial.leaked == 0)
  }
}
