import Diagnostics

/// The shape in which two operands meet: equal ranks stretch axes of size 1; a lower rank joins only when its shape is
/// exactly the end of the other's. Error: `broadcast`.
package func broadcastShape(_ a: Shape, _ b: Shape) throws -> Shape {
  if a == b || b.rank == 0 { return a }
  if a.rank == 0 { return b }
  if a.rank == b.rank {
    var result = a
    for axis in 0..<a.rank where a[axis] != b[axis] {
      if a[axis] == 1 {
        result[axis] = b[axis]
      } else if b[axis] != 1 {
        throw broadcastFailure(a, b)
      }
    }
    return result
  }
  let (longer, shorter) = a.rank > b.rank ? (a, b) : (b, a)
  guard longer.suffix(shorter.rank).elementsEqual(shorter) else { throw broadcastFailure(a, b) }
  return longer
}

private func broadcastFailure(_ a: Shape, _ b: Shape) -> Failure {
  var failure = Failure(
    "broadcast", "the shapes \(a) and \(b) do not go together",
    facts: [.init("left", a.description, argument: 0), .init("right", b.description, argument: 1)],
    why: "axes of size 1 stretch only between equal ranks; a lower rank must be exactly the end of the other's shape.")
  if a.rank != b.rank {
    let (longer, shorter) = a.rank > b.rank ? (a, b) : (b, a)
    // The fix is offered only where it works: new axes at the end line the sizes up.
    if longer.rank - shorter.rank <= 2 {
      var widened = shorter
      while widened.rank < longer.rank { widened.append(1) }
      if let meeting = try? broadcastShape(longer, widened) {
        let news = Array(repeating: "new", count: longer.rank - shorter.rank).joined(separator: ", ")
        failure.why! +=
          " Give \(shorter) \(longer.rank - shorter.rank == 1 ? "an axis" : "axes") with `[..., \(news)]`"
          + " to get \(meeting)."
      }
    }
  }
  return failure
}

/// The shape in which several operands meet.
package func broadcastShape(_ shapes: [Shape]) throws -> Shape {
  try shapes.dropFirst().reduce(shapes.first ?? []) { try broadcastShape($0, $1) }
}
