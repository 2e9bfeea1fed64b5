import Tensors

/// The dims of a signature as plain data: tells in some nanoseconds whether a call keeps to them. Where it says no,
/// `SignatureScope` finds out what is wrong.
final class PlainDims {
  private struct Parameter {
    var register: Int
    /// The number of axes; the least number of them where the dims are open.
    var rank: Int
    var isOpen: Bool
    var countsItems: Bool
    var axes: Range<Int>
  }
  private struct Axis {
    /// From the end where it is negative.
    var index: Int
    /// Where the dim stands; -1 for a size that is written out.
    var register: Int
    var size: Double
  }
  private let parameters: UnsafeMutableBufferPointer<Parameter>
  private let axes: UnsafeMutableBufferPointer<Axis>
  /// Of the argument at hand.
  private let sizes = UnsafeMutablePointer<Int>.allocate(capacity: Shape.maximumRank)
  /// A builtin's: it judges by itself what has no shape, and takes lists.
  private let isLenient: Bool

  /// Nil where a check asks for more than dims that are names, sizes, `_` and `...`.
  init?(_ checks: [Signature.Check], isLenient: Bool) {
    var parameters: [Parameter] = []
    var axes: [Axis] = []
    for check in checks {
      guard case .value(nil, let dims?) = check.type.kind else { return nil }
      let first = axes.count
      let open = dims.firstIndex { if case .ellipsis = $0.kind { true } else { false } }
      for (j, dim) in dims.enumerated() {
        let index = open.map { j > $0 } == true ? j - dims.count : j
        switch dim.kind {
        case .ellipsis where j == open: break
        case .wildcard: break
        case .name(_, .register(let register)): axes.append(Axis(index: index, register: register, size: 0))
        case .term(.number(let size)): axes.append(Axis(index: index, register: -1, size: size))
        default: return nil
        }
      }
      parameters.append(
        Parameter(
          register: check.register, rank: open == nil ? dims.count : dims.count - 1, isOpen: open != nil,
          countsItems: dims.countItems, axes: first..<axes.count))
    }
    self.parameters = .allocate(capacity: parameters.count)
    _ = self.parameters.initialize(from: parameters)
    self.axes = .allocate(capacity: axes.count)
    _ = self.axes.initialize(from: axes)
    self.isLenient = isLenient
  }

  deinit {
    parameters.deallocate()
    axes.deallocate()
    sizes.deallocate()
  }

  /// Binds the dims, and checks them; those that are bound when it says no agree with each other.
  func hold(_ r: Registers) -> Bool {
    for parameter in parameters {
      let value = r[parameter.register]
      var rank = 0
      if value.isObject(.tensor) {
        rank = value.unchecked(TensorObject.self)._withUnsafeGuaranteedRef { $0.copySizes(to: sizes) }
      } else if !value.isNumber, !value.isBool {
        guard isLenient else { return false }
        guard parameter.countsItems, let count = value.itemCount else { continue }
        rank = 1
        sizes[0] = count
      }
      guard rank == parameter.rank || parameter.isOpen && rank > parameter.rank else { return false }
      for j in parameter.axes {
        let axis = axes[j]
        let size = Double(sizes[axis.index < 0 ? rank + axis.index : axis.index])
        if axis.register < 0 {
          guard size == axis.size else { return false }
          continue
        }
        let slot = r + axis.register
        if !slot.pointee.isNumber {
          slot.put(Value(size))
        } else if slot.pointee.number != size {
          return false
        }
      }
    }
    return true
  }
}

extension [DimCheck] {
  /// Whether they speak of the first axis alone, so that the length of a list will do: `[n]`, `[n, ...]`.
  var countItems: Bool {
    guard let first, case .name = first.kind else { return false }
    return dropFirst().allSatisfy { if case .ellipsis = $0.kind { true } else { false } }
  }
}

extension Value {
  /// How many items a list or range has.
  var itemCount: Int? { list?.length ?? range?.length }
}
