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

/// Lets what a model says of its input point at the data, the second argument of `fit`, `evaluate` and `predict`.
func pointingAtData<R>(_ work: () throws -> R) throws -> R {
  do {
    return try work()
  } catch var failure as Failure where ["layer-size", "dtype"].contains(failure.id) {
    failure.argument = 1
    throw failure
  }
}
