import Bindings
import Evaluator
import Testing

/// What every declaration promises. Sessions share the machine, so one test at a time.
@Suite(.serialized) struct ContractTests {
  @Test func everyNameIsDeclaredOnce() {
    #expect(makeLibrary().declaredTwice == [])
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
