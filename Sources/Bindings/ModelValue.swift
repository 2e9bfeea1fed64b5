package import Charts
import Diagnostics
package import Evaluator
package import Layers
import Tensors

/// Models as programs hold them: `net(x)`, `net["1.weight"]`, `net.parameter_count`.
extension Model: Foreign, Convertible, Displayable {
  package static var typeName: String { "model" }

  package var summary: String { description }

  package var fieldNames: [String] { ["parameter_count", "state", "layers"] }

  package func field(_ name: String) throws -> Value? {
    switch name {
    case "parameter_count": Value(Double(parameterCount))
    case "state": record(zip(architecture.states.map(\.path), states))
    case "layers": Value(list: elements.map { Value($0.text) })
    default: nil
    }
  }

  package func indexed(by indices: [IndexValue]) throws -> Value? {
    guard indices.count == 1, case .text(let path) = indices[0] else {
      throw Failure("index-range", "a model is indexed by a parameter's path, as in net[\"1.weight\"]", argument: 1)
    }
    if let tensor = try tensor(at: path) { return Value(tensor) }
    let paths = architecture.parameters.map(\.path) + architecture.states.map(\.path)
    throw Failure(
      "unknown-name", "the model has no parameter `\(path)`", argument: 1,
      facts: [.init("parameters", paths.prefix(12).joined(separator: ", ") + (paths.count > 12 ? ", …" : ""))],
      hint: nearMisses(path, among: paths).first.map { "\"\($0)\"" })
  }

  package var callable: ForeignCall? {
    { arguments, named in
      if let other = named.first(where: { $0.name != "training" }) {
        throw Failure(
          "bad-argument", "a model has no argument `\(other.name)`",
          why: "a model of several inputs takes a record of them."
        )
      }
      guard arguments.count == 1, named.count <= 1 else {
        throw Failure(
          "bad-argument", "a model takes one argument, not \(arguments.count)",
          why: "a model of several inputs takes a record of them.")
      }
      let training = try named.first.map { try trainingChoice($0.value) }
      return programValue(try self.apply(.init(arguments[0]), training: training))
    }
  }

  package func isSame(as other: any Foreign, tolerance: Double) -> Bool {
    guard let other = other as? Model, description == other.description, let a = try? parameters + states,
      let b = try? other.parameters + other.states, a.count == b.count
    else { return false }
    return zip(a, b).allSatisfy { x, y in
      guard x.shape == y.shape, let p = try? x.doubles, let q = try? y.doubles else { return false }
      return zip(p, q).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) || abs($0 - $1) <= tolerance }
    }
  }

  package func display(_ style: DisplayStyle) -> String {
    guard isBuilt else { return "\(description)  (sizes not known yet)" }
    return "\(description)  (\(grouped(parameterCount)) parameters)"
  }
}

/// `training=true` or `false`.
private func trainingChoice(_ value: Value) throws -> Bool {
  guard value.isBool else {
    throw Failure("argument-type", "`training` must be a bool, not \(value.described)", argument: 1)
  }
  return value.isTrue
}

/// Tensors by path as a record of the language.
func record(_ pairs: some Sequence<(String, Tensor)>) -> Value {
  Value(new: RecordObject(pairs.map { ($0, Value($1)) }))
}

/// `101,770`
func grouped(_ count: Int) -> String {
  var digits = String(count)
  var parts: [String] = []
  while digits.count > 3 {
    parts.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return ([digits] + parts).joined(separator: ",")
}
