import Diagnostics
import Evaluator
import Glibc
import Syntax
import Tensors

/// Printing, calling, iterating: what every program uses.
let coreModule = Module(
  "core", "printing, lists, records and control",
  [
    Builtin(
      "print", "Writes its arguments with spaces between them.",
      Parameter<Rest<Value>>("xs", "anything"), Parameter<String>("end", "what follows the last one", default: "\n"),
      examples: ["print(\"loss\", 0.5)" => "loss 0.5"]
    ) { xs, end in
      Output.write(xs.values.map(\.displayText).joined(separator: " ") + end)
      return Value.none
    },
    Builtin(
      "show", "Displays a value as the prompt would: a table, a chart, a tensor's preview.",
      Parameter<Value>("x", "anything"), examples: ["show([1, 2])" => "f32 [2]  1  2"]
    ) { x in
      Machine.current.host.show(x)
      return Value.none
    },
    Builtin(
      "format", "Formats a value by a spec, as in `\"{x:.2f}\"`.",
      Parameter<Value>("x", "anything"), Parameter<String>("spec", "width, precision and type, like Python's"),
      examples: ["format(3.14159, \".2f\")" => "\"3.14\""]
    ) { x, spec in
      guard let format = FormatSpec(spec) else {
        throw Failure(
          "argument-range", "\"\(spec)\" is not a format", argument: 1,
          why: "a format is [[fill]align][sign][0][width][,][.precision][type], as in \">8.2f\".")
      }
      guard let text = format.format(x) else {
        throw Failure(
          "argument-type", "the format \"\(spec)\" does not apply to \(x.described)", argument: 0,
          why: format.objection(to: x))
      }
      return text
    },
    Builtin(
      "type", "The name of a value's type.", Parameter<Value>("x", "anything"),
      examples: ["type([1, 2])" => "\"tensor\""]
    ) { x in x.typeName },
    Builtin(
      "source", "The text of a function that is written in NNS: one of yours, or one of the library's.",
      Parameter<Value>("f", "a function"), examples: ["double = x => 2 * x; source(double)" => "\"x => 2 * x\""]
    ) { f in
      guard let function = f.function else {
        throw Failure(
          "argument-type", "\(f.described) has no source in NNS", argument: 0,
          why: f.builtin != nil ? "this function is part of the program itself; `:help` tells what it does." : nil)
      }
      return function.prototype.source.text(function.prototype.span)
    },
    Builtin(
      "len", "The number of elements: of a list, string, record, range or table, or along a tensor's first axis.",
      Parameter<Value>("x", "anything with elements"), examples: ["len((1, 2, 3))" => "3"]
    ) { x in
      guard let n = x.elementCount else {
        throw Failure("argument-type", "\(x.described) has no length", argument: 0)
      }
      return n
    },
    Builtin(
      "same", "Whether two values are equal as wholes; nan equals nan, and dtypes do not matter.",
      Parameter<Value>("a", "anything"), Parameter<Value>("b", "anything"),
      Parameter<Double>("tol", "how far numbers may differ", default: 0, .atLeast(0)),
      examples: ["same([1, 2], [1, 2])" => "true"]
    ) { a, b, tolerance in isSame(a, b, tolerance: tolerance, strict: false) },
    Builtin(
      "error", "Stops with an error that `catch` can take.",
      Parameter<String>("msg", "what went wrong"), Parameter<String>("kind", "what `e.kind` says", default: "error"),
      examples: ["try { error(\"no\") } catch e { e.message }" => "\"no\""]
    ) { message, kind -> Value in throw Failure(kind, message) },
    Builtin(
      "assert", "Stops unless a condition holds.",
      Parameter<Bool>("cond", "what must hold"),
      Parameter<String>("msg", "what to say otherwise", default: "the assertion does not hold"),
      examples: ["assert(1 < 2)" => ""]
    ) { condition, message in
      guard condition else { throw Failure("assertion", message, argument: 0) }
      return Value.none
    },
    Builtin(
      "range", "Whole numbers from a up to, but without, b; a step other than 1 gives a tensor.",
      Parameter<Double>("a", "the first number"), Parameter<Double>("b", "the end, not included"),
      Parameter<Double>("step", "the distance", default: 1, Constraint("other than 0", counterexample: 0) { $0 != 0 }),
      examples: ["len(range(0, 10))" => "10", "range(0, 1, 0.25)" => "f32 [4]  0.00  0.25  0.50  0.75"]
    ) { a, b, step in
      if step == 1 { return Value(new: RangeObject(a, b, isInclusive: false)) }
      let count = max(0, ((b - a) / step).rounded(.up))
      guard count < 1e9 else {
        throw Failure("argument-range", "this range has \(formatNumber(count)) numbers", argument: 2)
      }
      return Value(Tensor((0..<Int(count)).map { Float(a + Double($0) * step) }, [Int(count)]))
    },
    Builtin(
      "map", "A list of what a function gives for each element.",
      Parameter<Value>("xs", "a list, tensor, range or table"), Parameter<FunctionReference>("f", "takes an element"),
      examples: ["map((1, 2, 3), x => x * x)" => "(1, 4, 9)"]
    ) { xs, f in
      let result = ListObject()
      let value = Value(new: result)
      do { try forEach(xs) { result.append(try f.call([$0])) } } catch {
        value.release()
        throw error
      }
      return value
    },
    Builtin(
      "each", "Calls a function with each element, for what it does.",
      Parameter<Value>("xs", "a list, tensor, range or table"), Parameter<FunctionReference>("f", "takes an element"),
      examples: ["each((1, 2), x => print(x))" => "1\n2"]
    ) { xs, f in
      try forEach(xs) { try f.call([$0]).release() }
      return Value.none
    },
    Builtin(
      "reduce", "Folds elements into one value, from the left.",
      Parameter<Value>("xs", "a list, tensor or range"),
      Parameter<FunctionReference>("f", "takes the value so far and an element"),
      Parameter<Value>("start", "the value to start from"),
      examples: ["reduce((1, 2, 3), (fn(a, b) => a + b), 0)" => "6"]
    ) { xs, f, start in
      var sum = start.retained()
      do {
        try forEach(xs) { element in
          let next = try f.call([sum, element])
          sum.release()
          sum = next
        }
      } catch {
        sum.release()
        throw error
      }
      return sum
    },
    Builtin(
      "zip", "Pairs of elements at the same position, as long as the shortest.",
      Parameter<Rest<Value>>("xs", "lists, tensors or ranges"),
      examples: ["zip((1, 2), (\"a\", \"b\"))" => "((1, \"a\"), (2, \"b\"))"]
    ) { xs in
      var columns: [[Value]] = []
      defer { for v in columns.joined() { v.release() } }
      for (index, x) in xs.values.enumerated() { columns.append(try elements(x, argument: index)) }
      let count = columns.map(\.count).min() ?? 0
      return Value(list: (0..<count).map { row in Value(list: columns.map { $0[row].retained() }) })
    },
    Builtin(
      "enumerate", "Pairs of position and element.", Parameter<Value>("xs", "a list, tensor, range or string"),
      examples: ["enumerate((\"a\", \"b\"))" => "((0, \"a\"), (1, \"b\"))"]
    ) { xs in
      Value(list: try elements(xs).enumerated().map { Value(list: [Value(Double($0)), $1]) })
    },
    Builtin(
      "time", "Runs a function several times and tells how long it took.",
      Parameter<FunctionReference>("f", "takes no arguments"),
      Parameter<Int>("repeat", "how often", default: 1, .atLeast(1)),
      examples: ["time(fn() => 1).runs" => "1"]
    ) { f, count in
      var times: [Double] = []
      for _ in 0..<count {
        let start = Clock.seconds
        try f.call([Value]()).release()
        times.append((Clock.seconds - start) * 1000)
      }
      let sorted = times.sorted()
      return Value(
        new: RecordObject([
          ("median_ms", Value(sorted[count / 2])), ("min_ms", Value(sorted[0])), ("runs", Value(Double(count))),
        ]))
    },
    Builtin(
      "seed",
      "Starts the random numbers afresh, so that a program gives the same result each time; none takes entropy.",
      Parameter<Int?>("n", "any whole number, or none"), examples: ["seed(1)" => ""]
    ) { n in
      RandomSource.reseed(n.map { UInt64(bitPattern: Int64($0)) })
      return Value.none
    },
    Builtin("now", "Seconds since 1970.", examples: ["now() > 1e9" => "true"]) {
      var t = timespec()
      clock_gettime(CLOCK_REALTIME, &t)
      return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
    },
    Builtin(
      "env", "An environment variable, or none.", Parameter<String>("name", "the variable's name"),
      examples: ["env(\"NO_SUCH_VARIABLE\")" => ""]
    ) { name -> String? in
      try Outside.reach("the environment variable `\(name)`")
      return getenv(name).map { String(cString: $0) }
    },
    Builtin(
      "exit", "Ends the program.", Parameter<Int>("code", "the exit status", default: 0, .between(0, 255)),
      examples: ["if false { exit(3) }" => ""]
    ) { code -> Value in
      if Outside.closedFor == .modelFile { try Outside.reach("the end of the program") }
      throw ExitRequest(code: Int32(code))
    },
    Builtin(
      "memory", "Bytes of memory that the program uses now and used at most.",
      examples: ["m = memory(); 0 < m.now and m.now <= m.peak" => "true"]
    ) {
      Value(new: RecordObject([("now", Value(Memory.resident)), ("peak", Value(Memory.peak))]))
    },
  ])

/// Thrown by `exit`: the session ends with this status.
package struct ExitRequest: Error {
  package var code: Int32
}

/// Where `print` writes: the session that runs sets it.
package enum Output {
  nonisolated(unsafe) package static var write: (String) -> Void = { _ in }
  /// Where notes and progress go.
  nonisolated(unsafe) package static var note: (String) -> Void = { _ in }
}

enum Clock {
  static var seconds: Double {
    var t = timespec()
    clock_gettime(CLOCK_MONOTONIC, &t)
    return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
  }
}

enum Memory {
  static var resident: Double {
    guard let file = fopen("/proc/self/statm", "r") else { return .nan }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return .nan }
    let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
      separator: " ")
    return fields.count > 1 ? (Double(fields[1]) ?? .nan) * Double(sysconf(Int32(_SC_PAGESIZE))) : .nan
  }

  static var peak: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) * 1024
  }
}
