package import Autodiff
import Diagnostics
import Tensors

extension Model {
  /// A field of a `model` block as the language hands it over.
  package indirect enum BlockField {
    case model(Model)
    case list([BlockField])
    case value(Datum)

    fileprivate var part: Block.Part {
      switch self {
      case .model(let model): .layer(model.layer)
      case .list(let items): .list(items.map(\.part))
      case .value(let value): .value(value)
      }
    }

    fileprivate var models: [Model] {
      switch self {
      case .model(let model): [model]
      case .list(let items): items.flatMap(\.models)
      case .value: []
      }
    }
  }

  /// A `model` block of these fields; what was learnt in one of them stays, other weights are drawn anew.
  package static func block(
    _ name: String, fields: [(name: String, field: BlockField)], body: any BlockBody
  ) throws -> Model {
    let models = fields.flatMap(\.field.models)
    var block = Block(name, fields: fields.map { (name: $0.name, part: $0.field.part) }, body: body)
    let pinned = zip(models, block.children).map { model, child in
      model.touched.contains(true) ? child.layer.pinned(to: model.architecture.input) : child.layer
    }
    if let rebuilt = block.replacing(children: pinned) as? Block { block = rebuilt }
    var whole = try Model(block)
    try whole.carry(models)
    return whole
  }
}
