package import Autodiff

/// A layer that learns its statistics from data at one look, instead of by gradient: cleaning, encoding, scaling.
///
/// Within `fit` it stands at the start of a chain and sees the training part alone; `transform` may change `x` and `y`
/// and leave rows out. Applied (`apply`), only its work on `x` runs, and transforms of rows are the identity.
package protocol Preprocessor: Layer {
  /// Whether it has learnt its statistics, or has none to learn.
  var isFitted: Bool { get }
  /// The layer with statistics learnt from `{x, y}`, a table, or a tensor.
  func fitted(to data: Datum) throws -> any Preprocessor
  /// A data set (`{x, y}`, a table or a tensor) as what comes after sees it; rows are dropped only while training.
  func transform(_ data: Datum, isTraining: Bool) throws -> Datum
  /// The layer before it learnt anything.
  var forgotten: any Preprocessor { get }
}

/// The preprocessor that an element is, also inside `named` and `frozen`.
package func preprocessor(_ layer: any Layer) -> (any Preprocessor)? {
  if let preprocessor = layer as? any Preprocessor { return preprocessor }
  if let named = layer as? Named { return preprocessor(named.layer) }
  if let frozen = layer as? Frozen { return preprocessor(frozen.layer) }
  return nil
}

/// Applies elements one after the other. A target that the preprocessors took apart stays behind: layers see `x` alone.
func applySequence(_ elements: [any Layer], _ x: Datum, _ place: Place) throws -> Datum {
  var x = x
  for index in 0..<place.childCount {
    if index > 0, case .record(let record) = x, let input = record["x"], preprocessor(elements[index - 1]) != nil,
      preprocessor(elements[index]) == nil
    {
      x = input
    }
    x = try place.apply(index, x)
  }
  return x
}
