import Diagnostics
import Evaluator
import Tables
import Tensors

/// Tables, files of data, data sets, and ways to divide them.
let dataModule = Module("data", "tables, files of data, and data sets", tableBuiltins + fileBuiltins + setBuiltins)

private let t = Parameter<Table>("t", "a table")

private let tableBuiltins: [Builtin] = [
  Builtin(
    "table", "Makes a table of a record of columns, a list of records, or a matrix.",
    Parameter<Value>("x", "columns by name, rows, or a matrix"),
    examples: ["table({a: (1, 2), b: (\"x\", \"y\")}).b" => "(\"x\", \"y\")", "len(table([[1, 2], [3, 4]]))" => "2"]
  ) { x in try pointing(at: 0) { try makeTable(x) } },
  Builtin(
    "select", "The named columns, in the order asked for.", t, Parameter<Rest<String>>("columns", "names of columns"),
    examples: ["columns(select(dataset(\"iris\").table, \"species\"))" => "(\"species\",)"]
  ) { t, columns in try pointing(at: 1) { try t.select(columns.values) } },
  Builtin(
    "drop", "All columns but the named ones.", t, Parameter<Rest<String>>("columns", "names of columns"),
    examples: ["columns(drop(table({a: (1, 2), b: (3, 4)}), \"a\"))" => "(\"b\",)"]
  ) { t, columns in try pointing(at: 1) { try t.drop(columns.values) } },
  Builtin(
    "rename", "The table with columns renamed.", t,
    Parameter<RecordObject>("names", "new names by old name, as in {old: \"new\"}"),
    examples: ["columns(rename(table({a: (1, 2)}), {a: \"z\"}))" => "(\"z\",)"]
  ) { t, names in
    try t.rename(
      try zip(names.keys, names.values).map { key, value in
        guard let new = value.string else {
          throw Failure("argument-type", "a column's name is a string, not \(value.described)", argument: 1)
        }
        return (old: key.name, new: new)
      })
  },
  Builtin(
    "with", "The table with columns added or replaced: each a function of the table, a vector, a list, or one value.",
    t,
    Parameter<NamedRest>("columns", "new columns by name"),
    examples: ["with(table({a: (1, 2)}), b=t => t.a * 10).b" => "int [2]  10  20"]
  ) { t, columns in
    var result = t
    for (name, value) in columns.values {
      guard value.isCallable else {
        result = try result.setting(name, to: Column(value, name: name, rows: result.rowCount))
        continue
      }
      let argument = Value(foreign: result)
      defer { argument.release() }
      let made = try FunctionReference(value).call([argument])
      defer { made.release() }
      result = try result.setting(name, to: Column(made, name: name, rows: result.rowCount))
    }
    return result
  },
  Builtin(
    "sample_rows", "Rows drawn at random, each at most once.", t, Parameter<Int>("n", "how many", .atLeast(0)),
    examples: ["len(sample_rows(dataset(\"iris\").table, 5))" => "5"]
  ) { t, n in
    guard n <= t.rowCount else {
      throw Failure("argument-range", "\(n) rows cannot be drawn from \(t.rowCount)", argument: 1)
    }
    return t.gather(Array(shuffled(t.rowCount).prefix(n)))
  },
  Builtin(
    "group", "The rows in groups of equal values: a list of {key, table}, in order of the keys.", t,
    Parameter<Rest<String>>("by", "names of columns"),
    examples: ["len(group(dataset(\"iris\").table, \"species\"))" => "3"]
  ) { t, by -> Value in
    let groups = try pointing(at: 1) { try t.group(by: by.values) }
    return Value(
      list: groups.groups.map { group in
        let key = RecordObject(
          try! zip(by.values, group.key).map { ($0, Value($1, in: try t.column($0))) })
        return Value(
          new: RecordObject([("key", Value(new: key)), ("table", Value(foreign: t.gather(group.rows)))]))
      })
  },
  Builtin(
    "agg", "One row for each group: its key, and what each function gives for the group's table.",
    Parameter<Value>("groups", "what `group` gave"),
    Parameter<NamedRest>("columns", "functions of a group's table, by name"),
    examples: [
      "agg(group(table({a: (\"x\", \"y\", \"x\"), n: (1, 2, 3)}), \"a\"), total=g => sum(g.n)).total"
        => "int [2]  4  2"
    ]
  ) { groups, columns in try aggregate(groups, columns) },
  Builtin(
    "join", "One string from a list, or the rows of two tables that agree in the named columns.",
    Parameter<Value>("x", "a list, or a table"),
    Parameter<Value>("other", "what stands between the list's parts, or another table", default: .none),
    Parameter<Names?>("on", "names of columns that both tables have", default: nil),
    Parameter<String>("how", "which rows stay", default: "inner", .oneOf("inner", "left", "right", "outer")),
    examples: [
      "join((\"a\", \"b\"), \", \")" => "\"a, b\"",
      "len(join(table({k: (1, 2)}), table({k: (2, 3), v: (5, 6)}), on=\"k\"))" => "1",
    ]
  ) { x, other, on, how -> Value in
    if let t = x.foreign as? Table {
      guard let second = other.foreign as? Table else {
        throw Failure("argument-type", "a table is joined with another table, not with \(other.described)", argument: 1)
      }
      guard let on else { throw Failure("missing-argument", "`join` of tables needs `on`, the columns that both have") }
      return try pointing(at: 2) {
        try t.join(second, on: on.values, how: JoinKind(rawValue: how) ?? .inner).makeValue()
      }
    }
    guard let separator = other.isNone ? "" : other.string else {
      throw Failure(
        "argument-type", "a list is joined with a string between its parts, not \(other.described)", argument: 1)
    }
    let text = TextBuffer()
    var isFirst = true
    try forEach(x) { part in
      if !isFirst { text.append(separator) }
      isFirst = false
      text.append(part)
    }
    return Value(text.take(from: 0))
  },
  Builtin(
    "describe", "One row for each column: its kind, how many values it has and lacks, and statistics.", t,
    examples: ["len(describe(dataset(\"iris\").table))" => "5"]
  ) { t in try t.described() },
  Builtin(
    "columns", "The names of the columns.", t, examples: ["columns(table({a: (1, 2)}))" => "(\"a\",)"]
  ) { t in t.names },
  Builtin(
    "rows", "A list with a record for each row.", t, examples: ["rows(table({a: (1, 2)}))[1]" => "{a: 2}"]
  ) { t in Value(list: (0..<t.rowCount).map(t.record)) },
  Builtin(
    "count_missing", "How many values are missing in each column.", t,
    examples: ["count_missing(table({a: (1, none)}))" => "{a: 1}"]
  ) { t in Value(new: RecordObject(t.missingCounts.map { ($0.name, Value(Double($0.count))) })) },
  Builtin(
    "correlate", "The correlations of all number columns with one another.", t,
    Parameter<String>("how", "of the values, or of their ranks", default: "pearson", .oneOf("pearson", "spearman")),
    examples: ["correlate(table({a: (1, 2, 3), b: (2, 4, 6)})).b" => "int [2]  1  1"]
  ) { t, how in try t.correlations(ranked: how == "spearman") },
]

private let fileBuiltins: [Builtin] = [
  Builtin(
    "read_csv", "Reads a CSV file as a table; kinds of columns are found from their values.",
    Parameter<String>("path", "a file, also one compressed with gzip"),
    Parameter<[String]>("missing", "what stands for a missing value", default: ["", "NA"]),
    Parameter<RecordObject?>("types", "kinds by column: \"number\", \"text\" or \"bool\"", default: nil),
    Parameter<String>("delimiter", "what stands between fields", default: ","),
    Parameter<Bool>("header", "whether the first line holds the names", default: true),
    Parameter<String>("decimal", "the decimal point", default: ".", .oneOf(".", ",")),
    examples: [
      "write_text(\"/tmp/nns-example.csv\", \"a,b\\n1,x\\n\"); read_csv(\"/tmp/nns-example.csv\").b" => "(\"x\",)"
    ]
  ) { path, missing, types, delimiter, header, decimal in
    var options = CSVOptions()
    options.missing = missing
    options.delimiter = try byte(delimiter, argument: 3)
    options.hasHeader = header
    options.decimalPoint = UInt8(ascii: decimal == "," ? "," : ".")
    options.types = try kinds(types)
    return try pointing(at: 0) { try CSV.read(path: path, options: options) }
  },
  Builtin(
    "write_csv", "Writes a table as CSV; the old file stays until the new one is whole.", t,
    Parameter<String>("path", "a file"), Parameter<String>("delimiter", "what stands between fields", default: ","),
    examples: [
      "write_csv(table({a: (1, 2)}), \"/tmp/nns-example.csv\"); len(read_csv(\"/tmp/nns-example.csv\"))" => "2"
    ]
  ) { t, path, delimiter in
    let separator = try byte(delimiter, argument: 2)
    try pointing(at: 1) { try CSV.write(t, to: path, delimiter: separator) }
    return Value.none
  },
  Builtin(
    "read_table", "Reads a file by its ending: csv, tsv, jsonl, npy or idx.", Parameter<String>("path", "a file"),
    examples: [
      "write_text(\"/tmp/nns-example.tsv\", \"a\\tb\\n1\\t2\\n\"); columns(read_table(\"/tmp/nns-example.tsv\"))"
        => "(\"a\", \"b\")"
    ]
  ) { path in try pointing(at: 0) { try readTable(path) } },
  Builtin(
    "read_idx", "Reads a file in the format of the MNIST family as a tensor.",
    Parameter<String>("path", "a file, also one compressed with gzip"),
    examples: [
      "try { read_idx(\"/no/such/train-images-idx3-ubyte.gz\") } catch e { print(e.kind) }" => "file-missing"
    ]
  ) { path in try pointing(at: 0) { try IDX.read(path: path) } },
  Builtin(
    "dataset",
    "A data set that NNS knows, with raw values: {train, test, classes, names}, and table. `names` are those of the features; of the classes for images.",
    Parameter<String>("name", "\"fashion-mnist\", \"digits\", \"iris\", \"wine\" or \"penguins\""),
    examples: ["dataset(\"digits\").train.x.shape" => "(1442, 8, 8)", "dataset(\"iris\").classes[0]" => "\"setosa\""]
  ) { name in try pointing(at: 0) { try Dataset.named(name).makeValue() } },
]

private let setBuiltins: [Builtin] = [
  Builtin(
    "split", "Divides data in two, the given share and the rest; or a string at each separator.",
    Parameter<Value>("data", "a table, a tensor, a record {x, y}, or a string"),
    Parameter<Value>("share", "the first part's share of the rows, or the separator", default: Value(0.8)),
    Parameter<Value>("stratify", "a column, a field or labels whose values keep their shares", default: .none),
    Parameter<Bool>("shuffle", "draw the rows at random", default: true),
    examples: ["len(split(dataset(\"iris\").table, 0.8)[0])" => "120"]
  ) { data, share, stratify, shuffle -> Value in
    if let text = data.string {
      guard let separator = share.string else {
        throw Failure("argument-type", "a string is split at a string, not \(share.described)", argument: 1)
      }
      return pieces(text, by: separator).makeValue()
    }
    guard share.isNumber, share.number >= 0, share.number <= 1 else {
      throw Failure("argument-range", "`share` must be between 0 and 1, not \(share.preview)", argument: 1)
    }
    let share = share.number
    let rows = try DataRows(data)
    let codes = try rows.codes(stratify, "stratify", argument: 2)
    let (first, rest) = Splitting.divide(
      rows.count, share: share, codes: codes, order: shuffle ? shuffled(rows.count) : nil)
    guard !first.isEmpty, !rest.isEmpty else {
      throw Failure(
        "argument-range", "a share of \(formatNumber(share)) of \(rows.count) rows leaves one part empty", argument: 1)
    }
    return Value(list: [try rows.gather(first), try rows.gather(rest)])
  }
]

private func readTable(_ path: String) throws -> Value {
  switch Files.kind(of: path) {
  case "csv": return Value(foreign: try CSV.read(path: path))
  case "tsv", "tab":
    var options = CSVOptions()
    options.delimiter = 9
    return Value(foreign: try CSV.read(path: path, options: options))
  case "jsonl", "ndjson": return Value(foreign: try JSONLines.read(path: path))
  case "npy": return Value(try NPY.read(path: path))
  case "idx", "idx1-ubyte", "idx3-ubyte": return Value(try IDX.read(path: path))
  case let kind:
    throw Failure(
      "file-format", "files ending in `.\(kind)` cannot be read as a table", argument: 0,
      why: "csv, tsv, jsonl, npy and idx can; `read_csv` reads any ending.")
  }
}

/// A permutation of the rows from the session's random numbers.
func shuffled(_ count: Int) -> [Int] {
  var stream = RandomSource.next()
  var rows = Array(0..<count)
  rows.shuffle(using: &stream)
  return rows
}

private func makeTable(_ x: Value) throws -> Table {
  if let table = x.foreign as? Table { return table }
  if let matrix = x.tensor { return try Table(matrix: matrix) }
  if let record = x.record {
    return try Table(zip(record.keys, record.values).map { ($0.name, try Column($1, name: $0.name, rows: nil)) })
  }
  guard let list = x.list, list.values.allSatisfy({ $0.record != nil }) else {
    throw Failure(
      "argument-type", "a table is made of a record of columns, a list of records, or a matrix, not of \(x.described)",
      argument: 0)
  }
  var names: [String] = []
  for row in list.values {
    for key in row.record?.keys ?? [] where !names.contains(key.name) { names.append(key.name) }
  }
  return try Table(
    names.map { name in
      let cells = try list.values.map { row -> Cell in
        guard let value = row.record?[name] else { return .missing }
        guard let cell = value.cell else {
          throw Failure("argument-type", "column `\(name)` holds \(value.described)", argument: 0)
        }
        return cell
      }
      return (name, try Column(cells: cells, name: name))
    })
}

private func aggregate(_ groups: Value, _ columns: NamedRest) throws -> Table {
  guard let list = groups.list,
    list.values.allSatisfy({ $0.record?["key"]?.record != nil && $0.record?["table"]?.foreign is Table })
  else {
    throw Failure(
      "argument-type", "`agg` takes what `group` gives, not \(groups.described)", argument: 0,
      why: "as in t |> group(\"column\") |> agg(n=len).")
  }
  var pairs: [(String, Column)] = []
  for key in list.values.first?.record?["key"]?.record?.keys ?? [] {
    let cells = list.values.map { $0.record?["key"]?.record?[key]?.cell ?? .missing }
    pairs.append((key.name, try Column(cells: cells, name: key.name)))
  }
  for (name, value) in columns.values {
    guard value.isCallable else {
      throw Failure(
        "argument-type", "`\(name)` must be a function of a group's table, not \(value.described)", argument: 1)
    }
    let summary = FunctionReference(value)
    let cells = try list.values.map { group -> Cell in
      guard let table = group.record?["table"] else { return .missing }
      let made = try summary.call([table])
      defer { made.release() }
      guard let cell = made.cell else {
        throw Failure(
          "argument-type", "`\(name)` must give one value for each group, not \(made.described)", argument: 1)
      }
      return cell
    }
    pairs.append((name, try Column(cells: cells, name: name)))
  }
  return try Table(pairs)
}

private func byte(_ text: String, argument: Int) throws -> UInt8 {
  guard text.utf8.count == 1, let byte = text.utf8.first, byte != 34, byte != 10, byte != 13 else {
    throw Failure("argument-range", "a delimiter is one ASCII character, such as \";\"", argument: argument)
  }
  return byte
}

private func kinds(_ types: RecordObject?) throws -> [(name: String, kind: Column.Kind)] {
  guard let types else { return [] }
  return try zip(types.keys, types.values).map { key, value in
    guard let kind = value.string.flatMap(Column.Kind.init) else {
      throw Failure(
        "argument-range", "the kind of `\(key.name)` must be \"number\", \"text\" or \"bool\"", argument: 2)
    }
    return (key.name, kind)
  }
}

extension Dataset {
  /// Hands over the record's count.
  fileprivate func makeValue() -> Value {
    func value(_ part: Part) -> Value {
      switch part {
      case .arrays(let x, let y): Value(new: RecordObject([("x", Value(x)), ("y", Value(y))]))
      case .table(let table): Value(foreign: table)
      }
    }
    var fields: [(String, Value)] = [
      ("train", value(train)), ("test", value(test)), ("classes", classes.makeValue()), ("names", names.makeValue()),
    ]
    if let table { fields.append(("table", Value(foreign: table))) }
    return Value(new: RecordObject(fields))
  }
}
