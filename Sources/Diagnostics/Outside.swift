/// What a program reaches outside its own process: files, the environment, standard input. `--sandbox` closes it.
///
/// Whatever opens, lists or asks for something there calls `reach` first; a test finds the places that do not.
package enum Outside {
  nonisolated(unsafe) package private(set) static var isClosed = false

  /// From now on nothing outside is reached.
  package static func close() { isClosed = true }

  /// - Parameter what: as in "`reach` is refused here": "the file `a.csv`".
  /// - Throws: `sandbox`.
  package static func reach(_ what: @autoclosure () -> String) throws {
    guard isClosed else { return }
    throw Failure(
      "sandbox", "this program may not reach \(what())", argument: 0,
      why: "it was started with --sandbox, which keeps files, the environment and standard input from it.")
  }
}
