import Diagnostics

/// A call with named, spread or `&` arguments, and the plan of the callee that it met last.
final class CallSite {
  struct Argument {
    var name: Symbol?
    var isSpread: Bool
    /// The place that `&` names; its register in the window is empty until the call begins.
    var place: Place?
    var span: Span
  }
  let arguments: [Argument]
  let hasSpread: Bool
  /// The number of arguments when the first is `&` of a whole variable and the others are plain; else -1.
  let plainCount: Int
  /// The places of the `&` arguments as plain data.
  let places: UnsafeMutablePointer<PlainPlace>
  /// The callee of the plan, held so that nothing else comes to live at its address.
  private var kept: (callee: AnyObject, plan: CallPlan)?
  // The same without counting, for the machine.
  private var callee: UnsafeRawPointer?
  private var plan: Unmanaged<CallPlan>?

  init(arguments: [Argument]) {
    self.arguments = arguments
    hasSpread = arguments.contains(where: \.isSpread)
    let isPlain =
      arguments.first?.place?.steps.isEmpty == true && arguments[0].name == nil
      && arguments.dropFirst().allSatisfy { $0.name == nil && !$0.isSpread && $0.place == nil }
    plainCount = isPlain ? arguments.count : -1
    places = .allocate(capacity: max(1, arguments.count))
    for (j, argument) in arguments.enumerated() {
      (places + j).initialize(to: PlainPlace(argument.place))
    }
  }

  deinit {
    for j in arguments.indices { places[j].steps.deallocate() }
    places.deallocate()
  }

  /// The arguments as they are written; the site has no spread.
  var written: WrittenArguments {
    var written = WrittenArguments(positional: arguments.count)
    written.names = arguments.map(\.name)
    written.isInout = arguments.map { $0.place != nil }
    return written
  }

  @inline(__always)
  func plan(for callee: UnsafeRawPointer) -> Unmanaged<CallPlan>? { self.callee == callee ? plan : nil }

  func keep(_ plan: CallPlan, for callee: AnyObject) -> Unmanaged<CallPlan> {
    kept = (callee, plan)
    self.callee = UnsafeRawPointer(Unmanaged.passUnretained(callee).toOpaque())
    self.plan = .passUnretained(plan)
    return .passUnretained(plan)
  }
}
