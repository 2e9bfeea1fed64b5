import CStdlib
package import Charts
package import Evaluator

/// A foreign value with a picture of its own: a table, a chart, a model.
package protocol Displayable: Foreign {
  func display(_ style: DisplayStyle) -> String
}

/// The whole library: every module once.
package func makeLibrary() -> Library {
  Library(
    [
      coreModule, collectionsModule, stringsModule, filesModule, makingModule, randomModule, elementwiseModule,
      reductionsModule, shapesModule, linearAlgebraModule, spectraModule, learningModule, activationsModule,
      lossesModule, optimizersModule, layersModule, modelsModule, trainingModule, dataModule,
      preprocessingModule, evaluationModule, chartsModule, compressionModule, insightModule,
    ],
    written: writtenModules(),
    constants: [
      ("pi", "the ratio of a circle's circumference to its diameter", Value(Double.pi)),
      ("inf", "infinity", Value(Double.infinity)),
      ("nan", "not a number: a missing or undefined value", Value(Double.nan)),
    ])
}

/// The files of `stdlib/`.
private func writtenModules() -> [WrittenModule] {
  var modules: [WrittenModule] = []
  while true {
    let file = nns_written(modules.count)
    guard let bytes = file.bytes, let module = file.module else { return modules }
    modules.append(WrittenModule(String(cString: module), text: UnsafeBufferPointer(start: bytes, count: file.size)))
  }
}

/// What the machine asks of the modules: `>>`, model blocks, tables.
package func standardHost() -> Host {
  Host(
    show: { _ in }, note: { _ in }, compose: composeValues, makeModel: makeModelBlock, makeTable: makeTableValue,
    loadModule: { _, _ in .none })
}
