/// What a program reaches outside its own process: files, the environment, standard input.
///
/// `--sandbox` closes it for the whole run, and the code of a model file finds it closed while it runs. Whatever opens, lists
/// or asks for something there calls `reach` first; a test finds the places that do not.
package enum Outside {
  package enum Reason { case sandbox, modelFile }

  /// Why it is closed; nil while it is open.
  nonisolated(unsafe) package private(set) static var closedFor: Reason?

  /// From now on nothing outside is reached.
  package static func close() { closedFor = .sandbox }

  /// Runs code that comes from a model file.
  package static func closed<R>(_ body: () throws -> R) rethrows -> R {
    let before = closedFor
    closedFor = before ?? .modelFile
    defer { closedFor = before }
    return try body()
  }

  /// - Parameter what: as in "this program may not reach `what`": "the file `a.csv`".
  /// - Throws: `sandbox`.
  package static func reach(_ what: @autoclosure () -> String) throws {
    switch closedFor {
    case nil: return
    case .sandbox:
      throw Failure(
        "sandbox", "this program may not reach \(what())", argument: 0,
        why: "it was started with --sandbox, which keeps files, the environment and standard input from it.")
    case .modelFile:
      throw Failure(
        "sandbox", "this model may not reach \(what())", argument: 0,
        why: "code that comes from a model file computes, and nothing else.")
    }
  }
}
