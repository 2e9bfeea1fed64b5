import Bindings

/// A run of the fuzzer over seeds in a row. An input is a matter of its seed alone, so one seed brings it back.
package struct Campaign {
  private let grammar: (UInt64) -> [UInt8]
  private let mutation: Mutation
  package let trial = Trial()

  package init(corpus: [[UInt8]]) {
    let library = makeLibrary()
    grammar = { seed in
      var grammar = Grammar(seed: seed, library: library)
      return Array(grammar.program().utf8)
    }
    mutation = Mutation(corpus: corpus)
  }

  /// Of four texts one is written by the grammar, one is such a text damaged, and two are damaged programs.
  package func text(seed: UInt64) -> [UInt8] {
    switch seed % 4 {
    case 0: grammar(seed)
    case 1: Mutation(corpus: [grammar(seed)]).text(seed: seed)
    default: mutation.text(seed: seed)
    }
  }
}
