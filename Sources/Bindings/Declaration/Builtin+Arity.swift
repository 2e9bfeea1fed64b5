/// One initialiser for each number of parameters up to 8 keeps a call cheap; a parameter pack serves the longer ones.
package import Evaluator
package import Tensors

extension Builtin {
  package convenience init<R: ValueConvertible>(
    _ name: String, _ summary: String, examples: [Example] = [], body: @escaping () throws -> R
  ) {
    self.init(name: name, summary: summary, parameters: [], examples: examples) { _ in try body().makeValue() }
  }

  package convenience init<A: Convertible, Result: ValueConvertible>(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    examples: [Example] = [], body: @escaping (A) throws -> Result
  ) {
    self.init(name: name, summary: summary, parameters: [p0.info], examples: examples) { r in
      try body(p0.read(r, 0)).makeValue()
    }
  }

  package convenience init<A: Convertible, B: Convertible, Result: ValueConvertible>(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    examples: [Example] = [], body: @escaping (A, B) throws -> Result
  ) {
    self.init(name: name, summary: summary, parameters: [p0.info, p1.info], examples: examples) { r in
      try body(p0.read(r, 0), p1.read(r, 1)).makeValue()
    }
  }

  package convenience init<A: Convertible, B: Convertible, C: Convertible, Result: ValueConvertible>(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    examples: [Example] = [], body: @escaping (A, B, C) throws -> Result
  ) {
    self.init(name: name, summary: summary, parameters: [p0.info, p1.info, p2.info], examples: examples) { r in
      try body(p0.read(r, 0), p1.read(r, 1), p2.read(r, 2)).makeValue()
    }
  }

  package convenience init<A: Convertible, B: Convertible, C: Convertible, D: Convertible, Result: ValueConvertible>(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    _ p3: Parameter<D>,
    examples: [Example] = [], body: @escaping (A, B, C, D) throws -> Result
  ) {
    self.init(name: name, summary: summary, parameters: [p0.info, p1.info, p2.info, p3.info], examples: examples) { r in
      try body(p0.read(r, 0), p1.read(r, 1), p2.read(r, 2), p3.read(r, 3)).makeValue()
    }
  }

  package convenience init<
    A: Convertible, B: Convertible, C: Convertible, D: Convertible, E: Convertible, Result: ValueConvertible
  >(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    _ p3: Parameter<D>,
    _ p4: Parameter<E>,
    examples: [Example] = [], body: @escaping (A, B, C, D, E) throws -> Result
  ) {
    self.init(
      name: name, summary: summary, parameters: [p0.info, p1.info, p2.info, p3.info, p4.info], examples: examples
    ) { r in
      try body(p0.read(r, 0), p1.read(r, 1), p2.read(r, 2), p3.read(r, 3), p4.read(r, 4)).makeValue()
    }
  }

  package convenience init<
    A: Convertible, B: Convertible, C: Convertible, D: Convertible, E: Convertible, F: Convertible,
    Result: ValueConvertible
  >(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    _ p3: Parameter<D>,
    _ p4: Parameter<E>,
    _ p5: Parameter<F>,
    examples: [Example] = [], body: @escaping (A, B, C, D, E, F) throws -> Result
  ) {
    self.init(
      name: name, summary: summary, parameters: [p0.info, p1.info, p2.info, p3.info, p4.info, p5.info],
      examples: examples
    ) { r in
      try body(p0.read(r, 0), p1.read(r, 1), p2.read(r, 2), p3.read(r, 3), p4.read(r, 4), p5.read(r, 5)).makeValue()
    }
  }

  package convenience init<
    A: Convertible, B: Convertible, C: Convertible, D: Convertible, E: Convertible, F: Convertible, G: Convertible,
    Result: ValueConvertible
  >(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    _ p3: Parameter<D>,
    _ p4: Parameter<E>,
    _ p5: Parameter<F>,
    _ p6: Parameter<G>,
    examples: [Example] = [], body: @escaping (A, B, C, D, E, F, G) throws -> Result
  ) {
    self.init(
      name: name, summary: summary, parameters: [p0.info, p1.info, p2.info, p3.info, p4.info, p5.info, p6.info],
      examples: examples
    ) { r in
      try body(p0.read(r, 0), p1.read(r, 1), p2.read(r, 2), p3.read(r, 3), p4.read(r, 4), p5.read(r, 5), p6.read(r, 6))
        .makeValue()
    }
  }

  package convenience init<
    A: Convertible, B: Convertible, C: Convertible, D: Convertible, E: Convertible, F: Convertible, G: Convertible,
    H: Convertible, Result: ValueConvertible
  >(
    _ name: String, _ summary: String,
    _ p0: Parameter<A>,
    _ p1: Parameter<B>,
    _ p2: Parameter<C>,
    _ p3: Parameter<D>,
    _ p4: Parameter<E>,
    _ p5: Parameter<F>,
    _ p6: Parameter<G>,
    _ p7: Parameter<H>,
    examples: [Example] = [], body: @escaping (A, B, C, D, E, F, G, H) throws -> Result
  ) {
    self.init(
      name: name, summary: summary,
      parameters: [p0.info, p1.info, p2.info, p3.info, p4.info, p5.info, p6.info, p7.info], examples: examples
    ) { r in
      try body(
        p0.read(r, 0), p1.read(r, 1), p2.read(r, 2), p3.read(r, 3), p4.read(r, 4), p5.read(r, 5), p6.read(r, 6),
        p7.read(r, 7)
      ).makeValue()
    }
  }

  /// For more than 8 parameters.
  package convenience init<each P: Convertible, Result: ValueConvertible>(
    many name: String, _ summary: String, _ parameter: repeat Parameter<each P>, examples: [Example] = [],
    body: @escaping (repeat each P) throws -> Result
  ) {
    var infos: [ParameterInfo] = []
    for p in repeat each parameter { infos.append(p.info) }
    self.init(name: name, summary: summary, parameters: infos, examples: examples) { r in
      var index = -1
      func next() -> Int {
        index += 1
        return index
      }
      return try body(repeat (each parameter).read(r, next())).makeValue()
    }
  }

  /// A function of each element: on a number directly, on a tensor through the differentiable operation.
  package convenience init(
    elementwise name: String, _ summary: String, _ operation: @escaping (Tensor) throws -> Tensor,
    scalar: @escaping @convention(c) (Double) -> Double, examples: [Example] = []
  ) {
    let x = Parameter<Tensor>("x", "a number or a tensor of any shape")
    self.init(name: name, summary: summary, parameters: [x.info], examples: examples, scalar: scalar) { r in
      if r.pointee.isNumber { return Value(foreign: scalar(r.pointee.number)) }
      return try operation(x.read(r, 0)).makeValue()
    }
  }
}
