import Diagnostics

/// Lets an error of the modules below, which do not know where their values came from, point at an argument.
func pointing<R>(at argument: Int, _ work: () throws -> R) throws -> R {
  do {
    return try work()
  } catch var failure as Failure where failure.argument == nil {
    failure.argument = argument
    throw failure
  }
}
