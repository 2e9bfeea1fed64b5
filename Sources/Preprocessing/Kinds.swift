package import Layers

/// The preprocessors that a model file may hold.
package var preprocessorKinds: [LayerKind] {
  [
    Scaler<StandardRule>.layerKind, Scaler<MinMaxRule>.layerKind, Scaler<RobustRule>.layerKind,
    Scaler<MaxAbsRule>.layerKind, Normalize.layerKind, ClipOutliers.layerKind, Bins.layerKind,
    PolynomialFeatures.layerKind, PCA.layerKind, Impute.layerKind, OneHot.layerKind, Ordinal.layerKind, ToXY.layerKind,
    OnColumns.layerKind, DropMissing.layerKind, DropDuplicates.layerKind,
  ]
}
