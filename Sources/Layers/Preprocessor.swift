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
