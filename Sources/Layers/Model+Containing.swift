extension Model {
  /// A container of these models' layers; what was learnt in one of them stays, other weights are drawn anew.
  package static func containing(_ models: [Model], _ make: ([any Layer]) -> any Layer) throws -> Model {
    let layers = models.map { model in
      model.touched.contains(true) ? model.layer.pinned(to: model.architecture.input) : model.layer
    }
    var whole = try Model(make(layers))
    try whole.carry(models)
    return whole
  }
}
